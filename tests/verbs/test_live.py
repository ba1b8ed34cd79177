"""Jobs over streams that go on: what is decided before Flink is asked. How they live is in tests/cli/test_jobs.py."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from sqlfeat import Project
from sqlfeat.cli.main import run_cli
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.jobs.folder import JobFolder
from sqlfeat.verbs.status import heartbeat
from tests.conftest import free_port
from tests.jobs.test_jobs import edit, point, record
from tests.projects import line_of
from tests.shop import write_shop


@pytest.fixture
def root(tmp_path):
    root = write_shop(tmp_path)
    edit(
        root,
        "models/shop.yml",
        "path: data/orders.jsonl, format: json}\nmodels",
        "path: data/in, monitor: 1 second}\nmodels",
    )
    (root / "data" / "in").mkdir()
    return root


@pytest.fixture
def folder(root):
    return JobFolder(root / "data" / "state" / "dev" / "main")


def raised(root, **arguments):
    with pytest.raises(SqlfeatError) as caught:
        Project(root).run(streaming=True, **arguments)
    (diagnostic,) = caught.value.diagnostics
    return line_of(diagnostic, root)


def test_a_job_has_no_slice_of_time(root):
    assert raised(root, start=datetime(2024, 1, 1)) == (
        "SF0009 | a job over streams that go on has no slice of time"
        " | help: leave out `--start` and `--end`; where a stream begins is said in its `stream:`"
    )


def test_a_replay_has_none_of_what_a_job_has(tmp_path):
    assert raised(write_shop(tmp_path), job="x", detach=True) == (
        "SF0009 | `--job`, `--detach` needs a stream that goes on, and all streams read here end"
        " | help: for example `stream: {connector: filesystem, path: data/events, monitor: 1 second}`"
    )


def test_a_name_that_cannot_be_a_folder(root):
    assert raised(root, job="../x") == (
        "SF0009 | `../x` cannot be the name of a job"
        " | help: a name has letters, digits, `_` and `-`; a folder is called after it"
    )


def test_a_job_runs_once(root, folder):
    with folder.lock():
        assert raised(root).startswith("SF0805 | job `main` runs already | help: ")


def test_changed_models_do_not_go_on_from_old_state(root, folder, capsys):
    folder.write(record(root))
    point(folder.checkpoints / ("f" * 32), "chk-1", 0)
    edit(root, "models/spend.sql", "'1' HOUR", "'2' HOUR")
    assert run_cli(["--project-dir", str(root), "run", "--streaming"]) == 4
    assert "error[SF0806]: the state of job `main` was made by another definition" in capsys.readouterr().err


def test_nothing_to_show_and_nothing_to_stop(root, capsys):
    there = ["--project-dir", str(root)]
    assert run_cli([*there, "status"]) == 0
    assert capsys.readouterr().out == "no job was started in this target\n"
    assert run_cli([*there, "status", "--json"]) == 0
    assert capsys.readouterr().out == ""
    assert run_cli([*there, "stop"]) == 1
    assert "error[SF0808]: there is no job `main`" in capsys.readouterr().err
    assert run_cli([*there, "status", "--job", "x"]) == 1
    assert "error[SF0808]: there is no job `x`" in capsys.readouterr().err


def test_a_job_that_was_killed_is_known(root, folder, capsys):
    there = ["--project-dir", str(root)]
    known = record(root)
    folder.write(known)
    checkpoint = point(folder.checkpoints / known.run.flink_job, "chk-1", 0)
    (folder.logs / "shop.orders" / "late").mkdir(parents=True)
    (folder.logs / "shop.orders" / "late" / ".part-0.inprogress").write_text("{}\n{}\n", encoding="utf-8")
    assert run_cli([*there, "status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["resumes_from"]) == ("LOST", str(checkpoint))
    assert found["sources"][0]["late"] == 2
    assert run_cli([*there, "stop"]) == 1
    assert "error[SF0808]: job `main` does not run" in capsys.readouterr().err


def test_a_name_that_is_nearly_that_of_a_job(root, folder):
    folder.write(record(root))
    for ask in (Project(root).status, Project(root).stop):
        with pytest.raises(SqlfeatError) as caught:
            ask(job="mian")
        (diagnostic,) = caught.value.diagnostics
        assert line_of(diagnostic, root) == (
            "SF0808 | there is no job `mian` | did you mean `main`? | jobs of this target: main"
            " | help: start it: `sqlfeat run --streaming --job mian`"
        )


def test_a_job_that_failed_says_why(root, folder, capsys):
    folder.write(record(root))
    folder.note_failure(SqlfeatError(Diagnostic("SF0902", "the online store is away", help="start it")))
    assert run_cli(["--project-dir", str(root), "status"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("main  FAILED\n")
    assert "\n  failure  SF0902: the online store is away\n" in out
    assert Project(root).status()[0].failure == "SF0902: the online store is away"


def test_the_line_of_every_half_minute(root, folder):
    known = record(root)
    folder.write(known)
    for log, lines in (("late", "{}\n"), ("rejects", "{}\n{}\n")):
        (folder.logs / "shop.orders" / log).mkdir(parents=True)
        (folder.logs / "shop.orders" / log / "part-0").write_text(lines, encoding="utf-8")
    assert heartbeat(folder, known) == (
        "main LOST  up 0s  in 0/s  out 0/s  no watermark yet  late 1  rejects 2  no checkpoint  restarts 0"
    )


@pytest.mark.parametrize("detach", [True, False])
def test_the_folder_of_jobs_is_a_file(root, detach):
    edit(root, "project.yml", "    offline:", "    stream: {state: models/shop.yml}\n    offline:")
    assert raised(root, detach=detach) == (
        f"SF0004 | the folder of the job, `{root}/models/shop.yml/dev/main`, cannot be written: not a directory"
        " | help: check `stream: {state: ...}` of the target, and who owns that folder"
    )


def test_a_cluster_that_does_not_answer(root, folder, capsys):
    """Is not asked whether an old job still runs for ever: the job can be started elsewhere."""
    known = record(root)
    folder.write(replace(known, run=replace(known.run, pid=0, address=f"127.0.0.1:{free_port()}")))
    assert [job.state for job in Project(root).status()] == ["LOST"]
