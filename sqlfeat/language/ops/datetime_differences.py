"""How far two moments are apart: what has passed in full, and how often a unit began."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Macro, Typed, Vector
from sqlfeat.language.ops.datetime_arithmetic import UNITS, elapsed, stamp
from sqlfeat.language.ops.datetime_parts import part
from sqlfeat.language.ops.datetime_truncate import truncated
from sqlfeat.language.ops.datetime_units import (
    DAY_MS,
    MAX_MS,
    MIN_MS,
    UNIT_MONTHS,
    UNIT_MS,
    as_timestamp,
    big,
    moment,
    unit_of,
)
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, STRING
from sqlfeat.language.typing import any_nullable, arity

_FAMILY = "date and time"
_T, _D = "TIMESTAMP(3)", "DATE"
_FIRST, _LAST, _EPOCH = stamp(MIN_MS), stamp(MAX_MS), stamp(0)
_at = datetime.fromisoformat


def _type_two(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    unit = unit_of(args[0], UNITS)
    pair = (moment(args[1]), moment(args[2]))
    return Typed((Literal(unit, STRING), *pair), BIGINT, any_nullable(pair))


def _unit(call: Call) -> str:
    unit = call.args[0]
    assert isinstance(unit, Literal)
    return str(unit.value)


def _months_between(first: Expr, second: Expr, per_year: int = 12) -> Expr:
    """Months (or quarters) from that of the first to that of the second, whatever the days."""
    unit = "MONTH" if per_year == 12 else "QUARTER"

    def index(value: Expr) -> Expr:
        years = Call("*", (part("YEAR", value), big(per_year)), BIGINT, value.nullable)
        return Call("+", (years, part(unit, value)), BIGINT, value.nullable)

    return Call("-", (index(second), index(first)), BIGINT, first.nullable or second.nullable)


def _time_in_month(value: Expr) -> Expr:
    """Milliseconds since the month began, which order moments of different months by day and time."""
    days = Call("*", (part("DAY", value), big(DAY_MS)), BIGINT, value.nullable)
    if value.type == DATE:
        return days
    clock = elapsed(truncated("DAY", value), value, 1)
    return Call("+", (days, clock), BIGINT, value.nullable)


def _whole_months(first: Expr, second: Expr) -> Expr:
    """Months that have passed in full: the last one counts from the first one's day and time on."""
    nullable = first.nullable or second.nullable
    months = _months_between(first, second)
    first_time, second_time = _time_in_month(first), _time_in_month(second)

    def both(direction: str, comparison: str) -> Expr:
        sign = Call(direction, (months, big(0)), BOOLEAN, nullable)
        return Call("AND", (sign, Call(comparison, (second_time, first_time), BOOLEAN, nullable)), BOOLEAN, nullable)

    fewer = Call("-", (months, big(1)), BIGINT, nullable)
    nearer = Call("+", (months, big(1)), BIGINT, nullable)
    return Call("CASE", (both(">", "<"), fewer, both("<", ">"), nearer, months), BIGINT, nullable)


def _timestampdiff(call: Call) -> Expr:
    unit, (first, second) = _unit(call), call.args[1:]
    if (months := UNIT_MONTHS.get(unit)) is None:
        return elapsed(first, second, UNIT_MS[unit])
    if first.type != second.type:
        first, second = as_timestamp(first), as_timestamp(second)
    whole = _whole_months(first, second)
    return whole if months == 1 else Call("//", (whole, big(months)), BIGINT)


_B = ("STRING!", _T, _T)
_EVE, _MORNING = _at("2023-12-31 23:59:59.999"), _at("2024-01-01 00:00:00.000")


def _differences(*rows: tuple[str, datetime | date | None, datetime | date | None, int | None]) -> tuple[Vector, ...]:
    return tuple(
        Vector((unit, first, second), result, ("STRING!", _kind(first, second), _kind(second, first)))
        for unit, first, second, result in rows
    )


def _kind(value: datetime | date | None, other: datetime | date | None) -> str:
    shown = other if value is None else value
    return _T if isinstance(shown, datetime) or shown is None else _D


