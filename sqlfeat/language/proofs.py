"""Vectors written as tables: one row of arguments with the result at its end."""

from __future__ import annotations

from sqlfeat.language.operation import Vector


def vectors(types: tuple[str, ...], *rows: tuple[object, ...]) -> tuple[Vector, ...]:
    """The rows as vectors of the same argument types.

    >>> vectors(("BIGINT", "BIGINT"), (1, 2, 3))
    (Vector(args=(1, 2), result=3, types=('BIGINT', 'BIGINT')),)
    """
    return tuple(Vector(row[:-1], row[-1], types) for row in rows)
