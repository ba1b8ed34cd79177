"""Every type through Flink, its Python worker and a store, and back to the same value."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from sqlfeat.engines.flink.counts import Counts
from sqlfeat.engines.flink.job import run_job
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.language.types import Kind
from sqlfeat.lower.program import Role, Statement
from sqlfeat.stores.features import decode_features
from sqlfeat.stores.keys import encode_key
from sqlfeat.stores.online import open_store
from sqlfeat.stores.version import encode_version
from tests.engines.flink.models import ALL_TYPES, model

pytestmark = pytest.mark.engine

T = datetime
NASTY = "ü \"quoted\" 'single' back\\slash, 100% {brace}\n\t𝄞"
ROWS = [
    ("UA", 1, T(2013, 1, 1, 12), True, 2**31 - 1, 2**63 - 1, 0.1, Decimal("12.30"), NASTY, T(2013, 1, 1, 0, 0, 0,
     100_000),
     date(2013, 1, 1), ["a", 'b"c', None], [1, None], [Decimal("12.30"), None], [0.1, None, 1e300], [T(2013, 1, 1),
     None],
     [date(2013, 1, 1), None], [True, None], 7, Decimal("1.5"), "x", True, T(2013, 1, 1), date(2013, 1, 1)),
    (NASTY, -(2**63), T(9999, 12, 31, 23, 59, 59, 999_000), False, -(2**31), -(2**63), 1.7976931348623157e308,
     Decimal("-0.05"), "", T(1969, 12, 31, 23, 59, 59, 999_000), date(1, 1, 1), [""], [2**53 + 1], [Decimal("-0.01")],
     [4.9e-324], [T(1900, 1, 1, 0, 0, 0, 1000)], [date(9999, 12, 31)], [False], -(2**63), Decimal("-9999.99"),
     NASTY, False,
     T(1900, 1, 1), date(1, 1, 1)),
    ("", 0, T(2013, 1, 2), None, None, None, None, None, None, None, None, None, None, None, None, None, None,
     None, None,
     None, None, None, None, None),
    ("big", 2, T(2013, 1, 2), True, 0, 0, 4.9e-324, Decimal("999999999999999999999999999999999999.99"), "\u2028\x01",
     T(9999, 12, 31, 23, 59, 59, 999_000), date(9999, 12, 31), [], [], [], [], [], [], [], 2**63 - 1,
     Decimal("0.00"), "",
     True, T(9999, 12, 31, 23, 59, 59, 999_000), date(9999, 12, 31)),
    ("round", 3, T(2013, 1, 2), True, 1, 2, 1e22, Decimal("0.00"), "z", T(2013, 1, 2), date(2013, 1, 2), ["z"], [0],
     [Decimal("9999999999.99")], [1 / 3, 2e-3, 123456789.123456789], [T(2013, 1, 2)], [date(2013, 1, 2)], [True], 0,
     Decimal("-0.01"), "\x00\U0010ffff", True, T(2013, 1, 2), date(2013, 1, 2)),
]  # fmt: skip


def literal(value, column_type):
    """A Flink literal of exactly the type."""
    if value is None:
        return f"CAST(NULL AS {column_type})"
    match column_type.kind:
        case Kind.ARRAY:
            items = ", ".join(literal(item, column_type.element) for item in value)
            # An empty ARRAY[] has no element type; a slice beyond the end has.
            empty = f"ARRAY_SLICE(ARRAY[{literal(None, column_type.element)}], 5, 6)"
            return f"CAST({f'ARRAY[{items}]' if value else empty} AS {column_type})"
        case Kind.STRING:
            return "CAST(U&'" + "".join(f"\\{u:04X}" for u in utf16(value)) + "' AS STRING)"
        case Kind.DOUBLE:
            return f"CAST('{value!r}' AS DOUBLE)"
        case Kind.TIMESTAMP:
            return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='milliseconds')}'"
        case Kind.DATE:
            return f"DATE '{value.isoformat()}'"
        case Kind.BIGINT | Kind.INT | Kind.DECIMAL:
            return f"CAST('{value}' AS {column_type})"
    return str(value).upper()


def utf16(text):
    data = text.encode("utf-16-be")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]


def view(name, rows):
    types = [column.type for column in ALL_TYPES]
    selects = [
        "SELECT " + ", ".join(f"{literal(v, t)} AS `{c.name}`" for v, t, c in zip(r, types, ALL_TYPES, strict=True))
        for r in rows
    ]
    return Statement(name, f"CREATE TEMPORARY VIEW `{name}` AS " + " UNION ALL ".join(selects))


def served(value, column_type):
    """The value as `get` gives it."""
    if value is None:
        return None
    match column_type.kind:
        case Kind.ARRAY:
            return [served(item, column_type.element) for item in value]
        case Kind.TIMESTAMP:
            return value.isoformat(timespec="milliseconds") + "Z"
        case Kind.DATE:
            return value.isoformat()
        case Kind.DECIMAL:
            return format(value, f".{column_type.scale}f")
    return value


def by_role(row, role):
    return {c.name: (v, c.type) for c, v in zip(ALL_TYPES, row, strict=True) if c.role is role}


def writer_sink(target, folder):
    counts = folder / "counts"
    counts.mkdir()
    return OnlineSink(target, folder, "proj", counts)


def test_every_type_comes_back_as_it_was(online_target, tmp_path, flink_log):
    rows = [*ROWS, (None, *ROWS[0][1:])]
    compiled = model("m", ALL_TYPES, tmp_path, (view("m", rows),))
    sink = writer_sink(online_target, tmp_path)
    result = run_job([compiled], name="types", log_file=flink_log, parallelism=2, online=sink)
    assert result.counts == {"m": Counts(rows=6, written=5, no_key=1)}
    store = open_store(online_target, tmp_path, "proj")
    for row in ROWS:
        key = by_role(row, Role.KEY)
        stored = store.get("m", encode_key({n: v for n, (v, _) in key.items()}, {n: t for n, (_, t) in key.items()}))
        assert stored is not None, key
        expected = {name: served(value, kind) for name, (value, kind) in by_role(row, Role.FEATURE).items()}
        assert decode_features(stored.features, ALL_TYPES) == expected
        assert json.loads(json.dumps(expected)) == expected
        assert stored.version == encode_version(row[2], by_role(row, Role.ORDER).values())
    store.close()
