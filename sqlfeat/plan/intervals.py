"""Intervals as milliseconds; months and years have no fixed length and are refused."""

from __future__ import annotations

import re

from sqlglot import exp

_UNIT_MS = {
    "MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000, "WEEK": 604_800_000,
}  # fmt: skip


class BadInterval(Exception):
    """The text says what is wrong."""


def interval_ms(node: exp.Expression) -> int:
    """Milliseconds of `INTERVAL '1' HOUR`, `INTERVAL '7 days'`, `INTERVAL '1 02:00:00' DAY TO SECOND`.

    Raises:
        BadInterval: no interval, or one without a fixed whole number of milliseconds.
    """
    if not isinstance(node, exp.Interval) or not isinstance(node.this, exp.Literal):
        raise BadInterval("an interval constant such as INTERVAL '1' HOUR is needed")
    if isinstance(node.args.get("unit"), exp.IntervalSpan):
        return _span_ms(node.this.name)
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    unit = re.sub(r"\(\d+\)$", "", unit).rstrip("S")
    if unit in ("MONTH", "YEAR", "QUARTER"):
        raise BadInterval(f"a {unit} has no fixed length; write days, for example INTERVAL '30' DAY")
    if unit not in _UNIT_MS:
        raise BadInterval(f"the unit of an interval is one of {', '.join(_UNIT_MS)}")
    return _scaled(node.this.name, _UNIT_MS[unit])


def _scaled(amount: str, unit_ms: int) -> int:
    match = re.fullmatch(r"(\d+)(?:\.(\d{1,6}))?", amount.strip())
    if not match:
        raise BadInterval(f"`{amount}` is not an amount of time")
    fraction = match[2] or ""
    scaled = int(match[1] + fraction) * unit_ms
    if scaled % 10 ** len(fraction):
        raise BadInterval(f"`{amount}` is finer than a millisecond")
    return int(scaled // 10 ** len(fraction))


def _span_ms(text: str) -> int:
    match = re.fullmatch(r"(?:(\d+) )?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,3}))?)?", text.strip())
    if not match:
        raise BadInterval(f"`{text}` is not of the form 'days hours:minutes:seconds'")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    millis = int((match[5] or "0").ljust(3, "0"))
    return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000 + millis
