"""Rows of window functions that are not grouped, and what they are ranked by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Column, Expr, Literal, conjuncts
from sqlfeat.language.registry import AGGREGATES
from sqlfeat.language.types import TIMESTAMP
from sqlfeat.plan.grouping_sets import groupings_of
from sqlfeat.plan.nodes import (
    Filter,
    GroupWindow,
    LookupJoin,
    Over,
    Plan,
    Project,
    Schema,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope, Visible
from sqlfeat.plan.trace import WINDOW_TIME, after_event_time, origin, windows_of

BOUNDS = ("window_start", "window_end")


def is_ungrouped(select: exp.Select) -> bool:
    """Whether a SELECT from a window function is of its rows: neither grouped nor aggregated."""
    if select.args.get("group"):
        return False
    clauses = [*select.expressions, select.args.get("having"), select.args.get("qualify")]
    return not any(
        _is_grouped_aggregate(node) for clause in clauses if clause for node in clause.find_all(exp.Anonymous)
    )


def _is_grouped_aggregate(node: exp.Anonymous) -> bool:
    outer = node.parent
    while isinstance(outer, (exp.Filter, exp.IgnoreNulls, exp.RespectNulls)):
        outer = outer.parent
    return str(node.this).upper() in AGGREGATES and not isinstance(outer, exp.Window)


def in_windows(scope: Scope, window: GroupWindow, place: exp.Expr, report: Report) -> Scope:
    """The events with the windows they are in. They are as of the end of their window.

    Raises:
        BindError: after reporting why their windows cannot be named.
    """
    if window.kind == "SESSION":
        raise report.fail(
            "SF0407", place, "the rows of a session are known as one only when it ends, so they are aggregated",
            help="write GROUP BY k, window_start, window_end; ARRAY_AGG(x) keeps the rows",
        )  # fmt: skip
    below = scope.plan.schema
    if taken := [name for name in (*BOUNDS, WINDOW_TIME) if name in below.names]:
        raise report.fail(
            "SF0307", place, f"two columns are named `{taken[0].strip('_')}`",
            help="give those of the windows below other names in a subquery",
        )  # fmt: skip
    stamps = tuple(Column(name, TIMESTAMP, nullable=False) for name in (*BOUNDS, WINDOW_TIME))
    order = (below.event_time or "", *below.order) if below.order else ()
    plan = WindowRows(scope.plan, window, Schema((*below.columns, *stamps), WINDOW_TIME, order))
    alias = scope.visible[0].alias if scope.visible else ""
    named = [Visible(alias, column.name.strip("_"), column) for column in stamps]
    return Scope(plan, (*scope.visible, *named), scope.windows)


def grouped_again(scope: Scope, group: exp.Expr | None) -> bool:
    """Whether GROUP BY names the windows that the rows are in already, by the names they were given."""
    written = set.intersection(*({node.name.lower() for node in keys} for keys in groupings_of(group)))
    found = {v.name for v in scope.visible if v.name == v.column.name == origin(scope.plan, v.column.name)}
    return windows_of(scope.plan) is not None and written >= set(BOUNDS) and found >= set(BOUNDS)


def event_times(plan: Plan) -> tuple[str, ...]:
    """The event time, its copies, and for rows of windows their ends: all are in the same order."""
    time = plan.schema.event_time or ""
    return (time, *(name for name in plan.schema.names if name != time and after_event_time(plan, name) is not None))


def ranks_windows(plan: Plan, names: list[str]) -> bool:
    """Whether columns tell the windows apart that the rows are in."""
    return windows_of(plan) is not None and set(BOUNDS) <= {origin(plan, name) for name in names}


def is_untied(plan: Plan, partition: Sequence[str]) -> bool:
    """Whether no two rows of a window's key can have one event time: those of one group are windows with other ends."""
    below = plan
    keys = {origin(plan, name) for name in partition if name in plan.schema.names}
    while isinstance(below, (Project, Filter, WindowTopN, Over, LookupJoin)):
        if isinstance(below, Filter):
            keys |= {origin(below, name) for name in _constant(below.condition)}
        below = below.left if isinstance(below, LookupJoin) else below.input
    return isinstance(below, WindowAggregate) and set(below.keys) <= keys


def _constant(condition: Expr) -> set[str]:
    """The columns that have one value in all rows for which the condition holds."""
    equal = [part.args for part in conjuncts(condition) if isinstance(part, Call) and part.op == "="]
    sides = [pair for first, second in equal for pair in ((first, second), (second, first))]
    return {own.name for own, other in sides if isinstance(own, Column) and isinstance(other, Literal)}


def row_keys(plan: Plan) -> list[str]:
    """The columns that tell the rows of one window apart, by their names in the relation."""
    windows = windows_of(plan)
    if not isinstance(windows, WindowAggregate):
        return []
    named = {origin(plan, name): name for name in plan.schema.names}
    return [named.get(key, key) for key in windows.keys]
