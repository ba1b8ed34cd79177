"""The relation of a select list."""

from __future__ import annotations

from sqlfeat.language.expr import Column, Expr
from sqlfeat.plan.join_picks import free_name
from sqlfeat.plan.nodes import Plan, Project, Schema


def project(plan: Plan, items: list[tuple[str, Expr]]) -> Project:
    """The select list; event time and tie-breakers stay in the relation, hidden if nothing selects them."""
    below = plan.schema
    result = list(items)
    event_time = _carried(result, below.event_time, plan, "__event_time") if below.event_time else None
    order = tuple(_carried(result, name, plan, f"__order_{i}") for i, name in enumerate(below.order, 1))
    columns = tuple(Column(name, expr.type, expr.nullable) for name, expr in result)
    return Project(plan, tuple(result), Schema(columns, event_time, order))


def _carried(items: list[tuple[str, Expr]], wanted: str, plan: Plan, hidden: str) -> str:
    names = [name for name, expr in items if isinstance(expr, Column) and expr.name == wanted]
    if names:
        return "feature_time" if "feature_time" in names else names[0]
    taken = {name for name, _ in items} | set(plan.schema.names)
    name = wanted if wanted.startswith("__") else free_name(hidden, "", taken)
    items.append((name, plan.schema.column(wanted)))
    return name
