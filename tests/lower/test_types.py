"""On both engines each column of each step has the type of the plan: what is computed from it depends on that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

from sqlfeat.dialects.flink import Flink
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.job import merge_options, merge_statements
from sqlfeat.language.trees import duckdb_type
from sqlfeat.lower.duckdb.steps import DuckdbSteps
from sqlfeat.lower.expressions import identifier
from sqlfeat.lower.flink.steps import FlinkSteps
from sqlfeat.lower.steps import Steps
from tests.conformance.flink_engine import column_types
from tests.lower.fixtures import TOPICS, compile_fixture, load_fixture, prepare_duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.plan.nodes import Plan


class Lowered:
    """A fixture, the steps it is lowered to in their order, and which relation of the plan each gives."""

    def __init__(self, topic: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self._steps: dict[Steps, list[exp.CTE]] = {}
        self._relations: dict[tuple[Steps, str], Plan] = {}
        add, relation = Steps.add, Steps.relation

        def added(steps: Steps, kind: str, query: exp.Expr) -> str:
            name = add(steps, kind, query)
            alias = exp.TableAlias(this=identifier(name))
            self._steps.setdefault(steps, []).append(exp.CTE(this=query, alias=alias))
            return name

        def given(steps: Steps, plan: Plan) -> str:
            name = relation(steps, plan)
            self._relations[steps, name] = plan
            return name

        monkeypatch.setattr(Steps, "add", added)
        monkeypatch.setattr(Steps, "relation", given)
        fixture = load_fixture(topic)
        self.models: list[CompiledModel] = compile_fixture(fixture, fixture.write(root))

    def queries(self, lowering: type[Steps], dialect: Any) -> Iterator[tuple[Plan, str]]:
        """Each relation with the query that gives its columns; those of sources are no steps."""
        for (steps, name), plan in self._relations.items():
            names = [step.alias for step in self._steps.get(steps, [])]
            if isinstance(steps, lowering) and name in names:
                select = steps.select(steps.columns(plan.schema.names), name)
                upto = self._steps[steps][: names.index(name) + 1]
                select.set("with_", exp.With(expressions=[step.copy() for step in upto]))
                yield plan, select.sql(dialect=dialect)


@pytest.fixture
def lowered(topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lowered:
    return Lowered(topic, tmp_path, monkeypatch)


@pytest.mark.parametrize("topic", TOPICS)
def test_columns_have_the_types_of_the_plan_on_duckdb(lowered: Lowered) -> None:
    queries = list(lowered.queries(DuckdbSteps, DuckDB))
    assert queries
    with connect(lowered.root) as connection:
        prepare_duckdb(connection, lowered.models)
        for plan, query in queries:
            types = {c.name: duckdb_type(c.type).sql("duckdb") for c in plan.schema.columns}
            said = ", ".join(f'NULL::{type_} AS "{name}"' for name, type_ in types.items())
            assert _described(connection, query) == _described(connection, f"SELECT {said}")


def _described(connection: DuckDBPyConnection, query: str) -> dict[str, str]:
    return {name: type_ for name, type_, *_ in connection.execute(f"DESCRIBE {query}").fetchall()}


@pytest.mark.engine
@pytest.mark.parametrize("topic", TOPICS)
def test_columns_have_the_types_of_the_plan_on_flink(lowered: Lowered) -> None:
    queries = list(lowered.queries(FlinkSteps, Flink))
    assert queries
    environment = create_environment(lowered.root / "flink.log", 1, merge_options(lowered.models))
    for statement in merge_statements([each for model in lowered.models for each in model.flink.definitions]):
        environment.execute_sql(statement.sql)
    for plan, query in queries:
        found = column_types(environment.sql_query(query).get_schema())
        assert dict(zip(plan.schema.names, found, strict=True)) == {c.name: str(c.type) for c in plan.schema.columns}
