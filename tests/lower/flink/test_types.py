"""Flink gives every column of every step the type that the compiler says: what is computed from it depends on that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlglot import exp

from sqlfeat.dialects.flink import Flink
from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.job import merge_options, merge_statements
from sqlfeat.lower.expressions import identifier
from sqlfeat.lower.flink.steps import FlinkSteps
from tests.conformance.flink_engine import column_types
from tests.lower.fixtures import TOPICS, compile_fixture, load_fixture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlfeat.plan.nodes import Plan

pytestmark = pytest.mark.engine


class Lowered:
    """What has been lowered to Flink: the steps in their order, and which relation of the plan each gives."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._steps: dict[FlinkSteps, list[exp.CTE]] = {}
        self._relations: dict[tuple[FlinkSteps, str], Plan] = {}
        add, relation = FlinkSteps.add, FlinkSteps.relation

        def added(steps: FlinkSteps, kind: str, query: exp.Expr) -> str:
            name = add(steps, kind, query)
            alias = exp.TableAlias(this=identifier(name))
            self._steps.setdefault(steps, []).append(exp.CTE(this=query, alias=alias))
            return name

        def given(steps: FlinkSteps, plan: Plan) -> str:
            name = relation(steps, plan)
            self._relations[steps, name] = plan
            return name

        monkeypatch.setattr(FlinkSteps, "add", added)
        monkeypatch.setattr(FlinkSteps, "relation", given)

    def queries(self) -> Iterator[tuple[Plan, str]]:
        """Each relation with the query that gives its columns; those of sources are no steps."""
        for (steps, name), plan in self._relations.items():
            names = [step.alias for step in self._steps.get(steps, [])]
            if name in names:
                select = steps.select(steps.columns(plan.schema.names), name)
                upto = self._steps[steps][: names.index(name) + 1]
                select.set("with_", exp.With(expressions=[step.copy() for step in upto]))
                yield plan, select.sql(dialect=Flink)


@pytest.mark.parametrize("topic", TOPICS)
def test_columns_have_the_types_of_the_plan(topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lowered = Lowered(monkeypatch)
    models = compile_fixture(fixture := load_fixture(topic), fixture.write(tmp_path))
    environment = create_environment(tmp_path / "flink.log", 1, merge_options(models))
    for statement in merge_statements([each for model in models for each in model.flink.definitions]):
        environment.execute_sql(statement.sql)
    queries = list(lowered.queries())
    assert queries
    for plan, query in queries:
        found = column_types(environment.sql_query(query).get_schema())
        assert dict(zip(plan.schema.names, found, strict=True)) == {c.name: str(c.type) for c in plan.schema.columns}
