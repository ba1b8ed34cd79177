"""What conditions may say about the number of a row in its window."""

from __future__ import annotations

from sqlfeat.language.expr import Column, Expr, conjuncts
from sqlfeat.plan.nodes import Filter, Plan, Project, WindowTopN
from sqlfeat.plan.rank_limits import upper_limit


def keeps_no_rank(plan: Plan, condition: Expr) -> bool:
    """Whether a condition asks for numbers below 1, which the first row of a window has."""
    limits = filter(None, map(upper_limit, conjuncts(condition)))
    return any(limit < 1 and _is_rank(plan, name) for name, limit in limits)


def _is_rank(plan: Plan, name: str) -> bool:
    """Whether a column is the number itself."""
    match plan:
        case WindowTopN(rank=rank) if rank == name:
            return True
        case Project(input=below, items=items):
            expr = dict(items)[name]
            return isinstance(expr, Column) and _is_rank(below, expr.name)
        case Filter(input=below) | WindowTopN(input=below):
            return _is_rank(below, name)
        case _:
            return False
