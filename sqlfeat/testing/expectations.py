"""What a unit test expects, as values: rows of the model, and rows of sources that were turned aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.testing.values import typed_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlfeat.language.types import DataType
    from sqlfeat.project.declared_tests import Cell, Row


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows in any order, of which only some columns are told.

    Attributes:
        columns: the names of the columns told, in the order of the model; empty when no row is expected.
        rows: their values.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class WantedAside:
    """Rows of an input that must be turned aside: how many, or which; None is not told."""

    count: int | None
    rows: Wanted | None


class WantedReader:
    """Reads expected rows of one relation.

    Args:
        relation: its name, for messages.
        types: its columns.
        day: of bare times.
        problems: collects what is wrong (SF0122).
    """

    def __init__(self, relation: str, types: Mapping[str, DataType], day: date, problems: list[Diagnostic]) -> None:
        self._relation = relation
        self._types = types
        self._day = day
        self._problems = problems

    def read(self, rows: Sequence[Row], *, partial: bool = True) -> Wanted:
        """The rows; all of them list the same columns, with `partial` false every column there is."""
        before = len(self._problems)
        for row in rows:
            for name, cell in row.cells.items():
                self._check_known(name, cell)
        if len(self._problems) > before or not rows:
            return Wanted((), ())
        columns = tuple(name for name in self._types if name in rows[0].cells) if partial else tuple(self._types)
        for row in rows:
            self._check_complete(row, columns, partial=partial)
        if len(self._problems) > before:
            return Wanted((), ())
        return Wanted(columns, tuple(tuple(self._value(name, row.cells[name]) for name in columns) for row in rows))

    def _check_known(self, name: str, cell: Cell) -> None:
        if name not in self._types:
            label = did_you_mean(name, self._types)
            notes = (f"columns: {', '.join(self._types)}",)
            message = f"`{self._relation}` has no column `{name}`"
            self._problems.append(Diagnostic("SF0122", message, cell.key, label, notes))

    def _check_complete(self, row: Row, columns: tuple[str, ...], *, partial: bool) -> None:
        missing = ", ".join(f"`{name}`" for name in columns if name not in row.cells)
        added = ", ".join(f"`{name}`" for name in row.cells if name not in columns)
        reason = "all rows list the same columns" if partial else "with `partial: false` a row lists every column"
        if missing:
            self._problems.append(Diagnostic("SF0122", f"the expected row has no {missing}", row.span, help=reason))
        elif added:
            message = f"the expected row has {added}, which the first one has not"
            self._problems.append(Diagnostic("SF0122", message, row.span, help=reason))

    def _value(self, name: str, cell: Cell) -> Any:
        try:
            return typed_value(cell.value, self._types[name], self._day)
        except ValueError as error:
            self._problems.append(Diagnostic("SF0122", f"`{name}`: {error}", cell.span))
            return None
