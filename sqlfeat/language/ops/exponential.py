"""e^x and its kin from + - * / and FLOOR: the same on every engine, and within an ulp of the true value.

x is cut into k ln 2 + r with |r| <= ln 2 / 2; e^r comes from a rational approximation, and 2^k from exact factors. Sums
of two doubles carry what one cannot, so that the last rounding is nearly the only one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlfeat.language.doubles import NULL, Number, Real, Sheet, floor, magnitude, real, when, whole
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.ops.exact_sums import product
from sqlfeat.language.types import BIGINT, BOOLEAN

MAX_DOUBLE = 1.7976931348623157e308
LN2 = 0.6931471805599453
LN2_BELOW = 2.3190468138462996e-17
"""What LN2 leaves out of the logarithm of 2."""

_LN2_SHORT, _LN2_REST = 0.6931471806019545, -4.2009150726810846e-11
"""ln 2 as 32 bits, so that k times it is exact, and the rest."""
_RATIONAL = (
    0.16666666666666666, -0.0027777777777777545, 6.613756613529471e-05, -1.6534390727756302e-06, 4.175221864426377e-08,
    -1.0472413152949345e-09,
)  # fmt: skip
"""(r coth(r/2) - 2) / r^2 as a polynomial in r^2, for |r| <= 0.3467; the error is below 2^-64."""


def polynomial(coefficients: Sequence[float], value: Real) -> Real:
    """The polynomial, constant term first."""
    result: Number = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        result = value * result + coefficient
    return real(result)


@dataclass(frozen=True, slots=True)
class Power:
    """2^exponent * (1 + above + below), where `above` is at most 0.42 and `below` under its last place."""

    exponent: Real
    above: Real
    below: Real


def exponential(sheet: Sheet, value: Real, below: Number = 0.0) -> Power:
    """e^(value + below), for values within the range of a double's exponent."""
    exponent = sheet.keep(floor(value * (1 / LN2) + 0.5))
    upper = sheet.keep(value - exponent * _LN2_SHORT)
    lower = sheet.keep(below - exponent * _LN2_REST)
    return _reduced(sheet, exponent, upper, lower)


def power_of_two(sheet: Sheet, value: Real, below: Real) -> Power:
    """2^(value + below), for values within the range of a double's exponent."""
    exponent = sheet.keep(floor(value + 0.5))
    upper, lower = product(sheet, sheet.keep(value - exponent), real(LN2))
    rest = sheet.keep(lower + (below * LN2 + (value - exponent) * LN2_BELOW))
    return _reduced(sheet, exponent, upper, rest)


def _reduced(sheet: Sheet, exponent: Real, upper: Real, lower: Real) -> Power:
    r = sheet.keep(upper + lower)
    rest = (upper - r) + lower
    square = sheet.keep(r * r)
    c = sheet.keep(r - square * polynomial(_RATIONAL, square))
    curve = sheet.keep(r * c / (2.0 - c) + rest * (1.0 + r))
    above = sheet.keep(r + curve)
    return Power(exponent, above, sheet.keep((r - above) + curve))


def scaled(sheet: Sheet, value: Real, exponent: Real) -> Real:
    """Value * 2^exponent, rounded once; the exponent is whole and from -1080 to 1025."""
    third = sheet.keep(floor(exponent * (1 / 3)))
    factor = sheet.keep(_exact_power(sheet, third))
    rest = exponent - third * 3.0
    small = when((rest <= -1.0, 0.5), (rest <= 0.0, 1.0), (rest <= 1.0, 2.0), (rest <= 2.0, 4.0), default=8.0)
    return value * small * factor * factor * factor


def _exact_power(sheet: Sheet, exponent: Real) -> Real:
    """2^exponent for whole exponents from -361 to 341, as a product of the powers its bits stand for."""
    bits = sheet.keep_expr(whole(exponent + 361.0))
    result: Number = 2.0**-361
    for bit in range(10):
        rest = Call("%", (bits, Literal(2 ** (bit + 1), BIGINT)), BIGINT)
        is_set = Call(">=", (rest, Literal(2**bit, BIGINT)), BOOLEAN)
        result = result * when((is_set, 2.0 ** (2**bit)), default=1.0)
    return real(result)


