"""Conditions of ON as equalities of values of the two sides."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlfeat.language.expr import Call, Column, Expr, Literal, columns_of, rewrite
from sqlfeat.language.types import BOOLEAN, DataType, Kind

RIGHT = "right:"
"""Marks columns of the right side while ON is resolved; cannot be part of a column name."""


def is_right(column: Column) -> bool:
    """Whether it is a column of the right side."""
    return column.name.startswith(RIGHT)


def unmarked(expr: Expr) -> Expr:
    """The expression over the right side alone."""
    return rewrite(expr, lambda e: replace(e, name=e.name.removeprefix(RIGHT)) if isinstance(e, Column) else e)


def sides_of(expr: Expr) -> set[bool]:
    """The sides whose columns an expression reads: True is the right one."""
    return {name.startswith(RIGHT) for name in columns_of(expr)}


def key_pairs(condition: Expr) -> list[tuple[Expr, Expr]]:
    """Values of the left and of the right side that are equal where the condition holds; empty if there are none.

    `IS NOT DISTINCT FROM` is two equalities: of whether there is a value, and of what it is.
    """
    if not isinstance(condition, Call) or condition.op not in ("=", "IS NOT DISTINCT FROM"):
        return []
    own, other = condition.args
    if sides_of(own) == {True} and sides_of(other) == {False}:
        own, other = other, own
    if sides_of(own) != {False} or sides_of(other) != {True}:
        return []
    if condition.op == "=" or not (own.nullable or other.nullable):
        return [(own, other)]
    blank = _blank(own.type)
    return [] if blank is None else [(_missing(own), _missing(other)), (_filled(own, blank), _filled(other, blank))]


def _missing(value: Expr) -> Expr:
    return Call("IS NULL", (value,), BOOLEAN, nullable=False)


def _filled(value: Expr, blank: Literal) -> Expr:
    return Call("COALESCE", (value, blank), value.type, nullable=False) if value.nullable else value


def _blank(type_: DataType) -> Literal | None:
    """Any value of the type."""
    match type_.kind:
        case Kind.INT | Kind.BIGINT:
            return Literal(0, type_)
        case Kind.DOUBLE:
            return Literal(0.0, type_)
        case Kind.DECIMAL:
            return Literal(Decimal(0).scaleb(-type_.scale), type_)
        case Kind.STRING:
            return Literal("", type_)
        case Kind.BOOLEAN:
            return Literal(value=False, type=type_)
        case Kind.DATE:
            return Literal(date(1970, 1, 1), type_)
        case Kind.TIMESTAMP:
            return Literal(datetime(1970, 1, 1), type_)  # noqa: DTZ001 - all times are UTC
        case _:
            return None
