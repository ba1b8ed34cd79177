from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sqlfeat.connectors.jars import bring_jars, jar_folder, redis_jars
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.counts import count_lines
from sqlfeat.engines.flink.job import merge_options, merge_statements, run_job
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.language.types import BIGINT, STRING, TIMESTAMP
from sqlfeat.lower.program import OutputColumn, Role, Statement
from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.online import open_store
from tests.conftest import free_port
from tests.engines.flink.models import flink_columns, model

COLUMNS = (
    OutputColumn("k", STRING, True, Role.KEY),
    OutputColumn("feature_time", TIMESTAMP, False, Role.FEATURE_TIME),
    OutputColumn("n", BIGINT, True, Role.FEATURE),
    OutputColumn("id", BIGINT, False, Role.ORDER),
)
SELECT = "SELECT `k`, `ts` AS `feature_time`, `n`, `id` FROM `events`"


def events(folder: Path, rows: list[dict]) -> Statement:
    path = folder / "events.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return Statement(
        "events",
        "CREATE TEMPORARY TABLE `events` (`k` STRING, `ts` TIMESTAMP(3), `n` BIGINT, `id` BIGINT, "
        "WATERMARK FOR `ts` AS "
        f"`ts` - INTERVAL '1' HOUR) WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json')",
    )


def event(key, minute, number, identity):
    return {"k": key, "ts": f"2013-01-01 00:{minute:02}:00", "n": number, "id": identity}


def view(name: str, select: str = SELECT) -> Statement:
    return Statement(name, f"CREATE TEMPORARY VIEW `{name}` AS {select}")


def online_sink(target: OnlineTarget, folder: Path):
    counts = folder / "counts"
    counts.mkdir(exist_ok=True)
    return OnlineSink(target, folder, "proj", counts)


def raised(action, **arguments):
    with pytest.raises(SqlfeatError) as caught:
        action(**arguments)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def test_statements_are_merged_by_name():
    a, b = Statement("a", "1"), Statement("b", "2")
    assert merge_statements([a, b, Statement("a", "1")]) == [a, b]
    with pytest.raises(AssertionError, match="two models define a differently"):
        merge_statements([a, Statement("a", "2")])


def test_options_are_merged(tmp_path):
    one = model("m", COLUMNS, tmp_path, (), options=(("x", "1"), ("y", "2")))
    two = model("n", COLUMNS, tmp_path, (), options=(("y", "2"), ("z", "3")))
    assert merge_options([one, two]) == {"x": "1", "y": "2", "z": "3"}
    with pytest.raises(AssertionError, match="option y is both 2 and 3, the latter in o"):
        merge_options([one, model("o", COLUMNS, tmp_path, (), options=(("y", "3"),))])


@pytest.mark.engine
def test_two_models_of_one_source_into_files(tmp_path, flink_log):
    source = events(tmp_path, [event("a", 1, 10, 1), event("b", 2, None, 2)])
    log_table = Statement(
        "log", f"CREATE TEMPORARY TABLE `log` ({flink_columns(COLUMNS[:1])}) WITH ('connector' = 'filesystem', "
        f"'path' = '{tmp_path / 'log'}', 'format' = 'json')",
    )  # fmt: skip
    log = Statement("events rejects", "INSERT INTO `log` SELECT `k` FROM `events` WHERE `n` IS NULL")
    options = (("pipeline.auto-watermark-interval", "0 ms"),)
    models = [
        model(name, COLUMNS, tmp_path, (source, log_table, view(name)), (log,), options) for name in ("one", "two")
    ]
    result = run_job(models, name="files", log_file=flink_log, parallelism=2)
    assert result.counts == {}
    for name in ("one", "two"):
        text = "".join(p.read_text(encoding="utf-8") for p in sorted((tmp_path / "out" / name).iterdir()))
        rows = sorted((json.loads(line) for line in text.splitlines()), key=lambda row: row["id"])
        assert rows == [
            {"k": "a", "feature_time": "2013-01-01 00:01:00", "n": 10, "id": 1},
            {"k": "b", "feature_time": "2013-01-01 00:02:00", "n": None, "id": 2},
        ]
    assert count_lines(tmp_path / "log") == 1


