"""Names in tests that nothing has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.diagnostics.suggest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.project.config import ProjectConfig
    from sqlfeat.project.declared_tests import InputName, UnitTest


def missing_names(config: ProjectConfig, models: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Models, sources and variables that unit tests name and the project does not have.

    Args:
        config: what the YAML files say.
        models: the names of all model files.
    """
    for test in config.unit_tests:
        if test.model.value not in models:
            message = f"there is no model `{test.model.value}` to test"
            yield Diagnostic("SF0121", message, test.model.span, did_you_mean(test.model.value, models))
        for name in _inputs(test):
            if name.group and config.source(name.group, name.name) is None:
                declared = [source.full_name for source in config.sources]
                notes = (f"declared: {', '.join(declared) or 'none'}",)
                label = did_you_mean(name.full_name, declared)
                yield Diagnostic("SF0121", f"there is no source `{name.full_name}`", name.span, label, notes)
            elif not name.group and name.name not in models:
                label = did_you_mean(name.name, models)
                yield Diagnostic("SF0121", f"there is no model `{name.name}`", name.span, label)
        for variable, value in test.variables.items():
            if variable not in config.vars:
                notes = (f"variables: {', '.join(config.vars) or 'none'}",)
                label = did_you_mean(variable, config.vars)
                yield Diagnostic("SF0121", f"the project has no variable `{variable}`", value.span, label, notes)


def _inputs(test: UnitTest) -> Iterator[InputName]:
    yield from (given.input for given in test.given)
    yield from (aside.input for aside in (*test.expect.late, *test.expect.rejected))
