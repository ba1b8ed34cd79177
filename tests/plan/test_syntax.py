"""Spellings that mean the same: each pair compiles to the same SQL on both engines."""

from __future__ import annotations

import re

import pytest

from sqlfeat.compiler import compile_models
from tests.plan.market import load_market

CONFIG = "{{ config(materialized='event', entity='user') }}"

PAIRS = [
    # parts of time
    ("EXTRACT(DAY FROM ts)", "DAY(ts)"),
    ("EXTRACT('day' FROM ts)", "DAYOFMONTH(ts)"),
    ("DATE_PART('dow', day)", "DAYOFWEEK(day)"),
    ("DATE_PART(doy, day)", "DAYOFYEAR(day)"),
    ("EXTRACT(EPOCH FROM ts)", "EPOCH(ts)"),
    ("FLOOR(ts TO DAY)", "DATE_TRUNC('day', ts)"),
    ("DATE_TRUNC(month, day)", "DATETRUNC('MONTHS', day)"),
    ("DATE(ts)", "CAST(ts AS DATE)"),
    # arithmetic of time
    ("ts + INTERVAL '1' DAY", "TIMESTAMPADD(MILLISECOND, 86400000, ts)"),
    ("ts - INTERVAL '7 days'", "TIMESTAMPADD(MILLISECOND, -604800000, ts)"),
    ("INTERVAL 2 HOUR + ts", "ts + INTERVAL '2 hours'"),
    ("ts + INTERVAL '1 02:03:04.005' DAY TO SECOND", "TIMESTAMPADD(MILLISECOND, 93784005, ts)"),
    ("ts + INTERVAL '1-2' YEAR TO MONTH", "TIMESTAMPADD(MONTH, 14, ts)"),
    ("ts - INTERVAL '1' QUARTER", "TIMESTAMPADD(MONTH, -3, ts)"),
    ("ts + amount * INTERVAL '2' DAY", "TIMESTAMPADD(DAY, amount * 2, ts)"),
    ("ts + INTERVAL (amount) HOUR", "TIMESTAMPADD('hour', amount, ts)"),
    ("ts - INTERVAL (amount) HOUR", "TIMESTAMPADD(HOUR, -amount, ts)"),
    ("day + 3", "TIMESTAMPADD(DAY, 3, day)"),
    ("3 + day", "DATE_ADD(day, 3)"),
    ("day - INTERVAL '1' WEEK", "day - 7"),
    ("DATE_SUB(day, INTERVAL 1 DAY)", "DATE_ADD(day, INTERVAL '-1' DAY)"),
    ("DATE_SUB('hour', ts, EVENT_TIME)", "TIMESTAMPDIFF(HOUR, ts, EVENT_TIME)"),
    ("DATEDIFF(day, day, ts)", "DATE_DIFF('day', day, ts)"),
    ("ts - day > INTERVAL '1' HOUR", "TIMESTAMPDIFF(MILLISECOND, day, ts) > 3600000"),
    ("INTERVAL '1' HOUR < (ts - day)", "3600000 < TIMESTAMPDIFF(MILLISECOND, day, ts)"),
    ("TIME_BUCKET(INTERVAL '15' MINUTE, ts)", "TIME_BUCKET(900000, ts)"),
    ("STRFTIME(ts, '%Y-%m-%d')", "DATE_FORMAT(ts, 'yyyy-MM-dd')"),
    ("STRFTIME('%F', ts)", "STRFTIME(ts, '%Y-%m-%d')"),
    ("DATE_FORMAT(ts, 'EEEE hh a')", "STRFTIME(ts, '%A %I %p')"),
    # arrays
    ("tags[1]", "ELEMENT_AT(tags, 1)"),
    ("tags[amount]", "LIST_EXTRACT(tags, amount)"),
    ("tags[2:3]", "ARRAY_SLICE(tags, 2, 3)"),
    ("tags[2:]", "LIST_SLICE(tags, 2)"),
    ("tags[:2]", "ARRAY_SLICE(tags, 1, 2)"),
    ("ARRAY[item, 'x']", "LIST_VALUE(item, 'x')"),
    ("[item, 'x']", "ARRAY(item, 'x')"),
    ("tags || ARRAY[item]", "ARRAY_CONCAT(tags, ARRAY[item])"),
    ("LEN(tags)", "CARDINALITY(tags)"),
    ("LEN(item)", "LENGTH(item)"),
    ("REVERSE(tags)", "ARRAY_REVERSE(tags)"),
    ("LIST_PREPEND(item, tags)", "ARRAY_PREPEND(tags, item)"),
    ("VECTOR_SUM(ARRAY[price, price])", "VECTOR_SUM(ARRAY[price, price], 2)"),
    # JSON
    ("item ->> '$.a.b[0]'", "JSON_VALUE(item, '$.a.b[0]')"),
    ("item ->> 'a b'", "JSON_VALUE(item, '$[''a b'']')"),
    ("item ->> 0", "JSON_VALUE(item, '$[0]')"),
    ("JSON_VALUE(item, 'lax $.a' NULL ON EMPTY NULL ON ERROR)", "JSON_EXTRACT_STRING(item, '$.a')"),
    ("item IS JSON VALUE", "item IS JSON"),
    # conditions
    ("IIF(paid, 1, 2)", "CASE WHEN paid THEN 1 ELSE 2 END"),
    ("NVL2(item, 1, 2)", "IIF(item IS NULL, 2, 1)"),
    ("ISNULL(item)", "item IS NULL"),
    ("paid IS UNKNOWN", "paid IS NULL"),
    ("DECODE(item, 'a', 1)", "CASE WHEN item IS NOT DISTINCT FROM 'a' THEN 1 END"),
    ("amount BETWEEN SYMMETRIC 3 AND 1", "amount BETWEEN 3 AND 1 OR amount BETWEEN 1 AND 3"),
]  # fmt: skip


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """What each expression compiles to."""
    root = tmp_path_factory.mktemp("market")
    begin, end = f"{CONFIG}\nSELECT user_id, ts AS feature_time,", "AS v FROM {{ source('shop', 'orders') }}\n"
    models = {
        f"pair_{number}_{side}": f"{begin} {text} {end}"
        for number, pair in enumerate(PAIRS)
        for side, text in enumerate(pair)
    }
    project = load_market(root, models)
    return {compiled.name: compiled for compiled in compile_models(project, list(models))}


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=[first for first, _ in PAIRS])
def test_both_spellings_compile_to_the_same(number, programs):
    first, second = (programs[f"pair_{number}_{side}"] for side in (0, 1))
    assert first.duckdb.query == second.duckdb.query
    assert without_name(first) == without_name(second)


def without_name(compiled):
    return re.sub(rf"\b{compiled.name}", "model", compiled.flink.definitions[-1].sql)
