"""Where the columns of a relation come from."""

from __future__ import annotations

from sqlfeat.language.expr import Column
from sqlfeat.plan.nodes import (
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    Plan,
    Project,
    Unnest,
    WindowAggregate,
    WindowTopN,
)

WINDOW_TIME = "__window_time"
"""The event time of a window's row: one millisecond before its end, as Flink has it."""


def is_grouped(plan: Plan) -> bool:
    """Whether the rows are windows: a window aggregate below nothing but projections and filters."""
    while isinstance(plan, (Project, Filter, WindowTopN)):
        plan = plan.input
    return isinstance(plan, WindowAggregate)


def origin(plan: Plan, name: str) -> str:
    """The column that `name` is a plain copy of, followed down to a window aggregate."""
    while True:
        match plan:
            case Project(input=below, items=items):
                expr = dict(items)[name]
                if not isinstance(expr, Column):
                    return ""
                plan, name = below, expr.name
            case Filter(input=below) | Over(input=below) | WindowTopN(input=below) | Unnest(input=below):
                plan = below
            case LookupJoin(left=below) | IntervalJoin(left=below):
                plan = below
            case _:
                return name
        if name not in plan.schema.names:
            return ""
