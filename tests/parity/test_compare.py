from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.parity.causes import Cause
from sqlfeat.parity.compare import OneSided, compare
from tests.programs import columns

OUTPUT = columns(
    k="STRING", k2="BIGINT", feature_time="TIMESTAMP(3)", d="DOUBLE", s="STRING", n="BIGINT", m="DECIMAL(38,10)",
    a="ARRAY<DOUBLE>", w="ARRAY<STRING>", b="BOOLEAN", o="BIGINT",
)  # fmt: skip
TYPES = (
    "VARCHAR", "BIGINT", "TIMESTAMP", "DOUBLE", "VARCHAR", "BIGINT", "DECIMAL(38,10)", "DOUBLE[]", "VARCHAR[]",
    "BOOLEAN", "BIGINT",
)  # fmt: skip
TIME = datetime(2013, 1, 1, 10)
ROW = {
    "k": "a", "k2": 1, "feature_time": TIME, "d": 0.0, "s": "", "n": 5, "m": Decimal("0.1000000000"),
    "a": [0.0, None, 0.1], "w": ["x", "y", None], "b": True, "o": 1,
}  # fmt: skip
ROWS = [ROW, {**ROW, "o": 2}, {**ROW, "k2": None, "d": None, "a": None, "w": []}, {**ROW, "k": None, "m": None}]
VALUES = ("d", "s", "n", "m", "a", "w", "b")


@pytest.fixture
def connection(tmp_path):
    with connect(tmp_path) as connection:
        yield connection


def fill(connection, table, rows):
    declared = ", ".join(f"{column.name} {type_}" for column, type_ in zip(OUTPUT, TYPES, strict=True))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({declared})")
    for row in rows:
        marks = ", ".join("?" * len(OUTPUT))
        connection.execute(f"INSERT INTO {table} VALUES ({marks})", list(row.values()))


def compared(connection, ours, theirs):
    fill(connection, "ours", ours)
    fill(connection, "theirs", theirs)
    return compare(connection, OUTPUT, "ours", "theirs")


def differing(comparison):
    return {name: count for name, count in comparison.columns.items() if count}


def test_the_same_rows_in_another_order_are_equal(connection):
    rows = [*ROWS, ROW, ROW]
    result = compared(connection, rows, list(reversed(rows)))
    assert (result.duckdb_rows, result.flink_rows, result.mismatches) == (6, 6, 0)
    assert result.columns == dict.fromkeys(VALUES, 0)
    assert result.examples == ()
    assert (result.findings, result.one_sided) == ((), OneSided())


def test_nothing_equals_nothing(connection):
    result = compared(connection, [], [])
    assert (result.duckdb_rows, result.flink_rows, result.mismatches) == (0, 0, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("d", -0.0),
        ("d", 5e-324),
        ("d", None),
        ("d", float("nan")),
        ("s", None),
        ("s", " "),
        ("s", "e\u0301"),
        ("n", 6),
        ("n", None),
        ("m", Decimal("0.1000000001")),
        ("a", [0.0, 0.1, None]),
        ("a", [-0.0, None, 0.1]),
        ("a", [0.0, None, 0.10000000000000002]),
        ("a", [0.0, None]),
        ("a", None),
        ("a", []),
        ("w", ["y", "x", None]),
        ("w", ["x", "y", ""]),
        ("b", False),
        ("b", None),
    ],
)
def test_one_value_that_differs_is_found(connection, column, value):
    theirs = [{**ROW, column: value}, *ROWS[1:]]
    result = compared(connection, ROWS, theirs)
    assert result.mismatches == 1
    assert differing(result) == {column: 1}
    (example,) = result.examples
    assert (example.key, example.feature_time) == ({"k": "a", "k2": 1}, TIME)
    assert repr(example.duckdb[column]) == repr(ROW[column])
    assert repr(example.flink[column]) == repr(value)
    assert compared(connection, theirs, ROWS).mismatches == 1


def test_the_last_bit_of_a_double_is_found(connection):
    result = compared(connection, [{**ROW, "d": 0.1 + 0.2}], [{**ROW, "d": 0.3}])
    assert differing(result) == {"d": 1}
    assert (result.examples[0].duckdb["d"], result.examples[0].flink["d"]) == (0.30000000000000004, 0.3)


def test_accents_written_differently_differ(connection):
    assert compared(connection, [{**ROW, "s": "\u00e9"}], [{**ROW, "s": "e\u0301"}]).mismatches == 1


def test_a_missing_and_an_extra_row(connection):
    missing = compared(connection, ROWS, ROWS[1:])
    assert (missing.duckdb_rows, missing.flink_rows, missing.mismatches, differing(missing)) == (4, 3, 1, {})
    assert missing.examples[0].flink is None
    assert missing.examples[0].duckdb["o"] == 1
    extra = compared(connection, ROWS[1:], ROWS)
    assert extra.mismatches == 1
    assert extra.examples[0].duckdb is None
    assert extra.examples[0].key == {"k": "a", "k2": 1}


