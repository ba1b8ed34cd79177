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
    """Milliseconds of `INTERVAL '1' HOUR`, `INTERVAL '1 day 2 hours'`, `INTERVAL '1 02:00' DAY TO MINUTE`, or a sum.

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
    if isinstance(node, exp.Paren):
        return _interval_ms(node.this, signed=signed)
    if isinstance(node, (exp.Add, exp.Sub)):
        first, second = (_interval_ms(part, signed=signed) for part in (node.this, node.expression))
        return first + second if isinstance(node, exp.Add) else first - second
    if not isinstance(node, exp.Interval) or not isinstance(node.this, exp.Literal):
        raise BadInterval("an interval constant such as INTERVAL '1' HOUR is needed")
    if isinstance(node.args.get("unit"), exp.IntervalSpan):
        return _span_ms(node.this.name, node.args["unit"])
    unit = node.args["unit"].name.upper() if node.args.get("unit") else ""
    if not unit:
        return _written_ms(node.this.name, signed=signed)
    unit = _unit(unit)
    if unit in ("MONTH", "YEAR", "QUARTER"):
        raise BadInterval(f"a {unit} has no fixed length; write days, for example INTERVAL '30' DAY")
    if unit not in _UNIT_MS:
        raise BadInterval(f"the unit of an interval is one of {', '.join(_UNIT_MS)}")
    amount = node.this.name.strip()
    if signed and amount.startswith("-"):
        return -_scaled(amount[1:], _UNIT_MS[unit])
    return _scaled(amount, _UNIT_MS[unit])


_SHORT = {
    "MS": "MILLISECOND", "MSEC": "MILLISECOND", "S": "SECOND", "SEC": "SECOND", "M": "MINUTE", "MIN": "MINUTE",
    "H": "HOUR", "HR": "HOUR", "D": "DAY", "W": "WEEK", "MON": "MONTH", "Y": "YEAR", "YR": "YEAR",
}  # fmt: skip
_PART = re.compile(r"(-?[\d.]+)\s*([a-zA-Z]+)|(\d+):(\d{2})(?::(\d{2}(?:\.\d{1,3})?))?")


def _unit(name: str) -> str:
    """The whole name of a unit, in the singular."""
    name = re.sub(r"\(\d+\)$", "", name.upper())
    name = name if name == "MS" else (name.rstrip("S") or name)
    return _SHORT.get(name, name)


def _written_ms(text: str, *, signed: bool) -> int:
    """Milliseconds of `1 hour 30 minutes` and of `01:30:00`, with the units in the text."""
    parts = list(_PART.finditer(text))
    if not parts or _PART.sub("", text).strip():
        raise BadInterval(f"`{text}` has no unit; write for example INTERVAL '5' MINUTE")
    total = 0
    for part in parts:
        if part[1]:
            literal = exp.Interval(this=exp.Literal.string(part[1]), unit=exp.Var(this=part[2]))
            total += _interval_ms(literal, signed=signed)
        else:
            units = zip((part[3], part[4], part[5] or "0"), ("HOUR", "MINUTE", "SECOND"), strict=True)
            total += sum(_scaled(amount, _UNIT_MS[unit]) for amount, unit in units)
    return total


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
