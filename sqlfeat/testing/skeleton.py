"""A first unit test of a model: an event for each input, and what the model makes of them now."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from sqlfeat.compiler import bind_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.language.types import DataType, Kind
from sqlfeat.project.block import Block
from sqlfeat.project.unit_tests import read_unit_test
from sqlfeat.project.yaml_file import YamlFile
from sqlfeat.testing.on_duckdb import DuckdbTests, write_streams
from sqlfeat.testing.prepare import prepare_all
from sqlfeat.testing.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.project.declared_tests import UnitTest
    from sqlfeat.project.load import LoadedProject

_SAMPLES = {
    Kind.BOOLEAN: "true",
    Kind.INT: "1",
    Kind.BIGINT: "1",
    Kind.DECIMAL: "0.5",
    Kind.DOUBLE: "0.5",
    Kind.STRING: "a",
    Kind.DATE: "2024-01-01",
    Kind.TIMESTAMP: "10:00",
}


def skeleton(project: LoadedProject, model: str) -> str:
    """The YAML of a unit test that passes: one event for each input, and the rows that come of it.

    Args:
        project: the loaded project.
        model: what to test.

    Raises:
        SqlfeatError: SF0103, there is no such model; errors of the model itself.
    """
    if model not in project.models:
        label = did_you_mean(model, project.models)
        raise SqlfeatError(Diagnostic("SF0103", f"no model is named `{model}`", notes=(label,) if label else ()))
    given = list(_given(project, model))
    rows = _rows(project, _parsed(_text(model, given, ["[]"])))
    return _text(model, given, [*(f"      - {row}" for row in rows)] or ["[]"])


def _given(project: LoadedProject, model: str) -> Iterator[str]:
    """The inputs that the model names itself, with an event each."""
    bound = bind_models(project, [model])
    for name in project.models[model].refs:
        shown_columns = [c for c in bound[name].plan.schema.columns if not c.name.startswith("__")]
        yield from _input(f"ref('{name}')", {column.name: column.type for column in shown_columns})
    for group, name in project.models[model].sources:
        source = project.config.source(group, name)
        assert source is not None
        yield from _input(f"source('{group}', '{name}')", {column.name: column.type for column in source.columns})


def _input(name: str, types: dict[str, DataType]) -> Iterator[str]:
    cells = ", ".join(f"{column}: {_sample(type_)}" for column, type_ in types.items())
    yield f"      - input: {name}"
    yield "        rows:"
    yield f"          - {{{cells}}}"


def _sample(type_: DataType) -> str:
    if type_.element is not None:
        return f"[{_sample(type_.element)}]"
    return "0" if type_.kind is Kind.DECIMAL and not type_.scale else _SAMPLES[type_.kind]


def _text(model: str, given: list[str], expect: list[str]) -> str:
    inline = expect == ["[]"]
    lines = [
        "unit_tests:",
        f"  - name: {model}_of_one_event",
        "    description: Say what this is about.",
        f"    model: {model}",
        "    given:",
        *given,
        "    expect: []" if inline else "    expect:",
        *([] if inline else expect),
    ]
    return "\n".join(lines) + "\n"


def _parsed(text: str) -> UnitTest:
    node = yaml.SafeLoader(text).get_single_node()
    assert isinstance(node, yaml.MappingNode)
    problems: list[Diagnostic] = []
    file = YamlFile("(new test)", problems, text.split("\n"))
    (entry,) = Block(file, node, "a properties file").blocks("unit_tests", "a unit test")
    test = read_unit_test(entry, lambda block: block.text("description"))
    assert test is not None
    assert not problems
    return test


def _rows(project: LoadedProject, test: UnitTest) -> list[str]:
    """What the model gives."""
    root = project.config.root
    (prepared,) = prepare_all(project, [test])
    write_streams(root, [prepared])
    with connect(root) as connection:
        outcome = DuckdbTests(connection, root).outcome(prepared)
    if outcome.failed:
        raise SqlfeatError(*outcome.failed)
    names = [column.name for column in prepared.columns]
    return [_row(dict(zip(names, row, strict=True))) for row in outcome.rows]


def _row(values: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {_written(value)}" for name, value in values.items()) + "}"


def _written(value: Any) -> str:
    """A value as it is read back."""
    match value:
        case None:
            return "~"
        case list():
            return "[" + ", ".join(_written(item) for item in value) + "]"
        case bool() | int() | float() | Decimal() | datetime() | date():
            return shown(value)
    return shown(str(value))
