"""Random JSON, whole and broken, of the sort that parsers disagree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_NAMES = ("a", "b", "c", "x", "first name", "é", "a b", "\\u0061", "a", "b", "")
_NUMBERS = (
    "0", "1", "-1", "-0", "1.50", "-0.00", "1e5", "1E-9", "12345678901234567890", "0.000001", "0.0000001", "1.5e300",
    "1e400",
    "2147483648", "3.14159", "100", "-12.5", "0.1e1", "1e-5", "99.990", "1e2147483648", "-0.0e3",
    "1" * 30 + "." + "2" * 30,
)  # fmt: skip
_PIECES = (
    "", "x", "é😀", '\\"', "\\\\", "\\n", "\\u00e9", "\\ud83d\\ude00", "a,b", "}", "]", "{", "nan", ",]", "1.5",
    "null", "\\/",
    "\\u0000", '\\":', '\\"a\\":1', "\\\\ud83d", "\\\\u0061",
)  # fmt: skip
_JUNK = (
    "x", "}", "]", ",", "{", "[", '"', "\\", "nan", "NaN", "Infinity", "-", " ", "\t", "1", "e", ".", "\\ud83d",
    "\\udead", "//c",
    "/*c*/", "\ufeff", "\x01", "\x1f", "\u2028", "é", "0", "tru", "+", "'", '"a":1,', "\\u", "\\x", '{"a":1}', ",}",
    "[1,]",
)  # fmt: skip


def document(numbers: random.Random) -> str:
    """An object with the members `a` and `b` most of the time, and broken somewhere half of the time."""
    if numbers.random() < 0.2:
        text = _space(numbers) + _value(numbers, 4) + _space(numbers)
    else:
        first, second, third = (_value(numbers, depth) for depth in (3, 3, 2))
        text = f'{{"a":{_space(numbers)}{first},"b":{second},"{numbers.choice(_NAMES)}":{third}}}'
    return _broken(numbers, text) if numbers.random() < 0.5 else text


def _space(numbers: random.Random) -> str:
    return numbers.choice(("", "", "", "", " ", "\n", "\t ", "\r\n"))


def _value(numbers: random.Random, depth: int) -> str:
    kind = numbers.random()
    if depth <= 0 or kind < 0.5:
        return numbers.choice((numbers.choice(_NUMBERS), _string(numbers), numbers.choice(("true", "false", "null"))))
    count = numbers.choice((0, 1, 2, 3))
    if kind < 0.8:
        members = (f'"{numbers.choice(_NAMES)}"{_space(numbers)}:{_value(numbers, depth - 1)}' for _ in range(count))
        return "{" + f",{_space(numbers)}".join(members) + "}"
    return "[" + ",".join(_value(numbers, depth - 1) + _space(numbers) for _ in range(count)) + "]"


def _string(numbers: random.Random) -> str:
    return '"' + "".join(numbers.choice(_PIECES) for _ in range(numbers.choice((0, 1, 1, 2)))) + '"'


def _broken(numbers: random.Random, text: str) -> str:
    for _ in range(numbers.choice((1, 1, 1, 2, 3))):
        place, kind = numbers.randrange(len(text) + 1), numbers.random()
        if kind < 0.4:
            text = text[:place] + numbers.choice(_JUNK) + text[place:]
        elif kind < 0.7:
            text = text[:place] + text[place + numbers.choice((1, 1, 2, 5)) :]
        elif kind < 0.85:
            text += _space(numbers) + numbers.choice(_JUNK)
        else:
            first, last = sorted((place, numbers.randrange(len(text) + 1)))
            text = text[:first] + text[first:last] * 2 + text[last:]
    return text
