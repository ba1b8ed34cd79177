"""Elementary functions against their true values.

By hand with more points: `python -m tests.language.test_elementary 400000 [NAME ...]`.
"""

from __future__ import annotations

import math
import random
import struct
import sys

import pytest

from sqlfeat.language.expr import Literal
from sqlfeat.language.types import INT
from tests.language.evaluate import function_of
from tests.language.oracles import ORACLES, error_in_ulps, rounded_half_away

POINTS = 1500
"""For each function; 400,000 of each were tried when the functions were written."""
WORST = 1.0
"""Units in the last place. The worst found were 0.92 (TAN), 0.84 (EXP, POWER, CBRT, TANH), 0.5000 (logarithms)."""
GREATEST = sys.float_info.max


def _any(numbers: random.Random) -> float:
    """A double with random bits: every size is as likely as any other."""
    while not math.isfinite(value := struct.unpack(">d", numbers.getrandbits(64).to_bytes(8, "big"))[0]) or not value:
        pass
    return value


def _near(numbers: random.Random, value: float, places: int = 50) -> float:
    """The value, a few units in the last place away."""
    bits = struct.unpack(">q", struct.pack(">d", value))[0] + numbers.randint(-places, places)
    return struct.unpack(">d", struct.pack(">q", bits))[0]


def _scattered(numbers: random.Random, low: float, high: float) -> float:
    return math.exp(numbers.uniform(low, high)) * numbers.choice((1, -1))


_HALF = [0.41421356237309503, 2.414213562373095, 1.0, 0.7071067811865476, 0.3826834323650898, 2.0**-28]
_POINTS = {
    "EXP": [lambda r: r.uniform(-745.1, 709.78), lambda r: r.uniform(-2, 2), lambda r: _scattered(r, -60, 6.5),
            lambda r: _near(r, (r.randint(-1070, 1020) + 0.5) * math.log(2)), lambda r: r.uniform(-745.13, -708)],
    "SIGMOID": [lambda r: r.uniform(-745, 745), lambda r: r.uniform(-5, 5), lambda r: _scattered(r, -60, 6.5),
                lambda r: _near(r, (r.randint(-500, 500) + 0.5) * math.log(2))],
    "TANH": [lambda r: r.uniform(-30, 30), lambda r: r.uniform(-1, 1), lambda r: _scattered(r, -700, 6.5),
             lambda r: _near(r, (r.randint(-40, 40) + 0.5) * math.log(2) / 2)],
    "LN": [lambda r: abs(_any(r)), lambda r: r.uniform(0.5, 2), lambda r: _near(r, 1.0),
           lambda r: 5e-324 * r.randint(1, 10**6),
           lambda r: _near(r, math.sqrt(2) * 2.0 ** r.randint(-1020, 1020)),
           lambda r: _near(r, 10.0 ** r.randint(-300, 300))],
    "LOG1P": [lambda r: abs(_any(r)), lambda r: r.uniform(-0.999, 3), lambda r: _scattered(r, -740, -1),
              lambda r: _near(r, -1 + 2.0 ** -r.randint(1, 40)), lambda r: _scattered(r, -45, -25)],
    "CBRT": [_any, lambda r: float(r.randint(1, 200000) ** 3)],
    "SIN": [lambda r: r.uniform(-10, 10), lambda r: r.uniform(-(2.0**26), 2.0**26), lambda r: _scattered(r, -700, 18),
            lambda r: _near(r, r.randint(-42 * 10**6, 42 * 10**6) * math.pi / 2),
            lambda r: _near(r, r.randint(1, 99) * math.pi / 4)],
    "ATAN": [_any, lambda r: r.uniform(-10, 10), lambda r: _scattered(r, -20, 20), lambda r: _near(r, r.choice(_HALF))],
    "ASIN": [lambda r: r.uniform(-1, 1), lambda r: 1 - math.exp(r.uniform(-36, 0)), lambda r: _scattered(r, -700, 0),
             lambda r: _near(r, r.choice(_HALF[3:]))],
    "DEGREES": [lambda r: _scattered(r, -700, 700)],
    "SQRT": [lambda r: abs(_any(r))],
}  # fmt: skip
_POINTS |= {"LOG2": _POINTS["LN"], "LOG10": _POINTS["LN"], "COS": _POINTS["SIN"], "TAN": _POINTS["SIN"],
            "ACOS": _POINTS["ASIN"], "RADIANS": _POINTS["DEGREES"]}  # fmt: skip
