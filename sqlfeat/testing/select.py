"""Which tests a selection means: those of the models it selects, those of a name, those of a kind."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import closest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.project.declared_tests import DataTest, UnitTest
    from sqlfeat.project.load import LoadedProject

TYPES = ("unit", "data")


@dataclass(frozen=True, slots=True)
class Selected:
    """The tests to run, in the order of their files."""

    unit: tuple[UnitTest, ...]
    data: tuple[DataTest, ...]

    def __len__(self) -> int:
        return len(self.unit) + len(self.data)


@dataclass(frozen=True, slots=True)
class _Named:
    """What a term can tell about a test."""

    name: str
    type: str
    owner: str


def select_tests(project: LoadedProject, select: Sequence[str], exclude: Sequence[str]) -> Selected:
    """The tests of a selection; all when nothing is selected.

    Terms are those of models, and `test_name:x` and `test_type:unit`; `source:x` also means the tests of that source.
    Tests of disabled models are left out.

    Raises:
        SqlfeatError: SF0103 or SF0119, a term is malformed or means nothing there is.
    """
    unit = [test for test in project.config.unit_tests if test.model.value in project.models]
    data = [test for p in project.config.properties if p.name in project.models for test in p.tests]
    data += [test for source in project.config.sources for test in source.tests]
    named = [_Named(test.name, "unit", test.model.value) for test in unit]
    named += [_Named(test.name, "data", test.owner) for test in data]
    terms = _Terms(project, named)
    chosen = terms.union(select) if any(text.strip() for text in select) else set(range(len(named)))
    chosen -= terms.union(exclude)
    return Selected(
        tuple(test for index, test in enumerate(unit) if index in chosen),
        tuple(test for index, test in enumerate(data, len(unit)) if index in chosen),
    )


class _Terms:
    """Evaluates expressions to numbers of tests."""

    def __init__(self, project: LoadedProject, tests: Sequence[_Named]) -> None:
        self._project = project
        self._tests = tests

    def union(self, expressions: Sequence[str]) -> set[int]:
        parts = [part for text in expressions for part in text.split()]
        return set().union(*(self._intersection(part) for part in parts))

    def _intersection(self, expression: str) -> set[int]:
        return set.intersection(*(self._term(text) for text in expression.split(",")))

    def _term(self, text: str) -> set[int]:
        method, colon, value = text.partition(":")
        if colon and method == "test_name":
            return self._by_name(value)
        if colon and method == "test_type":
            return self._by_type(value)
        owners = self._owners(text, method if colon else "", value)
        return {index for index, test in enumerate(self._tests) if test.owner in owners}

    def _owners(self, text: str, method: str, value: str) -> set[str]:
        """The models of a term, and the sources that `source:` names themselves."""
        sources: set[str] = set()
        if method == "source":
            for source in self._project.config.sources:
                if any(fnmatchcase(name, value) for name in (source.group, source.full_name)):
                    sources.add(source.full_name)
        try:
            return {*self._project.select([text]), *sources}
        except SqlfeatError:
            if sources:
                return sources
            raise

    def _by_name(self, pattern: str) -> set[int]:
        found = {index for index, test in enumerate(self._tests) if fnmatchcase(test.name, pattern)}
        if not found:
            near = closest(pattern, [test.name for test in self._tests])
            notes = (f"nearest: {', '.join(near)}",) if near else ()
            raise SqlfeatError(Diagnostic("SF0103", f"no test is named `{pattern}`", notes=notes))
        return found

    def _by_type(self, value: str) -> set[int]:
        if value not in TYPES:
            message = f"there is no type of test `{value}`"
            raise SqlfeatError(Diagnostic("SF0119", message, notes=(f"types: {', '.join(TYPES)}",)))
        return {index for index, test in enumerate(self._tests) if test.type == value}
