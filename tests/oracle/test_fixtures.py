"""The oracle gives the rows that are written by hand in every lowering fixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.project.load import load_project
from tests.lower.fixtures import TOPICS, cell_value, load_fixture, table_of, visible
from tests.oracle.compare import differences
from tests.oracle.events import relation_of, views
from tests.oracle.values import NotInterpreted

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject
    from tests.lower.fixtures import Fixture
    from tests.oracle.relation import Relation


def sources_of(fixture: Fixture, project: LoadedProject) -> dict[str, Relation]:
    relations = {**fixture.text.get("streams", {}), **fixture.text.get("tables", {})}
    return {
        source.full_name.lower(): relation_of(
            source,
            [
                {column.name: cell_value(row[column.name], column.type) for column in source.columns}
                for row in table_of(relations[source.name]["rows"])
            ],
        )
        for source in project.config.sources
    }


def rows_of(relation: Relation, model: CompiledModel) -> list[tuple[Any, ...]]:
    places = {field.name: number for number, field in enumerate(relation.fields)}
    return [tuple(row.values[places[column.name]] for column in visible(model)) for row in relation.rows]


@pytest.mark.parametrize("topic", TOPICS)
def test_the_oracle_gives_the_rows(topic, tmp_path: Path):
    fixture = load_fixture(topic)
    project = load_project(fixture.write(tmp_path))
    sources = sources_of(fixture, project)
    unknown: list[str] = []
    for model in compile_models(project, project.order):
        if model.name not in fixture.expected:
            continue
        written = [
            [cell_value(row[column.name], column.type) for column in visible(model)]
            for row in table_of(fixture.expected[model.name])
        ]
        try:
            given = rows_of(views(project, sources, [model.name])[model.name], model)
        except NotInterpreted as reason:
            unknown.append(f"{model.name}: {reason}")
        else:
            assert differences(given, written) == [], model.name
    if unknown:
        pytest.skip(f"not interpreted: {'; '.join(unknown)}")
