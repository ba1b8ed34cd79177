"""Typed expressions as trees of one engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Call, Column, Expr, Literal
from sqlfeat.language.operation import Aggregate, AggregateContext, Operation
from sqlfeat.language.ops.casts import lower_cast_duckdb, lower_cast_flink
from sqlfeat.language.ops.narrowing import lower_try_cast_duckdb, lower_try_cast_flink
from sqlfeat.language.registry import aggregate, operation
from sqlfeat.language.trees import cast, double, number, text
from sqlfeat.language.types import DataType, Kind


def column(name: str) -> exp.Column:
    """A column, quoted: every name is then safe on every engine."""
    return exp.Column(this=identifier(name))


def identifier(name: str) -> exp.Identifier:
    """A quoted identifier."""
    return exp.Identifier(this=name, quoted=True)


@dataclass(frozen=True, slots=True)
class ExpressionLowering:
    """Lowers expressions for one engine.

    Attributes:
        duckdb: DuckDB, otherwise Flink.
    """

    duckdb: bool

    def tree(self, expr: Expr) -> exp.Expr:
        """The engine's tree of an expression."""
        match expr:
            case Column(name=name):
                return column(name)
            case Literal():
                return self.literal(expr)
            case Call(op="CAST"):
                lower = lower_cast_duckdb if self.duckdb else lower_cast_flink
                return lower(expr, [self._plain(expr.args[0])])
            case Call(op="TRY_CAST"):
                lower = lower_try_cast_duckdb if self.duckdb else lower_try_cast_flink
                return lower(expr, [self._plain(expr.args[0])])
            case Call():
                return self._call(expr)

    def cast(self, tree: exp.Expr, target: DataType) -> exp.Expr:
        """`CAST(tree AS target)`."""
        return cast(tree, target, duckdb=self.duckdb)

    def aggregate(self, call: AggregateCall, context: AggregateContext) -> exp.Expr:
        """The engine's tree of a primitive aggregate."""
        entry = aggregate(call.op)
        assert isinstance(entry, Aggregate)
        lower = entry.duckdb if self.duckdb else entry.flink
        return lower(call, [self.tree(arg) for arg in call.args], context)

    def literal(self, literal: Literal) -> exp.Expr:
        """A constant of exactly its type, whatever stands around it."""
        plain = self._plain(literal)
        if literal.value is None or literal.type.kind in (Kind.BIGINT, Kind.DECIMAL):
            return self.cast(plain, literal.type)
        return plain

    def _call(self, call: Call) -> exp.Expr:
        entry = operation(call.op)
        assert isinstance(entry, Operation)
        lower = entry.duckdb if self.duckdb else entry.flink
        return lower(call, self._arguments(call.args))

    def _arguments(self, args: Sequence[Expr]) -> list[exp.Expr]:
        """Constants beside a column of their type need no cast to have it."""
        typed = {arg.type for arg in args if not isinstance(arg, Literal)}
        return [
            self._plain(arg) if isinstance(arg, Literal) and arg.type in typed and _fits(arg) else self.tree(arg)
            for arg in args
        ]

    def _plain(self, expr: Expr) -> exp.Expr:
        if not isinstance(expr, Literal):
            return self.tree(expr)
        value = expr.value
        if value is None:
            return exp.Null()
        if isinstance(value, bool):
            return exp.Boolean(this=value)
        if isinstance(value, int):
            return number(value)
        if isinstance(value, float):
            return double(value)
        if isinstance(value, Decimal):
            literal = exp.Literal.number(format(abs(value), "f"))
            return exp.Neg(this=literal) if value < 0 else literal
        if isinstance(value, datetime):
            stamp = value.isoformat(sep=" ", timespec="milliseconds")
            return exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=text(stamp))
        if isinstance(value, str):
            return text(value)
        return exp.Introducer(this=exp.Var(this="DATE"), expression=text(value.isoformat()))


def _fits(constant: Literal) -> bool:
    """Whether a constant is of no wider type to an engine when there is no cast: Flink counts the 0 of 0.5."""
    all_behind_point = constant.type.kind is Kind.DECIMAL and constant.type.precision == constant.type.scale
    return constant.value is not None and not all_behind_point
