"""Dates and timestamps made of their parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Macro, Typed, TypeMismatch, Vector
from sqlfeat.language.ops.datetime_parts import part
from sqlfeat.language.ops.datetime_units import UNIT_MS, big
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, TIMESTAMP
from sqlfeat.language.typing import arity, convert

_FAMILY = "date and time"
_at = datetime.fromisoformat


def _type_make_date(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    return Typed(tuple(convert(arg, BIGINT) for arg in args), DATE, nullable=True)


def _in(value: Expr, low: int, high: int) -> Expr:
    return Call("BETWEEN", (value, big(low), big(high)), BOOLEAN, value.nullable)


def _all(*conditions: Expr) -> Expr:
    result = conditions[0]
    for condition in conditions[1:]:
        result = Call("AND", (result, condition), BOOLEAN, result.nullable or condition.nullable)
    return result


def _make_date(call: Call) -> Expr:
    year, month, day = call.args
    years = Call("*", (Call("-", (year, big(1970)), BIGINT, year.nullable), big(12)), BIGINT, year.nullable)
    months = Call("+", (years, Call("-", (month, big(1)), BIGINT, month.nullable)), BIGINT)
    first = Call("MONTHS +", (Literal(date(1970, 1, 1), DATE), months), DATE)
    made = Call("DATE +", (first, Call("-", (day, big(1)), BIGINT, day.nullable)), DATE)
    same = Call("=", (part("MONTH", made), month), BOOLEAN)
    valid = _all(_in(year, 1, 9999), _in(month, 1, 12), _in(day, 1, 31))
    return Call("CASE", (valid, Call("CASE", (same, made, Literal(None, DATE)), DATE), Literal(None, DATE)), DATE)


def _type_make_timestamp(args: Sequence[Expr]) -> Typed:
    if len(args) == 1:
        raise TypeMismatch("of one number counts microseconds in DuckDB; write TO_TIMESTAMP_MS(milliseconds)")
    arity(args, 6)
    return Typed(tuple(convert(arg, BIGINT) for arg in args), TIMESTAMP, nullable=True)


def _make_timestamp(call: Call) -> Expr:
    year, month, day, *clock = call.args
    made: Expr = Call("MAKE_DATE", (year, month, day), DATE)
    total: Expr = Call("EPOCH_MS", (Call("CAST", (made,), TIMESTAMP),), BIGINT)
    for value, unit in zip(clock, ("HOUR", "MINUTE", "SECOND"), strict=True):
        total = Call("+", (total, Call("*", (value, big(UNIT_MS[unit])), BIGINT, value.nullable)), BIGINT)
    hour, minute, second = clock
    valid = _all(_in(hour, 0, 23), _in(minute, 0, 59), _in(second, 0, 59))
    return Call("CASE", (valid, Call("TO_TIMESTAMP_MS", (total,), TIMESTAMP), Literal(None, TIMESTAMP)), TIMESTAMP)


_W = ("BIGINT!", "TIMESTAMP(3)")
_YMD, _YMDHMS = ("BIGINT",) * 3, ("BIGINT",) * 6

_YMD, _YMDHMS = ("BIGINT",) * 3, ("BIGINT",) * 6

MACROS = (
    Macro("MAKE_DATE", _FAMILY, "The date of a year, month and day; NULL if there is none.", _type_make_date,
          _make_date,
          (Vector((2024, 2, 29), date(2024, 2, 29), _YMD), Vector((2023, 2, 29), None, _YMD),
           Vector((1, 1, 1), date(1, 1, 1), _YMD),
           Vector((9999, 12, 31), date(9999, 12, 31), _YMD), Vector((0, 1, 1), None, _YMD),
           Vector((10000, 1, 1), None, _YMD),
           Vector((2024, 0, 1), None, _YMD), Vector((2024, 13, 1), None, _YMD), Vector((2024, 4, 31), None, _YMD),
           Vector((2024, 4, 0), None, _YMD), Vector((2**63 - 1, -(2**63), 2**63 - 1), None, _YMD),
           Vector((None, 1, 1), None, _YMD),
           Vector((1969, 12, None), None, _YMD)),
          "MAKE_DATE(year, month, day)"),
    Macro("MAKE_TIMESTAMP", _FAMILY,
          "The timestamp of a year, month, day, hour, minute and second; NULL if there is none.",
          _type_make_timestamp, _make_timestamp,
          (Vector((2024, 2, 29, 23, 59, 58), _at("2024-02-29 23:59:58.000"), _YMDHMS),
           Vector((1, 1, 1, 0, 0, 0), _at("0001-01-01 00:00:00"), _YMDHMS),
           Vector((1969, 12, 31, 1, 2, 3), _at("1969-12-31 01:02:03.000"), _YMDHMS),
           Vector((2024, 1, 1, 24, 0, 0), None, _YMDHMS),
           Vector((2024, 1, 1, 0, 60, 0), None, _YMDHMS), Vector((2024, 1, 1, 0, 0, -1), None, _YMDHMS),
           Vector((2024, 2, 30, 0, 0, 0), None, _YMDHMS), Vector((2024, 1, 1, 0, 0, 2**63 - 1), None, _YMDHMS),
           Vector((2024, 1, 1, 0, None, 0), None, _YMDHMS)),
          "MAKE_TIMESTAMP(year, month, day, hour, minute, second)"),
)  # fmt: skip
