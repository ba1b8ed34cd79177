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


def origin(plan: Plan, name: str) -> str:
    """The column that `name` is a plain copy of, followed down to a window aggregate."""
    while True:
        match plan:
            case Project(input=below, items=items):
                expr = dict(items)[name]
                if not isinstance(expr, Column):
                    return ""
                plan, name = below, expr.name
            case Filter() | Over() | WindowTopN() | Unnest() | Distinct():
                plan = plan.input
            case LookupJoin(left=below) | IntervalJoin(left=below):
                plan = below
            case _:
                return name
        if name not in plan.schema.names:
            return ""
