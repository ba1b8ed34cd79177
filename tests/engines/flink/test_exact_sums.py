from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from sqlfeat.engines.flink.job import run_job
from tests.sums import AGGREGATES, bits, compiled, events, exact, on_duckdb

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel

CHEAP = ("total", "mean", "of_some", "var_pop", "stddev")


def _on_flink(root: Path, model: CompiledModel, log: Path, parallelism: int) -> dict[int, dict[str, Any]]:
    run_job([model], name="sums", log_file=log, parallelism=parallelism)
    parts = (root / "streamed" / "sums").rglob("part-*")
    rows = [json.loads(line) for part in parts for line in part.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in rows}


@pytest.mark.engine
@pytest.mark.parametrize("parallelism", [1, 2])
def test_flink_gives_the_same_bits(tmp_path, flink_log, parallelism):
    rows = events(5000, seed=parallelism)
    model = compiled(tmp_path, rows, AGGREGATES)
    wanted = bits(on_duckdb(tmp_path, model, threads=2), list(AGGREGATES))
    assert bits(_on_flink(tmp_path, model, flink_log, parallelism), list(AGGREGATES)) == wanted


@pytest.mark.engine
def test_a_long_stream_does_not_drift(tmp_path, flink_log):
    rows = events(80_000, seed=7)
    model = compiled(tmp_path, rows, {name: AGGREGATES[name] for name in CHEAP})
    found = on_duckdb(tmp_path, model, threads=2)
    assert bits(_on_flink(tmp_path, model, flink_log, 2), CHEAP) == bits(found, CHEAP)
    for window in exact(rows, "x"):
        assert not window.count or abs(Fraction(found[window.identity]["total"]) - window.total) <= window.size / 2**50
