"""What is known of a job, where it goes on from, and whether that fits."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.jobs.changes import changes, check_state
from sqlfeat.jobs.folder import JobFolder, job_folders
from sqlfeat.jobs.record import JobRecord, Run, define, record_from_json
from sqlfeat.project.load import load_project
from tests.projects import line_of
from tests.shop import write_shop


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path / "shop")


def definition(root, names=("orders_1d", "spend")):
    project = load_project(root)
    return define(project, compile_models(project, names), [])


def edit(root, name, old, new):
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def record(root, resumed_from=""):
    run = Run("f" * 32, "127.0.0.1:1", os.getpid(), "2026-01-01T00:00:00+00:00", resumed_from)
    return JobRecord("main", definition(root), run)


def point(folder, name, age):
    """A complete checkpoint or savepoint, older than now by some seconds."""
    (folder / name).mkdir(parents=True)
    metadata = folder / name / "_metadata"
    metadata.write_bytes(b"")
    os.utime(metadata, (1_000_000_000 - age, 1_000_000_000 - age))
    return folder / name


def test_a_record_is_read_as_it_was_written(root, tmp_path):
    folder = JobFolder(tmp_path / "state" / "main")
    assert folder.read() is None
    folder.write(record(root))
    assert folder.read() == record(root)
    assert [found.name for found in job_folders(tmp_path / "state")] == ["main"]


def test_a_record_of_another_format_is_not_read(root, tmp_path):
    value = record(root).as_json() | {"format": 2}
    with pytest.raises(ValueError, match="format 2"):
        record_from_json(value)
    folder = JobFolder(tmp_path)
    (tmp_path / "job.json").write_text("{", encoding="utf-8")
    assert folder.read() is None


def test_a_job_goes_on_from_the_youngest_complete_state_of_its_latest_run(root, tmp_path):
    folder, latest = JobFolder(tmp_path / "main"), record(root)
    run = latest.run.flink_job
    assert folder.restore_point(latest) is None
    before = point(folder.checkpoints / ("e" * 32), "chk-9", 0)
    assert folder.restore_point(latest) is None
    assert folder.restore_point(record(root, str(before))) == before
    older = point(folder.checkpoints / run, "chk-8", 20)
    assert folder.restore_point(record(root, str(before))) == older
    newer = point(folder.checkpoints / run, "chk-10", 10)
    (folder.checkpoints / run / "chk-11").mkdir()  # not complete
    assert folder.restore_point(latest) == newer
    savepoint = point(folder.savepoints(run), "savepoint-ffffff-1", 5)
    assert (folder.restore_point(latest), folder.savepoint_of(run)) == (savepoint, savepoint)
    folder.forget_checkpoints(but=run)
    assert (before.exists(), newer.exists()) == (False, True)
    assert folder.restore_point(record(root, str(before))) == savepoint


def test_what_a_run_ended_with_is_kept_until_the_next_one(tmp_path):
    folder = JobFolder(tmp_path / "main")
    folder.create()
    assert folder.failure() is None
    error = SqlfeatError(
        Diagnostic("SF0822", "gone", Span("models/a.yml", 1, 2, 3), "here", ("one", "two"), "create it"),
        Diagnostic("SF0902", "away"),
    )
    folder.note_failure(error)
    assert folder.failure().diagnostics == error.diagnostics
    folder.forget_failure()
    assert folder.failure() is None


def test_a_run_that_was_ended_on_purpose(tmp_path):
    folder = JobFolder(tmp_path / "main")
    folder.create()
    assert not folder.was_stopped("a")
    folder.note_stop("a")
    point(folder.savepoints("b"), "savepoint-1", 0)
    assert [folder.was_stopped(run) for run in "abc"] == [True, True, False]


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "state").write_text("", encoding="utf-8")
    folder = JobFolder(tmp_path / "state" / "main")
    with pytest.raises(SqlfeatError) as caught:
        folder.create()
    assert caught.value.diagnostics == (
        Diagnostic(
            "SF0004",
            f"the folder of the job, `{folder.path}`, cannot be written: not a directory",
            help="check `stream: {state: ...}` of the target, and who owns that folder",
        ),
    )


HOLD = """
import sys
from pathlib import Path
from sqlfeat.jobs.folder import JobFolder
with JobFolder(Path(sys.argv[1])).lock() as had:
    print(had, flush=True)
    sys.stdin.read()
