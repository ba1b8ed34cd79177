"""Leaves out what nothing above needs: columns, aggregates, and projections that only rename."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.language.expr import Column, Expr, columns_of, rewrite
from sqlfeat.language.registry import aggregate
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    Plan,
    Project,
    Scan,
    Schema,
    UnionAll,
    Unnest,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)


def prune(plan: Plan, needed: set[str]) -> Plan:
    """The plan with the needed columns, its event time, and no more than it takes to make them."""
    needed = needed | ({plan.schema.event_time} if plan.schema.event_time else set())
    match plan:
        case Scan():
            return replace(plan, schema=_kept(plan.schema, needed))
        case Project():
            return _prune_project(plan, needed)
        case Filter(input=below, condition=condition):
            inner = prune(below, needed | columns_of(condition))
            return replace(plan, input=inner, schema=_kept(plan.schema, set(inner.schema.names)))
        case Over():
            return _prune_over(plan, needed)
        case WindowAggregate():
            return _prune_group(plan, needed)
        case WindowRows():
            below = prune(plan.input, needed)
            added = {name for name in plan.schema.names if name not in plan.input.schema.names}
            return replace(plan, input=below, schema=_kept(plan.schema, {*below.schema.names, *added}))
        case LookupJoin():
            return _prune_lookup(plan, needed)
        case IntervalJoin():
            return _prune_interval(plan, needed)
        case Unnest():
            below = prune(plan.input, (needed - {plan.element, plan.position}) | {plan.array})
            kept = set(below.schema.names) | {plan.element, plan.position}
            return replace(plan, input=below, schema=_kept(plan.schema, kept))
        case WindowTopN():
            ordered = {name for name, _ in plan.order} | set(plan.partition)
            below = prune(plan.input, (needed - {plan.rank}) | ordered)
            return replace(plan, input=below, schema=_kept(plan.schema, set(below.schema.names) | {plan.rank}))
        case Distinct(input=below):
            # All columns decide which of several rows is the first.
            inner = prune(below, set(below.schema.names))
            return replace(plan, input=inner, schema=_kept(plan.schema, needed))
        case UnionAll(inputs=inputs):
            branches = tuple(prune(branch, needed) for branch in inputs)
            return UnionAll(branches, _kept(plan.schema, set(branches[0].schema.names)))


def _kept(schema: Schema, needed: set[str]) -> Schema:
    columns = tuple(column for column in schema.columns if column.name in needed)
    complete = all(name in needed for name in schema.order)
    return replace(schema, columns=columns, order=schema.order if complete else ())


def _prune_project(plan: Project, needed: set[str]) -> Plan:
    items = tuple((name, expr) for name, expr in plan.items if name in needed)
    below = prune(plan.input, set().union(*(columns_of(expr) for _, expr in items)))
    schema = _kept(plan.schema, needed)
    if isinstance(below, Project):
        inner = dict(below.items)
        if all(isinstance(expr, Column) for expr in inner.values()) or _used_once(items, inner):
            items = tuple((name, _substituted(expr, inner)) for name, expr in items)
            below = below.input
    if [name for name, _ in items] == list(below.schema.names) and all(
        isinstance(expr, Column) and expr.name == name for name, expr in items
    ):
        return below
    return Project(below, items, schema)


def _used_once(items: tuple[tuple[str, Expr], ...], inner: dict[str, Expr]) -> bool:
    """Whether inlining computes nothing twice: computed columns are only passed on, once."""
    computed = {name for name, expr in inner.items() if not isinstance(expr, Column)}
    passed = [expr.name for _, expr in items if isinstance(expr, Column) and expr.name in computed]
    inside = any(columns_of(expr) & computed for _, expr in items if not isinstance(expr, Column))
    return not inside and len(passed) == len(set(passed))


def _substituted(expr: Expr, inner: dict[str, Expr]) -> Expr:
    return rewrite(expr, lambda e: inner[e.name] if isinstance(e, Column) else e)


def _prune_over(plan: Over, needed: set[str]) -> Plan:
    calls = tuple((call, spec) for call, spec in plan.calls if call.name in needed)
    own = {call.name for call, _ in plan.calls}
    wanted = needed - own
    for call, spec in calls:
        wanted |= set(spec.partition).union(*(columns_of(arg) for arg in call.args))
        if spec.frame.rows or aggregate(call.op).ordered:
            wanted |= set(plan.input.schema.order)
    below = prune(plan.input, wanted)
    if not calls:
        return below
    kept = set(below.schema.names) | {call.name for call, _ in calls}
    return Over(below, calls, _kept(plan.schema, kept))


def _prune_group(plan: WindowAggregate, needed: set[str]) -> Plan:
    calls = tuple(call for call in plan.calls if call.name in needed)
    wanted = set(plan.keys).union(*(columns_of(arg) for call in calls for arg in call.args))
    if plan.window is None:
        wanted |= {"window_start", "window_end"}
    if any(aggregate(call.op).ordered for call in calls):
        wanted |= set(plan.input.schema.order)
    dropped = {call.name for call in plan.calls} - {call.name for call in calls}
    schema = _kept(plan.schema, set(plan.schema.names) - dropped)
    return replace(plan, input=prune(plan.input, wanted), calls=calls, schema=schema)


def _prune_interval(plan: IntervalJoin, needed: set[str]) -> Plan:
    picks = tuple((name, column) for name, column in plan.picks if name in needed)
    names = {name for name, _ in plan.picks}
    left = prune(plan.left, (needed - names) | {key for key, _ in plan.keys})
    right = prune(plan.right, {key for _, key in plan.keys} | {column for _, column in picks})
    kept = set(left.schema.names) | {name for name, _ in picks}
    return replace(plan, left=left, right=right, picks=picks, schema=_kept(plan.schema, kept))


def _prune_lookup(plan: LookupJoin, needed: set[str]) -> Plan:
    picks = tuple((name, column) for name, column in plan.picks if name in needed)
    names = {name for name, _ in plan.picks}
    left = prune(plan.left, (needed - names) | {key for key, _ in plan.keys})
    if not picks and not plan.inner:
        return left
    wanted = {key for _, key in plan.keys} | {column for _, column in picks} | set(plan.right.schema.order)
    right = prune(plan.right, wanted)
    kept = set(left.schema.names) | {name for name, _ in picks}
    return replace(plan, left=left, right=right, picks=picks, schema=_kept(plan.schema, kept))