@pytest.mark.engine
def test_the_greatest_version_stays_online(online_target, tmp_path, flink_log):
    rows = [event("a", 5, 1, 1), event("a", 9, 2, 2), event("a", 9, 3, 1), event("b", 1, 4, 1), event(None, 1, 5, 1)]
    models = [model(name, COLUMNS, tmp_path, (events(tmp_path, rows), view(name))) for name in ("one", "two")]
    sink = online_sink(online_target, tmp_path)
    result = run_job(models, name="online", log_file=flink_log, parallelism=2, online=sink)
    for counts in result.counts.values():
        assert (counts.rows, counts.no_key) == (5, 1)
        assert counts.written + counts.overtaken + counts.stale == 4
    store = open_store(online_target, tmp_path, "proj")
    for name in ("one", "two"):
        latest = store.get(name, "k=a")
        assert (latest.version, latest.features) == ("2013-01-01 00:09:00.000 p0000000000000000002", '{"n":2}')
    older = [
        model("one", COLUMNS, tmp_path, (events(tmp_path, [event("a", 1, 9, 9), event("c", 1, 9, 9)]), view("one")))
    ]
    sink.counts_dir.joinpath("again").mkdir()
    again = OnlineSink(sink.target, sink.project_root, sink.project_name, sink.counts_dir / "again")
    result = run_job(older, name="older", log_file=flink_log, parallelism=1, online=again)
    assert (result.counts["one"].written, result.counts["one"].stale) == (1, 1)
    assert store.get("one", "k=a").features == '{"n":2}'
    store.close()


@pytest.mark.engine
def test_flink_refuses_a_statement(tmp_path, flink_log):
    broken = model("m", COLUMNS, tmp_path, (events(tmp_path, []), view("m", "SELECT `x` FROM `events`")))
    diagnostic = raised(run_job, models=[broken], name="broken", log_file=flink_log, parallelism=1)
    assert (diagnostic.code, diagnostic.message, diagnostic.notes) == (
        "SF0801",
        "Flink refuses `m`: Column 'x' not found in any table",
        ("feature views of the job: m",),
    )


@pytest.mark.engine
def test_the_job_fails(tmp_path, flink_log):
    select = "SELECT `k`, `ts` AS `feature_time`, CAST(`k` AS BIGINT) AS `n`, `id` FROM `events`"
    failing = model("m", COLUMNS, tmp_path, (events(tmp_path, [event("twelve", 1, 1, 1)]), view("m", select)))
    diagnostic = raised(run_job, models=[failing], name="failing", log_file=flink_log, parallelism=1)
    assert (diagnostic.code, diagnostic.message, diagnostic.notes, diagnostic.help) == (
        "SF0802",
        "the Flink job failed: For input string: 'twelve'. Invalid character found.",
        ("feature views of the job: m",),
        f"see `{flink_log}`",
    )


@pytest.mark.engine
def test_the_store_goes_away(tmp_path, flink_log):
    bring_jars(redis_jars(), jar_folder())
    port = free_port()
    target = OnlineTarget("redis", url=f"redis://:sesame@127.0.0.1:{port}/0")
    compiled = model("m", COLUMNS, tmp_path, (events(tmp_path, [event("a", 1, 1, 1)]), view("m")))
    sink = online_sink(target, tmp_path)
    diagnostic = raised(run_job, models=[compiled], name="gone", log_file=flink_log, parallelism=1, online=sink)
    assert diagnostic.code == "SF0902"
    assert diagnostic.message == (
        f"the online store `redis://:***@127.0.0.1:{port}/0` cannot be reached: Connection refused"
    )
    # The JVM keeps the log it was started with, which another module may have named.
    logs = [path for path in tmp_path.parent.rglob("*.log") if path.is_file()]
    assert logs
    assert not any("sesame" in path.read_text(encoding="utf-8", errors="replace") for path in logs)


ENDLESS = """
import os, signal, sys, threading
from pathlib import Path
from sqlfeat.engines.flink.job import run_job
from sqlfeat.lower.program import Statement
from sqlfeat.project.config import OnlineTarget
from tests.engines.flink.models import model
from tests.engines.flink.test_job import COLUMNS, online_sink, view

folder = Path(sys.argv[1])
source = Statement("numbers", "CREATE TEMPORARY TABLE `numbers` (`id` BIGINT) WITH ('connector' = 'datagen')")
select = ("SELECT CAST(`id` AS STRING) AS `k`, TIMESTAMP '2013-01-01 00:00:00.000' AS `feature_time`, `id` AS `n`, "
          "`id` FROM `numbers`")
compiled = model("m", COLUMNS, folder, (source, view("m", select)))
sink = None
def interrupt_when_rows_arrive():
    while not any(path.stat().st_size for path in sink.counts_dir.iterdir()):
        threading.Event().wait(0.05)
    os.kill(os.getpid(), signal.SIGINT)
sink = online_sink(OnlineTarget("sqlite", path="online.db"), folder)
threading.Thread(target=interrupt_when_rows_arrive, daemon=True).start()
try:
    run_job([compiled], name="endless", log_file=folder / "flink.log", parallelism=1, online=sink)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.engine
def test_ctrl_c_cancels_the_job_and_nothing_is_printed(tmp_path):
    root = Path(__file__).parents[3]
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    (tmp_path / "scratch").mkdir()
    run = subprocess.run(
        [sys.executable, "-c", ENDLESS, str(tmp_path)],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")
    log = (tmp_path / "flink.log").read_text(encoding="utf-8")
    assert "switched from state CANCELLING to CANCELED" in log
    assert list((tmp_path / "scratch").glob("sqlfeat-flink-*")) == []
