"""Vectors that prove the operations on arrays: each with every element type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlfeat.language.operation import Vector

_at = datetime.fromisoformat

_TYPED: dict[str, tuple[Any, Any, Any]] = {
    "STRING": ("b", "é", "😀"), "BIGINT": (2**63 - 1, -(2**63), 0), "INT": (2**31 - 1, -(2**31), 0),
    "DOUBLE": (0.1, -1e308, 0.0), "BOOLEAN": (True, False, True),
    "DECIMAL(9,2)": (Decimal("1.50"), Decimal("-0.01"), Decimal(0)),
    "DATE": (date(2024, 2, 29), date(1, 1, 1), date(1969, 12, 31)),
    "TIMESTAMP(3)": (_at("2024-02-29 01:02:03.004"), _at("1969-12-31 23:59:59.999"), _at("1970-01-01 00:00:00.000")),
}  # fmt: skip
"""Values of each type to prove an operation with."""


class Three(NamedTuple):
    """Values of one type."""

    a: Any
    b: Any
    c: Any


def each(make: Callable[[Three, str], Vector], *without: str) -> tuple[Vector, ...]:
    """A vector of values of each element type, but for some."""
    return tuple(make(Three(*values), name) for name, values in _TYPED.items() if name not in without)


def element_vectors() -> tuple[Vector, ...]:
    """Elements by number, there and not there."""
    found = [
        *each(lambda v, t: Vector(([v.a, v.b, v.c], 2), v.b, (f"ARRAY<{t}>", "BIGINT"))),
        *each(lambda v, t: Vector(([v.a, None], 1), v.a, (f"ARRAY<{t}>", "BIGINT!"))),
    ]
    odd = (0, -1, 3, 4, 2**31, 2**31 + 1, 2**63 - 1, -(2**63), None)
    found += [Vector((["x", None], i), None, ("ARRAY<STRING>", "BIGINT")) for i in (*odd, 2)]
    found += [Vector(([1], i), None, ("ARRAY<BIGINT>", "BIGINT!")) for i in (0, -1, 2, 2**31)]
    found += [Vector((None, 1), None, ("ARRAY<BIGINT>", "BIGINT")), Vector(([], 1), None, ("ARRAY<BIGINT>", "INT"))]
    return tuple(found)


STRINGS, BIGINTS = "ARRAY<STRING>", "ARRAY<BIGINT>"


def slices() -> tuple[Vector, ...]:
    """Slices with bounds of every sort."""
    rows: list[tuple[list[int | None] | None, int | None, int | None]] = []
    values: list[list[int | None]] = [[], [7], [1, 2, 3], [None]]
    for value in values:
        rows += [(value, s, e) for s in (-4, -2, -1, 0, 1, 2, 4) for e in (-4, -1, 0, 1, 2, 9)]
    rows += [([1, 2], -(2**63), 2**63 - 1), ([1, 2], 2**63 - 1, -(2**63)), (None, 1, 2), ([1], None, 1), ([1], 1, None)]
    vectors = [Vector((v, s, e), sliced(v, s, e), (BIGINTS, "BIGINT", "BIGINT")) for v, s, e in rows]
    constant = [Vector((v, 2, 3), sliced(v, 2, 3), (BIGINTS, "BIGINT!", "BIGINT!")) for v, _, _ in rows[::42]]
    last_two = Vector((["a", "é", None], -2), ["é", None], (STRINGS, "BIGINT!"))
    return (*vectors, *constant, last_two, Vector((["a"], 2), [], (STRINGS, "BIGINT")))


def sliced(value: list[int | None] | None, start: int | None, end: int | None) -> list[int | None] | None:
    """What a slice is, by the rule in the reference."""
    if value is None or start is None or end is None:
        return None
    first = max(1, start + len(value) + 1 if start < 0 else start)
    last = end + len(value) + 1 if end < 0 else end
    return value[first - 1 : max(last, 0)] if first <= last else []


def sets(name: str) -> tuple[Vector, ...]:
    """UNION, INTERSECT and EXCEPT."""
    rules: dict[str, Callable[[list[Any], list[Any]], list[Any]]] = {
        "UNION": lambda a, b: list(dict.fromkeys(a + b)),
        "INTERSECT": lambda a, b: [x for x in dict.fromkeys(a) if x in b],
        "EXCEPT": lambda a, b: [x for x in dict.fromkeys(a) if x not in b],
    }
    rule = rules[name]
    pairs: list[tuple[list[Any], list[Any]]] = [
        ([3, 1, 3, None], [None, 2, 1]), ([], [1]), ([1], []), ([], []), ([None], [None]), ([5, 5], [6, 6])
    ]  # fmt: skip
    return (
        *(Vector((a, b), rule(a, b), (BIGINTS, BIGINTS)) for a, b in pairs),
        *each(
            lambda v, t: Vector(([v.b, v.a, v.b], [v.a, v.c]), rule([v.b, v.a, v.b], [v.a, v.c]), (f"ARRAY<{t}>",) * 2),
            "BOOLEAN",
        ),
        Vector((None, [1]), None, (BIGINTS, BIGINTS)), Vector(([1], None), None, (BIGINTS, BIGINTS)),
        Vector(([1], [2**40]), rule([1], [2**40]), ("ARRAY<INT>", BIGINTS)),
    )  # fmt: skip


def in_order(*, ascending: bool, nulls_first: bool, options: tuple[bool, ...]) -> tuple[Vector, ...]:
    """Sorted arrays."""

    def ordered(values: list[Any]) -> list[Any]:
        known = sorted((v for v in values if v is not None), reverse=not ascending)
        nulls = [None] * (len(values) - len(known))
        return nulls + known if nulls_first else known + nulls

    flags = ("BOOLEAN!",) * len(options)
    return (
        *each(
            lambda v, t: Vector(([v.a, None, v.b, *v], *options), ordered([v.a, None, v.b, *v]),
                                (f"ARRAY<{t}>", *flags)),
            "STRING", "BOOLEAN",
        ),
        Vector(([], *options), [], (BIGINTS, *flags)), Vector((None, *options), None, (BIGINTS, *flags)),
    )  # fmt: skip


def many_ties() -> tuple[Vector, ...]:
    """So many equal elements that a sort without an order for them gives up."""
    mixed: list[Any] = [None if number % 5 == 4 else number * 7 % 11 for number in range(200)]
    nulls, known = [None] * 40, sorted(value for value in mixed if value is not None)
    return (
        Vector((mixed,), nulls + known, (BIGINTS,)),
        Vector((mixed, False), [*reversed(known), *nulls], (BIGINTS, "BOOLEAN!")),
        Vector(([1.5, 0.5] * 50,), [0.5] * 50 + [1.5] * 50, ("ARRAY<DOUBLE>",)),
    )


def extremes(pick: Callable[[list[Any]], Any]) -> tuple[Vector, ...]:
    """The greatest or the smallest elements."""
    return (
        *each(lambda v, t: Vector(([v.a, None, v.b, v.c],), pick([*v]), (f"ARRAY<{t}>",)), "STRING", "BOOLEAN"),
        Vector(([None],), None, (BIGINTS,)), Vector(([],), None, (BIGINTS,)), Vector((None,), None, (BIGINTS,)),
    )  # fmt: skip
