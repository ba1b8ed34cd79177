from __future__ import annotations

import duckdb
import pytest

from sqlfeat.diagnostics.model import Span, SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.preflight import check_histories
from sqlfeat.language.types import parse_type
from sqlfeat.project.config import Column, History, Source

SPAN = Span("models/sources.yml", 3, 5, 12)


def source(history: History | None, *names: str) -> Source:
    columns = tuple(Column(name, parse_type("BIGINT"), span=SPAN) for name in names)
    return Source("nyc", "flights", columns, None, 0, (), (), None, None, history, span=SPAN)


def problems(root, *sources):
    with connect(root) as connection, pytest.raises(SqlfeatError) as caught:
        check_histories(connection, root, sources)
    return caught.value.diagnostics


def parquet(root, name="flights.parquet", sql="SELECT 1 AS flight_id, 2 AS dep_delay"):
    duckdb.sql(sql).write_parquet(str(root / name))
    return History("parquet", name)


def test_complete_histories_pass(tmp_path):
    (tmp_path / "c.csv").write_text("a,b\n1,2\n")
    (tmp_path / "j.jsonl").write_text('{"a": 1}\n')
    sources = [
        source(parquet(tmp_path), "flight_id", "DEP_DELAY"),
        source(parquet(tmp_path, "part-1.parquet"), "dep_delay"),
        source(History("parquet", "part-*.parquet"), "flight_id"),
        source(History("csv", "c.csv"), "a", "b"),
        source(History("json", "j.jsonl"), "a", "absent"),
    ]
    with connect(tmp_path) as connection:
        check_histories(connection, tmp_path, sources)


def test_a_missing_file_is_named_with_its_source_and_remedy(tmp_path):
    (problem,) = problems(tmp_path, source(History("parquet", "data/flights/*.parquet"), "a"))
    assert (problem.code, problem.span) == ("SF0601", SPAN)
    assert problem.message == (
        "the history of source `nyc.flights` is missing: no file matches `data/flights/*.parquet`"
    )
    assert problem.help == "put the file there or correct `history: path:`; paths start at the project directory"


def test_a_missing_column_suggests_the_nearest(tmp_path):
    (problem,) = problems(tmp_path, source(parquet(tmp_path), "flight_id", "dep_dealy"))
    assert problem.code == "SF0603"
    assert problem.message == "column `dep_dealy` of source `nyc.flights` is not in its history"
    assert problem.label == "did you mean `dep_delay`?"
    assert problem.notes == ("history: flights.parquet", "columns: flight_id, dep_delay")


def test_a_damaged_file_is_not_readable(tmp_path):
    (tmp_path / "x.parquet").write_text("no parquet at all, but long enough to look")
    (problem,) = problems(tmp_path, source(History("parquet", "x.parquet"), "a"))
    assert problem.code == "SF0602"
    assert problem.message.startswith("the history of source `nyc.flights` cannot be read as parquet: ")


def test_everything_is_reported_at_once(tmp_path):
    found = problems(tmp_path, source(None), source(History("csv", "x.csv")), source(parquet(tmp_path), "x", "y"))
    assert [problem.code for problem in found] == ["SF0606", "SF0601", "SF0603", "SF0603"]
