"""The true values of elementary functions, to 60 digits, from Python's decimal numbers."""

from __future__ import annotations

import math
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTEXT = Context(prec=60, Emax=10**9, Emin=-(10**9))
_TURN = Decimal(
    "6.28318530717958647692528676655900576839433879875021164194988918461563281257241799725606965068423413596429617"
)


def error_in_ulps(found: float, true: Decimal) -> float:
    """How far a value is from the true one, in units of the true one's last place."""
    if true == 0:
        return 0.0 if found == 0 else math.inf
    with localcontext(_CONTEXT):
        return float(abs(Decimal(found) - true) / Decimal(math.ulp(float(true))))


def _exact(function: Callable[..., Decimal]) -> Callable[..., Decimal]:
    def oracle(*values: float) -> Decimal:
        with localcontext(_CONTEXT):
            return function(*map(Decimal, values))

    return oracle


def _sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def _tanh(x: Decimal) -> Decimal:
    if abs(x) < Decimal("1e-20"):
        return x - x**3 / 3
    square = (2 * x).exp()
    return (square - 1) / (square + 1)


def _log1p(x: Decimal) -> Decimal:
    return x - x * x / 2 if abs(x) < Decimal("1e-25") else (1 + x).ln()


def _power(x: Decimal, y: Decimal) -> Decimal:
    size = (y * abs(x).ln()).exp()
    return -size if x < 0 and y % 2 else size


def _cbrt(x: Decimal) -> Decimal:
    return (abs(x).ln() / 3).exp().copy_sign(x)


def _sine(x: Decimal) -> Decimal:
    with localcontext(Context(prec=110)):
        x = x % _TURN
    term, total, n = x, x, 1
    while abs(term) > Decimal("1e-70") * abs(total or 1):
        n += 2
        term = -term * x * x / (n * (n - 1))
        total += term
    return total


def _cosine(x: Decimal) -> Decimal:
    with localcontext(Context(prec=110)):
        shifted = x + _TURN / 4
    return _sine(shifted)


def _arc(x: Decimal) -> Decimal:
    for _ in range(6):
        x = x / (1 + (1 + x * x).sqrt())
    term, total, n = x, x, 1
    while abs(term) > Decimal("1e-70") * abs(total or 1):
        n += 2
        term = -term * x * x
        total += term / n
    return total * 64


def _direction(y: Decimal, x: Decimal) -> Decimal:
    if abs(y) > abs(x):
        return (_TURN / 4).copy_sign(y) - _arc(x / y)
    return _arc(y / x) + (0 if x > 0 else (_TURN / 2).copy_sign(y))


def _arc_sine(x: Decimal) -> Decimal:
    return _direction(x, (1 - x * x).sqrt())


def _arc_cosine(x: Decimal) -> Decimal:
    return _direction((1 - x * x).sqrt(), x)


ORACLES = {
    "EXP": _exact(Decimal.exp), "SIGMOID": _exact(_sigmoid), "TANH": _exact(_tanh), "LN": _exact(Decimal.ln),
    "LOG2": _exact(lambda x: x.ln() / Decimal(2).ln()), "LOG10": _exact(Decimal.log10), "LOG1P": _exact(_log1p),
    "CBRT": _exact(_cbrt), "SIN": _exact(_sine), "COS": _exact(_cosine), "TAN": _exact(lambda x: _sine(x) / _cosine(x)),
    "ATAN": _exact(lambda x: _direction(x, Decimal(1))), "ASIN": _exact(_arc_sine), "ACOS": _exact(_arc_cosine),
    "POWER": _exact(_power), "ATAN2": _exact(_direction), "DEGREES": _exact(lambda x: x * 360 / _TURN),
    "RADIANS": _exact(lambda x: x * _TURN / 360), "SQRT": _exact(Decimal.sqrt),
}  # fmt: skip


def rounded_half_away(value: float, digits: int) -> float:
    """`value * 10^digits` as a double, rounded to a whole number, and back."""
    scaled = Fraction(value * 10.0**digits) if digits >= 0 else Fraction(value / 10.0**-digits)
    whole = math.floor(abs(scaled) + Fraction(1, 2))
    found = whole / 10.0**digits if digits >= 0 else whole * 10.0**-digits
    return math.copysign(found, value) if found else 0.0
