"""What fuzzing found, as small as it went; each is judged by all three opinions."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.fuzz.judge import agree


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.engine)], ids=["duckdb", "flink"])
def flink(request) -> bool:
    return request.param


def event(identity: int, **given) -> dict[str, object]:
    empty = dict.fromkeys(("k", "g", "i", "n", "x", "m", "t", "b", "d", "at"))
    return {"s": 0, "id": identity, **empty, "ts": datetime(2024, 1, 1) + timedelta(minutes=identity), **given}


def test_keys_in_another_order_than_the_columns_change_places(flink):
    sql = """{{ config(materialized='event', entity='one') }}
SELECT s, k, ts AS feature_time, id, COUNT(*) OVER (PARTITION BY k, id ORDER BY ts ROWS 1 PRECEDING) AS f0
FROM {{ source('f', 'events') }}"""
    assert agree(sql, [event(1, k=2), event(2, k=1)], [], flink=flink) == []


def test_a_quotient_by_what_is_beyond_the_range_is_null(flink):
    sql = """{{ config(materialized='event', entity='one') }}
SELECT s, k, ts AS feature_time, id, (x / (x * 4294967296)) IS NULL AS f0 FROM {{ source('f', 'events') }}"""
    assert agree(sql, [event(1, x=1e300), event(2, x=2.0)], [], flink=flink) == []


def test_a_median_over_many_equal_values_does_not_stop_the_job(flink):
    sql = """{{ config(materialized='window', entity='one') }}
SELECT s, k, window_end AS feature_time, MEDIAN(x) AS f0, PERCENTILE_DISC(i, 0.9) AS f1
FROM TABLE(TUMBLE(TABLE {{ source('f', 'events') }}, DESCRIPTOR(EVENT_TIME), INTERVAL '1' DAY))
GROUP BY s, k, window_start, window_end"""
    values = [None if number % 5 == 4 else number * 7 % 11 for number in range(400)]
    events = [
        event(
            number, i=value, x=None if value is None else value / 2, ts=datetime(2024, 1, 1, number // 60, number % 60)
        )
        for number, value in enumerate(values)
    ]
    assert agree(sql, events, [], flink=flink) == []


def test_a_left_join_of_windows_loses_no_row_at_which_the_watermark_rests(flink):
    keys, sizes = "s, k, window_start, window_end", "INTERVAL '20' MINUTE, INTERVAL '1' HOUR, INTERVAL '1' MINUTE"
    window = f"CUMULATE(TABLE held, DESCRIPTOR(EVENT_TIME), {sizes})"
    sql = f"""{{{{ config(materialized='window', entity='one') }}}}
WITH held AS (
SELECT s, k, n, ts, ARRAY_AGG(n) OVER (PARTITION BY s ORDER BY ts RANGE INTERVAL '1' HOUR PRECEDING) AS a
FROM {{{{ ref('staged') }}}}
),
l AS (SELECT {keys}, COUNT(n) AS c FROM TABLE({window}) GROUP BY {keys}),
r AS (SELECT {keys}, MAX(n) AS m FROM TABLE({window}) GROUP BY {keys})
SELECT l.s, l.k, l.window_end AS feature_time, c, m, SUM(m) OVER (PARTITION BY l.s ORDER BY l.window_end) AS f0
FROM l LEFT JOIN r ON l.s = r.s AND l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end"""
    after = (0, 0, 60, 60, 660, 661, 4261, 4261)
    events = [
        event(number, i=1, n=number, ts=datetime(2024, 1, 1, 0, 0, 0, 1000) + timedelta(seconds=seconds))
        for number, seconds in enumerate(after)
    ]
    assert agree(sql, events, [], flink=flink) == []


def test_the_event_time_of_rows_in_windows_is_a_plain_timestamp_to_those_above(flink):
    sql = """{{ config(materialized='window', entity='one') }}
WITH r1 AS (
SELECT s, k, id, n, x, window_end AS ts
FROM TABLE(HOP(TABLE {{ source('f', 'events') }}, DESCRIPTOR(EVENT_TIME), INTERVAL '1' DAY, INTERVAL '7' DAY))
)
SELECT s, k, ts AS feature_time, id,
PERCENTILE_DISC(n, 0.75) OVER (PARTITION BY s ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW
EXCLUDE GROUP) AS f0,
MAX(x) OVER (PARTITION BY s, k ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL '1' DAY PRECEDING) AS f1
FROM r1
WHERE NOT EXISTS (SELECT 1 FROM {{ source('f', 'things') }} AS t WHERE t.k = s AND t.label <> 'a')"""
    assert agree(sql, [event(1, k=1, n=3, x=1.5), event(2, n=4), event(3, k=1, x=2.5)], [], flink=flink) == []


def test_constants_beside_a_quotient_by_nothing_are_planned(flink):
    sql = """{{ config(materialized='event', entity='one') }}
SELECT s, k, ts AS feature_time, id,
  GREATEST((2 * -3.10) / (CASE WHEN TRUE THEN n END), (0.5 / 0) + GREATEST(x, x)) AS f0
FROM {{ source('f', 'events') }}"""
    assert agree(sql, [event(1, n=2, x=1.0), event(2, n=4), event(3, x=0.5)], [], flink=flink) == []


def test_the_first_truth_that_is_not_null_is_a_condition(flink):
    sql = """{{ config(materialized='window', entity='one') }}
SELECT s, k, window_end AS feature_time, AVG(x) FILTER (WHERE COALESCE(positive, b)) AS f0,
  BOOL_AND(IFNULL(b, positive)) AS f1
FROM TABLE(TUMBLE(TABLE {{ ref('staged') }}, DESCRIPTOR(EVENT_TIME), INTERVAL '1' DAY))
GROUP BY s, k, window_start, window_end"""
    events = [event(1, k=1, n=2, x=1.0), event(2, k=1, n=-1, x=2.0, b=True), event(3, k=1, x=4.0, b=False)]
    assert agree(sql, events, [], flink=flink) == []


def test_windows_over_rows_of_windows_are_their_own(flink):
    sql = """{{ config(materialized='window', entity='one') }}
WITH weeks AS (
SELECT s, k, i, window_start AS began, window_end AS ts
FROM TABLE(TUMBLE(TABLE {{ source('f', 'events') }}, DESCRIPTOR(EVENT_TIME), INTERVAL '7' DAY))
)
SELECT s, k, window_end AS feature_time, began, AVG(i) AS f0
FROM TABLE(CUMULATE(TABLE weeks, DESCRIPTOR(EVENT_TIME), INTERVAL '12' HOUR, INTERVAL '1' DAY, INTERVAL '-3' HOUR))
GROUP BY s, k, began, window_start, window_end"""
    events = [event(number, k=1, i=number, ts=datetime(2024, 1, number)) for number in (1, 2, 3, 8, 9, 24)]
    assert agree(sql, events, [], flink=flink) == []


def test_a_constant_that_nullif_compares_has_the_type_of_the_other_side(flink):
    sql = """{{ config(materialized='event', entity='one') }}
SELECT s, k, ts AS feature_time, id, GREATEST(NULLIF(0.01, m), m) AS f0, NULLIF(2147483647, n) + 1 AS f1
FROM {{ source('f', 'events') }}"""
    events = [event(1, m=Decimal("0.01"), n=2147483647), event(2, m=Decimal("7.00"), n=1), event(3)]
    assert agree(sql, events, [], flink=flink) == []
