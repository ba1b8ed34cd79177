from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import duckdb
import pytest

from sqlfeat.connectors.artifact import Artifact
from sqlfeat.language.types import BIGINT, STRING, TIMESTAMP
from sqlfeat.lower.program import CompiledModel, DuckdbProgram, FlinkProgram, OutputColumn, Role, Statement
from sqlfeat.verbs.scripts import duckdb_script, flink_script


@pytest.fixture
def model():
    return CompiledModel(
        name="m",
        path="models/m.sql",
        columns=(
            OutputColumn("k", STRING, nullable=False, role=Role.KEY),
            OutputColumn("feature_time", TIMESTAMP, nullable=False, role=Role.FEATURE_TIME),
            OutputColumn("n", BIGINT, nullable=False, role=Role.FEATURE),
        ),
        duckdb=DuckdbProgram(
            setup=("SET TimeZone = 'UTC'",),
            sources=(Statement("s", "CREATE OR REPLACE TEMP VIEW s AS SELECT 1 AS n, ';' AS k;"),),
            rejects=(Statement("r", "CREATE OR REPLACE TEMP VIEW r AS SELECT 's' AS source"),),
            query="SELECT k, n FROM s\n",
        ),
        flink=FlinkProgram(
            options=(("pipeline.name", "it's"),),
            definitions=(Statement("s", "CREATE TEMPORARY TABLE s (n BIGINT)"), Statement("m", "CREATE VIEW m AS ...")),
            sink=Statement("m__out", "CREATE TEMPORARY TABLE m__out (n BIGINT)"),
            insert="INSERT INTO m__out SELECT n FROM m",
            log_inserts=(Statement("s__late", "INSERT INTO s__late SELECT n FROM s;\n"),),
        ),
        sources=("g.s",),
        fingerprint="f",
    )


def test_the_duckdb_script(model):
    assert duckdb_script(model) == dedent(
        """\
        -- m: DuckDB SQL of models/m.sql, compiled by sqlfeat; changes here are overwritten.
        -- Complete by itself. In the project directory: duckdb < FILE

        SET TimeZone = 'UTC';

        CREATE OR REPLACE TEMP VIEW s AS SELECT 1 AS n, ';' AS k;

        CREATE OR REPLACE TEMP VIEW r AS SELECT 's' AS source;

        SELECT k, n FROM s;
        """
    )


def test_the_duckdb_script_runs_by_itself(model):
    assert duckdb.connect().execute(duckdb_script(model)).fetchall() == [(";", 1)]


def test_the_flink_script(model):
    assert flink_script(model) == dedent(
        """\
        -- m: Flink SQL of models/m.sql, compiled by sqlfeat; changes here are overwritten.
        -- Complete by itself. In the project directory: sql-client.sh -f FILE

        SET 'pipeline.name' = 'it''s';

        CREATE TEMPORARY TABLE s (n BIGINT);

        CREATE VIEW m AS ...;

        CREATE TEMPORARY TABLE m__out (n BIGINT);

        EXECUTE STATEMENT SET
        BEGIN
        INSERT INTO m__out SELECT n FROM m;
        INSERT INTO s__late SELECT n FROM s;
        END;
        """
    )


def test_a_script_says_which_jars_it_needs(model):
    program = replace(model.flink, jars=(Artifact("g", "a", "1"),), decodes=True)
    header = flink_script(replace(model, flink=program)).split("\n")[2]
    assert header == "-- It needs these jars, which `sqlfeat deps` brings: g:a:1, the message format of sqlfeat"
    assert "jars" not in flink_script(model)
