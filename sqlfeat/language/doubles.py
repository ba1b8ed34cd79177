"""Formulas over DOUBLE, written as in a book: operators build typed calls, and a value used often is computed once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Union

from sqlfeat.language.expr import Call, Column, Expr, Literal
from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE

LET = "LET"
"""Of (variable, value, body): the body, in which the variable stands for the value. Gone after plan/hoist.py."""

COLUMN = "COLUMN"
"""A LET whose value becomes a column even if it is short. Gone after plan/hoist.py."""

FORMULA = "FORMULA"
"""Of a formula that itself sees to it that its value is finite, with one zero. Gone after plan/hoist.py."""


def variable_for(value: Expr) -> Column:
    """A variable that can only mean this value: its name is made of it, so equal values share one."""
    digest = hashlib.sha256(repr(value).encode()).hexdigest()[:20]
    return Column(f"__let_{digest}", value.type, value.nullable)


Number = Union["Real", float]


@dataclass(frozen=True, slots=True)
class Real:
    """A DOUBLE expression with the operators that are bit-equal on every engine."""

    expr: Expr

    def __add__(self, other: Number) -> Real:
        return _call("+", self, other)

    def __radd__(self, other: Number) -> Real:
        return _call("+", other, self)

    def __sub__(self, other: Number) -> Real:
        return _call("-", self, other)

    def __rsub__(self, other: Number) -> Real:
        return _call("-", other, self)

    def __mul__(self, other: Number) -> Real:
        return _call("*", self, other)

    def __rmul__(self, other: Number) -> Real:
        return _call("*", other, self)

    def __truediv__(self, other: Number) -> Real:
        return _call("RAW_DIVIDE", self, other)

    def __rtruediv__(self, other: Number) -> Real:
        return _call("RAW_DIVIDE", other, self)

    def __lt__(self, other: Number) -> Expr:
        return _compare("<", self, other)

    def __le__(self, other: Number) -> Expr:
        return _compare("<=", self, other)

    def __gt__(self, other: Number) -> Expr:
        return _compare(">", self, other)

    def __ge__(self, other: Number) -> Expr:
        return _compare(">=", self, other)

    def equals(self, other: Number) -> Expr:
        """`self = other`."""
        return _compare("=", self, other)


def real(value: Number) -> Real:
    """A number as a formula."""
    return value if isinstance(value, Real) else Real(Literal(float(value), DOUBLE))


NULL = Real(Literal(None, DOUBLE))


def _call(op: str, *args: Number) -> Real:
    exprs = tuple(real(arg).expr for arg in args)
    return Real(Call(op, exprs, DOUBLE, any(expr.nullable for expr in exprs)))


def _compare(op: str, left: Number, right: Number) -> Expr:
    args = (real(left).expr, real(right).expr)
    return Call(op, args, BOOLEAN, any(arg.nullable for arg in args))


def both(first: Expr, second: Expr) -> Expr:
    """`first AND second`."""
    return Call("AND", (first, second), BOOLEAN, first.nullable or second.nullable)


def either(first: Expr, second: Expr) -> Expr:
    """`first OR second`."""
    return Call("OR", (first, second), BOOLEAN, first.nullable or second.nullable)


def when(*branches: tuple[Expr, Number], default: Number) -> Real:
    """CASE: the value of the first condition that is true."""
    args: list[Expr] = []
    for condition, value in branches:
        args += [condition, real(value).expr]
    args.append(real(default).expr)
    return Real(Call("CASE", tuple(args), DOUBLE, any(arg.nullable for arg in (*args[1::2], args[-1]))))


def floor(value: Number) -> Real:
    """The greatest whole number not above; exact."""
    return _call("RAW_FLOOR", value)


def magnitude(value: Number) -> Real:
    """The absolute value; exact."""
    return _call("RAW_ABS", value)


def square_root(value: Number) -> Real:
    """The square root, correctly rounded."""
    return _call("RAW_SQRT", value)


def whole(value: Number) -> Expr:
    """A whole number within 64 bits as BIGINT."""
    expr = real(value).expr
    return Call("WHOLE", (expr,), BIGINT, expr.nullable)


def of_whole(value: Expr) -> Real:
    """A BIGINT as DOUBLE, correctly rounded."""
    return Real(Call("CAST", (value,), DOUBLE, value.nullable))


class Sheet:
    """The lines of a calculation: each value kept is computed once, however often later lines use it."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, Column, Expr]] = []

    def keep(self, value: Real) -> Real:
        """The value, to be computed once, unless it is short."""
        return Real(self.keep_expr(value.expr))

    def column(self, value: Real) -> Real:
        """The value as a column of its own, for the sake of who reads the SQL."""
        return Real(self.keep_expr(value.expr, COLUMN))

    def keep_expr(self, value: Expr, kind: str = LET) -> Expr:
        """The value of any type, to be computed once."""
        if isinstance(value, (Column, Literal)):
            return value
        variable = variable_for(value)
        if all(known != variable for _, known, _ in self._lines):
            self._lines.append((kind, variable, value))
        return variable

    def split(self, value: Real) -> Real:
        """The upper 26 bits of a value below 1e300: products of two such parts are exact."""
        scaled = self.keep(value * 134217729.0)
        return self.keep(scaled - (scaled - value))

    def close(self, result: Real) -> Expr:
        """The whole calculation as one expression. Its value must be finite, and not the negative zero."""
        return self.close_expr(result.expr)

    def close_expr(self, result: Expr) -> Expr:
        """The whole calculation as one expression of any type."""
        for kind, variable, value in reversed(self._lines):
            result = Call(kind, (variable, value, result), result.type, result.nullable)
        return Call(FORMULA, (result,), result.type, result.nullable)
