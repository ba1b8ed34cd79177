"""The text forms of values, and reading them: NULL for text of any other form, on every engine.

What the engines' own parsers accept beyond these forms differs (hexadecimal digits, underscores, a trailing `d`,
30 February). The patterns mean the same in RE2 and in Java.
"""

from __future__ import annotations

from functools import reduce

from sqlglot import exp

from sqlfeat.language.trees import binary, case, double, duckdb_type, flink_type, fn, number, text
from sqlfeat.language.types import DataType, Kind, decimal

_YEAR = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
"""Without a year 0, which the engines do not write alike."""
_PATTERNS = {
    Kind.INT: "-?[0-9]{1,19}",
    Kind.BIGINT: "-?[0-9]{1,19}",
    Kind.DOUBLE: "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,4})?",
    Kind.TIMESTAMP: _YEAR + "-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z?",
    Kind.DATE: "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}
_FLINK_TIMESTAMP = _YEAR + "-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?Z?"
"""A timestamp whose year and time of day exist."""
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
    """Put together from its parts: in Flink's own parser of timestamps jobs spent a third of their time."""

    def part(start: int, length: int) -> exp.Expr:
        return fn("SUBSTRING", raw, number(start), number(length))

    def whole(digits: exp.Expr) -> exp.Expr:
        return _try_cast(digits, DataType(Kind.INT))

    hours, minutes, seconds = (whole(part(start, 2)) for start in (12, 15, 18))
    digits = fn("RPAD", fn("REPLACE", part(21, 3), text("Z"), text("")), number(3), text("0"))
    fraction = case((binary(exp.EQ, part(20, 1), text(".")), whole(digits)), default=number(0))
    of_day = reduce(_scaled, ((minutes, 60), (seconds, 60), (fraction, 1000)), hours)
    day = _try_cast(part(1, 10), DataType(Kind.DATE))
    # Flink reads 30 February as a day of March; only what reads back the same is a day.
    same = binary(exp.EQ, exp.Cast(this=day, to=exp.DataType.build("TEXT")), part(1, 10))
    millisecond = exp.Interval(this=text("0.001"), unit=exp.Var(this="SECOND(3)"))
    stamp = binary(exp.Add, exp.Cast(this=day.copy(), to=flink_type(target)), binary(exp.Mul, of_day, millisecond))
    has_form = fn("REGEXP", raw, text(f"^({_FLINK_TIMESTAMP})\\z"))
    return case((exp.And(this=has_form, expression=same), stamp))


def _scaled(value: exp.Expr, step: tuple[exp.Expr, int]) -> exp.Expr:
    """`value * factor + rest`."""
    rest, factor = step
    return binary(exp.Add, binary(exp.Mul, value, number(factor)), rest)


def _has_form(raw: exp.Expr, target: DataType) -> exp.Expr:
    return fn("REGEXP", raw, text(f"^({pattern_of(target)})\\z"))


def _try_cast(raw: exp.Expr, target: DataType) -> exp.Expr:
    return exp.TryCast(this=raw.copy(), to=flink_type(target))
