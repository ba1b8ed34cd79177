"""Data tests: promises about what is stored of a feature view, and about the history of a source."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.compiler import bind_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.duckdb.preflight import check_histories
from sqlfeat.language.types import DataType, parse_type
from sqlfeat.lower.duckdb.program import prelude
from sqlfeat.lower.duckdb.sources import REASON, source_views
from sqlfeat.lower.names import parsed_name
from sqlfeat.lower.program import Role
from sqlfeat.project.config import Materialization
from sqlfeat.stores.offline import OfflineStore
from sqlfeat.testing.condition import ALL_ROWS, rows_where
from sqlfeat.testing.data_checks import ROWS, Check, check_of
from sqlfeat.testing.result import Finding, Status, Verdict
from sqlfeat.testing.values import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.project.config import Source
    from sqlfeat.project.declared_tests import DataTest
    from sqlfeat.project.load import LoadedProject

EXAMPLES = 3
"""Rows that are shown of those that break a promise."""
_ABSENT = ("SF0601", "SF0606", "SF0614")
"""Nothing is there to be tested: not a failure."""


class DataTests:
    """The data tests of a project, checked against what they are about.

    Args:
        project: the project.
        tests: those to run.

    Raises:
        SqlfeatError: with everything that is wrong with the tests (SF0123), or with the models they are about.
    """

    def __init__(self, project: LoadedProject, tests: Sequence[DataTest]) -> None:
        self._project = project
        problems: list[Diagnostic] = []
        self._tests = list(tests)
        self._sources = {source.full_name: source for source in project.config.sources}
        self._types = self._column_types()
        self._checks = {id(test): self._check(test, problems) for test in self._tests}
        if problems:
            raise SqlfeatError(*dict.fromkeys(problems))

    def _column_types(self) -> dict[str, dict[str, DataType]]:
        """The columns of everything that is tested."""
        models = {test.owner for test in self._tests if test.owner in self._project.models}
        bound = bind_models(self._project, sorted(models)) if models else {}
        views = {name: bound[name].view for name in models}
        return {
            name: {column.name: column.type for column in view.columns if column.role is not Role.ORDER}
            for name, view in views.items()
            if view
        }

    def _check(self, test: DataTest, problems: list[Diagnostic]) -> Check | None:
        if test.owner in self._sources:
            source = self._sources[test.owner]
            types = {column.name: column.type for column in source.columns}
            identity = tuple(name for name in (source.event_time, *source.order_by, *source.unique_key) if name)
            return self._where(check_of(test, types, identity, problems), types, problems)
        config = self._project.models[test.owner].config
        if config.materialized is Materialization.VIEW:
            message = f"`{test.owner}` is a view, of which nothing is stored to be tested"
            problems.append(Diagnostic("SF0123", message, test.span, help="test a feature view that reads it"))
            return None
        entity = self._project.config.entity(config.entity or "")
        keys = tuple(key.name for key in entity.keys) if entity else ()
        types = self._types[test.owner]
        return self._where(check_of(test, types, (*keys, "feature_time"), problems), types, problems)

    def _where(self, check: Check | None, types: Mapping[str, DataType], problems: list[Diagnostic]) -> Check | None:
        if check is None or check.test.where is None:
            return check
        return replace(check, where=rows_where(check.test.where, types, self._project.config, problems))

    def run(
        self, connection: DuckDBPyConnection, started: Callable[[str], None], ended: Callable[[Verdict], None]
    ) -> Iterator[Verdict]:
        """Run the tests.

        Args:
            connection: a connection of the project.
            started: told the name of each test.
            ended: told what came of it.
        """
        for test in self._tests:
            started(test.name)
            outcome = self._timed(connection, test)
            ended(outcome)
            yield outcome

    def _timed(self, connection: DuckDBPyConnection, test: DataTest) -> Verdict:
        since = time.perf_counter()
        status, findings = self._outcome(connection, test)
        seconds = time.perf_counter() - since
        return Verdict(test.name, "data", test.owner, status, test.span, findings, seconds)

    def _outcome(self, connection: DuckDBPyConnection, test: DataTest) -> tuple[Status, tuple[Finding, ...]]:
        check = self._checks[id(test)]
        assert check is not None
        try:
            self._view(connection, test, check.where)
        except SqlfeatError as error:
            absent = all(problem.code in _ABSENT for problem in error.diagnostics)
            findings = tuple(Finding(_sentence(problem)) for problem in error.diagnostics)
            return (Status.SKIP if absent else Status.FAIL), findings
        found = _broken(connection, check)
        if found is None:
            return Status.PASS, ()
        return (Status.WARN if test.severity == "warn" else Status.FAIL), (found,)

    def _view(self, connection: DuckDBPyConnection, test: DataTest, where: str | None) -> None:
        """Make `ROWS` the rows that the test is about.

        Raises:
            SqlfeatError: SF0614, SF0601 or SF0606, there are none yet; another one, they cannot be tested.
        """
        rows = ROWS if where is None else ALL_ROWS
        if source := self._sources.get(test.owner):
            self._view_source(connection, source, rows)
        else:
            self._view_stored(connection, test.owner, rows)
        if where is not None:
            _configure(connection)
            connection.sql(where).create_view(ROWS, replace=True)

    def _view_source(self, connection: DuckDBPyConnection, source: Source, name: str) -> None:
        check_histories(connection, self._project.config.root, [source])
        assert source.history is not None
        placed = replace(source, history=source.history.below(str(self._project.config.root)))
        connection.sql(_fitting_rows(connection, placed).sql("duckdb")).create_view(name, replace=True)

    def _view_stored(self, connection: DuckDBPyConnection, model: str, name: str) -> None:
        store = OfflineStore.of(self._project)
        view = store.view(model)
        stored = {column: parse_type(type_) for column, type_ in view.columns} if view else {}
        if view and stored != self._types[model]:
            raise SqlfeatError(_outdated(model))
        store.scan(connection, model).create_view(name, replace=True)


def _configure(connection: DuckDBPyConnection) -> None:
    for setting in prelude():
        connection.execute(setting)


def _fitting_rows(connection: DuckDBPyConnection, source: Source) -> exp.Select:
    """The rows of a history that fit the declaration, those without event time too."""
    _configure(connection)
    connection.execute(source_views(source)[0].sql)
    columns = [exp.column(column.name, quoted=True) for column in source.columns]
    parsed = exp.to_identifier(parsed_name(source), quoted=True)
    return exp.select(*columns).from_(parsed).where(exp.column(REASON, quoted=True).is_(exp.null()))


def _broken(connection: DuckDBPyConnection, check: Check) -> Finding | None:
    ((count,),) = connection.execute(check.count(), list(check.parameters)).fetchall()
    if not count:
        return None
    cursor = connection.execute(check.first(EXAMPLES), list(check.parameters))
    names = [column[0] for column in cursor.description or ()]
    rows: list[Mapping[str, Any]] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    details = [" ".join(f"{name}={shown(value)}" for name, value in row.items()) for row in rows]
    details += [f"and {count - len(rows):,} more"] if count > len(rows) else []
    return Finding(_broken_promise(check.test, count), details=tuple(details))


def _broken_promise(test: DataTest, count: int) -> str:
    columns = ", ".join(f"`{column.value}`" for column in test.columns)
    noun = "row" if count == 1 else "rows"
    match test.kind:
        case "not_null":
            return f"{count:,} {noun} of {test.owner} without {columns}"
        case "unique":
            values = "value" if count == 1 else "values"
            return f"{count:,} {values} of {columns} in several rows of {test.owner}"
        case "range":
            bounds = [f"from {test.low.value}"] if test.low else []
            bounds += [f"to {test.high.value}"] if test.high else []
            return f"{count:,} {noun} of {test.owner} with {columns} not {' '.join(bounds)}"
        case _:
            return f"{count:,} {noun} of {test.owner} with {columns} of another value"


def _sentence(problem: Diagnostic) -> str:
    return f"{problem.message}; {problem.help}" if problem.help else problem.message


def _outdated(model: str) -> Diagnostic:
    message = f"the stored rows of `{model}` have other columns than the model"
    return Diagnostic("SF0611", message, help=f"sqlfeat backfill --full-refresh --select {model}")
