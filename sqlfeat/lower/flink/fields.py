"""Fields of a text stream as Flink expressions: strict, NULL for text that does not fit."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import binary, case, double, flink_type, fn, number, text
from sqlfeat.language.types import DataType, Kind
from sqlfeat.lower.patterns import pattern_of

_MAX_DOUBLE = 1.7976931348623157e308


def parse_field(raw: exp.Expr, target: DataType) -> exp.Expr:
    """The text `raw` as a value of `target`; the same values as the DuckDB prelude's macros give."""
    match target.kind:
        case Kind.STRING | Kind.ARRAY:
            return raw
        case Kind.BOOLEAN:
            lowered = fn("LOWER", raw)
            return case(
                (binary(exp.EQ, lowered, text("true")), exp.true()),
                (binary(exp.EQ, lowered, text("false")), exp.false()),
            )
        case Kind.TIMESTAMP:
            return _parse_timestamp(raw, target)
        case Kind.DATE:
            day = _try_cast(raw, target)
            same = binary(exp.EQ, exp.Cast(this=day.copy(), to=exp.DataType.build("TEXT")), raw)
            return case((exp.And(this=_has_form(raw, target), expression=same), day))
        case Kind.DOUBLE:
            return case((_has_form(raw, target), finite(_try_cast(raw, target))))
        case _:
            return case((_has_form(raw, target), _try_cast(raw, target)))


def finite(value: exp.Expr) -> exp.Expr:
    """A DOUBLE with one zero and nothing beyond the finite numbers."""
    zero = case((binary(exp.EQ, value, double(0.0)), double(0.0)), default=value)
    return case((binary(exp.LTE, fn("ABS", value), double(_MAX_DOUBLE)), zero))


def _parse_timestamp(raw: exp.Expr, target: DataType) -> exp.Expr:
    # Flink reads 30 February as the last day of the month; only what reads back the same is a timestamp.
    spaced = fn("REPLACE", fn("REPLACE", raw, text("T"), text(" ")), text("Z"), text(""))
    plain = fn("SUBSTRING", spaced, number(1), number(23))
    stamp = _try_cast(plain, target)
    written = fn("SUBSTRING", exp.Cast(this=stamp.copy(), to=exp.DataType.build("TEXT")), number(1), number(19))
    same = binary(exp.EQ, written, fn("SUBSTRING", plain, number(1), number(19)))
    return case((exp.And(this=_has_form(raw, target), expression=same), stamp))


def _has_form(raw: exp.Expr, target: DataType) -> exp.Expr:
    return fn("REGEXP", raw, text(f"^({pattern_of(target)})\\z"))


def _try_cast(raw: exp.Expr, target: DataType) -> exp.Expr:
    return exp.TryCast(this=raw.copy(), to=flink_type(target))
