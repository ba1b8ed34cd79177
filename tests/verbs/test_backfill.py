from __future__ import annotations

import json
from datetime import datetime

import duckdb
import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.language.types import parse_type
from sqlfeat.lower.program import LowerOptions, Slice, Statement
from sqlfeat.project.config import Column, History, Source
from sqlfeat.stores.offline import OfflineStore
from sqlfeat.verbs.backfill import backfill_models
from tests.programs import columns, compiled

OUTPUT = columns(k="STRING", feature_time="TIMESTAMP(3)", total="BIGINT")
EVERYTHING = Slice()
SHOP = Source(
    "shop", "orders", (Column("k", parse_type("STRING")),), "ts", 0, (), (), None, None, History("csv", "orders.csv")
)
VIEW = Statement("orders", "CREATE TEMP VIEW orders AS SELECT * FROM read_csv('orders.csv', all_varchar = true)")
REJECTS = Statement(
    "orders__rejects",
    """CREATE TEMP VIEW orders__rejects AS SELECT 'shop.orders' AS source, '`n` is no BIGINT' AS reason, n AS row
    FROM orders WHERE TRY_CAST(n AS BIGINT) IS NULL""",
)
QUERY = """SELECT k, CAST(ts AS TIMESTAMP) AS feature_time, TRY_CAST(n AS BIGINT) AS total FROM orders
WHERE TRY_CAST(n AS BIGINT) IS NOT NULL"""


def model(name: str, query: str = QUERY, **options):
    return compiled(OUTPUT, query, name=name, sources=[VIEW], rejects=[REJECTS], reads=[SHOP.full_name], **options)


def run(root, models, console, part=EVERYTHING, **options):
    store = OfflineStore(root / "offline")
    lower = LowerOptions(slice=part, log_dir="target/logs/backfill")
    return backfill_models(models, [SHOP], root, store, lower, console, **options)


@pytest.fixture
def root(tmp_path):
    (tmp_path / "orders.csv").write_text(
        "k,ts,n\na,2013-01-01 10:00:00,1\nb,2013-01-02 10:00:00,x\na,2013-01-02 11:00:00,3\nü,2013-01-03 00:00:00,y\n"
    )
    return tmp_path


def test_models_are_stored_and_rejects_of_a_shared_source_counted_once(root):
    console = CaptureConsole()
    result = run(root, [model("one"), model("two")], console)
    assert [(done.name, done.rows, done.days) for done in result.models] == [("one", 2, 2), ("two", 2, 2)]
    assert str(result) == "one: 2 rows, 2 days\ntwo: 2 rows, 2 days"
    (rejected,) = result.rejected
    assert (rejected.source, rejected.rows) == ("shop.orders", 2)
    lines = [json.loads(line) for line in rejected.log.read_text().splitlines()]
    assert lines == [{"source": "shop.orders", "reason": "`n` is no BIGINT", "row": row} for row in "xy"]
    assert console.warnings == ["shop.orders: 2 rows rejected, see target/logs/backfill/shop.orders/rejects/part.jsonl"]
    assert [(node.name, node.index, node.total, node.status, node.detail) for node in console.nodes] == [
        ("one", 1, 2, "", ""),
        ("one", 1, 2, "ok", "2 rows, 2 days"),
        ("two", 2, 2, "", ""),
        ("two", 2, 2, "ok", "2 rows, 2 days"),
    ]
    part = duckdb.read_parquet(str(root / "offline/two/day=2013-01-02/part.parquet"), hive_partitioning=False)
    assert part.fetchall() == [("a", datetime(2013, 1, 2, 11), 3)]


def test_a_log_of_rejects_that_are_no_more_goes(root):
    log = root / "target/logs/backfill/shop.orders/rejects/part.jsonl"
    run(root, [model("one")], CaptureConsole())
    assert log.exists()
    (root / "orders.csv").write_text("k,ts,n\na,2013-01-01 10:00:00,1\n")
    console = CaptureConsole()
    assert run(root, [model("one")], console).rejected == ()
    assert not log.exists()
    assert console.warnings == []


def test_one_model_fails_and_the_others_are_stored(root):
    broken = model("broken", QUERY.replace("TRY_CAST(n AS BIGINT) AS total", "1e30 AS total"))
    console = CaptureConsole()
    with pytest.raises(SqlfeatError) as caught:
        run(root, [broken, model("good")], console)
    assert [problem.code for problem in caught.value.diagnostics] == ["SF0604"]
    assert OfflineStore(root / "offline").latest("good", {"k": "a"})["total"] == 3
    assert [node.status for node in console.nodes] == ["", "fail", "", "ok"]
    assert len(console.warnings) == 1


def test_a_missing_history_stops_everything_before_it_begins(root):
    (root / "orders.csv").unlink()
    console = CaptureConsole()
    with pytest.raises(SqlfeatError) as caught:
        run(root, [model("one"), model("two")], console)
    (problem,) = caught.value.diagnostics
    assert problem.message == "the history of source `shop.orders` is missing: no file matches `orders.csv`"
    assert console.nodes == []


def test_what_an_older_definition_computed_is_pointed_out(root):
    run(root, [model("one")], CaptureConsole(), Slice(datetime(2013, 1, 1), datetime(2013, 1, 3)))
    console = CaptureConsole()
    later = model("one", fingerprint="2")
    run(root, [later], console, Slice(datetime(2013, 1, 2), datetime(2013, 1, 3)))
    assert console.warnings[0] == (
        "one: rows from an older definition remain stored: 2013-01-01 00:00:00 to 2013-01-02 00:00:00"
    )
    console = CaptureConsole()
    run(root, [later], console, Slice(datetime(2013, 1, 2), datetime(2013, 1, 3)), full_refresh=True)
    assert [warning for warning in console.warnings if warning.startswith("one")] == []
