"""Restricts a feature view to a slice of the past, reading only as far back as its windows reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlfeat.language.expr import Call, Expr, Literal, all_of
from sqlfeat.language.types import BOOLEAN, TIMESTAMP
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    Plan,
    Project,
    Scan,
    UnionAll,
    Unnest,
    WindowAggregate,
    WindowRows,
    WindowTopN,
    inputs_of,
)
from sqlfeat.plan.output import FEATURE_TIME
from sqlfeat.plan.trace import WINDOW_TIME, origin

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of the past to compute: feature times in [start, end), UTC; None is unbounded.

    Events before `start` are still read as far back as the model's windows reach.
    """

    start: datetime | None = None
    end: datetime | None = None


def bounded(plan: Project, part: Slice) -> Project:
    """The view with only the feature times of the slice."""
    if part == Slice():
        return plan
    below = _bounded(plan.input, part)
    time = next(expr for name, expr in plan.items if name == FEATURE_TIME)
    condition = _between(time, part)
    return replace(plan, input=Filter(below, condition, below.schema))


_MARK = datetime(2000, 1, 1, microsecond=1)  # noqa: DTZ001
"""Finer than the language's timestamps, so that no constant of a user's looks like it."""


def reaches(plan: Project) -> dict[str, int | None]:
    """How far back a row depends on events, for each source read, in milliseconds; None is to the beginning."""
    far: dict[str, int | None] = {}
    for name, first in _first_events(_bounded(plan.input, Slice(_MARK))):
        reach = None if first is None else (_MARK - first) // timedelta(milliseconds=1)
        known = far.setdefault(name, reach)
        far[name] = None if reach is None or known is None else max(reach, known)
    return far


def _first_events(plan: Plan) -> Iterator[tuple[str, datetime | None]]:
    """The scans of streams below a bounded plan, each with the time from which it is read."""
    if isinstance(plan, Filter) and isinstance(plan.input, Scan):
        yield from ((name, _lower_bound(plan.condition)) for name, _ in _first_events(plan.input))
    elif isinstance(plan, Scan):
        if plan.schema.event_time is not None:
            yield plan.source.full_name, None
    else:
        for below in inputs_of(plan):
            yield from _first_events(below)


def _lower_bound(condition: Expr) -> datetime | None:
    match condition:
        case Call(op=">=", args=(_, Literal(value=datetime() as first))) if (
            first.microsecond % 1000 == _MARK.microsecond
        ):
            return first
    return None


def _between(time: Expr, part: Slice) -> Expr:
    conditions: list[Expr] = []
    if part.start:
        conditions.append(Call(">=", (time, Literal(part.start, TIMESTAMP)), BOOLEAN, time.nullable))
    if part.end:
        conditions.append(Call("<", (time, Literal(part.end, TIMESTAMP)), BOOLEAN, time.nullable))
    return all_of(conditions)


def _bounded(plan: Plan, part: Slice) -> Plan:
    match plan:
        case Scan(schema=schema):
            if schema.event_time is None or part == Slice():
                return plan
            return Filter(plan, _between(schema.column(schema.event_time), part), schema)
        case Project(input=below) | Filter(input=below):
            return replace(plan, input=_bounded(below, part))
        case Over(input=below, calls=calls):
            reach = [None if spec.frame.rows else spec.frame.start for _, spec in calls]
            return replace(plan, input=_bounded(below, _further_back(part, reach)))
        case WindowAggregate(input=below, window=None):
            return replace(plan, input=_bounded(below, part))
        case WindowAggregate(input=below, window=window) | WindowRows(input=below, window=window):
            assert window is not None  # the case above
            # A window is as of its end less one millisecond, so its first event is `size` before that instant.
            reach = [None if window.kind == "SESSION" else window.size_ms]
            return replace(plan, input=_bounded(below, _further_back(part, reach)))
        case LookupJoin(left=left, right=right):
            return replace(plan, left=_bounded(left, part), right=_bounded(right, Slice(None, part.end)))
        case IntervalJoin():
            return _bounded_interval(plan, part)
        case Unnest(input=below) | WindowTopN(input=below) | Distinct(input=below):
            return replace(plan, input=_bounded(below, part))
        case UnionAll(inputs=inputs):
            return replace(plan, inputs=tuple(_bounded(branch, part) for branch in inputs))


def _bounded_interval(plan: IntervalJoin, part: Slice) -> Plan:
    """The side whose time a pair has is cut at the slice, the other one as far back as the join reaches."""
    left_leads = plan.schema.event_time == plan.left.schema.event_time
    leading = plan.left if left_leads else plan.right
    # A slice holds the rows of a window by its end, a millisecond after the time by which they are joined.
    apart = int(origin(leading, leading.schema.event_time or "") == WINDOW_TIME)
    back = _further_back(part, [max(abs(plan.low_ms), abs(plan.high_ms)) + apart])
    left, right = (part, back) if left_leads else (back, part)
    return replace(plan, left=_bounded(plan.left, left), right=_bounded(plan.right, right))


def _further_back(part: Slice, reach: list[int | None]) -> Slice:
    lengths = [length for length in reach if length is not None]
    if part.start is None or len(lengths) < len(reach):
        return Slice(None, part.end)
    return Slice(part.start - timedelta(milliseconds=max(lengths)), part.end)
