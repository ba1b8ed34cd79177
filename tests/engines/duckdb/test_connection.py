from __future__ import annotations

import duckdb
import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect


def test_time_is_utc_and_files_are_found_from_the_project(tmp_path, monkeypatch):
    project = tmp_path / "my project"
    (project / "data").mkdir(parents=True)
    duckdb.sql("SELECT 1 AS a").write_parquet(str(project / "data" / "x.parquet"))
    monkeypatch.chdir("/")
    with connect(project, threads=1, memory_limit="512MB") as connection:
        assert connection.execute("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)
        assert connection.execute("SELECT current_setting('threads')").fetchone() == (1,)
        assert connection.execute("FROM read_parquet('data/*.parquet')").fetchall() == [(1,)]


def test_a_path_that_duckdb_cannot_be_told_is_refused(tmp_path):
    with pytest.raises(SqlfeatError) as caught:
        connect(tmp_path / "a,b")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SF0607"
    assert diagnostic.message == (
        f"the path of the project directory contains `,`, which DuckDB cannot be told: `{tmp_path}/a,b`"
    )
