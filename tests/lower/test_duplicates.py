"""The first event of a unique key is kept, whatever order the events lie in."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.lower.program import LowerOptions, Slice
from sqlfeat.project.load import load_project
from tests.projects import complaints, write_project

WITHIN = 5
START = datetime(2024, 1, 1)
SHOP = """\
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT}
          - {name: seq, type: BIGINT}
          - {name: note, type: STRING}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
        order_by: [seq]
        unique_key: [id]
        unique_within: 5 ms
        history: {format: json, path: orders.jsonl}
entities:
  - {name: order, keys: [{name: id, type: BIGINT}]}
"""
KEPT = """\
{{ config(materialized='event', entity='order') }}
SELECT id, ts AS feature_time, note FROM {{ source('shop', 'orders') }}
"""
EVENTS = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 2), st.sampled_from([None, "", "a", "é", "z"]), st.integers(0, 20)),
    max_size=25,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_project(tmp_path_factory.mktemp("shop"), {"models/shop.yml": SHOP}, kept=KEPT)


def first_ones(events):
    """By the words of the rule: sorted, an event is new if the one before it is longer ago than the stretch."""
    kept = []
    last: dict[int, int] = {}
    for id_, _, note, time in sorted(events, key=lambda e: (e[3], e[1], e[2] is not None, (e[2] or "").encode())):
        if id_ not in last or time - last[id_] > WITHIN:
            kept.append((id_, START + timedelta(milliseconds=time), note))
        last[id_] = time
    return kept


def computed(root, events, part=None):
    lines = [
        json.dumps({"id": i, "seq": s, "note": n, "ts": (START + timedelta(milliseconds=t)).isoformat()})
        for i, s, n, t in events
    ]
    (root / "orders.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    project = load_project(root)
    (model,) = compile_models(project, ["kept"], LowerOptions(part or Slice()))
    with connect(root, threads=1) as connection:
        for statement in (*model.duckdb.setup, *(source.sql for source in model.duckdb.sources)):
            connection.execute(statement)
        return connection.execute(f"SELECT id, feature_time, note FROM ({model.duckdb.query})").fetchall()


def in_order(rows):
    return sorted(rows, key=repr)


@settings(max_examples=60)
@given(EVENTS, st.randoms(use_true_random=False))
def test_any_events_in_any_order(root, events, chance):
    shuffled = chance.sample(events, len(events))
    assert in_order(computed(root, shuffled)) == in_order(first_ones(events))


@settings(max_examples=60)
@given(EVENTS, st.integers(0, 20))
def test_a_slice_knows_the_events_before_it(root, events, cut):
    start = START + timedelta(milliseconds=cut)
    whole = [row for row in first_ones(events) if row[1] >= start]
    assert in_order(computed(root, events, Slice(start=start))) == in_order(whole)


def test_arrays_have_no_order(tmp_path):
    columns = "          - {name: tags, type: ARRAY<STRING>}\n        event_time: ts\n"
    root = write_project(tmp_path, {"models/shop.yml": SHOP.replace("        event_time: ts\n", columns)})
    (line,) = complaints(root)
    assert line == (
        "SF0112 | models/shop.yml:13:22 <id> | `unique_key` of a stream with the array column `tags` | which of two "
        "events is the first may depend on any column, and arrays have no order | help: declare the source without the "
        "array, or keep the first row in a model: QUALIFY ROW_NUMBER() = 1"
    )


def test_tables_have_no_time_to_be_unique_within(tmp_path):
    root = write_project(
        tmp_path,
        {
            "models/shop.yml": SHOP.replace("streams:", "tables:").replace(
                "        event_time: ts\n        order_by: [seq]\n", ""
            )
        },
    )
    first = complaints(root)[0]
    assert first.startswith("SF0101 | models/shop.yml:11:9 <unique_within> | unknown key `unique_within` in a table | ")
    assert first.endswith("a table is the same at all times; what has an event time is declared under `streams:`")