_DIFF_VECTORS = _differences(
    ("MILLISECOND", _FIRST, _LAST, MAX_MS - MIN_MS), ("SECOND", _EVE, _MORNING, 0),
    ("SECOND", _FIRST, _LAST, 315537897599),
    ("MINUTE", _at("1970-01-01 00:01:00.000"), _at("1969-12-31 23:59:00.001"), -1), ("HOUR", _EVE, _MORNING, 0),
    ("DAY", _MORNING, _EVE, 0), ("DAY", _MORNING, _at("2023-12-29 00:00:00.001"), -2), ("DAY", None, _EVE, None),
    ("WEEK", _EPOCH, _at("1970-01-14 23:59:59.999"), 1),
    ("MONTH", _at("2024-01-31 12:00:00.000"), _at("2024-02-29 12:00:00.000"), 0),
    ("MONTH", _at("2024-01-31 12:00:00.000"), _at("2024-03-31 11:59:59.999"), 1),
    ("MONTH", _at("2024-03-15 00:00:00.000"), _at("2024-01-15 00:00:00.001"), -1),
    ("MONTH", _at("1960-03-15 00:00:00.000"), _at("1960-01-15 00:00:00.000"), -2), ("MONTH", _EVE, None, None),
    ("QUARTER", _at("2023-12-31 00:00:00.000"), _at("2024-06-29 00:00:00.000"), 1),
    ("YEAR", _at("2000-02-29 00:00:00.000"), _at("2024-02-28 23:59:59.999"), 23), ("YEAR", _LAST, _FIRST, -9998),
    ("DAY", date(1969, 12, 30), date(1970, 1, 2), 3), ("YEAR", date(2000, 6, 15), date(2024, 6, 14), 23),
    ("MONTH", date(2000, 6, 15), _at("2000-07-15 00:00:00.000"), 1),
)  # fmt: skip


def _diff(call: Call) -> Expr:
    unit, (first, second) = _unit(call), call.args[1:]
    nullable = first.nullable or second.nullable
    if unit in UNIT_MS:
        return elapsed(truncated(unit, first), truncated(unit, second), UNIT_MS[unit])
    if unit == "YEAR":
        return Call("-", (part("YEAR", second), part("YEAR", first)), BIGINT, nullable)
    return _months_between(first, second, 12 if unit == "MONTH" else 4)


_EVE, _MORNING = _at("2023-12-31 23:59:59.999"), _at("2024-01-01 00:00:00.000")
_P = ("STRING!", "TIMESTAMP(3)", "TIMESTAMP(3)")
_PD = ("STRING!", "DATE", "DATE")
_DIFFS = (
    *(Vector((unit, _EVE, _MORNING), 1, _P) for unit in UNITS),
    *(Vector((unit, _MORNING, _EVE), -1, _P) for unit in UNITS),
    Vector(("MILLISECOND", _FIRST, _at("2024-02-29 23:59:58.987")), 63844847998987, _P),
    Vector(("DAY", None, _EVE), None, _P),
    Vector(("WEEK", _at("1969-12-28 00:00:00.000"), _at("1970-01-05 00:00:00.000")), 2, _P),
    Vector(("MONTH", _at("2024-01-31 00:00:00.000"), _at("2024-02-01 00:00:00.000")), 1, _P),
    Vector(("DAY", date(2024, 2, 28), date(2024, 3, 1)), 2, _PD),
    Vector(("YEAR", date(1, 1, 1), date(9999, 1, 1)), 9998, _PD),
    Vector(("WEEK", date(2024, 3, 3), date(2024, 3, 4)), 1, _PD), Vector(("MONTH", date(2024, 3, 3), None), None, _PD),
)  # fmt: skip

MACROS = (
    Macro("TIMESTAMPDIFF", _FAMILY,
          "Whole units that passed from the first moment to the second, cut towards zero; a month has passed when its "
          "day and time of day are reached.",
          _type_two, _timestampdiff, _DIFF_VECTORS, "TIMESTAMPDIFF(DAY, a, b)", ("DATE_SUB", "DATESUB")),
    Macro("DATE_DIFF", _FAMILY,
          "How many times a unit begins between the moments: one second to midnight is one DAY; TIMESTAMPDIFF counts "
          "what has passed in full.",
          _type_two, _diff, _DIFFS, "DATE_DIFF('day', a, b)", ("DATEDIFF",)),
)  # fmt: skip
