"""Parts of dates and timestamps: EXTRACT and the functions named after units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Lowering, Macro, Operation, Typed, TypeRule, Vector
from sqlfeat.language.ops.datetime_units import (
    as_timestamp,
    big,
    duckdb_epoch_ms,
    flink_epoch_ms,
    flink_extract,
    flink_later,
    moment,
    unit_of,
)
from sqlfeat.language.trees import binary, cast, fn, number
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, STRING
from sqlfeat.language.typing import arity

_FAMILY = "date and time"
_SECONDS_2000_YEARS = 63_113_904_000

CALENDAR = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "DOW", "ISODOW", "ISOYEAR")
DERIVED = ("DECADE", "CENTURY", "MILLENNIUM", "YEARWEEK")
CLOCK = ("HOUR", "MINUTE", "SECOND", "MILLISECOND")
PARTS = (*CALENDAR, *DERIVED, *CLOCK, "EPOCH", "EPOCH_MS")


def _typing(check: Callable[[Expr], Expr]) -> TypeRule:
    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 1)
        arg = check(args[0])
        return Typed((arg,), BIGINT, arg.nullable)

    return rule


_CALENDAR_RULE = _typing(moment)
_CLOCK_RULE = _typing(lambda arg: moment(arg, time_of_day=True))
_INSTANT_RULE = _typing(as_timestamp)

_DUCKDB_CALENDAR = {"DOY": "dayofyear", "DOW": "dayofweek"}


def _duckdb_calendar(unit: str) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        part = fn(_DUCKDB_CALENDAR.get(unit, unit.lower()), args[0])
        return binary(exp.Add, part, number(1)) if unit == "DOW" else part

    return lower


def _flink_calendar(unit: str) -> Lowering:
    return lambda call, args: flink_extract(unit, args[0], is_date=call.args[0].type == DATE)


def _duckdb_clock(unit: str) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        part = fn(unit.lower(), args[0])
        return binary(exp.Mod, part, number(1000)) if unit == "MILLISECOND" else part

    return lower


def _flink_clock(unit: str) -> Lowering:
    return lambda _, args: exp.Extract(this=exp.Var(this=unit), expression=flink_later(args[0]))


def _duckdb_epoch(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("floor", fn("epoch", args[0])), BIGINT, duckdb=True)


def _flink_epoch(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    later = exp.Extract(this=exp.Var(this="EPOCH"), expression=flink_later(args[0]))
    return binary(exp.Sub, later, number(_SECONDS_2000_YEARS))


def _duckdb_epoch_ms(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return duckdb_epoch_ms(args[0])


def _flink_epoch_ms(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return flink_epoch_ms(args[0])


_STAMPS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2024-02-29 23:59:58.987", "1969-12-31 23:59:59.999", "1970-01-01 00:00:00.000", "0001-01-01 00:00:00.000",
        "9999-12-31 23:59:59.999", "2020-12-31 12:00:00.001", "1900-03-01 00:00:00.500", "1582-10-10 06:07:08.009",
    )
)  # fmt: skip


def _vectors(*results: int, dates: bool = False) -> tuple[Vector, ...]:
    found = [Vector((stamp,), result, ("TIMESTAMP(3)",)) for stamp, result in zip(_STAMPS, results, strict=True)]
    if dates:
        found += [Vector((s.date(),), r, ("DATE",)) for s, r in zip(_STAMPS, results, strict=True)]
        found.append(Vector((None,), None, ("DATE",)))
    return (*found, Vector((None,), None, ("TIMESTAMP(3)",)))


def _calendar(unit: str, doc: str, results: tuple[int, ...], aliases: tuple[str, ...] = ()) -> Operation:
    return Operation(
        unit, _FAMILY, doc, _CALENDAR_RULE, _duckdb_calendar(unit), _flink_calendar(unit),
        _vectors(*results, dates=True), f"{unit}(ts)", aliases,
    )  # fmt: skip


def _clock(unit: str, doc: str, *results: int) -> Operation:
    return Operation(
        unit, _FAMILY, doc, _CLOCK_RULE, _duckdb_clock(unit), _flink_clock(unit), _vectors(*results), f"{unit}(ts)"
    )


OPERATIONS = (
    _calendar("YEAR", "The year.", (2024, 1969, 1970, 1, 9999, 2020, 1900, 1582)),
    _calendar("QUARTER", "The quarter, 1 to 4.", (1, 4, 1, 1, 4, 4, 1, 4)),
    _calendar("MONTH", "The month, 1 to 12.", (2, 12, 1, 1, 12, 12, 3, 10)),
    _calendar("WEEK", "The ISO week of the year, 1 to 53; it belongs to ISOYEAR.", (9, 1, 1, 1, 52, 53, 9, 40),
              ("WEEKOFYEAR",)),
    _calendar("DAY", "The day of the month, 1 to 31.", (29, 31, 1, 1, 31, 31, 1, 10), ("DAYOFMONTH",)),
    _calendar("DOY", "The day of the year, 1 to 366.", (60, 365, 1, 1, 365, 366, 60, 283), ("DAYOFYEAR",)),
    _calendar("DOW", "The day of the week, Sunday 1 to Saturday 7, as in Flink; DuckDB itself counts from 0.",
              (5, 4, 5, 2, 6, 5, 5, 1), ("DAYOFWEEK",)),
    _calendar("ISODOW", "The day of the week, Monday 1 to Sunday 7.", (4, 3, 4, 1, 5, 4, 4, 7)),
    _calendar("ISOYEAR", "The year that the ISO week belongs to.", (2024, 1970, 1970, 1, 9999, 2020, 1900, 1582)),
    _clock("HOUR", "The hour, 0 to 23.", 23, 23, 0, 0, 23, 12, 0, 6),
    _clock("MINUTE", "The minute, 0 to 59.", 59, 59, 0, 0, 59, 0, 0, 7),
    _clock("SECOND", "The second without its fraction, 0 to 59.", 58, 59, 0, 0, 59, 0, 0, 8),
    _clock("MILLISECOND", "The milliseconds within the second, 0 to 999, as in Flink; DuckDB itself adds the seconds.",
           987, 999, 0, 0, 999, 1, 500, 9),
    Operation("EPOCH", _FAMILY, "Whole seconds since 1970, rounded down, as BIGINT; a DATE is its midnight.",
              _INSTANT_RULE, _duckdb_epoch, _flink_epoch,
              (*_vectors(1709251198, -1, 0, -62135596800, 253402300799, 1609416000, -2203891200, -12219702772),
               Vector((date(1969, 12, 31),), -86400, ("DATE",))),
              "EPOCH(ts)"),
    Operation("EPOCH_MS", _FAMILY, "Milliseconds since 1970; a DATE is its midnight.",
              _INSTANT_RULE, _duckdb_epoch_ms, _flink_epoch_ms,
              (*_vectors(1709251198987, -1, 0, -62135596800000, 253402300799999, 1609416000001, -2203891199500,
                         -12219702771991),
               Vector((date(1969, 12, 31),), -86400000, ("DATE",))),
              "EPOCH_MS(ts)", repeats=True),
)  # fmt: skip


def part(unit: str, value: Expr) -> Call:
    """The part of a date or timestamp."""
    if unit in ("EPOCH", "EPOCH_MS"):
        value = as_timestamp(value)
    return Call(unit, (value,), BIGINT, value.nullable)


def _type_extract(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    unit = unit_of(args[0], PARTS)
    arg = moment(args[1], time_of_day=unit in CLOCK)
    return Typed((Literal(unit, STRING), arg), BIGINT, arg.nullable)


def _extract(call: Call) -> Expr:
    unit, value = call.args
    assert isinstance(unit, Literal)
    return part(str(unit.value), value)


def _counted(unit: str, offset: int, divisor: int) -> Callable[[Call], Expr]:
    """Years in groups, the first of which begins in the year `1 - offset`."""

    def expand(call: Call) -> Expr:
        (value,) = call.args
        year: Expr = part("YEAR", value)
        if offset:
            year = Call("+", (year, big(offset)), BIGINT, value.nullable)
        return Call("//", (year, big(divisor)), BIGINT)

    return expand


def _yearweek(call: Call) -> Expr:
    (value,) = call.args
    year = Call("*", (part("ISOYEAR", value), big(100)), BIGINT, value.nullable)
    return Call("+", (year, part("WEEK", value)), BIGINT, value.nullable)


def _name(unit: str, names: tuple[str, ...]) -> Callable[[Call], Expr]:
    """The English name that a part from 1 on has."""

    def expand(call: Call) -> Expr:
        (value,) = call.args
        args: list[Expr] = []
        for number_, name in enumerate(names, 1):
            args += [Call("=", (part(unit, value), big(number_)), BOOLEAN, value.nullable), Literal(name, STRING)]
        return Call("CASE", (*args, Literal(None, STRING)), STRING, value.nullable)

    return expand


def _type_name(args: Sequence[Expr]) -> Typed:
    typed = _CALENDAR_RULE(args)
    return Typed(typed.args, STRING, typed.nullable)


MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
               "November", "December")  # fmt: skip
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_EXTRACTED = tuple(
    Vector((unit, _STAMPS[0]), result, ("STRING!", "TIMESTAMP(3)"))
    for unit, result in (
        ("YEAR", 2024), ("quarter", 1), ("MONTH", 2), ("WEEK", 9), ("DAY", 29), ("DOY", 60), ("DOW", 5), ("ISODOW", 4),
        ("ISOYEAR", 2024), ("HOUR", 23), ("MINUTE", 59), ("SECOND", 58), ("MILLISECONDS", 987), ("EPOCH", 1709251198),
        ("DECADE", 202), ("CENTURY", 21), ("MILLENNIUM", 3), ("YEARWEEK", 202409), ("EPOCH_MS", 1709251198987),
    )
)  # fmt: skip


def _texts(names: tuple[str, ...], *indices: int) -> tuple[Vector, ...]:
    stamps = zip(_STAMPS, indices, strict=True)
    return (
        *(Vector((stamp,), names[index - 1], ("TIMESTAMP(3)",)) for stamp, index in stamps),
        Vector((date(1969, 12, 31),), names[indices[1] - 1], ("DATE",)),
        Vector((None,), None, ("DATE",)),
    )


MACROS = (
    Macro("EXTRACT", _FAMILY, "A part of a date or timestamp; each part means what the function of its name does.",
          _type_extract, _extract,
          (*_EXTRACTED, Vector(("DAY", date(1969, 12, 31)), 31, ("STRING!", "DATE")),
           Vector(("EPOCH", date(1969, 12, 31)), -86400, ("STRING!", "DATE")),
           Vector(("HOUR", _STAMPS[1]), 23, ("STRING!", "TIMESTAMP(3)")),
           Vector(("HOUR", None), None, ("STRING!", "TIMESTAMP(3)"))),
          "EXTRACT(HOUR FROM ts)", ("DATE_PART", "DATEPART")),
    Macro("DECADE", _FAMILY, "The year divided by 10.", _CALENDAR_RULE, _counted("DECADE", 0, 10),
          _vectors(202, 196, 197, 0, 999, 202, 190, 158, dates=True), "DECADE(ts)"),
    Macro("CENTURY", _FAMILY, "The century; the 21st began in 2001.", _CALENDAR_RULE, _counted("CENTURY", 99, 100),
          _vectors(21, 20, 20, 1, 100, 21, 19, 16, dates=True), "CENTURY(ts)"),
    Macro("MILLENNIUM", _FAMILY, "The millennium; the third began in 2001.", _CALENDAR_RULE,
          _counted("MILLENNIUM", 999, 1000), _vectors(3, 2, 2, 1, 10, 3, 2, 2, dates=True), "MILLENNIUM(ts)"),
    Macro("YEARWEEK", _FAMILY, "ISOYEAR * 100 + WEEK.", _CALENDAR_RULE, _yearweek,
          _vectors(202409, 197001, 197001, 101, 999952, 202053, 190009, 158240, dates=True), "YEARWEEK(ts)"),
    Macro("MONTHNAME", _FAMILY, "The English name of the month.", _type_name, _name("MONTH", MONTH_NAMES),
          _texts(MONTH_NAMES, 2, 12, 1, 1, 12, 12, 3, 10), "MONTHNAME(ts)"),
    Macro("DAYNAME", _FAMILY, "The English name of the day of the week.", _type_name, _name("ISODOW", DAY_NAMES),
          _texts(DAY_NAMES, 4, 3, 4, 1, 5, 4, 4, 7), "DAYNAME(ts)"),
)  # fmt: skip
