"""Sums as docs/decisions/0005 describes them, in Python's whole numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BASE = 2**32
_LIMIT = 2.0**96 - 2.0**43
"""The greatest DOUBLE below 2^96, about 7.9e28."""


def clamped(value: float) -> float:
    return max(-_LIMIT, min(_LIMIT, value))


def sum_of_doubles(values: Sequence[float]) -> float:
    """Six limbs of 32 bits from 2^-96 up, each summed by itself, put together from the lowest to the highest."""
    limbs = [0] * 6
    for value in map(clamped, values):
        whole = math.floor(abs(Fraction(value)) * 2**96)
        for index in range(6):
            limb = (whole >> (32 * index)) % _BASE
            limbs[index] += limb if value > 0 else -limb
    result = put_together(limbs, -96)
    _check(result, values)
    return result


def mean_of_whole(values: Sequence[int]) -> float:
    """The mean of whole numbers: two limbs, so that the sum does not wrap."""
    low = sum(_cut(value)[0] for value in values)
    high = sum(_cut(value)[1] for value in values)
    return put_together([low, high], 0) / len(values)


def _cut(value: int) -> tuple[int, int]:
    """Remainder and quotient by 2^32, both with the sign of the value."""
    high, low = divmod(abs(value), _BASE)
    return (low, high) if value >= 0 else (-low, -high)


def put_together(limbs: Sequence[int], low: int) -> float:
    """Carries are brought into balanced digits once, and the digits added from the lowest to the highest."""
    cut = [_cut(limb) for limb in limbs]
    digits = [cut[0][0]]
    digits += [own + carried for (own, _), (_, carried) in zip(cut[1:], cut, strict=False)]
    digits.append(cut[-1][1])
    carries = [(2 * digit + _BASE) // (2 * _BASE) for digit in digits[:-1]]
    balanced = [digit - carry * _BASE for digit, carry in zip(digits, [*carries, 0], strict=True)]
    balanced = [digit + carry for digit, carry in zip(balanced, [0, *carries], strict=True)]
    value = float(balanced[0])
    for digit in balanced[1:]:
        value = value / _BASE + digit
    return value * 2.0 ** (low + 32 * (len(balanced) - 1)) + 0.0


def _check(result: float, values: Iterable[float]) -> None:
    """The decision promises the true sum, rounded nearly once; the promise is kept here or the oracle is wrong."""
    exact = sum(map(Fraction, map(clamped, values)), Fraction(0))
    slack = abs(exact) * Fraction(2) ** -52 + len(list(values)) * Fraction(2) ** -96
    if abs(Fraction(result) - exact) > slack:
        raise AssertionError(f"{result} is not the sum {float(exact)}")
