"""Tests as the YAML files declare them: unit tests of models, and tests of data. What they mean is not known here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.yaml_file import Located

CellValue = str | tuple["CellValue", ...] | None
"""A value as written: its text, the elements of a list, or NULL. Its column says how to read it."""

IMPLIED_DATE = date(2024, 1, 1)
"""The date of bare times in a unit test that gives none."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it is written; `key` is the place of its column's name."""

    value: CellValue
    span: Span
    key: Span


@dataclass(frozen=True, slots=True)
class Row:
    """The values of one row by column."""

    cells: dict[str, Cell]
    span: Span


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows, written in place or in a file.

    Attributes:
        rows: those written in place; empty when they are in a file.
        fixture: the file, relative to the project directory.
        span: where they are given.
    """

    rows: tuple[Row, ...]
    fixture: Located[str] | None
    span: Span


@dataclass(frozen=True, slots=True)
class InputName:
    """What a unit test replaces: `source('group', 'name')`, or `ref('name')` with an empty group."""

    group: str
    name: str
    span: Span

    def __str__(self) -> str:
        return f"source('{self.group}', '{self.name}')" if self.group else f"ref('{self.name}')"

    @property
    def full_name(self) -> str:
        """`group.name` of a source, the name of a model."""
        return f"{self.group}.{self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True)
class Given:
    """The rows of one input in order of arrival; a row lacks what `defaults` has for all of them."""

    input: InputName
    rows: Rows
    defaults: Row


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows of a source that must have been turned aside: how many, or which."""

    input: InputName
    count: int | None
    rows: Rows | None
    span: Span


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out.

    Attributes:
        rows: of the model, in any order.
        partial: whether columns that no row lists may hold anything.
        late: events that must have been late, by source; a source that is not listed may have any.
        rejected: rows that must have been rejected, by source; a source that is not listed must have none.
    """

    rows: Rows
    partial: bool = True
    late: tuple[Aside, ...] = ()
    rejected: tuple[Aside, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitTest:
    """A model, what it is given, and what it must give.

    Attributes:
        variables: override `vars:` of the project.
        date: of times without one.
    """

    name: str
    model: Located[str]
    given: tuple[Given, ...]
    expect: Expected
    span: Span
    description: str = ""
    variables: dict[str, Located[Any]] = field(default_factory=dict)
    date: date = IMPLIED_DATE


@dataclass(frozen=True, slots=True)
class DataTest:
    """A promise about columns, to be checked on what is stored.

    Attributes:
        name: as written, or made of the kind, the owner and the columns.
        kind: `not_null`, `unique`, `range` or `accepted_values`.
        owner: the model, or the full name of the source.
        columns: one; several for `unique`.
        values: of `accepted_values`.
        low, high: of `range`, both allowed; None is no bound.
        severity: `error` or `warn`.
        where: a condition that the rows it is about fulfil.
    """

    name: str
    kind: str
    owner: str
    columns: tuple[Located[str], ...]
    span: Span
    values: tuple[Cell, ...] = ()
    low: Cell | None = None
    high: Cell | None = None
    severity: str = "error"
    where: Located[str] | None = None
