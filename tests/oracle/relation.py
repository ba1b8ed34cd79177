"""Relations as lists of rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlglot import exp

from sqlfeat.language.types import TIMESTAMP, DataType
from tests.oracle.values import NotInterpreted, moment_of, order_key

Of = Callable[["Row"], Any]


@dataclass(eq=False, slots=True)
class Row:
    """A row.

    Attributes:
        values: by the relation's fields.
        time: its event time in milliseconds; None in a static table.
        tie: what tells it from rows of the same time, in order.
        members: of a row that stands for a group, the rows of the group in order.
    """

    values: tuple[Any, ...]
    time: int | None
    tie: tuple[Any, ...] = ()
    members: list[Row] = field(default_factory=list)

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it is in the order of events."""
        return (self.time, order_key(self.tie))


@dataclass(frozen=True, slots=True)
class Field:
    """A named column; `merged` is the right side's key of USING, found by its alias only."""

    alias: str
    name: str
    type: DataType
    merged: bool = False


@dataclass(frozen=True)
class Relation:
    """Rows and the names of their values.

    Attributes:
        now: numbers of the fields that are the event time as it is, or the end of a window.
        origin: of rows in windows, those that are the event time they had before.
    """

    fields: tuple[Field, ...]
    rows: list[Row]
    now: frozenset[int] = frozenset()
    origin: frozenset[int] = frozenset()

    def called(self, alias: str) -> Relation:
        return replace(self, fields=tuple(Field(alias, f.name, f.type) for f in self.fields))

    def renamed(self, names: list[str]) -> Relation:
        fields = [replace(f, name=name) for f, name in zip(self.fields, names, strict=False)]
        return replace(self, fields=(*fields, *self.fields[len(names) :]))

    def find(self, node: exp.Column) -> int | None:
        """The number of the field that a name stands for; None for EVENT_TIME where no field has that name."""
        name, alias = node.name.lower(), node.table.lower()
        found = [
            number
            for number, f in enumerate(self.fields)
            if f.name.lower() == name and (f.alias.lower() == alias if alias else not f.merged)
        ]
        if len(found) == 1:
            return found[0]
        if not found and name == "event_time":
            return None
        raise NotInterpreted(f"`{node.sql()}`, which may be {len(found)} columns")

    def column(self, node: exp.Column) -> tuple[DataType, Of]:
        number = self.find(node)
        if number is None:
            return TIMESTAMP, lambda row: moment_of(row.time or 0)
        return self.fields[number].type, lambda row: row.values[number]
