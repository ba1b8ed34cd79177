"""What a unit test gives, checked against the columns of the source or model that it takes the place of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.language.types import TIMESTAMP
from sqlfeat.testing.values import fed_value, typed_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.config import Column, Source
    from sqlfeat.project.declared_tests import Cell, Row

ARRIVES = "arrives"
"""The key of a row that says when it arrived; a column of that name is the column."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A source of a unit test.

    Attributes:
        input: what the user calls it: `shop.orders`, or the name of a model.
        source: what the engines read.
        rows: in order of arrival, as objects of JSON.
    """

    input: str
    source: Source
    rows: tuple[dict[str, Any], ...] = ()


class RowReader:
    """Reads the rows of one input.

    Args:
        input_name: for messages.
        source: its columns and clocks.
        day: of bare times.
        problems: collects what is wrong (SF0122).
        strict: refuse values that do not fit; otherwise the engines reject them, as they would in a stream.
    """

    def __init__(
        self, input_name: str, source: Source, day: date, problems: list[Diagnostic], *, strict: bool = False
    ) -> None:
        self._input = input_name
        self._source = source
        self._columns = {column.name: column for column in source.columns}
        self._day = day
        self._problems = problems
        self._strict = strict
        self._clock: datetime | None = None

    def read(self, rows: Sequence[Row], defaults: Row) -> tuple[dict[str, Any], ...]:
        """The rows, those of `defaults` filled in."""
        for name, cell in defaults.cells.items():
            self._known(name, cell)
        return tuple(self._row(row, {**defaults.cells, **row.cells}) for row in rows)

    def _row(self, row: Row, cells: dict[str, Cell]) -> dict[str, Any]:
        arrives = cells.pop(ARRIVES, None) if ARRIVES not in self._columns else None
        arrived = self._arrival(arrives, cells)
        values = {
            name: self._value(self._columns[name], cell)
            for name, cell in cells.items()
            if name in self._columns or (name in row.cells and self._known(name, cell))
        }
        clock = self._source.available_at
        if clock and arrives and clock not in values and arrived:
            values[clock] = arrived.isoformat(sep=" ", timespec="milliseconds")
        self._refuse_missing(row, values)
        return {name: values[name] for name in self._columns if name in values}

    def _known(self, name: str, cell: Cell) -> bool:
        if name in self._columns:
            return True
        label = did_you_mean(name, self._columns)
        notes = (f"columns: {', '.join(self._columns)}",)
        self._problem(f"`{self._input}` has no column `{name}`", cell.key, label=label, notes=notes)
        return False

    def _value(self, column: Column, cell: Cell) -> Any:
        try:
            if self._strict:
                typed_value(cell.value, column.type, self._day)
            fed = fed_value(cell.value, column.type, self._day)
        except ValueError as error:
            self._problem(f"`{column.name}`: {error}", cell.span)
            return None
        if self._strict and fed is None and not column.nullable:
            self._problem(f"`{column.name}` of `{self._input}` is never NULL", cell.span)
        return fed

    def _refuse_missing(self, row: Row, values: dict[str, Any]) -> None:
        missing = [name for name, column in self._columns.items() if not column.nullable and name not in values]
        if missing:
            listed = ", ".join(f"`{name}`" for name in missing)
            help_text = "give it in the row, or for all rows in `defaults:`"
            if not self._strict:
                help_text += f"; `{missing[0]}: null` sends the row without it, to be rejected"
            self._problem(f"the row has no {listed}, which `{self._input}` requires", row.span, help_text=help_text)

    def _arrival(self, arrives: Cell | None, cells: dict[str, Cell]) -> datetime | None:
        """When the row arrived: as said, else with its event or right behind the row before it."""
        if self._source.event_time is None:
            if arrives:
                self._problem(f"`{self._input}` is a table: its rows do not arrive", arrives.key)
            return None
        happened = self._time(cells.get(self._source.event_time))
        given = self._time(arrives)
        if arrives and given is None:
            self._problem(f"`arrives` must be a time, found `{arrives.value}`", arrives.span)
        elif arrives and given and self._clock and given < self._clock:
            message = f"the row arrives before the one above it, which arrives at {self._clock.isoformat(' ')}"
            help_text = "rows are listed in order of arrival; without `arrives:` a row arrives with its event"
            self._problem(message, arrives.span, help_text=help_text)
        self._clock = max((time for time in (self._clock, given or happened) if time), default=None)
        return self._clock

    def _time(self, cell: Cell | None) -> datetime | None:
        try:
            found: datetime | None = typed_value(cell.value, TIMESTAMP, self._day) if cell else None
        except ValueError:
            return None
        return found

    def _problem(
        self, message: str, span: Span, *, label: str = "", notes: tuple[str, ...] = (), help_text: str = ""
    ) -> None:
        self._problems.append(Diagnostic("SF0122", message, span, label, notes, help_text))
