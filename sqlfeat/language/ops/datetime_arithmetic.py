"""Sums and differences of dates, timestamps and lengths of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation, Typed, TypeMismatch, Vector
from sqlfeat.language.ops.datetime_units import (
    DAY_MS,
    MAX_DAY,
    MAX_MS,
    MIN_DAY,
    MIN_MS,
    MONTHS,
    UNIT_MONTHS,
    UNIT_MS,
    as_timestamp,
    big,
    duckdb_epoch_ms,
    flink_epoch_ms,
    flink_extract,
    flink_interval,
    flink_milliseconds,
    moment,
    unit_of,
    within,
)
from sqlfeat.language.trees import binary, case, cast, fn, number, text, wrap
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, INT, STRING, TIMESTAMP
from sqlfeat.language.typing import any_nullable, arity, convert, takes

_FAMILY = "date and time"
UNITS = (*UNIT_MS, *UNIT_MONTHS)
_EPOCH = datetime(1970, 1, 1)
_MAX_DAYS = MAX_DAY - MIN_DAY


def stamp(milliseconds: int) -> datetime:
    """The timestamp that many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def _duckdb_from_ms(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return case((within(args[0], MIN_MS, MAX_MS), fn("epoch_ms", args[0])))


def _flink_from_ms(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    start = exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=text("1970-01-01 00:00:00.000"))
    moment_ = cast(exp.Add(this=start, expression=flink_milliseconds(args[0])), TIMESTAMP, duckdb=False)
    return case((within(args[0], MIN_MS, MAX_MS), moment_))


def _type_shift(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    value, count = convert(args[0], TIMESTAMP), args[1]
    if not isinstance(count, Literal) or not isinstance(count.value, int):
        raise TypeMismatch("needs a constant length of time")
    return Typed((value, Literal(count.value, BIGINT)), TIMESTAMP, nullable=True)


def _in_range(call: Call, tree: exp.Expr) -> exp.Expr | None:
    """Whether the moment can be shifted, or None if it never can."""
    shift = _shift_of(call)
    if abs(shift) > MAX_MS - MIN_MS:
        return None
    limit = stamp(MAX_MS - shift) if shift > 0 else stamp(MIN_MS - shift)
    written = text(limit.isoformat(sep=" ", timespec="milliseconds"))
    bound = exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=written)
    return binary(exp.LTE if shift > 0 else exp.GTE, tree, bound)


def _shift_of(call: Call) -> int:
    count = _constant(call)
    assert count is not None
    return count


def _duckdb_shift(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    condition = _in_range(call, args[0])
    if condition is None:
        return cast(exp.Null(), TIMESTAMP, duckdb=True)
    return case((condition, binary(exp.Add, args[0], fn("to_microseconds", number(_shift_of(call) * 1000)))))


def _flink_shift(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    condition = _in_range(call, args[0])
    if condition is None:
        return cast(exp.Null(), TIMESTAMP, duckdb=False)
    count = cast(number(_shift_of(call)), BIGINT, duckdb=False)
    shifted = exp.Add(this=wrap(args[0]), expression=flink_milliseconds(count))
    return case((condition, cast(shifted, TIMESTAMP, duckdb=False)))


def _type_months(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    value = moment(args[0])
    return Typed((value, convert(args[1], BIGINT)), value.type, nullable=True)


def _constant(call: Call) -> int | None:
    count = call.args[1]
    return count.value if isinstance(count, Literal) and isinstance(count.value, int) else None


def _bounded(call: Call, tree: exp.Expr, count: int, edge: date | None, shifted: exp.Expr, *, duckdb: bool) -> exp.Expr:
    """`shifted` if the moment lies on the right side of the edge, the first day of the last or first possible shift."""
    if edge is None:
        return cast(exp.Null(), call.type, duckdb=duckdb)
    limit = exp.Introducer(this=exp.Var(this="DATE"), expression=text(edge.isoformat()))
    if call.type == TIMESTAMP:
        limit = exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=text(f"{edge.isoformat()} 00:00:00.000"))
    return case((binary(exp.LT if count > 0 else exp.GTE, tree, limit), shifted))


def _month_edge(count: int) -> date | None:
    """The first day that a positive count leads too far, or that a negative one leads not too far."""
    index = MONTHS - count if count > 0 else -count
    return date(index // 12 + 1, index % 12 + 1, 1) if 0 <= index < MONTHS else None


def _day_edge(count: int) -> date | None:
    number_ = MAX_DAY - count + 1 if count > 0 else MIN_DAY - count
    return stamp(number_ * DAY_MS).date() if MIN_DAY <= number_ <= MAX_DAY else None


def _months(shifted: exp.Expr, year: exp.Expr, month: exp.Expr, count: exp.Expr) -> exp.Expr:
    """`shifted` if the count, and then the month it leads to, are in range."""
    index = exp.Add(
        this=exp.Add(this=exp.Mul(this=year, expression=number(12)), expression=month), expression=wrap(count)
    )
    inner = case((within(index, 13, MONTHS + 12), shifted))
    return case((within(count, -MONTHS, MONTHS), inner))


def _duckdb_months(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value, count = args
    if (known := _constant(call)) is not None:
        shifted = cast(binary(exp.Add, value, fn("to_months", number(known))), call.type, duckdb=True)
        return _bounded(call, value, known, _month_edge(known), shifted, duckdb=True)
    shifted = cast(binary(exp.Add, value, fn("to_months", cast(count, INT, duckdb=True))), call.type, duckdb=True)
    return _months(shifted, fn("year", value), fn("month", value), count)


def _flink_months(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value, count = args
    is_date = call.type == DATE
    interval = exp.Paren(this=exp.Mul(this=wrap(count), expression=flink_interval("1", "MONTH")))
    shifted = cast(exp.Add(this=wrap(value), expression=interval), call.type, duckdb=False)
    if (known := _constant(call)) is not None:
        return _bounded(call, value, known, _month_edge(known), shifted, duckdb=False)
    year, month = (flink_extract(unit, value, is_date=is_date) for unit in ("YEAR", "MONTH"))
    return _months(shifted, year, month, count)


def _duckdb_day_number(tree: exp.Expr) -> exp.Expr:
    start = exp.Introducer(this=exp.Var(this="DATE"), expression=text("1970-01-01"))
    return exp.Paren(this=exp.Sub(this=wrap(tree), expression=start))


def _flink_day_number(tree: exp.Expr) -> exp.Expr:
    start = exp.Introducer(this=exp.Var(this="DATE"), expression=text("1970-01-01"))
    return cast(fn("TIMESTAMPDIFF", exp.Var(this="DAY"), start, tree), BIGINT, duckdb=False)


def _days(shifted: exp.Expr, number_of: exp.Expr, count: exp.Expr) -> exp.Expr:
    inner = case((within(exp.Add(this=number_of, expression=wrap(count)), MIN_DAY, MAX_DAY), shifted))
    return case((within(count, -_MAX_DAYS, _MAX_DAYS), inner))


def _duckdb_days(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value, count = args
    if (known := _constant(call)) is not None:
        shifted = binary(exp.Add, value, number(known))
        return _bounded(call, value, known, _day_edge(known), shifted, duckdb=True)
    return _days(binary(exp.Add, value, cast(count, INT, duckdb=True)), _duckdb_day_number(value), count)


def _flink_days(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value, count = args
    interval = exp.Paren(this=exp.Mul(this=wrap(count), expression=flink_interval("1", "DAY")))
    shifted = cast(exp.Add(this=wrap(value), expression=interval), DATE, duckdb=False)
    if (known := _constant(call)) is not None:
        return _bounded(call, value, known, _day_edge(known), shifted, duckdb=False)
    return _days(shifted, _flink_day_number(value), count)


def _duckdb_days_between(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return binary(exp.Sub, args[0], args[1])


def _flink_days_between(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("TIMESTAMPDIFF", exp.Var(this="DAY"), args[1], args[0]), BIGINT, duckdb=False)


def _type_elapsed(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    pair = (convert(args[0], TIMESTAMP), convert(args[1], TIMESTAMP))
    return Typed((*pair, convert(args[2], BIGINT)), BIGINT, any_nullable(pair))


def _elapsed(call: Call, first: exp.Expr, second: exp.Expr, divide: type[exp.Binary]) -> exp.Expr:
    unit = call.args[2]
    assert isinstance(unit, Literal)
    assert isinstance(unit.value, int)
    difference = exp.Paren(this=exp.Sub(this=second, expression=first))
    return difference if unit.value == 1 else divide(this=difference, expression=number(unit.value))


def _duckdb_elapsed(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return _elapsed(call, duckdb_epoch_ms(args[0]), duckdb_epoch_ms(args[1]), exp.IntDiv)


def _flink_elapsed(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return _elapsed(call, flink_epoch_ms(args[0]), flink_epoch_ms(args[1]), exp.Div)


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


_T, _D = "TIMESTAMP(3)", "DATE"
_FIRST, _LAST = stamp(MIN_MS), stamp(MAX_MS)

OPERATIONS = (
    Operation(
        "TO_TIMESTAMP_MS", _FAMILY,
        "The timestamp that many milliseconds after 1970, in UTC; NULL outside the years 1 to 9999.",
        takes(BIGINT, gives=TIMESTAMP, always_nullable=True), _duckdb_from_ms, _flink_from_ms,
        (Vector((0,), _EPOCH, ("BIGINT",)), Vector((-1,), _at("1969-12-31 23:59:59.999"), ("BIGINT",)),
         Vector((1709251198987,), _at("2024-02-29 23:59:58.987"), ("BIGINT",)),
         Vector((MIN_MS,), _FIRST, ("BIGINT",)), Vector((MAX_MS,), _LAST, ("BIGINT",)),
         Vector((MIN_MS - 1,), None, ("BIGINT",)), Vector((MAX_MS + 1,), None, ("BIGINT",)),
         Vector((2**63 - 1,), None, ("BIGINT",)), Vector((-(2**63),), None, ("BIGINT",)),
         Vector((None,), None, ("BIGINT",)), Vector((2147483647,), _at("1970-01-25 20:31:23.647"), ("INT",))),
        "TO_TIMESTAMP_MS(n)", ("MAKE_TIMESTAMP_MS",), repeats=True,
    ),
    Operation(
        "TIMESTAMP +", COMPILER_FAMILY, "A timestamp shifted by a constant length of time.",
        _type_shift, _duckdb_shift, _flink_shift,
        (Vector((_at("2024-02-28 23:59:59.999"), 1), _at("2024-02-29 00:00:00.000"), (_T, "BIGINT!")),
         Vector((_LAST, 1), None, (_T, "BIGINT!")),
         Vector((_EPOCH, -86400001), _at("1969-12-30 23:59:59.999"), (_T, "BIGINT!")),
         Vector((_FIRST, -86400001), None, (_T, "BIGINT!")),
         Vector((_FIRST, MAX_MS - MIN_MS), _LAST, (_T, "BIGINT!")),
         Vector((_EPOCH, MAX_MS - MIN_MS), None, (_T, "BIGINT!")),
         Vector((_EPOCH, MAX_MS - MIN_MS + 1), None, (_T, "BIGINT!")),
         Vector((_EPOCH, 0), _EPOCH, (_T, "BIGINT!")), Vector((None, 1), None, (_T, "BIGINT!"))),
        "ts + INTERVAL '1' HOUR", repeats=True,
    ),
    Operation(
        "MONTHS +", COMPILER_FAMILY, "A date or timestamp that many months later; the day is at most the month's last.",
        _type_months, _duckdb_months, _flink_months,
        (Vector((_at("2024-01-31 01:02:03.004"), 1), _at("2024-02-29 01:02:03.004"), (_T, "BIGINT")),
         Vector((_at("1960-03-31 23:59:59.999"), -1), _at("1960-02-29 23:59:59.999"), (_T, "BIGINT")),
         Vector((_FIRST, MONTHS - 1), _at("9999-12-01 00:00:00.000"), (_T, "BIGINT")),
         Vector((_FIRST, -1), None, (_T, "BIGINT")), Vector((_LAST, 1), None, (_T, "BIGINT")),
         Vector((_LAST, 2**63 - 1), None, (_T, "BIGINT")), Vector((_LAST, -(2**63)), None, (_T, "BIGINT")),
         Vector((None, 1), None, (_T, "BIGINT")), Vector((_EPOCH, None), None, (_T, "BIGINT")),
         Vector((date(1900, 1, 31), 13), date(1901, 2, 28), (_D, "BIGINT")),
         Vector((date(9999, 12, 31), 1), None, (_D, "BIGINT")),
         *(Vector((_LAST, n), None if n > 0 else r, (_T, "BIGINT!"))
           for n, r in ((1, None), (MONTHS, None), (2**62, None), (0, _LAST), (-1, _at("9999-11-30 23:59:59.999")))),
         Vector((_at("9999-11-30 00:00:00.000"), 1), _at("9999-12-30 00:00:00.000"), (_T, "BIGINT!")),
         Vector((_at("0001-01-31 00:00:00.000"), -1), None, (_T, "BIGINT!")),
         Vector((_at("0001-02-01 00:00:00.000"), -1), _FIRST, (_T, "BIGINT!")),
         Vector((date(1, 2, 28), -1), date(1, 1, 28), (_D, "BIGINT!")),
         Vector((date(1, 12, 31), -12), None, (_D, "BIGINT!")),
         Vector((date(1, 12, 31), -(2**62)), None, (_D, "BIGINT!")),
         Vector((date(2024, 2, 29), -12), date(2023, 2, 28), (_D, "BIGINT!")),
         Vector((_at("2024-02-29 00:00:00.001"), 12), _at("2025-02-28 00:00:00.001"), (_T, "BIGINT!"))),
        "ts + INTERVAL '1' MONTH", repeats=True,
    ),
    Operation(
        "DATE +", COMPILER_FAMILY, "A date that many days later.",
        takes(DATE, BIGINT, gives=DATE, always_nullable=True), _duckdb_days, _flink_days,
        (Vector((date(2024, 2, 28), 2), date(2024, 3, 1), (_D, "BIGINT")),
         Vector((date(1970, 1, 1), -1), date(1969, 12, 31), (_D, "BIGINT")),
         Vector((date(1, 1, 1), MAX_DAY - MIN_DAY), date(9999, 12, 31), (_D, "BIGINT")),
         Vector((date(1, 1, 1), -1), None, (_D, "BIGINT")), Vector((date(9999, 12, 31), 1), None, (_D, "BIGINT")),
         Vector((date(2024, 1, 1), 2**63 - 1), None, (_D, "BIGINT")),
         Vector((date(2024, 1, 1), -(2**63)), None, (_D, "BIGINT")),
         Vector((None, 1), None, (_D, "BIGINT")), Vector((date(2024, 1, 1), None), None, (_D, "BIGINT")),
         *(Vector((date(2024, 1, 1), n), None, (_D, "BIGINT!")) for n in (2**62, -(2**62), 3652058)),
         Vector((date(9999, 12, 30), 1), date(9999, 12, 31), (_D, "BIGINT!")),
         Vector((date(9999, 12, 31), 1), None, (_D, "BIGINT!")),
         Vector((date(1, 1, 2), -1), date(1, 1, 1), (_D, "BIGINT!")),
         Vector((date(1, 1, 1), -1), None, (_D, "BIGINT!")),
         Vector((date(1, 1, 1), 0), date(1, 1, 1), (_D, "BIGINT!")),
         Vector((date(9999, 12, 31), 0), date(9999, 12, 31), (_D, "BIGINT!")),
         Vector((date(2024, 1, 1), 366), date(2025, 1, 1), (_D, "BIGINT!"))),
        "day + 7", repeats=True,
    ),
    Operation(
        "DATE -", COMPILER_FAMILY, "Days from the second date to the first.",
        takes(DATE, DATE, gives=BIGINT), _duckdb_days_between, _flink_days_between,
        (Vector((date(2024, 3, 1), date(2024, 2, 28)), 2, (_D, _D)),
         Vector((date(1, 1, 1), date(9999, 12, 31)), -3652058, (_D, _D)),
         Vector((None, date(9999, 12, 31)), None, (_D, _D))),
        "day - other_day",
    ),
    Operation(
        "ELAPSED", COMPILER_FAMILY, "Whole units from the first timestamp to the second, cut towards zero.",
        _type_elapsed, _duckdb_elapsed, _flink_elapsed,
        (Vector((_EPOCH, _at("1970-01-01 00:00:01.999"), 1000), 1, (_T, _T, "BIGINT!")),
         Vector((_EPOCH, _at("1969-12-31 23:59:58.001"), 1000), -1, (_T, _T, "BIGINT!")),
         Vector((_FIRST, _LAST, 1), MAX_MS - MIN_MS, (_T, _T, "BIGINT!")),
         Vector((_EPOCH, None, 1), None, (_T, _T, "BIGINT!"))),
        "TIMESTAMPDIFF(SECOND, a, b)", repeats=True,
    ),
)  # fmt: skip


def elapsed(first: Expr, second: Expr, unit_ms: int) -> Call:
    """Whole units between two dates or timestamps, cut towards zero."""
    first, second = as_timestamp(first), as_timestamp(second)
    return Call("ELAPSED", (first, second, big(unit_ms)), BIGINT, first.nullable or second.nullable)


def _type_add(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    unit = unit_of(args[0], UNITS)
    value = moment(args[2])
    if value.type == DATE and unit in ("MILLISECOND", "SECOND", "MINUTE", "HOUR"):
        raise TypeMismatch("adds whole days to a DATE, which has no time of day; CAST it AS TIMESTAMP(3)")
    return Typed((Literal(unit, STRING), convert(args[1], BIGINT), value), value.type, nullable=True)


def _add(call: Call) -> Expr:
    unit_arg, count, value = call.args
    assert isinstance(unit_arg, Literal)
    unit = str(unit_arg.value)
    if (months := UNIT_MONTHS.get(unit)) is not None:
        return _shifted("MONTHS +", value, count, months, MONTHS)
    if value.type == DATE:
        return _shifted("DATE +", value, count, UNIT_MS[unit] // DAY_MS, _MAX_DAYS)
    if isinstance(count, Literal):
        shift = int(str(count.value)) * UNIT_MS[unit] if count.value is not None else 0
        return (
            Call("TIMESTAMP +", (value, big(shift)), TIMESTAMP) if count.value is not None else Literal(None, TIMESTAMP)
        )
    return _guarded(count, (MAX_MS - MIN_MS) // UNIT_MS[unit], lambda: _later(value, count, UNIT_MS[unit]))


def _later(value: Expr, count: Expr, unit_ms: int) -> Expr:
    shift = Call("*", (count, big(unit_ms)), BIGINT, count.nullable) if unit_ms > 1 else count
    total = Call("+", (Call("EPOCH_MS", (value,), BIGINT, value.nullable), shift), BIGINT)
    return Call("TO_TIMESTAMP_MS", (total,), TIMESTAMP)


def _shifted(op: str, value: Expr, count: Expr, factor: int, limit: int) -> Expr:
    if isinstance(count, Literal) and isinstance(count.value, int):
        scaled = count.value * factor
        # Beyond 64 bits it is beyond the calendar too.
        return Call(op, (value, big(max(-limit - 1, min(limit + 1, scaled)))), value.type)
    if factor == 1:
        return Call(op, (value, count), value.type)
    scaled_count = Call("*", (count, big(factor)), BIGINT, count.nullable)
    return _guarded(count, limit // factor, lambda: Call(op, (value, scaled_count), value.type))


def _guarded(count: Expr, limit: int, result: Callable[[], Expr]) -> Expr:
    """The result if the count is not so large that multiplying it could overflow."""
    inside = Call("BETWEEN", (count, big(-limit), big(limit)), BOOLEAN, count.nullable)
    value = result()
    return Call("CASE", (inside, value, Literal(None, value.type)), value.type)


_A = ("STRING!", "BIGINT", _T)
_AD = ("STRING!", "BIGINT", _D)
_AC = ("STRING!", "BIGINT!", _T)

_ADD_VECTORS = (
    Vector(("SECOND", 90061, _EPOCH), _at("1970-01-02 01:01:01.000"), _A),
    Vector(("MILLISECOND", -1, _EPOCH), _at("1969-12-31 23:59:59.999"), _A),
    Vector(("MINUTE", -1, _EPOCH), _at("1969-12-31 23:59:00.000"), _A),
    Vector(("HOUR", 25, _at("2024-02-28 23:30:00.500")), _at("2024-03-01 00:30:00.500"), _A),
    Vector(("DAY", 2**63 - 1, _EPOCH), None, _A), Vector(("DAY", -(2**63), _EPOCH), None, _A),
    Vector(("DAY", 1, _LAST), None, _A), Vector(("DAY", None, _EPOCH), None, _A), Vector(("DAY", 1, None), None, _A),
    Vector(("WEEK", -1, _at("1970-01-08 00:00:00.001")), _at("1970-01-01 00:00:00.001"), _A),
    Vector(("MONTH", 1, _at("2024-01-31 00:00:00.000")), _at("2024-02-29 00:00:00.000"), _A),
    Vector(("QUARTER", 1, _at("2024-11-30 00:00:00.000")), _at("2025-02-28 00:00:00.000"), _A),
    Vector(("QUARTER", 2**62, _EPOCH), None, _A),
    Vector(("YEAR", -1, _at("2024-02-29 12:00:00.000")), _at("2023-02-28 12:00:00.000"), _A),
    Vector(("YEAR", 8029, _at("1971-01-01 00:00:00.000")), None, _A),
    Vector(("DAY", 2, date(2024, 2, 28)), date(2024, 3, 1), _AD),
    Vector(("WEEK", -1, date(1970, 1, 1)), date(1969, 12, 25), _AD),
    Vector(("WEEK", 2**62, date(1970, 1, 1)), None, _AD),
    Vector(("MONTH", 1, date(2024, 1, 31)), date(2024, 2, 29), _AD),
    Vector(("YEAR", 1, date(2024, 2, 29)), date(2025, 2, 28), _AD),
    Vector(("DAY", 3, _EPOCH), _at("1970-01-04 00:00:00.000"), _AC),
    Vector(("DAY", 2**62, _EPOCH), None, _AC), Vector(("YEAR", -(2**62), _EPOCH), None, _AC),
)  # fmt: skip

MACROS = (
    Macro("TIMESTAMPADD", _FAMILY,
          "The date or timestamp that many units later; months keep the day, or take the month's last.",
          _type_add, _add, _ADD_VECTORS, "TIMESTAMPADD(DAY, n, ts)", ("DATE_ADD", "DATEADD")),
)  # fmt: skip
