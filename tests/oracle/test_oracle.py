"""The oracle itself, against values worked out by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, STRING, TIMESTAMP, decimal
from sqlfeat.project.config import Column, Source
from tests.oracle.aggregates import aggregate
from tests.oracle.compare import differences
from tests.oracle.events import late_events, relation_of
from tests.oracle.query import interpret
from tests.oracle.relation import Field, Relation, Row
from tests.oracle.sums import mean_of_whole, sum_of_doubles
from tests.oracle.values import Near, NotInterpreted
from tests.oracle.windows import Frame, Windows

_DAY = datetime(2024, 1, 1)
_MILLISECONDS = int((_DAY - datetime(1970, 1, 1)).total_seconds() * 1000)


def rows_at(*times: int) -> list[Row]:
    return [Row((), time, (number,)) for number, time in enumerate(times)]


def value(sql: str, **columns) -> object:
    """The value of an expression for one row."""
    types = {int: BIGINT, float: DOUBLE, str: STRING, bool: BOOLEAN, Decimal: decimal(12, 2), datetime: TIMESTAMP}
    fields = tuple(Field("", n, types[type(v)] if v is not None else BIGINT) for n, v in columns.items())
    relation = Relation(fields, [Row(tuple(columns.values()), _MILLISECONDS)])
    return interpret(f"SELECT {sql} AS v FROM t", {"t": relation}).rows[0].values[0]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("9223372036854775807 + 1", -(2**63)),
        ("-7 // 2", -3),
        ("-7 % 3", -1),
        ("1 // 0", None),
        ("7 / 2", 3.5),
        ("1e300 * 1e300", None),
        ("1e0 / (1e300 * 1e300)", None),
        ("0.10 + 1.005", Decimal("1.105")),
        ("NULL OR TRUE", True),
        ("NULL AND TRUE", None),
        ("NOT NULL", None),
        ("1 IN (2, NULL)", None),
        ("1 NOT IN (2, NULL)", None),
        ("1 IN (1, NULL)", True),
        ("NULL IS NOT DISTINCT FROM NULL", True),
        ("NULL BETWEEN 1 AND 2", None),
        ("3 BETWEEN 4 AND NULL", False),
        ("CASE WHEN NULL THEN 1 ELSE 2.5 END", Decimal("2.5")),
        ("CASE 1 WHEN NULL THEN 1 WHEN 1 THEN 2 END", 2),
        ("COALESCE(NULL, 1, 2e0)", 1.0),
        ("NULLIF(1, 1)", None),
        ("GREATEST(1, NULL)", None),
        ("SUBSTRING('abcde', -2)", "de"),
        ("SUBSTRING('abcde', 0, 2)", "ab"),
        ("SUBSTRING('ab', -5, 1)", "a"),
        ("UPPER('aßé')", "AẞÉ"),
        ("'a' || 'b' LIKE 'a_'", True),
        ("'a\n' NOT LIKE 'a_'", False),
        ("FLOOR(-0.5)", Decimal(-1)),
        ("FLOOR(-5e-1)", -1.0),
        ("EXTRACT(DOW FROM EVENT_TIME)", 2),
        ("WEEK(EVENT_TIME - INTERVAL '1' DAY)", 52),
        ("DATE_TRUNC('week', EVENT_TIME - INTERVAL '1' SECOND)", _DAY - timedelta(days=7)),
        ("TIMESTAMPDIFF(HOUR, EVENT_TIME, EVENT_TIME - INTERVAL '119' MINUTE)", -1),
        ("CAST(TRUE AS STRING)", "true"),
        ("CAST(EVENT_TIME AS STRING)", "2024-01-01 00:00:00.000"),
        ("ARRAY[1, NULL][2]", None),
        ("ARRAY[1, 2][3]", None),
        ("ARRAY_CONTAINS(ARRAY[1, NULL], NULL)", True),
    ],
)
def test_expressions(sql, expected):
    given = value(sql)
    assert given == expected
    assert type(given) is type(expected)


@pytest.mark.parametrize(
    "sql",
    ["FROBNICATE(1)", "CAST('1' AS BIGINT)", "SIN(1e0)", "'a' SIMILAR TO 'b'", "SUM(1)", "(SELECT 1)",
     "EVENT_TIME + INTERVAL '1' MONTH"],
)  # fmt: skip
def test_what_it_does_not_know_it_says(sql):
    with pytest.raises(NotInterpreted):
        value(sql)


@pytest.mark.parametrize("tail", ["LIMIT 1"])
def test_clauses_it_does_not_know(tail):
    with pytest.raises(NotInterpreted):
        interpret(f"SELECT 1 AS v FROM t {tail}", {"t": Relation((), [Row((), 0)])})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1e16, 1.0, -1e16], 1.0),
        ([0.1] * 10, 1.0),
        ([1e300], 2.0**96 - 2.0**43),
        ([1e300, -1e300, 2.5], 2.5),
        ([5e-324], 0.0),
        ([-0.0], 0.0),
        ([2.0**-96, 2.0**-97], 2.0**-96),
    ],
)
def test_sums_of_doubles(values, expected):
    assert sum_of_doubles(values).hex() == float(expected).hex()


def test_a_mean_of_whole_numbers_does_not_wrap():
    assert mean_of_whole([2**63 - 1, 2**63 - 1]) == float(2**63 - 1)
    assert mean_of_whole([-(2**63), 2**63 - 1]) == -0.5


@pytest.mark.parametrize(
    ("name", "kind", "values", "expected"),
    [
        ("COUNT", BIGINT, [1, None, 1], 2),
        ("SUM", BIGINT, [2**63 - 1, 1], -(2**63)),
        ("SUM", BIGINT, [None], None),
        ("SUM", decimal(12, 2), [Decimal("0.10"), Decimal("0.20")], Decimal("0.30")),
        ("AVG", decimal(12, 2), [Decimal("0.10"), Decimal("0.20")], 0.15),
        ("MIN", STRING, ["\U0001f600", "\uffee"], "\uffee"),
        ("BOOL_AND", BOOLEAN, [True, None], True),
        ("BOOL_OR", BOOLEAN, [], None),
        ("MEDIAN", DOUBLE, [1.0, None, 4.0], 2.5),
        ("ARRAY_AGG", BIGINT, [1, None], [1, None]),
        ("FIRST_VALUE", BIGINT, [None, 1], None),
        ("VAR_SAMP", DOUBLE, [1.0], None),
    ],
)
def test_aggregates(name, kind, values, expected):
    assert aggregate(name, kind, None, distinct=False, ignore_nulls=False).fold(values) == expected


def test_percentiles_count_exactly():
    found = aggregate("PERCENTILE_DISC", BIGINT, "0.07", distinct=False, ignore_nulls=False)
    assert found.fold(list(range(1, 101))) == 7


def test_a_variance_is_known_nearly_and_not_computed_with():
    near = aggregate("VAR_POP", DOUBLE, None, distinct=False, ignore_nulls=False).fold([1.0, 2.0])
    assert isinstance(near, Near)
    assert near.fits(0.25)
    assert not near.fits(0.2500001)
    assert not near.fits(None)


def test_a_long_decimal_counts_as_double_in_a_variance():
    long, short = (
        aggregate("VAR_SAMP", decimal(digits, 2), None, distinct=False, ignore_nulls=False).fold(
            [Decimal("1000.00"), Decimal("999.99")]
        )
        for digits in (19, 18)
    )
    assert long.fits(4.999999999990905e-05)
    assert not long.fits(5e-05)
    assert short.fits(5e-05)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (Frame(), [1, 2, 3, 4]),
        (Frame(start=10), [2, 3, 4]),
        (Frame(start=9), [3, 4]),
        (Frame(start=10, end=1), [2]),
        (Frame(start=10, exclude="CURRENT ROW"), [2, 4]),
        (Frame(start=10, exclude="GROUP"), [2]),
        (Frame(rows=True, start=1), [2, 3]),
        (Frame(rows=True, start=2, end=1), [1, 2]),
        (Frame(rows=True, start=2, exclude="CURRENT ROW"), [1, 2]),
    ],
)
def test_frames(frame, expected):
    partition = rows_at(0, 10, 20, 20)
    assert [row.tie[0] + 1 for row in frame.of(partition, 2)] == expected


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        (Windows("TUMBLE", (10,)), [(0, 10), (10, 20)]),
        (Windows("TUMBLE", (10, 3)), [(3, 13), (3, 13)]),
        (Windows("HOP", (5, 10)), [(0, 10), (5, 15), (5, 15), (10, 20)]),
        (Windows("CUMULATE", (5, 10)), [(0, 10), (10, 15), (10, 20)]),
        (Windows("SESSION", (3,)), [(9, 15), (9, 15)]),
        (Windows("SESSION", (2,)), [(9, 11), (12, 14)]),
    ],
)
def test_windows(windows, expected):
    assert sorted((start, end) for start, end, _ in windows.cut(rows_at(9, 12), lambda row: 0)) == expected


def source(lateness_ms: int) -> Source:
    columns = (Column("id", BIGINT, nullable=False), Column("ts", TIMESTAMP, nullable=False))
    return Source("g", "s", columns, "ts", lateness_ms, ("id",), (), None, None, None)


def test_late_events_are_left_out_one_for_one():
    seconds = (100, 40, 39, 39, 200)
    events = [{"id": second, "ts": _DAY + timedelta(seconds=second)} for second in seconds]
    late = late_events(source(60_000), events)
    assert [event["id"] for event in late] == [39, 39], "an event exactly as late as it may be is in time"
    kept = relation_of(source(60_000), events, late[:1])
    assert [row.values[0] for row in kept.rows] == [100, 40, 39, 200]
    with pytest.raises(AssertionError, match="never there"):
        relation_of(source(60_000), events, [{"id": 1, "ts": _DAY}])


def test_what_claims_to_be_ahead_of_its_arrival_makes_nothing_late():
    columns = (Column("ts", TIMESTAMP, nullable=False), Column("seen", TIMESTAMP, nullable=True))
    limited = Source("g", "s", columns, "ts", 0, (), (), "seen", None, None, max_ahead_ms=1000)
    seen = [(5000, 0), (0, 0), (1001, 0), (1000, 0), (3000, None), (1, 0)]
    at = [_DAY + timedelta(milliseconds=time) for time, _ in seen]
    arrivals = [None if seen is None else _DAY + timedelta(milliseconds=seen) for _, seen in seen]
    events = [{"ts": time, "seen": arrival} for time, arrival in zip(at, arrivals, strict=True)]
    assert late_events(limited, events) == [events[5]]
    assert [row.values[0] for row in relation_of(limited, events).rows] == [at[1], at[3], at[4], at[5]]


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("", [1, 1, 2]),
        ("RANGE UNBOUNDED PRECEDING", [1, 1, 2]),
        ("RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '2' HOUR PRECEDING", [0, 1, 0]),
        ("RANGE INTERVAL '3' HOUR PRECEDING", [1, 2, 3]),
        ("ROWS UNBOUNDED PRECEDING", [1, 2, 3]),
    ],
)
def test_a_model_that_forgets_reaches_back_an_hour(frame, expected):
    hours = [_MILLISECONDS + int(3_600_000 * hour) for hour in (0, 2, 3)]
    fields = (Field("", "ts", TIMESTAMP),)
    rows = [Row((_DAY + timedelta(hours=hour),), time, ()) for hour, time in zip((0, 2, 3), hours, strict=True)]
    known = {"t": Relation(fields, rows, now=frozenset({0}))}
    found = interpret(f"SELECT COUNT(*) OVER (ORDER BY ts {frame}) AS n FROM t", known, state_ttl_ms=3_600_000)
    assert [row.values for row in found.rows] == [(n,) for n in expected]


def test_every_difference_is_told():
    near = Near(Fraction(1), Fraction(2), 1.5)
    assert differences([(1, 0.0)], [(1, 0.0)]) == []
    assert differences([(1, 0.0)], [(1, -0.0)]) == ["only the oracle: 1 | 0x0.0p+0", "only the engine: 1 | -0x0.0p+0"]
    assert differences([(1,), (1,)], [(1,)]) == ["only the oracle: 1"]
    assert differences([(1, near)], [(1, 1.25)]) == []
    assert differences([(1, near)], [(1, 2.25)]) != []
    assert differences([(1, near)], [(1, None)]) != []


def test_rows_of_a_window_are_ranked_by_a_time_that_is_the_event_time_only_now_and_then():
    fields = (Field("", "id", BIGINT), Field("", "at", TIMESTAMP), Field("", "ts", TIMESTAMP))
    late, times = _DAY + timedelta(minutes=5), [_DAY + timedelta(minutes=number) for number in range(3)]
    rows = [Row((n, late if n else time, time), _MILLISECONDS + n * 60_000, (n,)) for n, time in enumerate(times)]
    sql = (
        "SELECT id, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY {} DESC) AS n "
        "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR))"
    )
    known = {"t": Relation(fields, rows, now=frozenset({2}))}
    assert [row.values for row in interpret(sql.format("at"), known).rows] == [(0, 3), (1, 1), (2, 2)]
    assert [row.values for row in interpret(sql.format("ts"), known).rows] == [(0, 3), (1, 2), (2, 1)]
