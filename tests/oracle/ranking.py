"""The order of rows that ROW_NUMBER ranks, and rows in windows."""

from __future__ import annotations

from typing import Any

from sqlfeat.language.types import TIMESTAMP
from tests.oracle.relation import Field, Relation, Row
from tests.oracle.values import moment_of, order_key
from tests.oracle.windows import Windows

BOUNDS = ("window_start", "window_end", "window_time")


class _Descending:
    """A sort key in the opposite order."""

    def __init__(self, key: Any) -> None:
        self.key = key

    def __lt__(self, other: _Descending) -> bool:
        return bool(other.key < self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Descending) and bool(other.key == self.key)

    __hash__ = None  # type: ignore[assignment] # a sort key only


def term(values: tuple[Any, ...], down: bool) -> Any:
    return _Descending(order_key(values)) if down else order_key(values)


def in_windows(source: Relation, windows: Windows) -> Relation:
    """The rows themselves with the windows they are in, each as of the end of its window."""
    alias = source.fields[0].alias
    rows = [
        Row((*row.values, moment_of(start), moment_of(end), moment_of(end - 1)), end - 1, (row.time, *row.tie))
        for start, end, row in windows.cut(source.rows, None)
    ]
    width = len(source.fields)
    fields = (*source.fields, *(Field(alias, name, TIMESTAMP) for name in BOUNDS))
    return Relation(fields, rows, frozenset((width + 1, width + 2)), source.now)
