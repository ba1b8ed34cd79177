"""Dates and times: parts, arithmetic, truncation, formats, and what is refused."""

from __future__ import annotations

from sqlfeat.language.operation import Refusal, Refused
from sqlfeat.language.ops import (
    datetime_arithmetic,
    datetime_differences,
    datetime_format,
    datetime_make,
    datetime_parts,
    datetime_truncate,
)

_FAMILY = "date and time"

OPERATIONS = (
    *datetime_parts.OPERATIONS,
    *datetime_arithmetic.OPERATIONS,
    *datetime_truncate.OPERATIONS,
    *datetime_format.OPERATIONS,
)
MACROS = (
    *datetime_parts.MACROS,
    *datetime_arithmetic.MACROS,
    *datetime_truncate.MACROS,
    *datetime_differences.MACROS,
    *datetime_make.MACROS,
    *datetime_format.MACROS,
)

_ZONES = Refused(
    "all time is UTC, and the engines keep different rules of time zones and of daylight saving",
    "the shift itself if it is fixed, for example ts + INTERVAL '2' HOUR, or a column with local time in the source",
)
_PARSING = Refused(
    "the engines accept different texts, and one that does not fit would stop the stream",
    "TRY_CAST(text AS TIMESTAMP(3)) or TRY_CAST(text AS DATE), which give NULL for a text of another form",
)
_LENGTHS = Refused(
    "a length of time is a constant beside + or -, not a value",
    "a > b + INTERVAL '1' HOUR to compare, and TIMESTAMPADD(HOUR, n, ts) for a number n",
)

REFUSALS = (
    Refusal("AT TIME ZONE", _FAMILY, _ZONES, ("CONVERT_TZ", "TIMEZONE", "TO_UTC_TIMESTAMP", "FROM_UTC_TIMESTAMP")),
    Refusal("STRPTIME", _FAMILY, _PARSING, ("TRY_STRPTIME", "TO_DATE", "STR_TO_DATE", "PARSE_TIMESTAMP")),
    Refusal("TO_TIMESTAMP", _FAMILY, Refused(
        "it reads text in Flink and counts seconds in DuckDB",
        "TRY_CAST(text AS TIMESTAMP(3)) for text, TO_TIMESTAMP_MS(seconds * 1000) for seconds",
    )),
    Refusal("TO_TIMESTAMP_LTZ", _FAMILY, Refused(
        "its type has a time zone, and all time is UTC", "TO_TIMESTAMP_MS(milliseconds)",
    ), ("MAKE_TIMESTAMPTZ", "TIMESTAMPTZ")),
    Refusal("FROM_UNIXTIME", _FAMILY, Refused(
        "it writes the time of the session's zone", "STRFTIME(TO_TIMESTAMP_MS(seconds * 1000), '%Y-%m-%d %H:%M:%S')",
    )),
    Refusal("UNIX_TIMESTAMP", _FAMILY, Refused(
        "without an argument it reads the wall clock, with one it reads text by the session's zone", "EPOCH(ts)",
    )),
    Refusal("AGE", _FAMILY, Refused(
        "a length of time in months and days is not a type of both engines",
        "TIMESTAMPDIFF(YEAR, a, b), with any unit, or TIMESTAMPDIFF(DAY, a, b)",
    )),
    Refusal("EPOCH_US", _FAMILY, Refused("event time has milliseconds", "EPOCH_MS(ts) * 1000"),
            ("EPOCH_NS", "MICROSECOND", "NANOSECOND", "MICROSECONDS", "NANOSECONDS", "MAKE_TIMESTAMP_NS")),
    Refusal("WEEKDAY", _FAMILY, Refused(
        "it counts from 0 on Sunday in DuckDB and from 0 on Monday elsewhere", "ISODOW(ts), Monday 1 to Sunday 7",
    )),
    Refusal("ERA", _FAMILY, Refused("dates lie in the years 1 to 9999", "YEAR(ts)"), ("JULIAN",)),
    Refusal("TIMESTAMP -", _FAMILY, Refused(
        "the difference of two timestamps has no unit", "TIMESTAMPDIFF(MILLISECOND, b, a), with any unit",
    )),
    Refusal("INTERVAL", _FAMILY, _LENGTHS, (
        "TO_MILLISECONDS", "TO_SECONDS", "TO_MINUTES", "TO_HOURS", "TO_DAYS", "TO_WEEKS", "TO_MONTHS", "TO_QUARTERS",
        "TO_YEARS", "MAKE_INTERVAL",
    )),
    Refusal("TO_CHAR", _FAMILY, Refused(
        "its formats differ among the systems that have it",
        "STRFTIME(ts, '%Y-%m-%d') or DATE_FORMAT(ts, 'yyyy-MM-dd')",
    )),
    Refusal("OVERLAPS", _FAMILY, Refused(
        "the engines disagree on periods that touch", "a_start < b_end AND b_start < a_end",
    )),
    Refusal("GENERATE_SERIES", _FAMILY, Refused(
        "Flink has no series of dates or numbers", "a static table with the values, joined",
    ), ("RANGE",)),
    Refusal("MONTHS_BETWEEN", _FAMILY, Refused(
        "it gives fractions of months by a rule of its own", "TIMESTAMPDIFF(MONTH, a, b)",
    )),
    Refusal("ADD_MONTHS", _FAMILY, Refused(
        "the systems that have it differ on the last day of a month", "TIMESTAMPADD(MONTH, n, ts)",
    )),
)  # fmt: skip
