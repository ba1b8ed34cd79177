from __future__ import annotations

from sqlfeat.compiler import compile_models
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.load import load_project
from tests.shop import write_shop


def test_a_run_may_read_its_events_from_elsewhere(tmp_path):
    project = load_project(write_shop(tmp_path))
    options = LowerOptions(replays=(("shop.orders", "/runs/orders"),), histories=(("shop.orders", "/runs/past.jsonl"),))
    (usual,) = compile_models(project, ["spend"])
    (moved,) = compile_models(project, ["spend"], options)
    raw = moved.flink.definitions[0].sql
    assert "'path' = '/runs/orders'" in raw
    assert raw.replace("/runs/orders", "data/orders.jsonl") == usual.flink.definitions[0].sql
    assert "READ_LINES('/runs/past.jsonl')" in moved.duckdb.sources[0].sql
    assert (moved.duckdb.query, moved.fingerprint) == (usual.duckdb.query, usual.fingerprint)
