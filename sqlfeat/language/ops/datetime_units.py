"""Units of time and the shared rules of dates and timestamps.

Both engines compute most functions of a timestamp; Flink's are wrong before 1970, where it cuts towards 1970 instead
of downwards. So its lowerings go through what is right for every date: FLOOR to a day or less, functions of a DATE,
interval arithmetic, and the calendar's period of 400 years.

Dates and timestamps lie in the years 1 to 9999. An operation whose result would leave them gives NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import TypeMismatch
from sqlfeat.language.trees import binary, cast, fn, number, text, wrap
from sqlfeat.language.types import BIGINT, DATE, TIMESTAMP, Kind

UNIT_MS = {
    "MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000, "WEEK": 604_800_000,
}  # fmt: skip
"""Units of fixed length."""

UNIT_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
"""Units made of months."""

DAY_MS = UNIT_MS["DAY"]
MIN_MS, MAX_MS = -62_135_596_800_000, 253_402_300_799_999
"""Of 0001-01-01 00:00:00.000 and 9999-12-31 23:59:59.999, counted from 1970."""
MIN_DAY, MAX_DAY = MIN_MS // DAY_MS, MAX_MS // DAY_MS
MONTHS = 9999 * 12

_SPELLINGS = {
    "MILLISECONDS": "MILLISECOND", "MS": "MILLISECOND", "MSEC": "MILLISECOND", "MSECS": "MILLISECOND",
    "SECONDS": "SECOND", "SEC": "SECOND", "SECS": "SECOND", "S": "SECOND",
    "MINUTES": "MINUTE", "MIN": "MINUTE", "MINS": "MINUTE", "M": "MINUTE",
    "HOURS": "HOUR", "HR": "HOUR", "HRS": "HOUR", "H": "HOUR",
    "DAYS": "DAY", "D": "DAY", "DAYOFMONTH": "DAY",
    "WEEKS": "WEEK", "W": "WEEK", "WEEKOFYEAR": "WEEK",
    "MONTHS": "MONTH", "MON": "MONTH", "MONS": "MONTH", "QUARTERS": "QUARTER",
    "YEARS": "YEAR", "YR": "YEAR", "YRS": "YEAR", "Y": "YEAR",
    "DAYOFYEAR": "DOY", "DAYOFWEEK": "DOW", "EPOCH_MILLISECOND": "EPOCH_MS",
}  # fmt: skip

_REFUSED = {
    "MICROSECOND": "event time has milliseconds", "MICROSECONDS": "event time has milliseconds",
    "NANOSECOND": "event time has milliseconds", "NANOSECONDS": "event time has milliseconds",
    "TIMEZONE": "all time is UTC", "TIMEZONE_HOUR": "all time is UTC", "TIMEZONE_MINUTE": "all time is UTC",
    "WEEKDAY": "it counts from 0 or 1, from Sunday or Monday; write ISODOW (Monday is 1) or DOW (Sunday is 1)",
}  # fmt: skip


def unit_of(arg: Expr, allowed: Sequence[str]) -> str:
    """The unit a constant names.

    Raises:
        TypeMismatch: it is no constant, or not one of `allowed`.
    """
    if not isinstance(arg, Literal) or not isinstance(arg.value, str):
        raise TypeMismatch(f"needs a constant unit: {', '.join(allowed)}")
    written = arg.value.upper().removeprefix("SQL_TSI_")
    unit = _SPELLINGS.get(written, written)
    if unit not in allowed:
        reason = f": {_REFUSED[unit]}" if unit in _REFUSED else f"; the units are {', '.join(allowed)}"
        raise TypeMismatch(f"does not know the unit {written}{reason}")
    return unit


def moment(arg: Expr, *, time_of_day: bool = False) -> Expr:
    """The argument, which must be a DATE or a TIMESTAMP(3).

    Args:
        arg: any expression.
        time_of_day: whether a DATE is refused.
    """
    if arg.type.kind is Kind.NULL:
        return Literal(None, TIMESTAMP)
    if arg.type == TIMESTAMP or (arg.type == DATE and not time_of_day):
        return arg
    if arg.type == DATE:
        raise TypeMismatch("needs a TIMESTAMP(3): a DATE has no time of day")
    raise TypeMismatch(f"needs a {'' if time_of_day else 'DATE or '}TIMESTAMP(3), not {arg.type}")


def as_timestamp(arg: Expr) -> Expr:
    """The DATE or TIMESTAMP(3) as a TIMESTAMP(3), midnight if it is a DATE."""
    value = moment(arg)
    if isinstance(value, Literal) and isinstance(value.value, date) and value.type == DATE:
        return Literal(datetime(value.value.year, value.value.month, value.value.day), TIMESTAMP)
    return value if value.type == TIMESTAMP else Call("CAST", (value,), TIMESTAMP, value.nullable)


def big(value: int) -> Literal:
    """A BIGINT constant."""
    return Literal(value, BIGINT)


def within(tree: exp.Expr, low: int, high: int) -> exp.Expr:
    """`tree >= low AND tree <= high`."""
    return exp.And(this=binary(exp.GTE, tree, number(low)), expression=binary(exp.LTE, tree, number(high)))


def flink_interval(amount: str, unit: str) -> exp.Expr:
    """`INTERVAL 'amount' unit` for Flink."""
    return exp.Interval(this=text(amount), unit=exp.Var(this=unit))


def flink_milliseconds(count: exp.Expr) -> exp.Expr:
    """A number of milliseconds as an interval: constants are limited to a few digits."""
    return exp.Paren(this=exp.Mul(this=wrap(count), expression=flink_interval("0.001", "SECOND(1, 3)")))


def flink_later(tree: exp.Expr) -> exp.Expr:
    """The moment 2000 years later: the same in every respect but the year, and after 1970."""
    return exp.Paren(this=exp.Add(this=wrap(tree), expression=flink_interval("2000", "YEAR(4)")))


def flink_day(tree: exp.Expr) -> exp.Expr:
    """The DATE of a timestamp; CAST alone gives the day after for times before 1970."""
    return cast(exp.Floor(this=wrap(tree), to=exp.Var(this="DAY")), DATE, duckdb=False)


def flink_epoch_ms(tree: exp.Expr) -> exp.Expr:
    """Milliseconds since 1970: both parts are cut towards zero, so that their sum is exact."""
    seconds = exp.Mul(this=_extract("EPOCH", tree), expression=number(1000))
    return exp.Paren(this=exp.Add(this=seconds, expression=_extract("MILLISECOND", tree)))


def _extract(unit: str, tree: exp.Expr) -> exp.Expr:
    return exp.Extract(this=exp.Var(this=unit), expression=tree.copy())


def flink_extract(unit: str, tree: exp.Expr, *, is_date: bool) -> exp.Expr:
    """A part of the calendar date."""
    return _extract(unit, tree if is_date else flink_day(tree))


def duckdb_epoch_ms(tree: exp.Expr) -> exp.Expr:
    """Milliseconds since 1970."""
    return fn("epoch_ms", tree)
