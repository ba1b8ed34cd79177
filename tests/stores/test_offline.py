from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import Slice
from sqlfeat.stores.offline import OfflineStore
from tests.programs import columns, compiled

OUTPUT = columns(k="STRING", feature_time="TIMESTAMP(3)", total="BIGINT", o="BIGINT")
EVERYTHING = Slice()
BASE = datetime(2013, 1, 1)


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2013, 1, day, hour)


def query(*rows: tuple[str, datetime, int, int]) -> str:
    values = ", ".join(f"('{k}', TIMESTAMP '{time}', {total}, {o})" for k, time, total, o in rows)
    return f"SELECT * FROM (VALUES {values or '(NULL, NULL, NULL, NULL)'}) AS t(k, feature_time, total, o) " + (
        "" if rows else "WHERE FALSE"
    )


def backfill(root: Path, sql: str, part: Slice = EVERYTHING, *, output=OUTPUT, full_refresh=False, fingerprint="1"):
    with connect(root) as connection:
        model = compiled(output, sql, fingerprint=fingerprint)
        DuckdbRun(connection).materialize(model, part, "result")
        return OfflineStore(root / "offline").write(connection, model, "result", part, full_refresh=full_refresh)


def stored(root: Path) -> list[tuple]:
    with connect(root) as connection:
        return OfflineStore(root / "offline").read(connection, "spend").fetchall()


def files(root: Path) -> list[str]:
    folder = root / "offline" / "spend"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def refused(code: str, action, *args, **kwargs):
    with pytest.raises(SqlfeatError) as caught:
        action(*args, **kwargs)
    (problem,) = caught.value.diagnostics
    assert problem.code == code
    return problem


FOUR_DAYS = [("a", at(1, 5), 1, 1), ("a", at(2, 5), 2, 1), ("b", at(2, 20), 3, 1), ("b", at(4, 0), 4, 1)]


def test_one_file_a_day_of_visible_columns_in_order(tmp_path):
    rows = [("b", at(1, 5), 3, 2), ("a", at(1, 5), 2, 1), ("c", at(1, 1), 1, 9), ("a", at(2), 4, 1)]
    written = backfill(tmp_path, query(*rows))
    assert (written.rows, written.days) == (4, 2)
    assert files(tmp_path) == [
        "_sqlfeat.json", "_sqlfeat.lock", "day=2013-01-01/part.parquet", "day=2013-01-02/part.parquet",
    ]  # fmt: skip
    first = duckdb.read_parquet(str(tmp_path / "offline/spend/day=2013-01-01/part.parquet"), hive_partitioning=False)
    assert first.columns == ["k", "feature_time", "total"]
    assert first.fetchall() == [("c", at(1, 1), 1), ("a", at(1, 5), 2), ("b", at(1, 5), 3)]


def test_types_and_values_survive(tmp_path):
    output = columns(
        k="STRING", feature_time="TIMESTAMP(3)", i="INT", l="BIGINT", m="DECIMAL(38,10)", d="DOUBLE", b="BOOLEAN",
        t="DATE", a="ARRAY<STRING>", x="ARRAY<DOUBLE>",
    )  # fmt: skip
    sql = """SELECT 'ü😀' AS k, TIMESTAMP '2013-01-01 00:00:00.123' AS feature_time, -1 AS i, 9223372036854775807 AS l,
      12345678901234567890.1234567891 AS m, CAST('-0.0' AS DOUBLE) AS d, TRUE AS b, DATE '2013-02-28' AS t,
      ['x', NULL, ''] AS a, [0.1, NULL] AS x"""
    backfill(tmp_path, sql, output=output)
    with connect(tmp_path) as connection:
        rows = OfflineStore(tmp_path / "offline").read(connection, "spend")
        assert [str(t) for t in rows.types] == [
            "VARCHAR", "TIMESTAMP", "INTEGER", "BIGINT", "DECIMAL(38,10)", "DOUBLE", "BOOLEAN", "DATE", "VARCHAR[]",
            "DOUBLE[]",
        ]  # fmt: skip
        (row,) = rows.fetchall()
    assert row[:2] == ("ü😀", datetime(2013, 1, 1, 0, 0, 0, 123000))
    assert row[3:5] == (2**63 - 1, Decimal("12345678901234567890.1234567891"))
    assert repr(row[5]) == "-0.0"
    assert row[8:] == (["x", None, ""], [0.1, None])


