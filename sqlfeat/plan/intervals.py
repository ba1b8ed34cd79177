"""Intervals as milliseconds; months and years have no fixed length and are refused."""

from __future__ import annotations

import re

from sqlglot import exp

_UNIT_MS = {
    "MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000, "WEEK": 604_800_000,
}  # fmt: skip


_LONGEST_DAYS = 6999
"""Flink computes with at most 999 weeks, or 999 of a smaller unit, and some days."""


class BadInterval(Exception):
    """The text says what is wrong."""


def interval_ms(node: exp.Expr, *, signed: bool = False) -> int:
    """Milliseconds of `INTERVAL '1' HOUR`, `INTERVAL '7 days'`, `INTERVAL '1 02:00:00' DAY TO SECOND`.

    Args:
        node: the interval.
        signed: whether it may be negative.

    Raises:
        BadInterval: no interval, or one without a fixed whole number of milliseconds.
    """
    millis = _interval_ms(node, signed=signed)
    if abs(millis) > _LONGEST_DAYS * _UNIT_MS["DAY"]:
        raise BadInterval(f"it is longer than {_LONGEST_DAYS} days")
    return millis


def _interval_ms(node: exp.Expr, *, signed: bool) -> int:
    if signed and isinstance(node, exp.Neg):
        return -_interval_ms(node.this, signed=False)
    if not isinstance(node, exp.Interval) or not isinstance(node.this, exp.Literal):
        raise BadInterval("an interval constant such as INTERVAL '1' HOUR is needed")
    if isinstance(node.args.get("unit"), exp.IntervalSpan):
        return _span_ms(node.this.name, node.args["unit"])
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    unit = re.sub(r"\(\d+\)$", "", unit).rstrip("S")
    if unit in ("MONTH", "YEAR", "QUARTER"):
        raise BadInterval(f"a {unit} has no fixed length; write days, for example INTERVAL '30' DAY")
    if unit not in _UNIT_MS:
        raise BadInterval(f"the unit of an interval is one of {', '.join(_UNIT_MS)}")
    amount = node.this.name.strip()
    if signed and amount.startswith("-"):
        return -_scaled(amount[1:], _UNIT_MS[unit])
    return _scaled(amount, _UNIT_MS[unit])


def _scaled(amount: str, unit_ms: int) -> int:
    match = re.fullmatch(r"(\d+)(?:\.(\d{1,6}))?", amount.strip())
    if not match:
        raise BadInterval(f"`{amount}` is not an amount of time")
    fraction = match[2] or ""
    scaled = int(match[1] + fraction) * unit_ms
    if scaled % 10 ** len(fraction):
        raise BadInterval(f"`{amount}` is finer than a millisecond")
    return int(scaled // 10 ** len(fraction))


def _span_ms(text: str, span: exp.IntervalSpan) -> int:
    """Milliseconds of what is written in the fields of `DAY TO SECOND`, `HOUR TO MINUTE`, ..."""
    first, last = (re.sub(r"\(\d+\)$", "", span.args[part].sql().upper()) for part in ("this", "expression"))
    fields = ("DAY", "HOUR", "MINUTE", "SECOND")
    if first not in fields or last not in fields or fields.index(first) >= fields.index(last):
        raise BadInterval(
            f"an interval of {first} TO {last} has no fixed length; write days, for example INTERVAL '30' DAY"
        )
    units = fields[fields.index(first) : fields.index(last) + 1]
    pattern = r"(\d+)" + "".join((" " if unit == "HOUR" else ":") + r"(\d+)" for unit in units[1:])
    match = re.fullmatch(pattern + (r"(?:\.(\d{1,3}))?" if last == "SECOND" else ""), text.strip())
    if not match:
        form = "".join((" " if unit == "HOUR" else ":") + unit.lower() + "s" for unit in units)[1:]
        raise BadInterval(f"`{text}` is not of the form '{form}'")
    total = sum(int(amount) * _UNIT_MS[unit] for amount, unit in zip(match.groups(), units, strict=False))
    return total + (int((match[len(units) + 1] or "0").ljust(3, "0")) if last == "SECOND" else 0)
