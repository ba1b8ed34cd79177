"""Joins: as of the event time, within a time, and to static tables."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Call, Column, Expr, Literal, all_of, rewrite
from sqlfeat.language.registry import operation
from sqlfeat.language.types import BIGINT, STRING
from sqlfeat.plan.join_checks import check_as_of, check_kind, check_left, check_static
from sqlfeat.plan.join_condition import bind_on, join_method
from sqlfeat.plan.join_interval import bind_interval, check_interval, outer_interval
from sqlfeat.plan.join_keys import RIGHT
from sqlfeat.plan.join_on import On, of_one_side
from sqlfeat.plan.join_picks import pick
from sqlfeat.plan.nodes import Filter, LookupJoin, Plan, Project, Scan, filtered
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope, Visible
from sqlfeat.plan.static_views import seen_through, static_view


def bind_join(left: Scope, right: Scope, join: exp.Join, report: Report) -> Scope:
    """The left relation with the columns of what the join matches.

    Raises:
        BindError: after reporting why the join is not possible.
    """
    side, method = str(join.args.get("side") or ""), join_method(join)
    check_kind(side or str(join.args.get("kind") or "") or method, method, join, report)
    if side == "RIGHT" or (not side and left.plan.schema.event_time is None):
        return _turned(left, right, join, report, inner=not side)
    return _join(left, right, join, report, inner=not side)


def _turned(left: Scope, right: Scope, join: exp.Join, report: Report, *, inner: bool) -> Scope:
    """A join with the sides the other way round; `*` has the columns in the order of the sides as written."""
    joined = _join(right, left, join, report, inner=inner)
    count = len(right.visible)
    return replace(joined, visible=(*joined.visible[count:], *joined.visible[:count]))


def _join(left: Scope, right: Scope, join: exp.Join, report: Report, *, inner: bool) -> Scope:
    forgotten_ms = report.model.config.state_ttl_ms
    check_left(left, right, join, report)
    on = bind_on(left, right, join, report)
    right = _merged(right, join)
    if right.plan.schema.event_time is None:
        return _static(left, right, on, join, report, inner=inner)
    if join_method(join) == "ASOF":
        # Of ASOF, as DuckDB has it, conditions choose among the right rows; of FOR SYSTEM_TIME, Flink's, they are asked
        # of the row that is found.
        chosen = right if join.this.args.get("version") else of_one_side(left, right, on)
        check_as_of(left, chosen, on, join, report)
        found = _as_of(left.extended(on.left_items), chosen.extended(on.right_items), on, forgotten_ms, inner=inner)
        return _with_conditions(found, left, right, on, inner)
    check_interval(on, join, report, inner=inner)
    if inner:
        joined = bind_interval(left.extended(on.left_items), right.extended(on.right_items), on, inner=True)
        return _with_conditions(joined, left, right, on, inner)
    return outer_interval(left, right, on, report)


def _static(left: Scope, right: Scope, on: On, join: exp.Join, report: Report, *, inner: bool) -> Scope:
    """The row of a static table with the key, and what a view makes of it."""
    view = static_view(right.plan)
    if view is None or isinstance(right.plan, Scan):
        check_static(right, on, join, report)
        return _with_conditions(_lookup(left.extended(on.left_items), right, on, inner=inner), left, right, on, inner)
    keyed = view.keyed(on)
    check_static(view.table, keyed, join, report)
    joined = _lookup(left.extended(on.left_items), view.table, keyed, inner=inner)
    return seen_through(view, joined, left, right, on, inner=inner)


def _merged(right: Scope, join: exp.Join) -> Scope:
    """The right side whose USING keys are reached by its alias only."""
    keys = {key.name.lower() for key in join.args.get("using") or []}
    return replace(right, visible=tuple(replace(v, merged=v.merged or v.name.lower() in keys) for v in right.visible))


def _with_conditions(joined: Scope, left: Scope, right: Scope, on: On, inner: bool) -> Scope:
    """The pairs that meet what ON says besides its keys; a left row that has none stays alone if it may."""
    if not on.conditions:
        return joined
    picked = joined.visible[len(left.visible) :]
    names = {RIGHT + item.column.name: v.column for item, v in zip(right.visible, picked, strict=True)}
    condition = all_of(
        [rewrite(part, lambda e: names.get(e.name, e) if isinstance(e, Column) else e) for part, _ in on.conditions]
    )
    if inner:
        return replace(joined, plan=Filter(joined.plan, condition, joined.plan.schema))
    return replace(joined, plan=_cleared(joined.plan, {v.column.name for v in picked}, condition))


def _cleared(plan: Plan, names: set[str], condition: Expr) -> Project:
    """The relation with NULL in columns where a condition does not hold."""
    items = tuple(
        (c.name, _call("CASE", condition, c, Literal(None, c.type)) if c.name in names else c)
        for c in plan.schema.columns
    )
    return Project(plan, items, plan.schema)


def _lookup(left: Scope, right: Scope, on: On, *, inner: bool) -> Scope:
    picked = pick(left, right, inner=inner)
    below = left.plan.schema
    schema = replace(below, columns=(*below.columns, *picked.columns))
    plan = LookupJoin(left.plan, right.plan, tuple(on.keys), picked.picks, inner, on.low_ms == 1, schema)
    return replace(left, plan=plan, visible=(*left.visible, *picked.visible))


def _as_of(left: Scope, right: Scope, on: On, forgotten_ms: int | None, *, inner: bool) -> Scope:
    """The last right row, unless it is older than the join allows."""
    limits = [limit for limit in (on.high_ms, forgotten_ms) if limit is not None]
    if not limits:
        return _lookup(left, right, on, inner=inner)
    time = right.plan.schema.column(right.plan.schema.event_time or "")
    timed = replace(right, visible=(*right.visible, Visible("", "__matched", time)))
    joined = _lookup(left, timed, on, inner=inner)
    *picked, matched = joined.visible[len(left.visible) :]
    own = left.plan.schema.column(left.plan.schema.event_time or "")
    recent = _call("<=", _call("TIMESTAMPDIFF", _UNIT, matched.column, own), Literal(min(limits), BIGINT))
    plan = joined.plan
    if inner:
        return replace(joined, plan=filtered(plan, recent), visible=joined.visible[:-1])
    cleared = {c.column.name: _call("CASE", recent, c.column, Literal(None, c.column.type)) for c in picked}
    kept = tuple(column for column in plan.schema.columns if column.name != matched.column.name)
    items = tuple((column.name, cleared.get(column.name, column)) for column in kept)
    plan = Project(plan, items, replace(plan.schema, columns=kept))
    return replace(joined, plan=plan, visible=joined.visible[:-1])


_UNIT = Literal("MILLISECOND", STRING)


def _call(name: str, *args: Expr) -> Expr:
    typed = operation(name).typing(args)
    return Call(name, typed.args, typed.type, typed.nullable)
