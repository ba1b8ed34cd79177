from __future__ import annotations

from datetime import datetime

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import Slice, Statement
from tests.programs import columns, compiled

OUTPUT = columns(k="STRING", feature_time="TIMESTAMP(3)", total="BIGINT", o="BIGINT")
ROWS = """SELECT * FROM (VALUES
  ('b', TIMESTAMP '2013-01-02 00:00:00', 3, 1),
  ('a', TIMESTAMP '2013-01-01 12:00:00', 2, 9),
  ('a', TIMESTAMP '2013-01-01 12:00:00', 1, 8),
  ('c', TIMESTAMP '2013-01-01 12:00:00', 7, NULL)) AS t(k, feature_time, total, o)"""


@pytest.fixture
def run(tmp_path):
    with connect(tmp_path) as connection:
        yield DuckdbRun(connection)


def test_a_result_is_sorted_typed_and_cut_to_the_slice(run):
    model = compiled(OUTPUT, ROWS)
    rows = run.materialize(model, Slice(datetime(2013, 1, 1), datetime(2013, 1, 2)), "result")
    assert rows == 3
    table = run.connection.table("result")
    assert [str(t) for t in table.types] == ["VARCHAR", "TIMESTAMP", "BIGINT", "BIGINT"]
    assert [row[2] for row in table.fetchall()] == [7, 1, 2]
    run.drop("result")
    run.drop("result")


def test_a_source_of_two_models_is_created_once_and_setup_runs_each_time(run):
    shared = Statement("s", "CREATE TEMP VIEW s AS " + ROWS)
    setup = ["CREATE OR REPLACE TEMP MACRO twice(x) AS x * 2"]
    query = "SELECT k, feature_time, twice(total) AS total, o FROM s;"
    for name in ("one", "two"):
        model = compiled(OUTPUT, query, name=name, setup=setup, sources=[shared])
        assert run.materialize(model, Slice(), "result") == 4


def test_rejects_of_a_shared_source_come_once(run):
    sql = "CREATE TEMP VIEW r AS SELECT 'nyc.flights' AS source, 'no number' AS reason, {'a': 'x'} AS row"
    for name in ("one", "two"):
        model = compiled(OUTPUT, ROWS, name=name, rejects=[Statement("r", sql)])
        run.materialize(model, Slice(), "result")
    ((source, reason, row),) = [(r.source, r.reason, r.row) for r in run.rejects()]
    assert (source, reason, row) == ("nyc.flights", "no number", "{'a': x}")


def test_a_value_out_of_range_is_about_the_model(run):
    model = compiled(OUTPUT, "SELECT 'a' AS k, TIMESTAMP '2013-01-01' AS feature_time, 1e30 AS total, 1 AS o")
    with pytest.raises(SqlfeatError) as caught:
        run.materialize(model, Slice(), "result")
    (problem,) = caught.value.diagnostics
    assert problem.code == "SF0604"
    assert problem.message.startswith("DuckDB failed to compute `spend`: Type DOUBLE with value 1e+30 can't be cast")
    assert problem.notes == ("model: models/spend.sql",)


def test_sql_that_duckdb_does_not_know_is_a_bug(run):
    with pytest.raises(SqlfeatError) as caught:
        run.materialize(compiled(OUTPUT, "SELECT nothing FROM nowhere"), Slice(), "result")
    (problem,) = caught.value.diagnostics
    assert problem.code == "SF9902"
    assert problem.message == (
        "DuckDB does not accept the SQL compiled for `spend`: Table with name nowhere does not exist!"
    )