_PAIRS = {
    "POWER": [lambda r: (math.exp(r.uniform(-30, 30)), r.uniform(-20, 20)), lambda r: (abs(_any(r)), r.uniform(-3, 3)),
              lambda r: (_near(r, 1.0, 10**6), r.uniform(-1e14, 1e14)), lambda r: (-r.uniform(0, 99),
                                                                                   float(r.randint(-50, 50))),
              lambda r: (2.0, r.uniform(-1074, 1023)), lambda r: (r.uniform(0.5, 2), r.uniform(-700, 700))],
    "ATAN2": [lambda r: (_any(r), _any(r)), lambda r: (r.uniform(-1, 1), r.uniform(-1, 1)),
              lambda r: (_scattered(r, -12, 12), _scattered(r, -12, 12)),
              lambda r: (_scattered(r, -700, 0), -r.uniform(0, 1))],
}  # fmt: skip


def worst_error(name: str, points: int) -> tuple[float, tuple[float, ...]]:
    """The greatest error, in ulps, and where it is."""
    numbers = random.Random(name)
    sources = _PAIRS.get(name) or [lambda r, one=one: (one(r),) for one in _POINTS[name]]
    function = function_of(name, 2 if name in _PAIRS else 1)
    worst: tuple[float, tuple[float, ...]] = (0.0, ())
    for i in range(points):
        values = sources[i % len(sources)](numbers)
        found, true = function(*values), ORACLES[name](*values)
        if found is None or not math.isfinite(found):
            assert abs(true) > GREATEST, (name, values, found)
        else:
            worst = max(worst, (error_in_ulps(found, true), values))
    return worst


@pytest.mark.parametrize("name", sorted(ORACLES))
def test_every_value_is_within_an_ulp(name):
    worst, where = worst_error(name, POINTS)
    assert worst < WORST, (where, worst)


def test_logarithms_and_roots_of_whole_powers_are_exact():
    log2, log10, cbrt, power = (function_of(name, 1 + (name == "POWER")) for name in ("LOG2", "LOG10", "CBRT", "POWER"))
    assert all(log2(2.0**n) == n for n in range(-1074, 1024))
    assert all(log10(10.0**n) == n for n in range(23))
    assert all(cbrt(float(n**3)) == n for n in range(1, 2000))
    assert all(power(float(n), 3.0) == n**3 for n in range(1, 2000))


@pytest.mark.parametrize("digits", [0, 1, 2, 5, 22, -1, -3])
def test_a_half_is_rounded_away_from_zero(digits):
    numbers = random.Random(digits)
    function = function_of("ROUND", 1, Literal(digits, INT))
    for _ in range(2000):
        value = numbers.choice(
            (numbers.randint(-(10**6), 10**6) / 200, numbers.gauss(0, 10**4), _scattered(numbers, -30, 20))
        )
        if abs(value) * 10.0**digits < 2**52:
            assert function(value) == rounded_half_away(value, digits), value


def test_what_is_already_whole_stays():
    function = function_of("ROUND", 1, Literal(2, INT))
    for value in (1e16 + 2, -1e300, GREATEST, 2.0**52 + 1):
        assert function(value) == value


if __name__ == "__main__":
    for name in sys.argv[2:] or sorted(ORACLES):
        sys.stdout.write("{} {:.4f} at {}\n".format(name, *worst_error(name, int(sys.argv[1]))))
