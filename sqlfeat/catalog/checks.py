"""The tests of a model or source, as the catalog tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.catalog.model import CheckDoc

if TYPE_CHECKING:
    from sqlfeat.project.config import ProjectConfig, Source
    from sqlfeat.project.declared_tests import DataTest


def model_checks(config: ProjectConfig, name: str) -> tuple[CheckDoc, ...]:
    """The unit tests and data tests of a model."""
    unit = [
        CheckDoc(test.name, "unit", test.description, f"{test.span.path}:{test.span.line}")
        for test in config.unit_tests
        if test.model.value == name
    ]
    data = [test for properties in config.properties if properties.name == name for test in properties.tests]
    return (*unit, *map(_data, data))


def source_checks(source: Source) -> tuple[CheckDoc, ...]:
    """The data tests of a source."""
    return tuple(map(_data, source.tests))


def _data(test: DataTest) -> CheckDoc:
    columns = ", ".join(f"`{column.value}`" for column in test.columns)
    told = f"{columns} {_promise(test)}" + (f", where `{test.where.value}`" if test.where else "")
    warned = " (a warning)" if test.severity == "warn" else ""
    return CheckDoc(test.name, "data", told + warned, f"{test.span.path}:{test.span.line}")


def _promise(test: DataTest) -> str:
    match test.kind:
        case "not_null":
            return "never NULL"
        case "unique":
            return "never the same in two rows"
        case "range":
            bounds = [f"from {test.low.value}"] if test.low else []
            bounds += [f"to {test.high.value}"] if test.high else []
            return " ".join(bounds)
        case _:
            return "one of " + ", ".join(f"`{cell.value}`" for cell in test.values)
