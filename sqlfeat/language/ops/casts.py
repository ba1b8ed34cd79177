"""CAST: the conversions that cannot fail; the pairs of types are one table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call
from sqlfeat.language.ops.narrowing import try_cast_problem
from sqlfeat.language.trees import case, cast, fn, number, text
from sqlfeat.language.types import STRING, DataType, Kind, array, decimal
from sqlfeat.language.typing import is_convertible

_TO_STRING = (Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DATE, Kind.BOOLEAN, Kind.TIMESTAMP)
_SAFE = frozenset(
    {(Kind.TIMESTAMP, Kind.DATE), (Kind.DATE, Kind.TIMESTAMP), (Kind.BOOLEAN, Kind.INT), (Kind.BOOLEAN, Kind.BIGINT)}
)
_INSTEAD = {
    (Kind.DOUBLE, Kind.STRING): (
        "the engines write a DOUBLE differently as text",
        "CAST(TRY_CAST(x AS DECIMAL(38,6)) AS STRING), with the digits that are meant"),
    (Kind.TIMESTAMP, Kind.BIGINT): ("it is not said in which unit", "EPOCH_MS(ts) or EPOCH(ts)"),
    (Kind.DATE, Kind.BIGINT): ("it is not said in which unit", "EPOCH(d)"),
    (Kind.BIGINT, Kind.TIMESTAMP): ("it is not said in which unit", "TO_TIMESTAMP_MS(n)"),
    (Kind.INT, Kind.TIMESTAMP): ("it is not said in which unit", "TO_TIMESTAMP_MS(n)"),
}  # fmt: skip


def cast_problem(source: DataType, target: DataType) -> tuple[str, str] | None:
    """Why CAST(source AS target) is refused and what to write, or None if it is accepted."""
    if is_convertible(source, target) or (source.kind, target.kind) in _SAFE:
        return None
    if target.kind is Kind.STRING and source.kind in _TO_STRING:
        return None
    if try_cast_problem(source, target) is None:
        return f"a {source} may not fit {target}, and a cast that fails stops the stream", (
            f"TRY_CAST(... AS {target}), which gives NULL for a value that does not fit"
        )
    return refusal(source, target)


def refusal(source: DataType, target: DataType) -> tuple[str, str]:
    """Why neither CAST nor TRY_CAST takes these types, and what to write."""
    if known := _INSTEAD.get((source.kind, target.kind)):
        return known
    if target.kind is Kind.BOOLEAN:
        return f"it is not said which {source} is true", "a comparison, for example x <> 0"
    if Kind.ARRAY in (source.kind, target.kind):
        return "arrays are not converted element by element", "the array of the right type from the source on"
    if problem := try_cast_problem(source, target):
        return problem
    return f"nothing turns a {source} into a {target} on both engines", "another function or another type"


def lower_cast_duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """CAST for DuckDB."""
    source = call.args[0].type.kind
    if source is Kind.BOOLEAN:
        return _of_boolean(args[0], call.type)
    if source is Kind.TIMESTAMP and call.type.kind is Kind.STRING:
        return fn("strftime", args[0], text("%Y-%m-%d %H:%M:%S.%g"))
    if call.type.kind is Kind.STRING and call.args[0].type.scale == call.args[0].type.precision > 0:
        # It writes no zero before the point where the type has no digit for it.
        return fn("regexp_replace", cast(args[0], call.type, duckdb=True), text("^(-?)[.]"), text("\\10."))
    if call.type.kind is Kind.DOUBLE and call.args[0].type.precision > 18 and call.args[0].type.scale == 0:
        # It rounds whole numbers of more than 64 bits twice, but text once.
        return cast(cast(args[0], STRING, duckdb=True), call.type, duckdb=True)
    return cast(args[0], call.type, duckdb=True)


def lower_cast_flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """CAST for Flink."""
    source, target = call.args[0].type, call.type
    if source.kind is Kind.BOOLEAN:
        return _of_boolean(args[0], target)
    if wide := _wider(source, target):
        return cast(cast(args[0], wide, duckdb=False), target, duckdb=False)
    if source.kind is Kind.TIMESTAMP and target.kind is Kind.DATE:
        # Before 1970 the cast alone would give the next day.
        return cast(exp.Floor(this=args[0].copy(), to=exp.Var(this="DAY")), target, duckdb=False)
    return cast(args[0], target, duckdb=False)


def _wider(source: DataType, target: DataType) -> DataType | None:
    """The type on the way to DOUBLE: DECIMAL of 16 to 18 digits is rounded twice, unless widened first."""
    if source.element and target.element:
        wide = _wider(source.element, target.element)
        return array(wide) if wide else None
    if target.kind is Kind.DOUBLE and source.kind is Kind.DECIMAL and source.precision > 15:
        return decimal(38, source.scale)
    return None


def _of_boolean(tree: exp.Expr, target: DataType) -> exp.Expr:
    if target.kind is Kind.BOOLEAN:
        return tree
    true, false = (text("true"), text("false")) if target.kind is Kind.STRING else (number(1), number(0))
    chosen = case((tree, true), (exp.Not(this=exp.Paren(this=tree.copy())), false))
    return chosen if target.kind is not Kind.BIGINT else exp.Cast(this=chosen, to=exp.DataType.build("BIGINT"))
