"""Intervals as Flink writes them: more than two digits need a precision."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import text

_UNITS = ((86_400_000, "DAY"), (3_600_000, "HOUR"), (60_000, "MINUTE"), (1000, "SECOND"))


def interval(milliseconds: int) -> exp.Expr:
    """A time of that many milliseconds."""
    for size, unit in _UNITS:
        if milliseconds % size == 0:
            count = str(milliseconds // size)
            precision = f"({len(count)})" if len(count) > 2 else ""
            return exp.Interval(this=text(count), unit=exp.Var(this=unit + precision))
    seconds, millis = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    precision = f"({len(str(days))})" if days > 99 else ""
    written = f"{days} {hours:02d}:{minutes:02d}:{seconds:02d}.{millis:03d}"
    return exp.Interval(this=text(written), unit=exp.Var(this=f"DAY{precision} TO SECOND(3)"))
