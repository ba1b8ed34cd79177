"""A job over a stream that goes on, from the command line: started, watched, killed, resumed, stopped."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request

import pytest

from sqlfeat.cli.main import run_cli
from tests.conftest import free_port
from tests.jobs.test_jobs import edit
from tests.shop import ORDERS, write_shop

pytestmark = pytest.mark.engine
WAIT_SECONDS = 60


@pytest.fixture
def shop(tmp_path, monkeypatch):
    root = write_shop(tmp_path / "shop")
    edit(root, "models/shop.yml", "stream: {connector: filesystem, path: data/orders.jsonl, format: json}",
         "stream: {connector: filesystem, path: data/in, monitor: 200 ms}")  # fmt: skip
    port = free_port()
    settings = f"    stream: {{parallelism: 1, checkpoint_interval: 1 second, metrics_port: {port}}}\n"
    with (root / "project.yml").open("a", encoding="utf-8") as file:
        file.write(settings)
    (root / "data" / "in").mkdir()
    monkeypatch.setenv("SQLFEAT_PROJECT_DIR", str(root))
    monkeypatch.chdir(tmp_path)
    yield root, port
    run_cli(["stop", "--no-savepoint", "--quiet"])


def arrive(root, name, orders):
    """A file appears in the stream, whole at once."""
    scratch = root / "data" / name
    scratch.write_text("".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8")
    scratch.rename(root / "data" / "in" / name)


def order(number, ts, amount):
    return {"order_id": number, "user_id": 7, "amount": amount, "status": "paid", "ts": f"2024-01-01 {ts}"}


def spend(capsys):
    capsys.readouterr()
    code = run_cli(["get", "spend", "--key", "user_id=7", "--json", "--quiet"])
    out = capsys.readouterr().out
    return json.loads(out)["features"]["spend_1h"] if code == 0 else None


def status(capsys):
    capsys.readouterr()
    assert run_cli(["status", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def until(question):
    deadline = time.monotonic() + WAIT_SECONDS
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture
def java(tmp_path, monkeypatch):
    """Puts a program in the place of Java."""

    def place(script):
        home = tmp_path / "jdk"
        (home / "bin").mkdir(parents=True)
        (home / "release").write_text('JAVA_VERSION="17.0.9"\n', encoding="utf-8")
        (home / "bin" / "java").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (home / "bin" / "java").chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(home))

    return place


def test_a_detached_job_that_is_killed_before_it_runs(shop, java, capsys):
    java("kill -9 $PPID")
    assert run_cli(["run", "--streaming", "--detach"]) == 1
    err = capsys.readouterr().err
    assert "error[SF0810]: job `main` did not start" in err
    assert "= starting Flink (log: data/state/dev/main/flink.log)" in err
    assert "= help: see `data/state/dev/main/run.log`" in err
    found = status(capsys)
    assert (found["state"], found["failure"]) == ("LOST", "")


def test_a_detached_job_that_does_not_start_says_why_as_if_it_were_not_detached(shop, java, capsys):
    java("echo 'Error: no heap'\nexit 1")
    assert run_cli(["run", "--streaming", "--detach"]) == 3
    err = capsys.readouterr().err
    assert "error[SF0012]: Java did not start" in err
    found = status(capsys)
    assert (found["state"], found["failure"]) == ("FAILED", "SF0012: Java did not start")


def test_the_life_of_a_job(shop, capsys):
    root, port = shop
    arrive(root, "a.jsonl", ORDERS)
    assert run_cli(["run", "--streaming", "--detach"]) == 0
    assert capsys.readouterr().out.startswith("job main runs: 2 models, Flink at 127.0.0.1:")

    # The last order waits for the watermark, so 30 is what can be known.
    until(lambda: spend(capsys) == 30)
    assert run_cli(["run", "--streaming"]) == 1
    assert "error[SF0805]" in capsys.readouterr().err
    until(lambda: status(capsys)["models"][1]["written"] > 0)
    running = status(capsys)
    assert (running["state"], running["restarts"]) == ("RUNNING", 0)
    (source,) = running["sources"]
    assert (source["rows"], source["late"], source["rejects"]) == (5, 0, 0)
    assert source["watermark"] == "2024-01-01T10:58:59.999Z"
    assert running["models"][1]["rows"] == 3
    assert running["models"][1]["freshness_ms"]["more"] > 0
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        metrics = answer.read().decode()
    assert "flink_taskmanager_job_task_operator_sqlfeat_model_rows{" in metrics
    assert 'model="spend"' in metrics

    # Killed: it goes on from its last checkpoint, which knows the orders of the first file.
    os.kill(running["pid"], signal.SIGKILL)
    until(lambda: status(capsys)["state"] == "LOST")
    arrive(root, "b.jsonl", [order(6, "11:10:00.000", 1), order(7, "11:30:00.000", 3)])
    assert run_cli(["run", "--streaming", "--detach"]) == 0
    assert "job main goes on from " in capsys.readouterr().err
    until(lambda: spend(capsys) == 61)
    resumed = status(capsys)
    assert resumed["sources"][0]["rows"] == 2
    assert resumed["flink_job"] != running["flink_job"]

    assert run_cli(["stop", "--json"]) == 0
    stopped = json.loads(capsys.readouterr().out)
    assert (root / stopped["savepoint"] / "_metadata").exists()
    assert status(capsys)["state"] == "STOPPED"
    assert status(capsys)["resumes_from"] == str(root / stopped["savepoint"])
    edit(root, "models/spend.sql", "'1' HOUR", "'2' HOUR")
    assert run_cli(["run", "--streaming"]) == 4
    assert "lost: 1 hour of events in the windows of `spend`" in capsys.readouterr().err

    # Begun anew from history: what was in the stream before the cut-over is not counted again.
    for file in (root / "data" / "in").iterdir():
        file.unlink()
    news = [order(6, "11:10:00.000", 1), order(7, "11:30:00.000", 3), order(8, "11:40:00.000", 5)]
    arrive(root, "c.jsonl", [*ORDERS, *news])
    assert run_cli(["run", "--streaming", "--detach", "--reset-state", "--bootstrap", "2024-01-01T11:05"]) == 0
    until(lambda: spend(capsys) == 10 + 20 + 40 + 1 + 3)
    assert run_cli(["stop", "--no-savepoint"]) == 0
    assert (status(capsys)["state"], status(capsys)["failure"]) == ("STOPPED", "")
    # A job that goes on keeps its cut-over, and refuses another.
    assert run_cli(["run", "--streaming", "--bootstrap", "2024-01-01T11:06"]) == 4
    assert "the job was filled from history up to 2024-01-01 11:05:00 and would be" in capsys.readouterr().err
