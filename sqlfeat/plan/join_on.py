"""What ON says, and the columns that it takes to say it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from sqlfeat.language.expr import Call, Column, Expr, Literal
from sqlfeat.language.types import BOOLEAN
from sqlfeat.plan.join_keys import sides_of, unmarked
from sqlfeat.plan.nodes import Filter, Plan
from sqlfeat.plan.scope import Scope

_TRUE = Literal(value=True, type=BOOLEAN)


@dataclass(slots=True)
class On:
    """What ON says.

    Attributes:
        keys: pairs (left column, right column) that must be equal.
        low_ms, high_ms: bounds, both allowed, of (left event time - right event time); None is no bound.
        left_items, right_items: columns to be computed on the two sides; keys name them.
        conditions: further conditions and their places; the names of right columns begin with `RIGHT`.
    """

    keys: list[tuple[str, str]] = field(default_factory=list)
    low_ms: int | None = None
    high_ms: int | None = None
    left_items: list[tuple[str, Expr]] = field(default_factory=list)
    right_items: list[tuple[str, Expr]] = field(default_factory=list)
    conditions: list[tuple[Expr, exp.Expr]] = field(default_factory=list)


def of_one_side(left: Scope, right: Scope, on: On) -> Scope:
    """The right side without the rows that conditions on it alone leave out.

    Conditions on the left side alone become keys that no right row has where they do not hold.
    """
    both = []
    for condition, place in on.conditions:
        sides = sides_of(condition)
        if sides == {True}:
            right = replace(right, plan=Filter(right.plan, unmarked(condition), right.plan.schema))
        elif sides == {True, False}:
            both.append((condition, place))
        else:
            held = Call("CASE", (condition, _TRUE, Literal(None, BOOLEAN)), BOOLEAN)
            add_key(on, (left.plan, right.plan), held, _TRUE)
    on.conditions = both
    return right


def add_key(on: On, plans: tuple[Plan, Plan], own: Expr, other: Expr) -> None:
    """Add an equality of a value of the left side and one of the right side."""
    on.keys.append((_computed(own, on.left_items, plans[0]), _computed(other, on.right_items, plans[1])))


def _computed(expr: Expr, items: list[tuple[str, Expr]], plan: Plan) -> str:
    """The name of a column with the value."""
    if isinstance(expr, Column):
        return expr.name
    known = sum(name.startswith("__on_") for name in plan.schema.names)
    items.append((f"__on_{known + len(items) + 1}", expr))
    return items[-1][0]
