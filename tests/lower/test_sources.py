"""How sources are read, as text: what stands before the query of a feature view in the programs of both engines.

That the rows are right is proved by tests/rules, tests/parity and tests/engines. `SQLFEAT_UPDATE=1` writes the SQL
given now into the fixtures.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.lower.program import Bootstrap, LowerOptions
from sqlfeat.project.load import load_project
from tests.projects import write_project

if TYPE_CHECKING:
    from sqlfeat.lower.program import CompiledModel

FOLDER = Path(__file__).parents[1] / "fixtures" / "programs"
VIEW = """{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time, COUNT(*) OVER (PARTITION BY user_id ORDER BY ts) AS n
FROM {{ source('p', '%s') }}"""
JOINED = """{{ config(materialized='event', entity='user') }}
SELECT t.user_id, t.ts AS feature_time, p.name, p.born
FROM {{ source('p', 'topic') }} AS t LEFT JOIN {{ source('p', 'people') }} AS p ON t.user_id = p.user_id"""
STREAMS = ("files", "endless", "topic", "trusted", "csv", "avro", "other", "made")
PAST = LowerOptions(bootstrap=Bootstrap(datetime(2024, 3, 1), "/runs/past"))
MOVED = LowerOptions(
    output_dir="/runs/out",
    log_dir="/runs/logs",
    project_dir="/project",
    late_logs=(("p.endless", "/runs/late.parquet"),),
    until_latest=True,
)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    models = {f"models/{name}.sql": VIEW % name for name in STREAMS} | {"models/people.sql": JOINED}
    declared = (FOLDER / "sources.yml").read_text(encoding="utf-8")
    return load_project(write_project(tmp_path_factory.mktemp("p"), {"models/shop.yml": declared, **models}))


@pytest.mark.parametrize(
    ("name", "model", "options"),
    [
        *((name, name, LowerOptions()) for name in (*STREAMS, "people")),
        ("endless_after_the_past", "endless", PAST),
        ("people_after_the_past", "people", PAST),
        ("endless_moved", "endless", MOVED),
        ("topic_until_now", "topic", MOVED),
    ],
)
def test_the_sources_are_read_as_written(project, name, model, options):
    (compiled,) = compile_models(project, [model], options)
    for engine, given in (("duckdb", duckdb(compiled)), ("flink", flink(compiled))):
        path = FOLDER / f"{name}.{engine}.sql"
        if os.environ.get("SQLFEAT_UPDATE"):
            path.write_text(given, encoding="utf-8")
        assert given == path.read_text(encoding="utf-8"), "if the new SQL is right, SQLFEAT_UPDATE=1 writes it"


def duckdb(model: CompiledModel) -> str:
    return "\n\n".join(view.sql for view in (*model.duckdb.sources, *model.duckdb.rejects)) + "\n"


def flink(model: CompiledModel) -> str:
    program = model.flink
    options = [f"-- {key} = {value}" for key, value in program.options]
    needs = [f"-- needs {jar.coordinates}" for jar in program.jars] + ["-- needs our own format"] * program.decodes
    topics = [f"-- topic {topic.name} {dict(topic.properties)} {' '.join(topic.tables)}" for topic in program.topics]
    tables = [part.sql for part in (*program.definitions[:-1], program.sink)]
    inserts = [program.insert, *(part.sql for part in program.log_inserts)]
    return "\n".join([*options, *needs, *topics]) + "\n\n" + "\n\n".join([*tables, *inserts]) + "\n"
