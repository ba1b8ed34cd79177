"""What conditions may say about the number of a row in its window.

Flink ranks only rows whose number is compared with constants. It gathers all conditions above the number, also those
of outer queries, and one it does not understand spoils the others.
"""

from __future__ import annotations

from sqlfeat.language.expr import Call, Column, Expr, Literal, columns_of, conjuncts
from sqlfeat.plan.nodes import Filter, Plan, Project, WindowTopN
from sqlfeat.plan.rank_limits import upper_limit

_COMPARISONS = ("<", "<=", "=", ">", ">=", "BETWEEN")


def misuses_rank(plan: Plan, condition: Expr) -> bool:
    """Whether a condition over a relation takes the number of a row in its window for more than a comparison."""
    return any(
        _of_rank(plan, name)
        for part in conjuncts(condition)
        for name in columns_of(part)
        if not (_is_comparison(part) and _is_rank(plan, name))
    )


def keeps_no_rank(plan: Plan, condition: Expr) -> bool:
    """Whether a condition asks for numbers below 1, which the first row of a window has."""
    limits = filter(None, map(upper_limit, conjuncts(condition)))
    return any(limit < 1 and _is_rank(plan, name) for name, limit in limits)


def _is_comparison(condition: Expr) -> bool:
    if not isinstance(condition, Call) or condition.op not in _COMPARISONS:
        return False
    return isinstance(condition.args[0], Column) and all(isinstance(arg, Literal) for arg in condition.args[1:])


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


def _of_rank(plan: Plan, name: str) -> bool:
    """Whether a column is made of the number, by projections that Flink sees through."""
    match plan:
        case WindowTopN(rank=rank) if rank == name:
            return True
        case Project(input=below, items=items):
            return any(_of_rank(below, column) for column in columns_of(dict(items)[name]))
        case Filter(input=below) | WindowTopN(input=below):
            return _of_rank(below, name)
        case _:
            return False