@pytest.mark.parametrize(("column", "value"), [("k", "b"), ("k2", 2), ("feature_time", datetime(2013, 1, 2)), ("o", 9)])
def test_another_key_is_a_row_that_each_side_lacks(connection, column, value):
    result = compared(connection, [ROW], [{**ROW, column: value}])
    assert (result.mismatches, differing(result)) == (2, {})


def test_the_number_of_equal_rows_counts(connection):
    result = compared(connection, [ROW, ROW, ROW], [ROW, ROW])
    assert (result.mismatches, differing(result)) == (1, {})
    assert result.one_sided == OneSided(duckdb=1, repeated=1)


def test_among_repeated_rows_only_the_wrong_one_counts(connection):
    ours = [{**ROW, "n": n} for n in (1, 2, 3)]
    theirs = [{**ROW, "n": n} for n in (2, 3, 4)]
    result = compared(connection, ours, theirs)
    assert (result.mismatches, differing(result)) == (1, {"n": 1})
    assert (result.examples[0].duckdb["n"], result.examples[0].flink["n"]) == (1, 4)


def test_examples_are_the_first_ones_in_time(connection):
    times = [datetime(2013, 1, day) for day in range(1, 21)]
    ours = [{**ROW, "feature_time": time} for time in reversed(times)]
    result = compared(connection, ours, [{**row, "n": 0, "b": None} for row in ours])
    assert (result.mismatches, differing(result)) == (20, {"n": 20, "b": 20})
    assert [example.feature_time for example in result.examples] == times[:10]


def cause_of(connection, ours, theirs, column):
    (finding,) = [finding for finding in compared(connection, ours, theirs).findings if finding.column == column]
    return finding.shares.cause()


@pytest.mark.parametrize(
    ("column", "ours", "theirs", "cause"),
    [
        ("n", 5, None, Cause.NULL),
        ("s", None, "x", Cause.NULL),
        ("d", 0.1 + 0.2, 0.3, Cause.FLOAT),
        ("d", 1e300, 1e300 + 1e285, Cause.FLOAT),
        ("d", 0.0, -0.0, Cause.FLOAT),
        ("d", 1.0, 1.1, Cause.VALUE),
        ("w", ["x", "y"], ["y", "x"], Cause.ORDER),
        ("a", [0.0, 1.0, None], [1.0, None, 0.0], Cause.ORDER),
        ("w", ["x", "y"], ["x"], Cause.VALUE),
        ("n", 5, 6, Cause.VALUE),
        ("m", Decimal("0.1000000000"), Decimal("0.1000000001"), Cause.VALUE),
    ],
)
def test_the_cause_of_a_difference(connection, column, ours, theirs, cause):
    assert cause_of(connection, [{**ROW, column: ours}], [{**ROW, column: theirs}], column) is cause


def test_a_cause_is_what_all_differing_rows_have_in_common(connection):
    later = {**ROW, "feature_time": datetime(2013, 1, 2)}
    ours = [{**ROW, "d": 0.1 + 0.2}, {**later, "d": 0.1}]
    assert cause_of(connection, ours, [{**ROW, "d": 0.3}, {**later, "d": 0.2}], "d") is Cause.VALUE
    assert cause_of(connection, ours, [{**ROW, "d": 0.3}, {**later, "d": 0.1 + 1e-17}], "d") is Cause.FLOAT


def test_rows_of_one_instant(connection):
    ours = [{**ROW, "n": 1}, {**ROW, "o": 2, "n": 2}]
    assert cause_of(connection, ours, [{**ROW, "n": 2}, {**ROW, "o": 2, "n": 1}], "n") is Cause.TIE
    nowhere = {**ROW, "k": None, "k2": None}
    ours = [{**nowhere, "n": 1}, {**nowhere, "o": 2, "n": 2}]
    assert cause_of(connection, ours, [{**nowhere, "n": 3}, ours[1]], "n") is Cause.TIE


def test_the_first_pair_of_each_column(connection):
    times = [datetime(2013, 1, day) for day in (1, 2, 3)]
    ours = [{**ROW, "feature_time": time} for time in times]
    theirs = [ours[0], {**ours[1], "n": 9}, {**ours[2], "s": "z", "n": 9}]
    found = {finding.column: finding for finding in compared(connection, ours, theirs).findings}
    assert {name: finding.first.feature_time for name, finding in found.items()} == {"n": times[1], "s": times[2]}
    assert (found["s"].first.duckdb["s"], found["s"].first.flink["s"]) == ("", "z")
    assert (found["n"].shares.differing, found["s"].shares.differing) == (2, 1)


def test_rows_that_the_other_side_has_too_are_repeated(connection):
    result = compared(connection, [ROW, {**ROW, "k": "b"}], [ROW, ROW, ROW])
    assert result.one_sided == OneSided(duckdb=1, flink=2, repeated=2)
