"""How many rows of each window are ranked: as many as what stands above asks for."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.language.expr import Call, Column, Expr, Literal, conjuncts
from sqlfeat.plan.nodes import EVERY_ROW, Filter, Plan, Project, WindowTopN, with_inputs

Limits = dict[str, int]
"""The greatest value that is of use, by column."""


def limit_ranks(plan: Plan, limits: Limits | None = None) -> Plan:
    """The plan whose rankings keep no rows that the conditions above them leave out."""
    limits = limits or {}
    match plan:
        case Filter(input=below, condition=condition):
            limits = dict(limits)
            for name, limit in filter(None, map(upper_limit, conjuncts(condition))):
                limits[name] = min(limit, limits.get(name, EVERY_ROW))
            return replace(plan, input=limit_ranks(below, limits))
        case Project(input=below, items=items):
            passed = {e.name: limits[name] for name, e in items if isinstance(e, Column) and name in limits}
            return replace(plan, input=limit_ranks(below, passed))
        case WindowTopN(input=below, rank=rank, limit=limit):
            return replace(plan, input=limit_ranks(below), limit=min(limit, limits.get(rank, EVERY_ROW)))
        case _:
            return with_inputs(plan, limit_ranks)


def upper_limit(condition: Expr) -> tuple[str, int] | None:
    """The column that a condition compares with a constant, and how great it may be."""
    if not isinstance(condition, Call) or not condition.args or not isinstance(condition.args[0], Column):
        return None
    bound = condition.args[-1]
    if not isinstance(bound, Literal) or not isinstance(bound.value, int):
        return None
    match condition.op:
        case "<=" | "=" | "BETWEEN":
            return condition.args[0].name, bound.value
        case "<":
            return condition.args[0].name, bound.value - 1
        case _:
            return None
