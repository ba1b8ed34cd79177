"""Every lowering fixture: the SQL of both engines as text, and the rows it gives.

`SQLFEAT_UPDATE=1` writes the SQL given now into the fixtures; expected rows are written by hand and never updated.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.lower.program import LowerOptions
from tests.lower.fixtures import (
    FOLDER,
    TOPICS,
    Fixture,
    compile_fixture,
    exact,
    expected_rows,
    load_fixture,
    prepare_duckdb,
    quoted,
    run_on_duckdb,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel

UPDATE = bool(os.environ.get("SQLFEAT_UPDATE"))


@pytest.fixture(scope="module")
def compiled(tmp_path_factory) -> Callable[[str], Compiled]:
    """Compiles a fixture, each once."""

    @cache
    def compile_topic(topic: str) -> Compiled:
        fixture = load_fixture(topic)
        root = fixture.write(tmp_path_factory.mktemp(topic))
        return Compiled(fixture, root, compile_fixture(fixture, root))

    return compile_topic


@dataclass(frozen=True)
class Compiled:
    fixture: Fixture
    root: Path
    models: list[CompiledModel]


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("engine", ["duckdb", "flink"])
def test_the_sql_is_as_written(topic, engine, compiled):
    models = compiled(topic).models
    given = "\n\n".join(f"-- {model.name}\n{sql_of(model, engine)}" for model in models) + "\n"
    path = FOLDER / f"{topic}.{engine}.sql"
    if UPDATE:
        path.write_text(given, encoding="utf-8")
    assert given == path.read_text(encoding="utf-8"), "if the new SQL is right, SQLFEAT_UPDATE=1 writes it"


def sql_of(model: CompiledModel, engine: str) -> str:
    return model.duckdb.query if engine == "duckdb" else model.flink.definitions[-1].sql


class Verbatim(DuckDB):
    """DuckDB's grammar with the functions as they are written."""

    class Parser(DuckDB.Parser):
        FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {
            name: parse for name, parse in DuckDB.Parser.FUNCTION_PARSERS.items() if name in ("CAST", "TRY_CAST")
        }
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDB.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}


@pytest.mark.parametrize("topic", TOPICS)
def test_duckdb_reads_its_sql_as_it_was_meant(topic, compiled):
    for model in compiled(topic).models:
        read = sqlglot.parse_one(model.duckdb.query, dialect=Verbatim).sql(Verbatim, pretty=True)
        # sqlglot reads `DATE '...'` as a cast.
        given, meant = (
            re.sub(r"(DATE|TIMESTAMP) ('[^']*')", r"CAST(\2 AS \1)", sql) for sql in (read, model.duckdb.query)
        )
        assert given == meant, model.name


@pytest.mark.parametrize("topic", TOPICS)
def test_every_step_names_its_columns_once_and_is_used(topic, compiled):
    for model in compiled(topic).models:
        tree = sqlglot.parse_one(model.duckdb.query, dialect="duckdb")
        steps = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}
        read = {table.name for table in tree.find_all(exp.Table)}
        assert set(steps) <= read, f"{model.name} computes what nothing reads"
        for select in tree.find_all(exp.Select):
            names = [item.alias_or_name for item in select.expressions]
            assert len(set(names)) == len(names), f"{model.name}: {names}"
        assert [item.alias_or_name for item in tree.expressions] == [column.name for column in model.columns]


@pytest.mark.parametrize("topic", TOPICS)
def test_duckdb_gives_the_rows(topic, compiled):
    fixture, models = compiled(topic).fixture, compiled(topic).models
    assert {model.name for model in models} == set(fixture.expected)
    with connect(compiled(topic).root, threads=2) as connection:
        prepare_duckdb(connection, models)
        given = {model.name: run_on_duckdb(connection, model) for model in models}
    assert given == {model.name: expected_rows(fixture, model) for model in models}


def test_no_two_fixtures_have_a_model_of_one_name():
    names = [name for topic in TOPICS for name in load_fixture(topic).expected]
    assert len(set(names)) == len(names), "all fixtures run as one Flink job"


@pytest.fixture(scope="module")
def flink_rows(tmp_path_factory) -> dict[str, Any]:
    """Rows of every model of every fixture on Flink, as one job."""
    from sqlfeat.engines.flink.job import run_job

    root = tmp_path_factory.mktemp("all")
    options = LowerOptions(output_dir=str(root / "out"), log_dir=str(root / "logs"), project_dir=str(root))
    models = []
    for topic in TOPICS:
        fixture = load_fixture(topic)
        fixture.write(root / topic)
        own = LowerOptions(output_dir=options.output_dir, log_dir=options.log_dir, project_dir=str(root / topic))
        models += compile_fixture(fixture, root / topic, own)
    run_job(models, name="lowering fixtures", log_file=root / "flink.log", parallelism=2)
    return {model.name: streamed(model, root / "out" / model.name) for model in models}


def streamed(model: CompiledModel, folder: Path) -> list[str]:
    from sqlfeat.parity.flink_output import output_files, select_output

    query = select_output(output_files(folder), model.columns).sql("duckdb")
    columns = ", ".join(map(quoted, visible(model)))
    with connect(folder.parent) as connection:
        return exact(connection.execute(f"SELECT {columns} FROM ({query})").fetchall())


@pytest.mark.engine
@pytest.mark.parametrize("topic", TOPICS)
def test_flink_gives_the_rows(topic, compiled, flink_rows):
    fixture, models = compiled(topic).fixture, compiled(topic).models
    expected = {model.name: expected_rows(fixture, model) for model in models}
    assert {name: flink_rows[name] for name in expected} == expected
