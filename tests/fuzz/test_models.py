"""Random feature views over random streams: the oracle and DuckDB agree on every bit, and so does Flink."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.fuzz.expressions import TYPES, expression
from tests.fuzz.judge import agree, as_test, judged
from tests.fuzz.models import model
from tests.fuzz.run_models import batch_of
from tests.fuzz.streams import Stream, stream

if TYPE_CHECKING:
    from random import Random

SEED, STREAMS = "sqlfeat", 4


@settings(max_examples=12, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.booleans())
def test_duckdb_gives_what_the_oracle_does(rnd: Random, duplicates: bool):
    sql = model(rnd, duplicates=duplicates).sql
    one = stream(rnd, 0, duplicates=duplicates, most=12)
    note(as_test(sql, [one]))
    assert [line for line in agree(sql, one.events, one.changes, flink=False) if not line.startswith("refused")] == []


def test_a_batch_on_duckdb(tmp_path):
    batch = batch_of(tmp_path, f"{SEED}/0", models=12, streams=STREAMS)
    verdict = judged(batch, flink=False)
    assert verdict.problems == []
    assert len(batch.refused) <= 3, "nearly all models mean something"
    assert verdict.pairs == len(batch.models) * STREAMS


def test_a_difference_is_found_and_kept_as_a_test(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.oracle.aggregates.sum_of_doubles", sum)
    sql = (
        "{{ config(materialized='event', entity='one') }}\n"
        "SELECT s, k, ts AS feature_time, id, SUM(x) OVER (PARTITION BY s ORDER BY ts) AS f0\n"
        "FROM {{ source('f', 'events') }}"
    )
    events = [_event(1, 1e16), _event(2, 1.0), _event(3, -1e16)]
    assert len(agree(sql, events, [], flink=False)) == 2
    kept = as_test(sql, [Stream(tuple(events), ())])
    compile(kept, "test_found.py", "exec")
    assert "agree(sql, events, changes, flink=flink)" in kept


def _event(identity: int, x: float) -> dict[str, object]:
    from datetime import datetime

    rest = dict.fromkeys(("g", "i", "n", "m", "t", "b", "d", "at"))
    return {"s": 0, "id": identity, "k": 1, "x": x, "ts": datetime(2024, 1, 1, 0, identity), **rest}


@pytest.mark.parametrize("kind", TYPES)
def test_expressions_need_no_columns(kind):
    from random import Random

    assert all(expression(Random(seed), (), kind, 3) for seed in range(50))
