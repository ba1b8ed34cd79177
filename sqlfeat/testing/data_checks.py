"""The queries behind data tests: the rows that break a promise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.language.trees import duckdb_type
from sqlfeat.language.types import Kind
from sqlfeat.testing.values import typed_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlfeat.language.types import DataType
    from sqlfeat.project.declared_tests import Cell, DataTest

ROWS = "sqlfeat__tested"
"""The view of the rows that are tested."""
TIMES = "rows"
"""The column that says how many rows share the values of a test `unique`."""
_UNBOUNDED = (Kind.STRING, Kind.BOOLEAN, Kind.ARRAY)


@dataclass(frozen=True, slots=True)
class Check:
    """A data test as a condition on rows.

    Attributes:
        broken: the rows that break it; a query of `ROWS`.
        parameters: of the query.
        where: a query giving the rows it is about; None for all.
    """

    test: DataTest
    broken: exp.Select
    parameters: tuple[Any, ...]
    where: str | None = None

    def count(self) -> str:
        """The number of rows that break the promise; for `unique`, of values that are there more than once."""
        return exp.select(exp.Count(this=exp.Star())).from_(self.broken.subquery("broken")).sql("duckdb")

    def first(self, limit: int) -> str:
        """The first of them."""
        return self.broken.copy().limit(limit).sql("duckdb")


def check_of(
    test: DataTest, types: Mapping[str, DataType], identity: tuple[str, ...], problems: list[Diagnostic]
) -> Check | None:
    """The query of a data test; None after a problem.

    Args:
        test: as declared.
        types: the columns of the model or source.
        identity: the columns that say which row is which.
        problems: collects what is wrong (SF0123).
    """
    before = len(problems)
    for column in test.columns:
        if column.value not in types:
            label = did_you_mean(column.value, types)
            message = f"`{test.owner}` has no column `{column.value}`"
            notes = (f"columns: {', '.join(types)}",)
            problems.append(Diagnostic("SF0123", message, column.span, label, notes))
    if len(problems) == before:
        problems += _misfits(test, types)
    if len(problems) > before:
        return None
    if test.kind == "unique":
        return _duplicates(test)
    return _filtered(test, types, tuple(dict.fromkeys((*identity, *(column.value for column in test.columns)))))


def _misfits(test: DataTest, types: Mapping[str, DataType]) -> Iterator[Diagnostic]:
    """What the type of the column does not allow."""
    column = test.columns[0].value if test.columns else ""
    if test.kind == "range" and types[column].kind in _UNBOUNDED:
        message = f"`{column}` is {types[column]}, which has no range"
        yield Diagnostic("SF0123", message, test.span, help="test it with accepted_values")
    elif test.kind == "accepted_values" and types[column].kind is Kind.ARRAY:
        yield Diagnostic("SF0123", f"`{column}` is {types[column]}, whose values cannot be listed", test.span)
    else:
        for cell in _cells(test):
            try:
                typed_value(cell.value, types[column], date.min)
            except ValueError as error:
                yield Diagnostic("SF0123", f"`{column}`: {error}", cell.span)


def _cells(test: DataTest) -> Iterator[Cell]:
    yield from (cell for cell in (test.low, test.high, *test.values) if cell)


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _filtered(test: DataTest, types: Mapping[str, DataType], shown: tuple[str, ...]) -> Check:
    broken, parameters = _condition(test, types)
    select = exp.select(*map(_column, shown)).from_(ROWS).where(broken)
    return Check(test, select, parameters)


def _condition(test: DataTest, types: Mapping[str, DataType]) -> tuple[exp.Expr, tuple[Any, ...]]:
    """The condition that a row breaks the promise. A NULL breaks `not_null` only."""
    if test.kind == "not_null":
        return exp.or_(*(_column(column.value).is_(exp.null()) for column in test.columns)), ()
    column = test.columns[0].value
    values = tuple(typed_value(cell.value, types[column], date.min) for cell in _cells(test))
    given = exp.Cast(this=exp.Placeholder(), to=duckdb_type(types[column]))
    if test.kind == "accepted_values":
        return exp.not_(exp.In(this=_column(column), expressions=[given.copy() for _ in values])), values
    bounds = [side for side, cell in ((exp.LT, test.low), (exp.GT, test.high)) if cell]
    return exp.or_(*(side(this=_column(column), expression=given.copy()) for side in bounds)), values


def _duplicates(test: DataTest) -> Check:
    """Values that several rows share. As in SQL, a row with a NULL among them is like no other."""
    columns = [column.value for column in test.columns]
    counted = exp.alias_(exp.Count(this=exp.Star()), TIMES, quoted=True)
    present = exp.and_(*(exp.not_(_column(name).is_(exp.null())) for name in columns))
    select = exp.select(*map(_column, columns), counted).from_(ROWS).where(present)
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    return Check(test, select.group_by(*map(_column, columns)).having(several), ())
