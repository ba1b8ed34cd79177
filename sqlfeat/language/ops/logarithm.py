"""Logarithms and powers from + - * / and comparisons: the same on every engine, and within an ulp of the true value.

x is cut into m 2^e with m near 1: a ladder of comparisons finds the exact power of two. With s = (m-1)/(m+1) the
logarithm of m is 2 atanh(s). Sums of two doubles carry about 65 bits, enough for powers too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlfeat.language.doubles import NULL, Real, Sheet, both, either, floor, magnitude, real, when
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.ops.exact_sums import product
from sqlfeat.language.ops.exponential import MAX_DOUBLE, polynomial, power_of_two, value_of, within
from sqlfeat.language.types import DOUBLE

_SERIES = (
    0.6, 0.4285714285714285, 0.33333333333342646, 0.27272727269485386, 0.2307692364175528, 0.19999944801648237,
    0.17650219681594373, 0.1568449090339071, 0.16143636636031924,
)  # fmt: skip
"""3 (atanh(s)/s - 1 - s^2/3) / s^4 as a polynomial in s^2, for s^2 <= 0.0295; the error is below 2^-65."""
_ROOT = 1.4142135623730951
_THIRD, _THIRD_BELOW = 0.3333333333333333, 1.850371707708594e-17


@dataclass(frozen=True, slots=True)
class Base:
    """A logarithm's constants.

    Attributes:
        factor, factor_below: 2/3 of the logarithm of e, 26 bits and the rest.
        two, two_below: the logarithm of 2, 42 bits and the rest.
    """

    factor: float
    factor_below: float
    two: float
    two_below: float


NATURAL = Base(0.6666666716337204, -4.967053731282552e-09, 0.6931471805598903, 5.497923018708371e-14)
BINARY = Base(0.9617967009544373, -7.028461650952758e-09, 1.0, 0.0)
DECIMAL = Base(0.2895296514034271, 3.198740761077315e-09, 0.30102999566395283, 2.8363394551044964e-14)


def _ladder(value: Real, step: int, upward: float, result: Callable[[int], float]) -> Real:
    """The result for the zone the value is in: zone j is around 2^(step * j)."""

    def zone(low: int, high: int) -> Real:
        if low == high:
            return real(result(low))
        middle = (low + high) // 2
        return when((value < 2.0 ** (step * middle) * upward, zone(low, middle)), default=zone(middle + 1, high))

    return zone(-6 if step > 1 else -7, 6)


def _normalised(sheet: Sheet, value: Real) -> tuple[Real, Real]:
    """The exponent e and m from sqrt(1/2) to sqrt(2), with value = m 2^e exactly; the value is positive."""
    exponent = real(0.0)
    for step, upward in ((169, 2.0**84), (13, 64.0), (1, _ROOT)):
        part = sheet.keep(_ladder(value, step, upward, lambda zone, step=step: float(step * zone)))  # type: ignore[misc]
        value = sheet.keep(value * _ladder(value, step, upward, lambda zone, step=step: 2.0 ** (-step * zone)))  # type: ignore[misc]
        exponent = exponent + part
    return sheet.keep(exponent), value


def logarithm(sheet: Sheet, value: Real, base: Base) -> tuple[Real, Real]:
    """The logarithm of a positive value as the sum of two doubles."""
    exponent, m = _normalised(sheet, value)
    divisor = sheet.keep(m + 1.0)
    ratio = sheet.keep((m - 1.0) / divisor)
    ratio_high, divisor_high = sheet.split(ratio), sheet.split(divisor)
    missing = ((m - 1.0) - ratio_high * divisor_high) - ratio_high * (m - (divisor_high - 1.0))
    ratio_low = sheet.keep(missing / divisor)
    # ln m = 2/3 s (3 + s^2 + r); the product with s in two parts.
    square = sheet.keep(ratio_high * ratio_high)
    z = sheet.keep(ratio * ratio)
    rest = sheet.keep(z * z * polynomial(_SERIES, z) + ratio_low * (ratio_high + ratio))
    sum_high = sheet.split(sheet.keep(3.0 + square + rest))
    sum_low = sheet.keep(rest - ((sum_high - 3.0) - square))
    upper = sheet.keep(ratio_high * sum_high)
    lower = sheet.keep(ratio_low * sum_high + sum_low * ratio)
    short = sheet.split(sheet.keep(upper + lower))
    short_rest = sheet.keep(lower - (short - upper))
    high = sheet.keep(short * base.factor)
    low = sheet.keep(short * base.factor_below + short_rest * (base.factor + base.factor_below))
    whole = exponent * base.two
    total = sheet.keep(whole + high)
    return total, sheet.keep(((whole - total) + high) + (exponent * base.two_below + low))


def of_base(base: Base) -> Callable[[Call], Expr]:
    """LN(x), LOG2(x) or LOG10(x); NULL unless x > 0."""

    def expand(call: Call) -> Expr:
        sheet, x = Sheet(), Real(call.args[0])
        high, low = logarithm(sheet, sheet.keep(_positive(x)), base)
        return sheet.close(high + low)

    return expand


def _positive(x: Real) -> Real:
    return when((x > 0.0, x), default=NULL)


def expand_log1p(call: Call) -> Expr:
    """LN(1 + x), exact where 1 + x is not; NULL unless x > -1."""
    sheet = Sheet()
    x = Real(call.args[0])
    x = sheet.keep(when((x > -1.0, x), default=NULL))
    total = sheet.keep(1.0 + x)
    back = sheet.keep(total - 1.0)
    left_out = sheet.keep((1.0 - (total - back)) + (x - back))
    high, low = logarithm(sheet, total, NATURAL)
    share = sheet.keep(left_out / total)
    return sheet.close(high + (share + (low - share * share * 0.5)))


def expand_power(call: Call) -> Expr:
    """POWER(x, y); squares, cubes and roots without logarithms, where the exponent is a constant."""
    base, power = call.args
    if isinstance(power, Literal) and power.value in _SHORT:
        return _SHORT[power.value](base)
    sheet = Sheet()
    x, y = (Real(sheet.keep_expr(arg)) for arg in call.args)
    size = sheet.keep(magnitude(x))
    logged = logarithm(sheet, sheet.keep(when((size.equals(0.0), 1.0), default=size)), BINARY)
    # Beyond 2^64 every power is 0, 1 or too large.
    times = sheet.keep(within(y, -1.8446744073709552e19, 1.8446744073709552e19))
    high = sheet.keep(logged[0] + logged[1])
    upper, error = product(sheet, times, high)
    lower = sheet.keep(error + times * ((logged[0] - high) + logged[1]))
    inside = both(upper < 1024.0, upper > -1076.0)
    exponent = sheet.keep(when((inside, upper), default=0.0))
    below = sheet.keep(when((inside, lower), default=0.0))
    found = sheet.keep(value_of(sheet, power_of_two(sheet, exponent, below)))
    positive = when((upper <= -1076.0, 0.0), (both(inside, found <= MAX_DOUBLE), found), default=NULL)
    return sheet.close(_with_sign(sheet, x, y, sheet.keep(positive)))


def _times(left: Expr, right: Expr) -> Expr:
    return Call("*", (left, right), DOUBLE, left.nullable)


_SHORT: dict[object, Callable[[Expr], Expr]] = {
    0.5: lambda x: Call("SQRT", (x,), DOUBLE),
    1.0: lambda x: x,
    2.0: lambda x: _times(x, x),
    3.0: lambda x: _times(_times(x, x), x),
}


def _with_sign(sheet: Sheet, x: Real, y: Real, positive: Real) -> Real:
    odd = floor(y * 0.5) * 2.0 < y
    fractional = floor(y) < y
    negative = when((fractional, NULL), (positive.equals(0.0), 0.0), (odd, 0.0 - positive), default=positive)
    one = either(both(y.equals(0.0), x <= MAX_DOUBLE), both(x.equals(1.0), y <= MAX_DOUBLE))
    of_zero = when((y > 0.0, 0.0), default=NULL)
    return when((one, 1.0), (x.equals(0.0), of_zero), (x < 0.0, negative), default=positive)


def expand_cbrt(call: Call) -> Expr:
    """The cube root: 2 to a third of the binary logarithm."""
    sheet, x = Sheet(), Real(call.args[0])
    size = sheet.keep(magnitude(x))
    logged = logarithm(sheet, sheet.keep(when((size.equals(0.0), 1.0), default=size)), BINARY)
    upper, error = product(sheet, sheet.keep(logged[0] + logged[1]), real(_THIRD))
    lost = (logged[0] - (logged[0] + logged[1])) + logged[1]
    lower = sheet.keep(error + (lost * _THIRD + logged[0] * _THIRD_BELOW))
    power = power_of_two(sheet, upper, lower)
    root = sheet.keep(value_of(sheet, power))
    return sheet.close(when((x.equals(0.0), 0.0), (x < 0.0, 0.0 - root), default=root))
