"""Rows of two opinions side by side, value for value and bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.oracle.values import Near


def exact(value: Any) -> str:
    """A value as text that differs if one bit of it does."""
    if isinstance(value, list):
        return "[" + ", ".join(map(exact, value)) + "]"
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return str(value) if isinstance(value, date) else repr(value)


def differences(oracle: Sequence[Sequence[Any]], engine: Sequence[Sequence[Any]]) -> list[str]:
    """How the rows of an engine differ from the oracle's; the order of rows is nothing."""
    near = sorted({i for row in oracle for i, value in enumerate(row) if isinstance(value, Near)})
    mine, theirs = (
        sorted(((_line(row, near), row) for row in rows), key=lambda pair: pair[0]) for rows in (oracle, engine)
    )
    if [line for line, _ in mine] != [line for line, _ in theirs]:
        return _unmatched([line for line, _ in mine], [line for line, _ in theirs])
    groups: dict[str, tuple[list[Any], list[Any]]] = {}
    for side, rows in enumerate((mine, theirs)):
        for line, row in rows:
            groups.setdefault(line, ([], []))[side].append(row)
    return [
        f"column {column} of {line}: {[a[column] for a in ours]} but {[b[column] for b in others]}"
        for line, (ours, others) in groups.items()
        for column in near
        if not _fit([row[column] for row in ours], [row[column] for row in others])
    ]


def _line(row: Sequence[Any], without: Sequence[int]) -> str:
    return " | ".join(exact(value) for index, value in enumerate(row) if index not in without)


def _fit(near: list[Any], values: list[Any]) -> bool:
    """Whether the values are those known nearly, in some order."""
    if sum(value is None for value in near) != sum(value is None for value in values):
        return False
    known = sorted((value for value in near if value is not None), key=lambda value: value.exact)
    given = sorted(value for value in values if value is not None)
    return all(one.fits(value) for one, value in zip(known, given, strict=True))


def _unmatched(oracle: list[str], engine: list[str]) -> list[str]:
    mine, theirs = list(oracle), list(engine)
    for line in oracle:
        if line in theirs:
            theirs.remove(line)
            mine.remove(line)
    return [f"only the oracle: {line}" for line in mine] + [f"only the engine: {line}" for line in theirs]
