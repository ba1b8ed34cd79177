"""Version ranges: `requires: ">=0.4,<0.6"`."""

from __future__ import annotations

import operator
import re

_OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


def satisfies(version: str, wanted: str) -> bool:
    """Whether a version is in a range.

    Args:
        version: for example `0.4.1`; a suffix such as `.dev3` or `rc1` is not looked at.
        wanted: comparisons joined by commas.

    Raises:
        ValueError: the range cannot be read; the message says how to write one.
    """
    held = [_holds(_release(version), part.strip()) for part in wanted.split(",")]  # all of them read before any counts
    return all(held)


def _holds(version: tuple[int, ...], comparison: str) -> bool:
    match = re.fullmatch(r"(>=|<=|==|!=|>|<) *(\d+(?:\.\d+)*)", comparison, re.ASCII)
    if match is None:
        raise ValueError(f"`{comparison}` is not a comparison of versions: write for example `>=0.4,<0.6`")
    return bool(_OPERATORS[match[1]](version, _release(match[2])))


def _release(version: str) -> tuple[int, ...]:
    match = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in match[0].split(".")] if match else [0]
    while len(numbers) > 1 and numbers[-1] == 0:  # 1.0 is 1.0.0
        numbers.pop()
    return tuple(numbers)
