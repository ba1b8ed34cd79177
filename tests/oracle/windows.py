"""Frames of OVER, and the windows of TUMBLE, HOP, CUMULATE and SESSION, as plain loops over rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from tests.oracle.expressions import interval_ms, sql_of
from tests.oracle.relation import Row
from tests.oracle.values import NotInterpreted

FORGETS = "forgets"
"""The `meta` of a window or join that says after how many milliseconds its model forgets."""


@dataclass(frozen=True)
class Frame:
    """Which earlier rows count: from `start` to `end` before the current one, in rows or milliseconds.

    Attributes:
        start: None is without bound.
        exclude: "", "CURRENT ROW" or "GROUP".
        by_place: ORDER BY names what tells rows of one time apart, so that a row is its only peer.
    """

    rows: bool = False
    start: int | None = None
    end: int = 0
    exclude: str = ""
    by_place: bool = False

    def of(self, partition: Sequence[Row], place: int) -> list[Row]:
        """The rows of the frame of one row of an ordered partition, in order."""
        now = partition[place]
        return [row for index, row in enumerate(partition) if self._has(row, index, now, place)]

    def _has(self, row: Row, index: int, now: Row, place: int) -> bool:
        if self.exclude == "CURRENT ROW" and row is now:
            return False
        if self.exclude == "GROUP" and row.time == now.time and not self.by_place:
            return False
        if self.by_place:
            return index < place or (row is now and not self.exclude)
        assert row.time is not None
        assert now.time is not None
        before = place - index if self.rows else now.time - row.time
        return self.end <= before and (self.start is None or before <= self.start)


def frame_of(window: exp.Window, forgets_ms: int | None = None) -> Frame:
    """The frame as written; without one it is RANGE UNBOUNDED PRECEDING, which reaches back to what is forgotten."""
    spec = window.args.get("spec")
    several = len(window.args["order"].expressions) > 1
    frame = Frame(by_place=several) if spec is None else _frame_of(spec, several=several)
    if forgets_ms is None or frame.rows or frame.by_place or frame.start is not None:
        return frame
    return replace(frame, start=max(forgets_ms, frame.end))


def _frame_of(spec: exp.Expr, *, several: bool) -> Frame:
    rows = str(spec.args["kind"]).upper() == "ROWS"
    exclude = spec.args.get("exclude")
    return Frame(
        rows,
        _bound(spec, "start", rows=rows),
        _bound(spec, "end", rows=rows) or 0 if spec.args.get("end") else 0,
        str(exclude.name if isinstance(exclude, exp.Expr) else exclude or "").upper(),
        by_place=several and not rows,
    )


def _bound(spec: exp.Expr, side: str, *, rows: bool) -> int | None:
    value, direction = spec.args.get(side), str(spec.args.get(f"{side}_side") or "").upper()
    if value == "CURRENT ROW":
        return 0
    if direction != "PRECEDING":
        raise NotInterpreted(f"the frame {sql_of(spec)}")
    if value == "UNBOUNDED":
        return None
    assert isinstance(value, exp.Expr)
    return int(value.name) if rows else interval_ms(value)


def in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.place)


@dataclass(frozen=True)
class Windows:
    """A window function of FROM."""

    kind: str
    sizes: tuple[int, ...]

    def cut(self, rows: Sequence[Row], partition: Any) -> Iterator[tuple[int, int, Row]]:
        """The windows (start, end) that each row is in; `partition` gives a SESSION's key of a row."""
        if self.kind == "SESSION":
            yield from self._sessions(rows, partition)
            return
        for row in rows:
            assert row.time is not None
            for start, end in self._around(row.time):
                yield start, end, row

    def _around(self, time: int) -> Iterator[tuple[int, int]]:
        match self.kind, self.sizes:
            case "TUMBLE", (size, *offset):
                start = time - (time - sum(offset)) % size
                yield start, start + size
            case "HOP", (slide, size, *offset):
                last = time - (time - sum(offset)) % slide
                for start in range(last, time - size, -slide):
                    yield start, start + size
            case "CUMULATE", (step, size, *offset):
                start = time - (time - sum(offset)) % size
                for end in range(start + step, start + size + 1, step):
                    if time < end:
                        yield start, end
            case _:
                raise NotInterpreted(f"{self.kind} with {len(self.sizes)} intervals")

    def _sessions(self, rows: Sequence[Row], partition: Any) -> Iterator[tuple[int, int, Row]]:
        (gap,) = self.sizes
        by_key: dict[Any, list[Row]] = {}
        for row in in_order(rows):
            by_key.setdefault(partition(row), []).append(row)
        for members in by_key.values():
            session: list[Row] = []
            for row in members:
                # A gap of exactly the length keeps a session together.
                if session and _time(row) - _time(session[-1]) > gap:
                    yield from _session(session, gap)
                    session = []
                session.append(row)
            yield from _session(session, gap)


def _session(rows: list[Row], gap: int) -> Iterator[tuple[int, int, Row]]:
    for row in rows:
        yield _time(rows[0]), _time(rows[-1]) + gap, row


def _time(row: Row) -> int:
    assert row.time is not None
    return row.time
