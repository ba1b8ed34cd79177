"""Values of the language as Python has them, and the few rules about types that an interpreter needs.

BIGINT is int (wrapping at 64 bits), DECIMAL is Decimal (exact), DOUBLE is float (finite, one zero), TIMESTAMP(3) is
datetime, arrays are lists, NULL is None.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from sqlfeat.language.types import BIGINT, DOUBLE, NULL, DataType, Kind, decimal

EXACT = Context(prec=150)
_EPOCH = datetime(1970, 1, 1)
_TOWER = (Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE)
_DIGITS = {Kind.INT: 10, Kind.BIGINT: 19}


class NotInterpreted(Exception):
    """The oracle does not know this piece of SQL; nothing is ever skipped without a word."""


@dataclass(frozen=True)
class Near:
    """A value known but for the last digits: what is computed from it is not interpreted.

    Attributes:
        low, high: the value is between them.
        exact: what it would be without any rounding, for messages.
    """

    low: Fraction
    high: Fraction
    exact: float

    def fits(self, value: Any) -> bool:
        return isinstance(value, float) and self.low <= Fraction(value) <= self.high


def wrapped(value: int) -> int:
    """A whole number as the BIGINT with the same low 64 bits."""
    return (value + 2**63) % 2**64 - 2**63


def finite(value: float) -> float | None:
    """The DOUBLE with one zero, NULL if it is not finite."""
    return value + 0.0 if math.isfinite(value) else None


def milliseconds(value: date) -> int:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_of(milliseconds_: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds_)


def decimal_of(kind: DataType) -> DataType:
    return kind if kind.kind is Kind.DECIMAL else decimal(_DIGITS[kind.kind], 0)


def common(types: list[DataType]) -> DataType:
    """The type that values of all of `types` have in common."""
    known = [kind for kind in types if kind.kind is not Kind.NULL]
    result = known[0] if known else NULL
    for other in known[1:]:
        result = _wider(result, other)
    return result


def _wider(left: DataType, right: DataType) -> DataType:
    if left == right:
        return left
    if left.kind is Kind.ARRAY and right.kind is Kind.ARRAY and left.element and right.element:
        return DataType(Kind.ARRAY, element=common([left.element, right.element]))
    if left.kind not in _TOWER or right.kind not in _TOWER:
        raise NotInterpreted(f"a common type of {left} and {right}")
    higher = max(left, right, key=lambda kind: _TOWER.index(kind.kind))
    if higher.kind is not Kind.DECIMAL:
        return higher
    left, right = decimal_of(left), decimal_of(right)
    scale = max(left.scale, right.scale)
    return decimal(max(left.precision - left.scale, right.precision - right.scale) + scale, scale)


def converted(value: Any, source: DataType, target: DataType) -> Any:
    """A value as one of a type that holds it (DOUBLE: rounded once)."""
    if value is None or source == target or source.kind is Kind.NULL:
        return value
    if isinstance(value, Near):
        raise NotInterpreted("a step after a value known only nearly")
    if target.kind is Kind.ARRAY and source.element and target.element:
        return [converted(item, source.element, target.element) for item in value]
    if target.kind is Kind.DOUBLE:
        return float(value) + 0.0
    if target.kind is Kind.DECIMAL:
        return quantized(Decimal(value), target.scale)
    if target.kind is Kind.BIGINT and source.kind is Kind.INT:
        return value
    raise NotInterpreted(f"{source} as {target}")


def quantized(value: Decimal, scale: int) -> Decimal:
    """An exact decimal with so many digits behind the point."""
    result = value.quantize(Decimal(1).scaleb(-scale), context=EXACT)
    if result != value:
        raise AssertionError(f"{value} has more than {scale} digits behind the point")
    return result or abs(result)


def arithmetic_type(left: DataType, right: DataType) -> DataType:
    """BIGINT of whole numbers, DOUBLE if one is, else DECIMAL (of a precision that nobody looks at here)."""
    kinds = {left.kind, right.kind}
    if not kinds <= {*_TOWER, Kind.NULL}:
        raise NotInterpreted(f"arithmetic of {left} and {right}")
    if Kind.DOUBLE in kinds:
        return DOUBLE
    return decimal(38, 0) if Kind.DECIMAL in kinds else BIGINT


def hashable(value: Any) -> Any:
    return tuple(hashable(item) for item in value) if isinstance(value, list) else value


def order_key(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Sorts with NULL first."""
    return tuple((value is not None, value) for value in values)
