"""The text forms of values, and reading them: NULL for text of any other form, on every engine.

What the engines' own parsers accept beyond these forms differs (hexadecimal digits, underscores, a trailing `d`,
30 February). The patterns mean the same in RE2 and in Java.
"""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import binary, case, double, duckdb_type, flink_type, fn, number, text
from sqlfeat.language.types import DataType, Kind, decimal

_PATTERNS = {
    Kind.INT: "-?[0-9]{1,19}",
    Kind.BIGINT: "-?[0-9]{1,19}",
    Kind.DOUBLE: "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,4})?",
    Kind.TIMESTAMP: "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z?",
    Kind.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
_DUCKDB_PARSERS = {
    Kind.BIGINT: "parse_whole", Kind.INT: "parse_int", Kind.DOUBLE: "parse_double", Kind.BOOLEAN: "parse_boolean",
    Kind.TIMESTAMP: "parse_timestamp", Kind.DATE: "parse_date", Kind.STRING: "parse_string",
}  # fmt: skip
_MAX_DOUBLE = 1.7976931348623157e308


def pattern_of(target: DataType) -> str:
    """The form of a value of the type, to be matched as a whole."""
    if target.kind is Kind.DECIMAL:
        whole, scale = max(1, target.precision - target.scale), target.scale
        return f"-?0*[0-9]{{1,{whole}}}([.][0-9]{{0,{scale}}}0*)?"
    return _PATTERNS[target.kind]


def parse_duckdb(raw: exp.Expr, target: DataType) -> exp.Expr:
    """The text, or the value of a history's column, as a value of `target`, by the macros of the DuckDB prelude."""
    if target.kind is Kind.DECIMAL:
        parsed = exp.TryCast(this=raw.copy(), to=duckdb_type(target))
        return fn("parse_decimal", raw, parsed, text(pattern_of(target)))
    if target.kind in (Kind.STRING, Kind.BOOLEAN):
        return fn(_DUCKDB_PARSERS[target.kind], raw)
    if target.kind is Kind.ARRAY:
        return exp.TryCast(this=raw.copy(), to=duckdb_type(target))
    return fn(_DUCKDB_PARSERS[target.kind], raw, text(pattern_of(target)))


def parse_flink(raw: exp.Expr, target: DataType) -> exp.Expr:
    """The text as a value of `target`; the same values as the macros of the DuckDB prelude give."""
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
            return _flink_timestamp(raw, target)
        case Kind.DATE:
            day = _try_cast(raw, target)
            same = binary(exp.EQ, exp.Cast(this=day.copy(), to=exp.DataType.build("TEXT")), raw)
            return case((exp.And(this=_has_form(raw, target), expression=same), day))
        case Kind.DOUBLE:
            return case((_has_form(raw, target), finite(_try_cast(raw, target))))
        case Kind.DECIMAL:
            # It counts the zeros in front as digits of the precision.
            wide = _try_cast(raw, decimal(38, target.scale))
            return case((_has_form(raw, target), _try_cast(wide, target)))
        case _:
            return case((_has_form(raw, target), _try_cast(raw, target)))


def finite(value: exp.Expr) -> exp.Expr:
    """A DOUBLE with one zero and nothing beyond the finite numbers."""
    zero = case((binary(exp.EQ, value, double(0.0)), double(0.0)), default=value)
    return case((binary(exp.LTE, fn("ABS", value), double(_MAX_DOUBLE)), zero))


def _flink_timestamp(raw: exp.Expr, target: DataType) -> exp.Expr:
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
