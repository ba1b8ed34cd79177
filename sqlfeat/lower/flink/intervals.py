"""Intervals as Flink writes them."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import text

_DAY_MS = 86_400_000
_UNITS = ((_DAY_MS, "DAY"), (3_600_000, "HOUR"), (60_000, "MINUTE"), (1000, "SECOND"))
_MOST = 999
"""The greatest leading field of an interval that Flink computes with; more than two digits need a precision."""


def interval(milliseconds: int) -> exp.Expr:
    """A time of that many milliseconds, to compute with: at most 999 weeks and 6 days."""
    for size, unit in _UNITS:
        if milliseconds % size == 0 and milliseconds // size <= _MOST:
            return _interval(str(milliseconds // size), unit, milliseconds // size)
    if milliseconds // _DAY_MS <= _MOST:
        return _days_to_seconds(milliseconds)
    weeks, rest = divmod(milliseconds, 7 * _DAY_MS)
    whole = _interval(str(weeks), "WEEK", weeks)
    return exp.Paren(this=exp.Add(this=whole, expression=interval(rest))) if rest else whole


def interval_constant(milliseconds: int) -> exp.Expr:
    """A time of that many milliseconds as one constant, for the window functions, which take no less and any length."""
    for size, unit in _UNITS:
        if milliseconds % size == 0:
            return _interval(str(milliseconds // size), unit, milliseconds // size)
    return _days_to_seconds(milliseconds)


def _days_to_seconds(milliseconds: int) -> exp.Interval:
    seconds, millis = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    written = f"{days} {hours:02d}:{minutes:02d}:{seconds:02d}.{millis:03d}"
    return _interval(written, "DAY", days, " TO SECOND(3)")


def _interval(written: str, unit: str, leading: int, rest: str = "") -> exp.Interval:
    precision = f"({len(str(leading))})" if leading > 99 else ""
    return exp.Interval(this=text(written), unit=exp.Var(this=unit + precision + rest))
