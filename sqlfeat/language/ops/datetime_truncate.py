"""Beginnings and ends of units of time, and what is counted by them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation, Typed, TypeMismatch, Vector
from sqlfeat.language.ops.datetime_arithmetic import stamp
from sqlfeat.language.ops.datetime_units import (
    DAY_MS,
    MAX_MS,
    UNIT_MONTHS,
    UNIT_MS,
    as_timestamp,
    big,
    flink_day,
    flink_interval,
    flink_later,
    moment,
    unit_of,
)
from sqlfeat.language.trees import binary, case, cast, fn, number, text, wrap
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, STRING, TIMESTAMP
from sqlfeat.language.typing import arity

_FAMILY = "date and time"
UNITS = (*UNIT_MS, *UNIT_MONTHS)
_CLOCK = ("MILLISECOND", "SECOND", "MINUTE", "HOUR")


def _type_truncate(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    unit = unit_of(args[0], UNITS)
    value = moment(args[1], time_of_day=unit in _CLOCK)
    return Typed((Literal(unit, STRING), value), value.type, value.nullable)


def _unit(call: Call) -> str:
    unit = call.args[0]
    assert isinstance(unit, Literal)
    return str(unit.value)


def _is_exact(call: Call) -> bool:
    """Whether every value is the beginning of such a unit."""
    return _unit(call) == ("DAY" if call.type == DATE else "MILLISECOND")


def _duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if _is_exact(call):
        return args[1]
    return cast(fn("date_trunc", text(_unit(call).lower()), args[1]), call.type, duckdb=True)


def _flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    unit, value = _unit(call), args[1]
    if _is_exact(call):
        return value
    if unit in ("SECOND", "MINUTE", "HOUR", "DAY"):
        return cast(exp.Floor(this=wrap(value), to=exp.Var(this=unit)), call.type, duckdb=False)
    later = flink_later(value)
    day = flink_interval("1", "DAY")
    if unit == "WEEK":  # Flink's own weeks begin on Sunday.
        later = exp.Paren(this=exp.Sub(this=later, expression=day))
    floor: exp.Expr = exp.Floor(this=later, to=exp.Var(this=unit))
    if unit == "WEEK":
        floor = exp.Add(this=floor, expression=day)
    earlier = exp.Sub(this=floor, expression=flink_interval("2000", "YEAR(4)"))
    return cast(earlier, call.type, duckdb=False)


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


_T, _D = ("STRING!", "TIMESTAMP(3)"), ("STRING!", "DATE")
_LATE, _OLD, _FIRST = _at("2024-02-29 23:59:58.987"), _at("1969-11-12 23:59:59.999"), _at("0001-01-01 00:00:00.000")


def _vectors(*rows: tuple[str, str, str]) -> tuple[Vector, ...]:
    found: list[Vector] = []
    for unit, late, old in rows:
        for value, result in ((_LATE, late), (_OLD, old)):
            found.append(Vector((unit, value), _at(result), _T))
        found.append(Vector((unit, None), None, _T))
        found.append(Vector((unit, _FIRST), _FIRST, _T))
    return tuple(found)


_TRUNCATED = (
    *_vectors(
        ("MILLISECOND", "2024-02-29 23:59:58.987", "1969-11-12 23:59:59.999"),
        ("SECOND", "2024-02-29 23:59:58.000", "1969-11-12 23:59:59.000"),
        ("MINUTE", "2024-02-29 23:59:00.000", "1969-11-12 23:59:00.000"),
        ("HOUR", "2024-02-29 23:00:00.000", "1969-11-12 23:00:00.000"),
        ("DAY", "2024-02-29 00:00:00.000", "1969-11-12 00:00:00.000"),
        ("WEEK", "2024-02-26 00:00:00.000", "1969-11-10 00:00:00.000"),
        ("MONTH", "2024-02-01 00:00:00.000", "1969-11-01 00:00:00.000"),
        ("QUARTER", "2024-01-01 00:00:00.000", "1969-10-01 00:00:00.000"),
        ("YEAR", "2024-01-01 00:00:00.000", "1969-01-01 00:00:00.000"),
    ),
    Vector(("WEEK", _at("1970-01-04 23:59:59.999")), _at("1969-12-29 00:00:00.000"), _T),
    Vector(("DAY", date(1969, 12, 31)), date(1969, 12, 31), _D),
    Vector(("WEEK", date(2024, 3, 3)), date(2024, 2, 26), _D), Vector(("WEEK", date(1, 1, 1)), date(1, 1, 1), _D),
    Vector(("MONTH", date(1582, 10, 20)), date(1582, 10, 1), _D), Vector(("MONTH", None), None, _D),
    Vector(("QUARTER", date(9999, 12, 31)), date(9999, 10, 1), _D),
    Vector(("YEAR", date(1, 12, 31)), date(1, 1, 1), _D),
)  # fmt: skip


def truncated(unit: str, value: Expr) -> Expr:
    """The beginning of the unit."""
    if value.type == DATE and unit in _CLOCK:
        return value
    return Call("DATE_TRUNC", (Literal(unit, STRING), value), value.type, value.nullable)


def _type_to(args: Sequence[Expr]) -> Typed:
    if len(args) == 2 and isinstance(args[0], Literal) and str(args[0].value).upper() in ("WEEK", "WEEKS"):
        raise TypeMismatch("a WEEK begins on Sunday in Flink; write DATE_TRUNC('week', ts), which begins on Monday")
    typed = _type_truncate(args)
    return Typed(typed.args, typed.type, nullable=typed.nullable)


def _type_ceil(args: Sequence[Expr]) -> Typed:
    typed = _type_to(args)
    return Typed(typed.args, typed.type, nullable=True)


def _floor_to(call: Call) -> Expr:
    return Call("DATE_TRUNC", call.args, call.type, call.nullable)


_LAST_BEGINNING = {
    "MILLISECOND": MAX_MS, "SECOND": MAX_MS - 999, "MINUTE": MAX_MS - 59_999, "HOUR": MAX_MS - 3_599_999,
    "DAY": MAX_MS - DAY_MS + 1, "MONTH": MAX_MS - 31 * DAY_MS + 1, "QUARTER": MAX_MS - 92 * DAY_MS + 1,
    "YEAR": MAX_MS - 365 * DAY_MS + 1,
}  # fmt: skip
"""Of each unit, in the year 9999: what lies behind has no next one."""


def _ceiling(call: Call, value: exp.Expr, floor: exp.Expr, next_: exp.Expr, *, duckdb: bool) -> exp.Expr:
    last = stamp(_LAST_BEGINNING[_unit(call)])
    written = text(last.isoformat(sep=" ", timespec="milliseconds"))
    limit: exp.Expr = exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=written)
    if call.type == DATE:
        limit = exp.Introducer(this=exp.Var(this="DATE"), expression=text(last.date().isoformat()))
    upper = case((binary(exp.LTE, value, limit), cast(next_, call.type, duckdb=duckdb)))
    return case((binary(exp.EQ, floor, value), value), default=upper)


def _duckdb_ceil(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if _is_exact(call):
        return args[1]
    unit, floor = _unit(call), _duckdb(call, args)
    months = UNIT_MONTHS.get(unit)
    step = fn("to_months", number(months)) if months else fn("to_microseconds", number(UNIT_MS[unit] * 1000))
    return _ceiling(call, args[1], floor, binary(exp.Add, floor, step), duckdb=True)


def _flink_ceil(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if _is_exact(call):
        return args[1]
    unit, floor = _unit(call), _flink(call, args)
    step = flink_interval("3", "MONTH") if unit == "QUARTER" else flink_interval("1", unit)
    return _ceiling(call, args[1], floor, exp.Add(this=floor.copy(), expression=step), duckdb=False)


def _type_last_day(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value = moment(args[0])
    return Typed((value,), DATE, value.nullable)


def _duckdb_last_day(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("last_day", args[0])


def _flink_last_day(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    day = args[0] if call.args[0].type == DATE else flink_day(args[0])
    month: exp.Expr = exp.Floor(this=flink_later(day), to=exp.Var(this="MONTH"))
    following = exp.Add(this=month, expression=flink_interval("1", "MONTH"))
    last = exp.Sub(this=following, expression=flink_interval("1", "DAY"))
    return cast(exp.Sub(this=last, expression=flink_interval("2000", "YEAR(4)")), DATE, duckdb=False)


def _type_bucket(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    width = args[0]
    if not isinstance(width, Literal) or not isinstance(width.value, int):
        raise TypeMismatch("needs a constant interval first, for example INTERVAL '15' MINUTE")
    if not 0 < width.value <= MAX_MS:
        raise TypeMismatch("needs an interval longer than nothing")
    value = as_timestamp(args[1])
    return Typed((Literal(width.value, BIGINT), value), TIMESTAMP, nullable=True)


def _bucket(call: Call) -> Expr:
    width, value = call.args
    since = Call("ELAPSED", (Literal(_at("2000-01-03 00:00:00.000"), TIMESTAMP), value, big(1)), BIGINT, value.nullable)
    rest = Call("%", (since, width), BIGINT)
    # The remainder has the sign of what is divided; a negative one counts from the bucket's end.
    negative = Call("<", (rest, big(0)), BOOLEAN)
    behind = Call("CASE", (negative, Call("+", (rest, width), BIGINT), rest), BIGINT)
    start = Call("-", (Call("EPOCH_MS", (value,), BIGINT, value.nullable), behind), BIGINT)
    return Call("TO_TIMESTAMP_MS", (start,), TIMESTAMP)


_FLOORED = tuple(v for v in _TRUNCATED if v.args[0] != "WEEK")
_CEILED = (
    *(
        Vector((unit, _LATE), _at(result), _T)
        for unit, result in (
            ("SECOND", "2024-02-29 23:59:59.000"), ("MINUTE", "2024-03-01 00:00:00.000"),
            ("HOUR", "2024-03-01 00:00:00.000"),
            ("DAY", "2024-03-01 00:00:00.000"), ("MONTH", "2024-03-01 00:00:00.000"),
            ("QUARTER", "2024-04-01 00:00:00.000"),
            ("YEAR", "2025-01-01 00:00:00.000"),
        )
    ),
    Vector(("HOUR", _OLD), _at("1969-11-13 00:00:00.000"), _T), Vector(("YEAR", _FIRST), _FIRST, _T),
    Vector(("DAY", _at("9999-12-31 00:00:00.001")), None, _T), Vector(("MONTH", None), None, _T),
    Vector(("MONTH", date(2024, 2, 2)), date(2024, 3, 1), _D),
    Vector(("MONTH", date(2024, 2, 1)), date(2024, 2, 1), _D),
    Vector(("YEAR", date(9999, 2, 1)), None, _D),
)  # fmt: skip

OPERATIONS = (
    Operation(
        "DATE_TRUNC", _FAMILY,
        "The beginning of the unit that the moment lies in, with the type of the argument; weeks begin on Monday.",
        _type_truncate, _duckdb, _flink, _TRUNCATED, "DATE_TRUNC('hour', ts)", ("DATETRUNC",),
    ),
    Operation(
        "CEIL TO", COMPILER_FAMILY, "The moment itself if a unit begins there, else the beginning of the next unit.",
        _type_ceil, _duckdb_ceil, _flink_ceil, _CEILED, "CEIL(ts TO HOUR)", repeats=True,
    ),
    Operation(
        "LAST_DAY", _FAMILY, "The last day of the month, as a DATE.", _type_last_day, _duckdb_last_day, _flink_last_day,
        (Vector((date(2024, 2, 1),), date(2024, 2, 29), ("DATE",)),
         Vector((date(2023, 2, 28),), date(2023, 2, 28), ("DATE",)),
         Vector((date(9999, 12, 31),), date(9999, 12, 31), ("DATE",)),
         Vector((date(1, 4, 1),), date(1, 4, 30), ("DATE",)),
         Vector((date(1582, 10, 1),), date(1582, 10, 31), ("DATE",)),
         Vector((None,), None, ("DATE",)), Vector((_OLD,), date(1969, 11, 30), ("TIMESTAMP(3)",)),
         Vector((_LATE,), date(2024, 2, 29), ("TIMESTAMP(3)",))),
        "LAST_DAY(ts)",
    ),
)  # fmt: skip

_W = ("BIGINT!", "TIMESTAMP(3)")

MACROS = (
    Macro("FLOOR TO", COMPILER_FAMILY, "The beginning of the unit.", _type_to, _floor_to, _FLOORED,
          "FLOOR(ts TO HOUR)"),
    Macro("TIME_BUCKET", _FAMILY,
          "The beginning of the bucket of that width; one begins on Monday 2000-01-03, at midnight.",
          _type_bucket, _bucket,
          (Vector((900000, _LATE), _at("2024-02-29 23:45:00.000"), _W),
           Vector((900000, _OLD), _at("1969-11-12 23:45:00.000"), _W),
           Vector((604800000, _LATE), _at("2024-02-26 00:00:00.000"), _W), Vector((604800000, _FIRST), _FIRST, _W),
           Vector((86400000 * 10, _FIRST), None, _W), Vector((1, _OLD), _OLD, _W), Vector((MAX_MS, _OLD), None, _W),
           Vector((25200000, _at("2000-01-03 07:00:00.000")), _at("2000-01-03 07:00:00.000"), _W),
           Vector((900000, None), None, _W)),
          "TIME_BUCKET(INTERVAL '15' MINUTE, ts)"),
)  # fmt: skip
