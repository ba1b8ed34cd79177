"""Short builders of sqlglot trees, shared by the operations' lowerings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, reduce

from sqlglot import exp

from sqlfeat.language.expr import Expr
from sqlfeat.language.types import INT, DataType, Kind

_DUCKDB_NAMES = {Kind.STRING: "VARCHAR", Kind.TIMESTAMP: "TIMESTAMP", Kind.INT: "INTEGER"}


def _own(tree: exp.Expr) -> exp.Expr:
    """The tree, or a copy if it already stands in another: copies at every level would take long for deep trees."""
    return tree if tree.parent is None else tree.copy()


def fn(name: str, *args: exp.Expr) -> exp.Expr:
    """`name(args...)`, written as it is; one tree may be used twice, here and below."""
    return exp.Anonymous(this=name, expressions=[_own(arg) for arg in args])


def number(value: int) -> exp.Expr:
    """An integer constant."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def text(value: str) -> exp.Expr:
    """A string constant."""
    return exp.Literal.string(value)


def double(value: float) -> exp.Expr:
    """A DOUBLE constant, always with an exponent: without one both engines read DECIMAL."""
    digits = repr(abs(value)).replace("e+", "e")
    literal = exp.Literal.number(digits if "e" in digits else digits + "e0")
    return exp.Neg(this=literal) if value < 0 else literal


def binary(kind: type[exp.Binary], left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """`(left op right)`, parenthesised where a nested operator needs it."""
    return kind(this=_wrapped(left), expression=_wrapped(right))


def _wrapped(tree: exp.Expr) -> exp.Expr:
    compound = (exp.Binary, exp.Not, exp.Neg, exp.Is, exp.Between, exp.In, exp.Interval)
    plain = (exp.Dot, exp.Bracket)
    return exp.Paren(this=_own(tree)) if isinstance(tree, compound) and not isinstance(tree, plain) else _own(tree)


def wrap(tree: exp.Expr) -> exp.Expr:
    """The tree in parentheses if it is an operator."""
    return _wrapped(tree)


def is_null(tree: exp.Expr) -> exp.Expr:
    """`tree IS NULL`."""
    return exp.Is(this=_wrapped(tree), expression=exp.Null())


def not_null(tree: exp.Expr) -> exp.Expr:
    """`NOT tree IS NULL`, as which the parser reads `tree IS NOT NULL`."""
    return exp.Not(this=is_null(tree))


def case(*branches: tuple[exp.Expr, exp.Expr], default: exp.Expr | None = None) -> exp.Expr:
    """Searched CASE."""
    ifs = [exp.If(this=_own(condition), true=_own(value)) for condition, value in branches]
    return exp.Case(ifs=ifs, default=_own(default) if default else None)


def cast(tree: exp.Expr, target: DataType, *, duckdb: bool) -> exp.Expr:
    """`CAST(tree AS target)` in the spelling of one engine."""
    return exp.Cast(this=_own(tree), to=duckdb_type(target) if duckdb else flink_type(target))


def flink_coalesce(*values: exp.Expr) -> exp.Expr:
    """The first value that is not NULL, for Flink.

    Not as COALESCE: once the planner knows that a value in the middle is never NULL, as that of a CASE whose condition
    turned out to hold, it drops the rest, finds the type of the column changed by that, and fails. IFNULL of
    constants fails too, when computing them in parts changes whether they may be NULL.
    """
    *before, last = values
    unknown = [value if value.find(exp.Column) else flink_unknown(value) for value in before]
    return reduce(lambda rest, value: fn("IFNULL", value, rest), reversed(unknown), last)


def flink_unknown(value: exp.Expr, otherwise: exp.Expr | None = None) -> exp.Expr:
    """A value that Flink's planner does not compute before the job, and does not merge into the projection above.

    It does neither with what might be another value each time. RAND() is below 1, so `otherwise` is never the value;
    without it, a value that the planner finds to be NULL is a constant to it nevertheless.
    """
    return case((exp.LT(this=fn("RAND"), expression=double(2.0)), value), default=otherwise)


def flink_divisor(value: exp.Expr, kind: DataType) -> exp.Expr:
    """A divisor for Flink, if it is not a number as written.

    The planner computes a quotient of constants itself, and fails if the divisor is NULL, or one that it did not
    compute before, also of constants from a projection below.
    """
    return flink_unknown(value, double(1.0) if kind.kind is Kind.DOUBLE else number(1))


def flink_arguments(args: Sequence[Expr], trees: Sequence[exp.Expr]) -> list[exp.Expr]:
    """Arguments of a function that Flink checks for whether they may be NULL.

    Its planner takes `n IS NULL OR n > 0` for one search, of which it knows that it is never NULL, but whose code it
    holds to be NULL at times, and then refuses the call. Part of a longer condition it is in nobody's way.
    """
    return [
        flink_unknown(tree) if arg.type.kind is Kind.BOOLEAN and tree.find(exp.Column) else tree
        for arg, tree in zip(args, trees, strict=True)
    ]


def flink_bounded(value: exp.Expr, low: int, high: int) -> exp.Expr:
    """A BIGINT drawn into a range within INT, as INT, for Flink."""
    return cast(fn("GREATEST", number(low), fn("LEAST", number(high), value)), INT, duckdb=False)


def duckdb_type(target: DataType) -> exp.DataType:
    """The type as DuckDB spells it."""
    return _duckdb_type(target).copy()


def flink_type(target: DataType) -> exp.DataType:
    """The type for the Flink dialect's generator."""
    return _flink_type(target).copy()


@cache
def _duckdb_type(target: DataType) -> exp.DataType:
    if target.kind is Kind.ARRAY and target.element:
        return exp.DataType.build(str(_duckdb_type(target.element).sql("duckdb")) + "[]", dialect="duckdb")
    if target.kind is Kind.DECIMAL:
        return exp.DataType.build(str(target))
    return exp.DataType.build(_DUCKDB_NAMES.get(target.kind, target.kind.value), dialect="duckdb")


@cache
def _flink_type(target: DataType) -> exp.DataType:
    if target.kind is Kind.ARRAY and target.element:
        return exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[flink_type(target.element)], nested=True)
    if target.kind is Kind.STRING:
        return exp.DataType.build("TEXT")
    return exp.DataType.build(str(target))
