from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlfeat.language.types import parse_type
from sqlfeat.project.config import Column, Source
from sqlfeat.stores.late_inputs import Inputs, inputs_from_json, inputs_of
from sqlfeat.stores.late_log import LateLog, Run

COLUMNS = {"id": "BIGINT", "price": "DECIMAL(20,2)", "x": "DOUBLE", "tags": "ARRAY<STRING>", "ts": "TIMESTAMP(3)"}
ORDERS = Source(
    "shop", "orders", tuple(Column(name, parse_type(type_)) for name, type_ in COLUMNS.items()), "ts", 60_000,
    (), (), None, None, None,
)  # fmt: skip
EVENT = {"id": 1, "price": "123456789012345678.90", "x": 0.1, "tags": ["a", None], "ts": "2024-01-01 10:00:00"}


@pytest.fixture
def log(tmp_path):
    return LateLog(tmp_path / "log", ORDERS)


def parts_of(tmp_path, *ids, name="part-0"):
    """A folder as Flink leaves it."""
    folder = tmp_path / "parts" / ("-".join(map(str, ids)) or "none")
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({**EVENT, "id": n, "__watermark": "2024-01-01 10:05:00"}) + "\n" for n in ids]
    (folder / name).write_text("".join(lines))
    return folder


def stream_of(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def run(name, path=None, *, ended=True):
    return Run(name, inputs_of(path) if path else Inputs(), path, ended)


def ids(log):
    return [row[0] for row in duckdb.read_parquet(str(log.path)).order("id").fetchall()]


def test_an_event_has_its_declared_types_and_the_watermark_it_missed(log, tmp_path):
    assert log.add(parts_of(tmp_path, 1), run("1")) == 1
    relation = duckdb.read_parquet(str(log.path))
    assert relation.columns == [*COLUMNS, "__watermark"]
    assert list(map(str, relation.types)) == [
        "BIGINT", "DECIMAL(20,2)", "DOUBLE", "VARCHAR[]", "TIMESTAMP", "TIMESTAMP",
    ]  # fmt: skip
    assert relation.fetchall() == [
        (1, Decimal("123456789012345678.90"), 0.1, ["a", None], datetime(2024, 1, 1, 10), datetime(2024, 1, 1, 10, 5))
    ]


def test_unfinished_files_are_left_alone_until_they_are_finished(log, tmp_path):
    folder = parts_of(tmp_path, 1, name=".part-0.inprogress")
    assert log.add(folder, run("1", ended=False)) == 0
    (folder / ".part-0.inprogress").rename(folder / "part-0")
    assert log.add(folder, run("1")) == 1
    assert ids(log) == [1]


def test_no_late_event_is_a_log_too(log, tmp_path):
    assert log.add(tmp_path / "nowhere", run("1")) == 0
    assert ids(log) == []


def test_a_replay_takes_the_place_of_what_it_replays(log, tmp_path):
    stream = stream_of(tmp_path, "s.jsonl", "a\nb\n")
    log.add(parts_of(tmp_path, 1, 2), run("1", stream))
    stream.write_text("a\nb\nc\n")
    log.add(parts_of(tmp_path, 2, 3), run("2", stream))
    assert ids(log) == [2, 3]
    assert [file.name for file in sorted((log.folder / "runs").iterdir())] == ["2.json", "2.parquet"]


def test_a_replay_that_was_cut_short_takes_the_place_of_nothing(log, tmp_path):
    stream = stream_of(tmp_path, "s.jsonl", "a\nb\n")
    log.add(parts_of(tmp_path, 1, 2), run("1", stream))
    log.add(parts_of(tmp_path, 2), run("2", stream, ended=False))
    assert ids(log) == [1, 2]


def test_another_file_of_the_same_name_is_another_input(log, tmp_path):
    stream = stream_of(tmp_path, "s.jsonl", "monday\n")
    log.add(parts_of(tmp_path, 1), run("1", stream))
    stream.write_text("tuesday\n")
    log.add(parts_of(tmp_path, 2), run("2", stream))
    assert ids(log) == [1, 2]


def test_the_same_file_under_another_name_is_the_same_input(log, tmp_path):
    log.add(parts_of(tmp_path, 1), run("1", stream_of(tmp_path, "s.jsonl", "monday\n")))
    folder = tmp_path / "all"
    folder.mkdir()
    stream_of(folder, "archived.jsonl", "monday\n")
    stream_of(folder, "s.jsonl", "tuesday\n")
    stream_of(folder, ".hidden", "sunday\n")
    log.add(parts_of(tmp_path, 2), run("2", folder))
    assert ids(log) == [2]


def test_of_runs_that_overlap_an_event_counts_as_often_as_in_one(log, tmp_path):
    log.add(parts_of(tmp_path, 1, 1, 2), run("1"))
    log.add(parts_of(tmp_path, 1, 3), run("2"))
    assert ids(log) == [1, 1, 2, 3]
    log.add(parts_of(tmp_path, 1, 3), run("2"))
    assert ids(log) == [1, 1, 2, 3]


def test_a_topic_read_from_its_beginning_replaces_what_was_read_of_it(log, tmp_path):
    log.add(parts_of(tmp_path, 1), Run("1", Inputs(whole="topic orders")))
    log.add(parts_of(tmp_path, 2), Run("2", Inputs(whole="topic others")))
    assert ids(log) == [1, 2]
    log.add(parts_of(tmp_path, 3), Run("3", Inputs(whole="topic orders")))
    assert ids(log) == [2, 3]


def test_a_column_declared_later_is_null_in_what_ran_before(log, tmp_path):
    log.add(parts_of(tmp_path, 1), run("1"))
    wider = LateLog(log.folder, replace(ORDERS, columns=(*ORDERS.columns, Column("note", parse_type("STRING")))))
    wider.add(parts_of(tmp_path, 2), run("2"))
    assert duckdb.read_parquet(str(log.path)).project("id, note").order("id").fetchall() == [(1, None), (2, None)]


def test_a_log_takes_on_the_columns_that_are_declared_now(log, tmp_path):
    assert not log.fit()
    log.add(parts_of(tmp_path, 1), run("1"))
    before = log.path.stat().st_ino
    assert log.fit()
    assert log.path.stat().st_ino == before
    columns = (*ORDERS.columns[1:], replace(ORDERS.columns[0], type=parse_type("STRING")))
    LateLog(log.folder, replace(ORDERS, columns=(*columns, Column("note", parse_type("STRING"))))).fit()
    relation = duckdb.read_parquet(str(log.path))
    assert relation.columns == ["price", "x", "tags", "ts", "id", "note", "__watermark"]
    assert relation.project("id, note").fetchall() == [("1", None)]


def test_what_a_killed_process_was_writing_does_no_harm(log, tmp_path):
    log.add(parts_of(tmp_path, 1), run("1"))
    for name in ("late.draft", "runs/2.draft"):
        (log.folder / name).write_bytes(b"PAR1")
    log.add(parts_of(tmp_path, 2), run("2"))
    assert ids(log) == [1, 2]


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(0, 2), max_size=4), min_size=1, max_size=3))
def test_any_runs_beside_each_other(tmp_path_factory, runs):
    root = tmp_path_factory.mktemp("late")
    log = LateLog(root / "log", ORDERS)
    for number, found in enumerate(runs):
        log.add(parts_of(root / str(number), *found), run(str(number)))
    most = Counter()
    for found in runs:
        most |= Counter(found)
    assert ids(log) == sorted(most.elements())


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_a_file_that_grew_covers_what_it_was(tmp_path_factory, before, more):
    path = tmp_path_factory.mktemp("stream") / "s"
    path.write_bytes(before)
    earlier = inputs_from_json(json.loads(json.dumps(inputs_of(path).as_json())))
    path.write_bytes(before + more)
    assert inputs_of(path).covers(earlier, path)
    path.write_bytes(bytes([before[0] ^ 1]) + before[1:] if before else b"")
    assert inputs_of(path).covers(earlier, path) is (not before)
