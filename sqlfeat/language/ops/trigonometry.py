"""Sine, cosine, tangent and their inverses from + - * / and FLOOR: the same on every engine, and within an ulp or two.

An angle is reduced by multiples of pi/2, of which five parts are subtracted exactly; an arc is reduced to ratios below
tan(pi/8). What remains goes into polynomials. Sums of two doubles carry what one cannot.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlfeat.language.doubles import NULL, Real, Sheet, both, either, floor, magnitude, real, square_root, when
from sqlfeat.language.expr import Call, Expr
from sqlfeat.language.ops.exact_sums import product
from sqlfeat.language.ops.exponential import divided, polynomial

Pair = tuple[Real, Real]
"""A number as the sum of two doubles, the second below the last place of the first."""

ANGLE_LIMIT = 2.0**26
"""Greater angles, in radians, have no sine here: NULL."""

_HALF_PI_PARTS = (
    1.5707963109016418, 1.5893254712295857e-08, 6.123233932053594e-17, 6.368317055225283e-25, 1.082856673921914e-32,
)  # fmt: skip
"""pi/2: four parts of 26 bits, so that multiples of them are exact, and the rest."""
HALF_PI: tuple[float, float] = (1.5707963267948966, 6.123233995736766e-17)
_QUARTER_PI: tuple[float, float] = (0.7853981633974483, 3.061616997868383e-17)
_PI: tuple[float, float] = (3.141592653589793, 1.2246467991473532e-16)
_SINE = (
    -0.16666666666666666, 0.008333333333333331, -0.00019841269841265065, 2.755731921933912e-06, -2.505210623243116e-08,
    1.605853161638387e-10, -7.586696964309593e-13,
)  # fmt: skip
"""(sin(r)/r - 1) / r^2 as a polynomial in r^2, for |r| <= pi/4."""
_COSINE = (
    0.041666666666666664, -0.0013888888888888887, 2.4801587301584645e-05, -2.75573192214028e-07, 2.0876755791071294e-09,
    -1.1470460886163145e-11, 4.7458718167571674e-14,
)  # fmt: skip
"""(cos(r) - 1 + r^2/2) / r^4 as a polynomial in r^2, for |r| <= pi/4."""
_ARC = (
    -0.3333333333333333, 0.19999999999999804, -0.14285714285659779, 0.11111111105150588, -0.0909090875325911,
    0.07692296368042205, -0.06666424760199127, 0.05878927554459928, -0.05230443640596745, 0.0455154473365398,
    -0.03456931505475839, 0.0162843750413736,
)  # fmt: skip
"""(atan(t)/t - 1) / t^2 as a polynomial in t^2, for |t| <= tan(pi/8); the error is below 2^-59 of the arc."""


def _sum(sheet: Sheet, left: Real, right: Real) -> Pair:
    """The sum, and what rounding it left out: exact."""
    total = sheet.keep(left + right)
    back = sheet.keep(total - left)
    return total, sheet.keep((left - (total - back)) + (right - back))


def _reduced(sheet: Sheet, angle: Real) -> tuple[Real, Pair]:
    """The quarter turn (0 to 3) and the rest of the angle, at most pi/4, as the sum of two doubles."""
    turns = sheet.keep(floor(angle * (1 / HALF_PI[0]) + 0.5))
    first, second, third, fourth, fifth = _HALF_PI_PARTS
    near = sheet.keep((angle - turns * first) - turns * second)
    nearer, lost = _sum(sheet, near, sheet.keep(0.0 - turns * third))
    nearest, lost_too = _sum(sheet, nearer, sheet.keep(0.0 - turns * fourth))
    rest = sheet.keep((lost + lost_too) - turns * fifth)
    high = sheet.keep(nearest + rest)
    quarter = sheet.keep(turns - floor(turns * 0.25) * 4.0)
    return quarter, (high, sheet.keep((nearest - high) + rest))


def _sine_cosine(sheet: Sheet, rest: Pair) -> tuple[Pair, Pair]:
    high, low = rest
    z = sheet.keep(high * high)
    sine = (high, sheet.keep(high * (z * polynomial(_SINE, z)) + low * (1.0 - z * 0.5)))
    upper = sheet.keep(1.0 - z * 0.5)
    cosine = (upper, sheet.keep(((1.0 - upper) - z * 0.5) + (z * z * polynomial(_COSINE, z) - high * low)))
    return sine, cosine


def _limited(sheet: Sheet, call: Call) -> Real:
    x = Real(call.args[0])
    return sheet.keep(when((magnitude(x) <= ANGLE_LIMIT, x), default=NULL))


def expand_sin(call: Call) -> Expr:
    """SIN(x)."""
    sheet = Sheet()
    quarter, rest = _reduced(sheet, _limited(sheet, call))
    sine, cosine = (sheet.keep(high + low) for high, low in _sine_cosine(sheet, rest))
    positive = sheet.keep(when((either(quarter.equals(0.0), quarter.equals(2.0)), sine), default=cosine))
    return sheet.close(when((quarter >= 2.0, 0.0 - positive), default=positive))


def expand_cos(call: Call) -> Expr:
    """COS(x)."""
    sheet = Sheet()
    quarter, rest = _reduced(sheet, _limited(sheet, call))
    sine, cosine = (sheet.keep(high + low) for high, low in _sine_cosine(sheet, rest))
    value = sheet.keep(when((either(quarter.equals(0.0), quarter.equals(2.0)), cosine), default=sine))
    return sheet.close(when((either(quarter.equals(1.0), quarter.equals(2.0)), 0.0 - value), default=value))


def expand_tan(call: Call) -> Expr:
    """TAN(x): no double is a multiple of pi/2 but 0, so it is always finite."""
    sheet = Sheet()
    quarter, rest = _reduced(sheet, _limited(sheet, call))
    sine, cosine = _sine_cosine(sheet, rest)
    even = either(quarter.equals(0.0), quarter.equals(2.0))
    above = _chosen(sheet, even, sine, (0.0 - cosine[0], 0.0 - cosine[1]))
    below = _chosen(sheet, even, cosine, sine)
    quotient, correction = divided(sheet, above, below)
    tiny = both(even, magnitude(rest[0]) < 1e-9)
    return sheet.close(when((tiny, rest[0]), default=quotient + correction))


def _chosen(sheet: Sheet, condition: Expr, first: Pair, second: Pair) -> Pair:
    """One of two, brought into the form of a sum of two doubles."""
    high = sheet.keep(when((condition, first[0]), default=second[0]))
    low = sheet.keep(when((condition, first[1]), default=second[1]))
    total = sheet.keep(high + low)
    return total, sheet.keep((high - total) + low)


def _scaling(sheet: Sheet, larger: Real) -> Real:
    """A power of two that brings the larger of two numbers to where products neither overflow nor vanish."""
    return sheet.keep(when((larger > 1e100, 2.0**-700), (larger < 1e-100, 2.0**700), default=1.0))


def arc(sheet: Sheet, rise: Pair, run: Pair) -> Pair:
    """atan(rise / run) for numbers that are not negative and not both zero: from 0 to pi/2."""
    steep = sheet.keep(when((rise[0] > run[0], 1.0), default=0.0))
    larger = sheet.keep(when((rise[0] > run[0], rise[0]), default=run[0]))
    smaller = sheet.keep(when((rise[0] > run[0], run[0]), default=rise[0]))
    scale = _scaling(sheet, larger)
    is_steep = steep > 0.0
    big = (sheet.keep(larger * scale), sheet.keep(when((is_steep, rise[1]), default=run[1]) * scale))
    small = (sheet.keep(smaller * scale), sheet.keep(when((is_steep, run[1]), default=rise[1]) * scale))
    flat = smaller * 2.414213562373095 <= larger
    # atan(s/b) = pi/4 + atan((s - b) / (s + b)).
    turned = sheet.keep(when((flat, 0.0), default=1.0))
    difference, difference_lost = _sum(sheet, small[0], sheet.keep(0.0 - big[0]))
    total, total_lost = _sum(sheet, small[0], big[0])
    is_turned = turned > 0.0
    above = (
        sheet.keep(when((is_turned, difference), default=small[0])),
        sheet.keep(when((is_turned, difference_lost + (small[1] - big[1])), default=small[1])),
    )
    below = (
        sheet.keep(when((is_turned, total), default=big[0])),
        sheet.keep(when((is_turned, total_lost + (small[1] + big[1])), default=big[1])),
    )
    ratio, ratio_low = divided(sheet, above, below)
    z = sheet.keep(ratio * ratio)
    curve = sheet.keep(ratio * (z * polynomial(_ARC, z)) + ratio_low / (1.0 + z))
    start, start_low = turned * _QUARTER_PI[0], turned * _QUARTER_PI[1]
    angle = _added(sheet, (start, start_low), (ratio, curve))
    steep_angle = _added(sheet, (real(HALF_PI[0]), real(HALF_PI[1])), (0.0 - angle[0], 0.0 - angle[1]))
    return (
        sheet.keep(when((is_steep, steep_angle[0]), default=angle[0])),
        sheet.keep(when((is_steep, steep_angle[1]), default=angle[1])),
    )


def _added(sheet: Sheet, left: Pair, right: Pair) -> Pair:
    total, lost = _sum(sheet, sheet.keep(left[0]), sheet.keep(right[0]))
    low = sheet.keep(lost + (left[1] + right[1]))
    high = sheet.keep(total + low)
    return high, sheet.keep((total - high) + low)


def _direction(sheet: Sheet, rise: Pair, run: Pair, negative: Expr | None = None) -> Real:
    """The arc of a direction of which `run` is the size of a part that is negative, or not."""
    angle = arc(sheet, rise, run)
    # Where the ratio is small it is the arc, and division alone rounds it right, also below the normal numbers.
    slight = both(rise[0] * 268435456.0 < run[0], rise[0] >= 0.0)
    sharp = sheet.keep(rise[0] / when((run[0] > 0.0, run[0]), default=1.0))
    straight = sheet.keep(when((slight, sharp), default=angle[0] + angle[1]))
    if negative is None:
        return straight
    exact = _added(sheet, (real(_PI[0]), real(_PI[1])), (0.0 - angle[0], 0.0 - angle[1]))
    turned = when((slight, _PI[0] - (sharp - _PI[1])), default=exact[0] + exact[1])
    return when((negative, turned), default=straight)


def _zero() -> Real:
    return real(0.0)


def expand_atan2(call: Call) -> Expr:
    """ATAN2(y, x): the direction of (x, y) from the x axis, above -pi, at most pi; 0 of (0, 0)."""
    sheet = Sheet()
    y, x = (Real(sheet.keep_expr(arg)) for arg in call.args)
    rise, run = sheet.keep(magnitude(y)), sheet.keep(magnitude(x))
    nowhere = both(rise.equals(0.0), run.equals(0.0))
    width = sheet.keep(when((nowhere, 1.0), default=run))
    angle = sheet.keep(_direction(sheet, (rise, _zero()), (width, _zero()), x < 0.0))
    return sheet.close(when((both(y < 0.0, angle > 0.0), 0.0 - angle), default=angle))


def expand_atan(call: Call) -> Expr:
    """ATAN(x)."""
    sheet = Sheet()
    x = Real(sheet.keep_expr(call.args[0]))
    rise = sheet.keep(magnitude(x))
    angle = sheet.keep(_direction(sheet, (rise, _zero()), (real(1.0), _zero())))
    return sheet.close(when((x < 0.0, 0.0 - angle), default=angle))


def _unit(sheet: Sheet, call: Call) -> tuple[Real, Real, Pair]:
    """x, its size, and sqrt(1 - x^2); NULL unless x is from -1 to 1."""
    x = Real(call.args[0])
    x = sheet.keep(when((magnitude(x) <= 1.0, x), default=NULL))
    size = sheet.keep(magnitude(x))
    square, lost = product(sheet, size, size)
    rest = sheet.keep(1.0 - square)
    rest_low = sheet.keep(((1.0 - rest) - square) - lost)
    root = sheet.keep(square_root(when((rest > 0.0, rest), default=0.0)))
    back, error = product(sheet, root, root)
    low = (((rest - back) - error) + rest_low) / when((root > 0.0, root * 2.0), default=1.0)
    return x, size, (root, sheet.keep(when((root > 0.0, low), default=0.0)))


def expand_asin(call: Call) -> Expr:
    """ASIN(x); NULL unless x is from -1 to 1."""
    sheet = Sheet()
    x, size, root = _unit(sheet, call)
    angle = sheet.keep(_direction(sheet, (size, _zero()), root))
    return sheet.close(when((x < 0.0, 0.0 - angle), default=angle))


def expand_acos(call: Call) -> Expr:
    """ACOS(x); NULL unless x is from -1 to 1."""
    sheet = Sheet()
    x, size, root = _unit(sheet, call)
    return sheet.close(_direction(sheet, root, (size, _zero()), x < 0.0))


def expand_scaled(factor: float) -> Callable[[Call], Expr]:
    """The angle in other units."""
    return lambda call: Call("*", (call.args[0], real(factor).expr), call.type, call.nullable)
