"""Sums of DOUBLE without rounding: each value is cut into whole numbers, and those are summed as BIGINT.

A grid is a row of limbs, 32 bits each, at fixed powers of two. The limbs of a value are found with FLOOR and powers of
two, which are exact; their sums are exact while fewer than 2^31 rows are in a window, whatever the order, and after
rows were taken out again. At the end the sums are put together in a fixed order. docs/decisions/0005 has the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlfeat.language.doubles import Real, Sheet, floor, magnitude, of_whole, when, whole
from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.types import BIGINT

WIDTH = 32
_BASE = 2**WIDTH


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the limbs are.

    Attributes:
        low: the power of two that is the unit of the finest limb; bits below are cut off.
        limbs: how many limbs there are.
    """

    low: int
    limbs: int

    @property
    def limit(self) -> float:
        """The greatest magnitude that fits; greater ones count as this."""
        top = 2.0 ** (self.low + WIDTH * self.limbs - 53)
        return top * (2.0**53 - 1)

    def unit(self, index: int) -> float:
        """What one of a limb is worth."""
        return float(2.0 ** (self.low + WIDTH * index))


VALUES = Grid(-96, 6)
"""For values of DOUBLE: exact from 1.2e-13 to 7.9e28."""
PRODUCTS = Grid(-128, 10)
"""For exact products of two of them."""
WHOLE_VALUES, WHOLE_PRODUCTS = Grid(0, 2), Grid(0, 4)
"""For whole numbers of 64 bits."""
SMALL_VALUES, SMALL_PRODUCTS = Grid(0, 1), Grid(0, 2)
"""For whole numbers of 32 bits."""


def clamped(sheet: Sheet, value: Real, grid: Grid) -> Real:
    """The value, or the limit of the grid with its sign."""
    beyond, below = value > grid.limit, value < -grid.limit
    return sheet.column(when((beyond, grid.limit), (below, -grid.limit), default=value))


def signed_limb(value: Real, grid: Grid, index: int) -> Real:
    """One limb of a value, as a whole DOUBLE with the sign of the value."""
    size = magnitude(value)
    digits = floor(_in_units(size, grid.unit(index)))
    if index + 1 < grid.limbs:
        digits = digits - floor(_in_units(size, grid.unit(index + 1))) * float(_BASE)
    return when((value < 0.0, -1.0), default=1.0) * digits


def _in_units(value: Real, unit: float) -> Real:
    return value if unit == 1.0 else value * (1 / unit)


def limb_sums(name: str, sheet: Sheet, parts: Sequence[Real], grid: Grid) -> tuple[AggregateCall, ...]:
    """The sums of the limbs of `parts` added up.

    Args:
        name: the columns' names begin with it.
        sheet: computes the parts.
        parts: no two of them overlap in more than a bit.
        grid: where the limbs are.
    """
    sums: list[AggregateCall] = []
    for index in range(grid.limbs):
        limb = signed_limb(parts[0], grid, index)
        for part in parts[1:]:
            limb = limb + signed_limb(part, grid, index)
        sums.append(AggregateCall(f"{name}{index}", "SUM", (sheet.close_expr(whole(limb)),), BIGINT))
    return tuple(sums)


def whole_limb_sums(name: str, value: Expr) -> tuple[AggregateCall, ...]:
    """The sums of the two limbs of a BIGINT; `WHOLE_VALUES` is their grid."""
    low, high = _halves(value)
    return (AggregateCall(f"{name}0", "SUM", (low,), BIGINT), AggregateCall(f"{name}1", "SUM", (high,), BIGINT))


def _halves(value: Expr) -> tuple[Expr, Expr]:
    base = Literal(_BASE, BIGINT)
    return Call("%", (value, base), BIGINT), Call("//", (value, base), BIGINT)


def digits(sheet: Sheet, sums: Sequence[AggregateCall]) -> list[Real]:
    """The sums of limbs as whole numbers of at most 2^31 + 2, so that the first that is not zero outweighs the rest.

    They have one more than there are limbs.
    """
    halves = [_halves(total.column) for total in sums]
    raw = [of_whole(halves[0][0])]
    raw += [of_whole(low) + of_whole(high) for (low, _), (_, high) in zip(halves[1:], halves, strict=False)]
    raw.append(of_whole(halves[-1][1]))
    raw = [sheet.column(digit) for digit in raw]
    carries = [floor(digit * (1 / _BASE) + 0.5) for digit in raw]
    kept = [digit - carry * float(_BASE) for digit, carry in zip(raw[:-1], carries, strict=False)]
    balanced = [kept[0], *(digit + carry for digit, carry in zip([*kept[1:], raw[-1]], carries, strict=False))]
    return [sheet.column(digit) for digit in balanced]


def rounded(found: Sequence[Real], grid: Grid) -> Real:
    """The digits as one DOUBLE; it is less than one unit in the last place from what they are worth."""
    value = found[0]
    for digit in found[1:]:
        value = value * (1 / _BASE) + digit
    return value * grid.unit(len(found) - 1)


def remainder(found: Sequence[Real], grid: Grid, value: Real) -> Real:
    """What the digits are worth beyond `value`, which is what `rounded` gave."""
    rest = found[-1] * grid.unit(len(found) - 1) - value
    for index in range(len(found) - 2, -1, -1):
        rest = rest + found[index] * grid.unit(index)
    return rest


def total(sheet: Sheet, sums: Sequence[AggregateCall], grid: Grid) -> Real:
    """The sum as one DOUBLE."""
    return sheet.column(rounded(digits(sheet, sums), grid))


def exact_total(sheet: Sheet, sums: Sequence[AggregateCall], grid: Grid) -> tuple[Real, Real]:
    """The sum as the sum of two DOUBLEs, the second being below the last place of the first."""
    found = digits(sheet, sums)
    value = sheet.keep(rounded(found, grid))
    return value, sheet.keep(remainder(found, grid, value))


def product(sheet: Sheet, left: Real, right: Real) -> tuple[Real, Real]:
    """The product, and what rounding it left out: exact."""
    value = sheet.keep(left * right)
    left_high, right_high = sheet.split(left), sheet.split(right)
    left_low, right_low = left - left_high, right - right_high
    error = ((left_high * right_high - value) + left_high * right_low + left_low * right_high) + left_low * right_low
    return value, sheet.keep(error)