def test_only_the_slice_is_replaced_and_days_without_rows_go(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    written = backfill(tmp_path, query(("z", at(3, 7), 9, 1)), Slice(at(2), at(4)))
    assert (written.rows, written.days) == (1, 1)
    assert stored(tmp_path) == [("a", at(1, 5), 1), ("z", at(3, 7), 9), ("b", at(4), 4)]
    assert not (tmp_path / "offline/spend/day=2013-01-02").exists()


def test_a_slice_that_cuts_days_keeps_the_rest_of_them(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    backfill(tmp_path, query(("z", at(2, 12), 9, 1)), Slice(at(1, 5), at(2, 20)))
    assert stored(tmp_path) == [("z", at(2, 12), 9), ("b", at(2, 20), 3), ("b", at(4), 4)]
    backfill(tmp_path, query(), Slice(at(2, 12), at(2, 21)))
    assert stored(tmp_path) == [("b", at(4), 4)]


def test_a_slice_inside_one_day(tmp_path):
    hours = [("a", at(1, hour), hour, 1) for hour in range(6)]
    backfill(tmp_path, query(*hours))
    backfill(tmp_path, query(("z", at(1, 3), 9, 1)), Slice(at(1, 2), at(1, 4)))
    assert [row[1].hour for row in stored(tmp_path)] == [0, 1, 3, 4, 5]


def test_an_empty_result_is_stored_as_nothing_and_readable(tmp_path):
    written = backfill(tmp_path, query())
    assert (written.rows, written.days) == (0, 0)
    assert stored(tmp_path) == []
    assert files(tmp_path) == ["_sqlfeat.json", "_sqlfeat.lock"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    path = tmp_path / "offline/spend/day=2013-01-02/part.parquet"
    backfill(tmp_path, query(*FOUR_DAYS))
    before = path.read_bytes()
    backfill(tmp_path, query(*reversed(FOUR_DAYS)))
    assert path.read_bytes() == before


def test_latest_is_the_last_row_of_the_key(tmp_path):
    rows = [*FOUR_DAYS, ("a", at(2, 5), 20, 2), ("a", at(2, 5), 21, 3), ("a", at(2, 5), 19, 0)]
    backfill(tmp_path, query(*rows))
    store = OfflineStore(tmp_path / "offline")
    assert store.latest("spend", {"k": "a"}) == {"k": "a", "feature_time": at(2, 5), "total": 21}
    assert store.latest("spend", {"k": "b"}) == {"k": "b", "feature_time": at(4), "total": 4}
    assert store.latest("spend", {"k": "nobody"}) is None
    with pytest.raises(ValueError, match="the keys of `spend` are k"):
        store.latest("spend", {"q": 1})


def test_latest_converts_text_to_the_type_of_the_key(tmp_path):
    output = columns(k="BIGINT", feature_time="TIMESTAMP(3)", total="BIGINT")
    backfill(tmp_path, "SELECT 7 AS k, TIMESTAMP '2013-01-01' AS feature_time, 1 AS total", output=output)
    assert OfflineStore(tmp_path / "offline").latest("spend", {"k": "7"})["total"] == 1


def test_what_was_never_backfilled_is_a_diagnostic(tmp_path):
    problem = refused("SF0614", stored, tmp_path)
    assert problem.message == "nothing is stored of `spend`"
    assert problem.help == "sqlfeat backfill --select spend"


def test_other_columns_are_refused_until_everything_is_computed_again(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    before = stored(tmp_path)
    output = columns(k="STRING", feature_time="TIMESTAMP(3)", total="INT", new="BIGINT")
    sql = "SELECT 'a' AS k, TIMESTAMP '2013-01-02' AS feature_time, 1 AS total, 2 AS new"
    problem = refused("SF0611", backfill, tmp_path, sql, output=output)
    assert problem.message == "the stored rows of `spend` have other columns than the model"
    assert problem.notes == ("`new` BIGINT is new", "`total` was BIGINT, is INT")
    assert "--full-refresh" in problem.help
    assert stored(tmp_path) == before
    backfill(tmp_path, sql, Slice(at(2), at(3)), output=output, full_refresh=True)
    assert stored(tmp_path) == [("a", at(2), 1, 2)]


def test_columns_in_another_order_are_the_same_columns(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    backfill(tmp_path, query(("z", at(2), 9, 1)), Slice(at(2), at(3)), output=(OUTPUT[2], OUTPUT[1], OUTPUT[0]))
    assert stored(tmp_path) == [(1, at(1, 5), "a"), (9, at(2), "z"), (4, at(4), "b")]


def test_rows_of_an_older_definition_are_reported(tmp_path):
    assert backfill(tmp_path, query(*FOUR_DAYS), Slice(at(1), at(5))).outdated == ()
    written = backfill(tmp_path, query(), Slice(at(2), at(3)), fingerprint="2")
    assert [(old.start, old.end) for old in written.outdated] == [(at(1), at(2)), (at(3), at(5))]


def test_damage_is_refused_and_mended_by_a_full_refresh(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    metadata = tmp_path / "offline/spend/_sqlfeat.json"
    metadata.write_text('{"version": 1}')
    assert "cannot be understood: 'model' is missing" in refused("SF0613", stored, tmp_path).message
    metadata.unlink()
    problem = refused("SF0613", backfill, tmp_path, query(*FOUR_DAYS))
    assert problem.message == "what is stored of `spend` cannot be understood: the metadata file is missing"
    backfill(tmp_path, query(*FOUR_DAYS), full_refresh=True)
    assert len(stored(tmp_path)) == 4


def test_a_second_writer_is_refused(tmp_path):
    folder = tmp_path / "offline" / "spend"
    folder.mkdir(parents=True)
    with (folder / "_sqlfeat.lock").open("a+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        other.write("4711")
        other.flush()
        problem = refused("SF0612", backfill, tmp_path, query(*FOUR_DAYS))
    assert problem.message == "another backfill is writing `spend` (process 4711)"
    backfill(tmp_path, query(*FOUR_DAYS))


def test_an_error_while_writing_leaves_what_was_there(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS))
    before = stored(tmp_path), files(tmp_path)
    with connect(tmp_path) as connection:
        model = compiled(OUTPUT, query(("z", at(1), 1, 1)))
        DuckdbRun(connection).materialize(model, Slice(), "result")
        connection.execute("ALTER TABLE result DROP COLUMN total")
        with pytest.raises(duckdb.BinderException):
            OfflineStore(tmp_path / "offline").write(connection, model, "result", Slice())
    assert (stored(tmp_path), files(tmp_path)) == before


rows_of_days = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.integers(0, 24 * 5 - 1).map(lambda hour: BASE + timedelta(hours=hour)),
        st.integers(-3, 3),
        st.integers(0, 2),
    ),
    max_size=12,
)
bounds = st.lists(st.integers(0, 24 * 5), min_size=3, max_size=3, unique=True).map(sorted)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=rows_of_days, bounds=bounds, order=st.permutations([0, 1]))
def test_two_halves_are_the_whole(tmp_path_factory, rows, bounds, order):
    a, b, c = (BASE + timedelta(hours=hour) for hour in bounds)
    whole, halves = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("halves")
    backfill(whole, query(*rows), Slice(a, c))
    for half in order:
        backfill(halves, query(*rows), [Slice(a, b), Slice(b, c)][half])
    assert stored(halves) == stored(whole)
    metadata = [json.loads((root / "offline/spend/_sqlfeat.json").read_text()) for root in (whole, halves)]
    assert metadata[0] == metadata[1]


KILLER = """
import os, shutil, signal, sys
from datetime import datetime
from pathlib import Path
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import Slice
from sqlfeat.stores.offline import OfflineStore
from tests.programs import columns, compiled

CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "open"}

def is_change(event, args):
    return event in CHANGES and ("_sqlfeat" in f"{args[0]}{args[1]}" or event == "os.mkdir" and "day=" in str(args[0]))

def backfill(root, last, sql):
    seen = []
    def watch(event, args):
        if is_change(event, args):
            seen.append(event)
            if len(seen) == last:
                os.kill(os.getpid(), signal.SIGKILL)
    with connect(root) as connection:
        output = columns(k="STRING", feature_time="TIMESTAMP(3)", total="BIGINT", o="BIGINT")
        model = compiled(output, sql, fingerprint="2")
        part = Slice(datetime(2013, 1, 2), datetime(2013, 1, 5))
        DuckdbRun(connection).materialize(model, part, "result")
        sys.addaudithook(watch)
        OfflineStore(root / "offline").write(connection, model, "result", part)

template, sql = Path(sys.argv[1]), sys.argv[2]
for last in range(1, 100):
    root = template.with_name(str(last))
    shutil.copytree(template, root)
    child = os.fork()
    if child == 0:
        backfill(root, last, sql)
        os._exit(0)
    if os.waitpid(child, 0)[1] != signal.SIGKILL:
        break
print(last)
"""


def test_a_killed_backfill_leaves_the_old_or_the_new_rows(tmp_path):
    """Killed just before every change of a file, one after the other, until it lives."""
    backfill(tmp_path / "template", query(*FOUR_DAYS))
    new_rows = query(("n", at(2, 1), 10, 1), ("n", at(3, 1), 11, 1))
    command = [sys.executable, "-c", KILLER, str(tmp_path / "template"), new_rows]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    killer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    before = stored(tmp_path / "template")
    after = [("a", at(1, 5), 1), ("n", at(2, 1), 10), ("n", at(3, 1), 11)]
    is_new = []
    for point in range(1, int(killer.stdout) + 1):
        root = tmp_path / str(point)
        rows = stored(root)
        assert rows in (before, after), f"killed at change {point}"
        is_new.append(rows == after)
        # The next backfill clears away what was left and changes nothing else.
        backfill(root, query(), Slice(at(6), at(7)))
        assert stored(root) == rows
        assert not [name for name in files(root) if "staging" in name]
    # Old up to the commit, new from there on, and both were seen.
    assert is_new == sorted(is_new)
    assert is_new.count(False) > 5
    assert is_new.count(True) > 5


def test_metadata_says_what_was_computed(tmp_path):
    backfill(tmp_path, query(*FOUR_DAYS), Slice(at(1), at(3)))
    view = OfflineStore(tmp_path / "offline").view("spend")
    assert view.columns == (("k", "STRING"), ("feature_time", "TIMESTAMP(3)"), ("total", "BIGINT"))
    assert (view.keys, view.feature_time, view.fingerprint) == (("k",), "feature_time", "1")
    assert [replace(part, fingerprint="") for part in view.computed] == [replace(view.computed[0], fingerprint="")]
