"""Comparing rows of which one does not know the order: what is left of two heaps when equal rows are taken away."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.testing.values import canonical, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CellDifference:
    """A cell that differs, as both sides show it."""

    column: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that one side has otherwise, or not at all.

    Attributes:
        row: cells that say which row it is: its keys, or all of it if one side has not got it.
        cells: that differ; empty if one side has not got the row.
        only: `left` or `right` if the other side has not got it.
    """

    row: dict[str, str]
    cells: tuple[CellDifference, ...] = ()
    only: str = ""

    def as_json(self, left: str, right: str) -> dict[str, Any]:
        """For the report, with the names of both sides."""
        cells = [{"column": cell.column, left: cell.left, right: cell.right} for cell in self.cells]
        names = {"left": left, "right": right}
        return {"row": self.row, "cells": cells} | ({"only": names[self.only]} if self.only else {})


def compare_rows(
    columns: Sequence[str], keys: Sequence[str], left: Sequence[Values], right: Sequence[Values]
) -> tuple[RowDifference, ...]:
    """The differences between two multisets of rows; bit by bit.

    Args:
        columns: of both sides, in order.
        keys: those of them that say which row is which; rows that agree in them are compared cell by cell.
        left: the rows of one side.
        right: and of the other.
    """
    ours, theirs = _left_over(left, right), _left_over(right, left)
    if not columns:  # rows are told apart by nothing but their number
        return tuple(RowDifference({}, only="left") for _ in ours) + tuple(
            RowDifference({}, only="right") for _ in theirs
        )
    places = [columns.index(key) for key in keys if key in columns]
    found: list[RowDifference] = []
    for row in ours:
        partner = _partner(row, theirs, places)
        if partner is None:
            found.append(RowDifference(_shown(columns, row), only="left"))
        else:
            theirs.remove(partner)
            found.append(_difference(columns, places, row, partner))
    return (*found, *(RowDifference(_shown(columns, row), only="right") for row in theirs))


def _left_over(rows: Sequence[Values], others: Sequence[Values]) -> list[Values]:
    """The rows that the others have not, or not as often, in their order."""
    there = Counter(map(_canonical, others))
    left = []
    for row in rows:
        key = _canonical(row)
        if there[key]:
            there[key] -= 1
        else:
            left.append(row)
    return left


def _canonical(row: Values) -> tuple[str, ...]:
    return tuple(map(canonical, row))


def _partner(row: Values, others: Sequence[Values], places: Sequence[int]) -> Values | None:
    """The row with the same key that differs least; without keys, one that shares a cell."""
    same = [other for other in others if all(_equal(row, other, place) for place in places)]
    if not same:
        return None
    nearest = min(same, key=lambda other: _distance(row, other))
    return nearest if places or _distance(row, nearest) < len(row) or len(row) == 1 else None


def _distance(row: Values, other: Values) -> int:
    return sum(not _equal(row, other, place) for place in range(len(row)))


def _equal(row: Values, other: Values, place: int) -> bool:
    return canonical(row[place]) == canonical(other[place])


def _difference(columns: Sequence[str], places: Sequence[int], row: Values, other: Values) -> RowDifference:
    cells = [
        CellDifference(name, shown(row[place]), shown(other[place]))
        for place, name in enumerate(columns)
        if not _equal(row, other, place)
    ]
    same = places or [place for place in range(len(columns)) if _equal(row, other, place)]
    return RowDifference({columns[place]: shown(row[place]) for place in same}, tuple(cells))


def _shown(columns: Sequence[str], row: Values) -> dict[str, str]:
    return dict(zip(columns, map(shown, row), strict=True))