def value_of(sheet: Sheet, power: Power) -> Real:
    """The power as one DOUBLE; beyond the range it is infinite, and zero below."""
    return scaled(sheet, sheet.keep(1.0 + (power.above + power.below)), power.exponent)


def pair_of(sheet: Sheet, power: Power) -> tuple[Real, Real]:
    """The power, at most 1e150, as the sum of two doubles."""
    upper = sheet.keep(1.0 + power.above)
    lower = ((1.0 - upper) + power.above) + power.below
    return sheet.keep(scaled(sheet, upper, power.exponent)), sheet.keep(scaled(sheet, lower, power.exponent))


def divided(sheet: Sheet, above: tuple[Real, Number], below: tuple[Real, Number]) -> tuple[Real, Real]:
    """The quotient of two sums of two doubles, as such a sum; the divisor is between 1e-280 and 1e290."""
    quotient = sheet.keep(above[0] / below[0])
    back, error = product(sheet, quotient, below[0])
    rest = (((above[0] - back) - error) + above[1]) - quotient * below[1]
    return quotient, sheet.keep(rest / below[0])


def within(value: Real, low: float, high: float) -> Real:
    """The value, or the limit it is beyond."""
    return when((value < low, low), (value > high, high), default=value)


def expand_exp(call: Call) -> Expr:
    """EXP(x)."""
    sheet, x = Sheet(), Real(call.args[0])
    value = sheet.keep(value_of(sheet, exponential(sheet, sheet.keep(within(x, -746.0, 710.0)))))
    return sheet.close(when((x < -745.2, 0.0), (value <= MAX_DOUBLE, value), default=NULL))


def expand_sigmoid(call: Call) -> Expr:
    """1 / (1 + e^-x), as e^-|x| / (1 + e^-|x|) for negative x."""
    sheet, x = Sheet(), Real(call.args[0])
    power = exponential(sheet, sheet.keep(within(0.0 - magnitude(x), -746.0, 0.0)))
    upper, lower = pair_of(sheet, power)
    total = sheet.keep(1.0 + upper)
    rest = sheet.keep(((1.0 - total) + upper) + lower)
    of_negative = (sheet.keep(when((x < 0.0, upper), default=1.0)), sheet.keep(when((x < 0.0, lower), default=0.0)))
    quotient, correction = divided(sheet, of_negative, (total, rest))
    return sheet.close(when((x < -745.2, 0.0), default=quotient + correction))


def expand_tanh(call: Call) -> Expr:
    """(e^2|x| - 1) / (e^2|x| + 1), with the sign of x."""
    sheet, x = Sheet(), Real(call.args[0])
    size = sheet.keep(within(magnitude(x), 0.0, 22.0))
    power = exponential(sheet, sheet.keep(size * 2.0))
    one = sheet.keep(scaled(sheet, real(1.0), power.exponent))
    # 2^k (1 + v) - 1: the whole part is exact, and both parts together lose nothing.
    whole_part, fraction = one - 1.0, one * power.above
    less_one = sheet.keep(whole_part + fraction)
    larger, smaller = (
        when((one > 1.0, whole_part), default=fraction),
        when((one > 1.0, fraction), default=whole_part),
    )
    below = sheet.keep(((larger - less_one) + smaller) + one * power.below)
    total = sheet.keep(less_one + 2.0)
    left_out = when((less_one > 2.0, (less_one - total) + 2.0), default=(2.0 - total) + less_one)
    quotient, correction = divided(sheet, (less_one, below), (total, sheet.keep(left_out + below)))
    positive = sheet.keep(when((size >= 22.0, 1.0), (size < 1e-9, size), default=quotient + correction))
    return sheet.close(when((x < 0.0, 0.0 - positive), default=positive))
