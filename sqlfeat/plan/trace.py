"""Where the columns of a relation come from."""

from __future__ import annotations

from sqlfeat.language.expr import Column
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    GroupWindow,
    IntervalJoin,
    LookupJoin,
    Over,
    Plan,
    Project,
    Unnest,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)

WINDOW_TIME = "__window_time"
"""One millisecond before the end of a window, as Flink has it: the event time of its row, except of sessions."""


def time_of(window: GroupWindow | None) -> str:
    """The event time of the rows of a window.

    An event exactly one gap after the last one of a session still belongs to it, so that a session is known only at its
    end, not a millisecond before.
    """
    return "window_end" if window is not None and window.kind == "SESSION" else WINDOW_TIME


def is_grouped(plan: Plan) -> bool:
    """Whether the rows are in windows: a window below nothing but projections and filters."""
    return windows_of(plan) is not None


def windows_of(plan: Plan) -> WindowAggregate | WindowRows | None:
    """The windows the rows are in, if nothing but projections and filters is above them."""
    while isinstance(plan, (Project, Filter, WindowTopN)):
        plan = plan.input
    return plan if isinstance(plan, (WindowAggregate, WindowRows)) else None


def traced(plan: Plan, name: str) -> tuple[Plan, str]:
    """The relation and its column that `name` is a plain copy of, down to where it is made; "" if it is no copy."""
    while True:
        match plan:
            case Project(input=below, items=items):
                expr = dict(items)[name]
                if not isinstance(expr, Column):
                    return plan, ""
                plan, name = below, expr.name
            case Filter() | Over() | WindowTopN() | Unnest() | Distinct():
                plan = plan.input
            case IntervalJoin(right=right, picks=picks) if name in dict(picks):
                plan, name = right, dict(picks)[name]
            case LookupJoin(left=below) | IntervalJoin(left=below):
                plan = below
            case _:
                return plan, name
        if name not in plan.schema.names:
            return plan, ""


def origin(plan: Plan, name: str) -> str:
    """The name of the column that `name` is a plain copy of, followed down to where it is made."""
    return traced(plan, name)[1]


def after_event_time(plan: Plan, name: str) -> int | None:
    """How many milliseconds a column is after the event time of its row.

    Zero for copies of the event time, one for the end of the row's window, None for other columns.
    """
    if plan.schema.event_time is None:
        return None
    (of_time, time), (of_column, column) = traced(plan, plan.schema.event_time), traced(plan, name)
    if of_time is not of_column or not column:
        return None
    return 0 if column == time else 1 if (time, column) == (WINDOW_TIME, "window_end") else None


def from_event_time(plan: Plan, name: str) -> int | None:
    """As `after_event_time`, and for the start of the row's window, which lies before."""
    after = after_event_time(plan, name)
    if after is not None or plan.schema.event_time is None:
        return after
    (of_time, time), (of_start, start) = traced(plan, plan.schema.event_time), traced(plan, name)
    if of_time is not of_start or (time, start) != (WINDOW_TIME, "window_start"):
        return None
    window = of_time.window if isinstance(of_time, (WindowAggregate, WindowRows)) else None
    return 1 - window.size_ms if window and window.kind in ("TUMBLE", "HOP") else None
