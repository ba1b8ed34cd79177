"""Typed expressions: what a model's SQL means, before any engine is chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlfeat.language.types import BOOLEAN, DataType

Value = bool | int | float | Decimal | str | date | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the relation the expression is evaluated over."""

    name: str
    type: DataType
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant; `value` is None for a typed NULL."""

    value: Value
    type: DataType

    @property
    def nullable(self) -> bool:
        """Whether the constant is NULL."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class Call:
    """An operation of the registry applied to arguments already of the types it takes."""

    op: str
    args: tuple[Expr, ...]
    type: DataType
    nullable: bool = True


Expr = Column | Literal | Call


@dataclass(frozen=True, slots=True)
class AggregateCall:
    """An aggregate, computed over a window frame or a group.

    Attributes:
        name: the column it gives.
        op: its name in the aggregate registry.
        args: what is aggregated.
        distinct: `DISTINCT` was written.
        filter: the `FILTER (WHERE ...)` condition.
        ignore_nulls: `IGNORE NULLS` was written.
    """

    name: str
    op: str
    args: tuple[Expr, ...]
    type: DataType
    nullable: bool = True
    distinct: bool = False
    filter: Expr | None = None
    ignore_nulls: bool = False

    @property
    def column(self) -> Column:
        """The aggregate's value as a column."""
        return Column(self.name, self.type, self.nullable)


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything below it."""
    yield expr
    if isinstance(expr, Call):
        for arg in expr.args:
            yield from walk(arg)


def columns_of(expr: Expr) -> set[str]:
    """Names of the columns an expression reads."""
    return {e.name for e in walk(expr) if isinstance(e, Column)}


def rewrite(expr: Expr, rule: Callable[[Expr], Expr]) -> Expr:
    """Apply `rule` to every node, arguments first."""
    if isinstance(expr, Call):
        expr = replace(expr, args=tuple(rewrite(arg, rule) for arg in expr.args))
    return rule(expr)


def conjuncts(expr: Expr) -> Iterator[Expr]:
    """The conditions that AND joins."""
    if isinstance(expr, Call) and expr.op == "AND":
        for arg in expr.args:
            yield from conjuncts(arg)
    else:
        yield expr


def all_of(conditions: list[Expr]) -> Expr:
    """AND of one or more conditions."""
    result = conditions[0]
    for condition in conditions[1:]:
        result = Call("AND", (result, condition), BOOLEAN, result.nullable or condition.nullable)
    return result