"""


def test_the_lock_goes_with_the_process_however_it_ends(tmp_path):
    folder = JobFolder(tmp_path / "main")
    assert not folder.locked()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    assert folder.locked()
    with folder.lock() as had:
        assert not had
    holder.kill()
    holder.communicate()
    assert not folder.locked()


def test_layout_comments_descriptions_and_the_place_of_the_project_are_no_change(root, tmp_path):
    before = definition(root)
    edit(root, "models/spend.sql", "SELECT\n  user_id,", "-- what a user spent\nSELECT user_id ,\n\n")
    edit(root, "models/shop.yml", "What a user spent lately.", "Lately spent.")
    edit(root, "models/spend.sql", "tags=['money']", "tags=['cash']")
    assert changes(before, definition(root)) == []
    assert definition(root) == before
    assert definition(root.rename(tmp_path / "elsewhere")) == before


def test_what_changed_and_what_would_be_lost_is_said(root):
    before = definition(root)
    edit(root, "models/spend.sql", "'1' HOUR", "'2' HOUR")
    edit(root, "models/spend.sql", "AS spend_1h", "AS spend_2h")
    edit(root, "models/shop.yml", "{name: spend_1h,", "{name: spend_2h,")
    with pytest.raises(SqlfeatError) as caught:
        check_state("main", before, definition(root), "chk-7")
    (diagnostic,) = caught.value.diagnostics
    assert line_of(diagnostic, root) == (
        "SF0806 | the state of job `main` was made by another definition"
        " | model `spend` changed: `spend_1h` is gone, `spend_2h` is new"
        " |   -        RANGE BETWEEN INTERVAL '3600000' MILLISECONDS PRECEDING AND CURRENT ROW"
        " |   +        RANGE BETWEEN INTERVAL '7200000' MILLISECONDS PRECEDING AND CURRENT ROW"
        ' |   -  CAST("__over_1" AS BIGINT) AS "spend_1h",'
        ' |   +  CAST("__over_1" AS BIGINT) AS "spend_2h",'
        " | lost: 1 day of events in the windows of `orders_1d`"
        " | lost: 1 hour of events in the windows of `spend`"
        " | state: chk-7"
        " | help: `--reset-state` begins anew, its windows empty or filled by `--bootstrap`; `--job NAME` runs this as"
        " another job and leaves the old one its state"
    )


def test_other_models_are_another_definition(root):
    both, one = definition(root), definition(root, ("spend",))
    assert changes(both, one) == ["model `orders_1d` is gone"]
    assert changes(one, both) == ["model `orders_1d` is new"]
    turned = replace(both, models=both.models[::-1])
    assert changes(both, turned) == ["the models run in another order"]


def test_a_stream_that_lies_elsewhere_is_another_definition(root):
    before = definition(root)
    edit(
        root,
        "models/shop.yml",
        "stream: {connector: filesystem, path: data/orders.jsonl",
        "stream: {path: data/b.jsonl, connector: filesystem",
    )
    assert changes(before, definition(root)) == [
        "source `shop.orders` was read from filesystem data/orders.jsonl and would be from filesystem data/b.jsonl"
    ]


def test_a_log_of_the_online_store_is_part_of_the_definition(root):
    project = load_project(root)
    models = compile_models(project, ("orders_1d", "spend"))
    before, logged = definition(root), define(project, models, [], "", ["INSERT INTO log"])
    assert changes(before, logged) == ["`online: {log: ...}` of the target is new"]
    assert changes(logged, before) == ["`online: {log: ...}` of the target is gone"]


def test_flink_may_be_handed_something_else_for_the_same_models(root):
    before = definition(root)
    assert changes(before, replace(before, program="other")) == ["no model changed, but what is handed to Flink did"]
    upgraded = replace(before, program="other", version="9.0")
    assert changes(before, upgraded) == [
        f"no model changed, but what is handed to Flink did (sqlfeat {before.version}, now 9.0)"
    ]


def test_reach_is_how_far_back_windows_look(root):
    reach = {model.name: model.reach_ms for model in definition(root).models}
    assert reach == {"orders_1d": 86_400_000, "spend": 3_600_000}
    edit(root, "models/spend.sql", "INTERVAL '1' HOUR PRECEDING", "UNBOUNDED PRECEDING")
    edit(root, "models/paid.sql", "WHERE status", "WHERE ts >= TIMESTAMP '2000-01-01 00:00:00' AND status")
    reach = {model.name: model.reach_ms for model in definition(root).models}
    assert reach == {"orders_1d": 86_400_000, "spend": None}
