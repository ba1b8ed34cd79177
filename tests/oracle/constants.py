"""Constants in SQL: numbers, texts, times and intervals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from sqlfeat.language.types import BIGINT, DATE, DOUBLE, INT, STRING, TIMESTAMP, DataType, decimal
from tests.oracle.relation import Of
from tests.oracle.values import NotInterpreted

UNIT_MS = {"MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000,
            "WEEK": 604_800_000}  # fmt: skip


EVENT_TIME = -1
"""Stands for the event time where no field has it."""


@dataclass(frozen=True)
class Value:
    """An expression: its type, and its value for a row."""

    type: DataType
    of: Of
    field: int | None = None
    """The number of the field that it is as it is, if it is one."""


def sql_of(node: exp.Expr) -> str:
    return str(node.sql(dialect="sqlfeat", comments=False))


def interval_ms(node: exp.Expr) -> int:
    """Milliseconds of `INTERVAL '1' HOUR`."""
    if isinstance(node, exp.Neg):
        return -interval_ms(node.this)
    unit = node.args["unit"] if isinstance(node, exp.Interval) else None
    if isinstance(unit, exp.IntervalSpan):
        return _span_ms(node.this.name, str(unit.this).upper(), str(unit.expression).upper())
    unit = unit.name.upper().rstrip("S") if isinstance(unit, exp.Var) else ""
    if unit not in UNIT_MS:
        raise NotInterpreted(f"the interval {sql_of(node)}")
    length = Decimal(node.this.name) * UNIT_MS[unit]
    return int(length)


def _span_ms(text: str, first: str, last: str) -> int:
    """Milliseconds of `'1 02:03:04.5' DAY TO SECOND` and its shorter forms."""
    units = ("DAY", "HOUR", "MINUTE", "SECOND")
    if first not in units or last not in units:
        raise NotInterpreted(f"the interval {text} {first} TO {last}")
    amounts = re.split(r"[ :]", text.strip())
    named = zip(units[units.index(first) :], amounts, strict=False)
    return int(sum(Decimal(amount) * UNIT_MS[unit] for unit, amount in named))


def literal(node: exp.Literal) -> Value:
    constant: Any = node.name
    kind = STRING
    if not node.is_string:
        if "e" in node.name.lower():
            kind, constant = DOUBLE, float(node.name) + 0.0
        elif "." in node.name:
            constant = Decimal(node.name)
            scale = max(0, -int(constant.as_tuple().exponent))
            kind = decimal(max(len(constant.as_tuple().digits), scale, 1), scale)
        else:
            constant = int(node.name)
            kind = INT if constant < 2**31 else BIGINT
    return Value(kind, lambda row: constant)


def constant_time(text: str, written: str) -> Value:
    constant: date = datetime.fromisoformat(text) if written.startswith("TIMESTAMP") else date.fromisoformat(text)
    return Value(TIMESTAMP if written.startswith("TIMESTAMP") else DATE, lambda row: constant)
