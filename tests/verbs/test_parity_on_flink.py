"""Parity with both engines: equal events give equal rows, and a difference in the events is found."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.project.load import load_project
from sqlfeat.verbs.parity import parity
from tests.shop import write_shop

pytestmark = pytest.mark.engine


def run_parity(root):
    console = CaptureConsole()
    return parity(load_project(root), [], [], None, None, console), console


def test_the_same_events_give_the_same_rows(tmp_path):
    root = write_shop(tmp_path)
    result, console = run_parity(root)
    assert result.ok
    report = json.loads((root / "target/parity/report.json").read_text())
    assert [(model["name"], model["rows"], model["mismatches"]) for model in report["models"]] == [
        ("orders_1d", {"duckdb": 5, "flink": 5}, 0),
        ("spend", {"duckdb": 4, "flink": 4}, 0),
    ]
    assert report["sources"] == [{"name": "shop.orders", "rejects": {"duckdb": 0, "flink": 0}, "late": 0}]
    assert [path.name for path in (root / "target/parity").iterdir()] == ["report.json"]
    assert console.warnings == []


def test_other_events_in_the_stream_are_found(tmp_path):
    root = write_shop(tmp_path)
    history = (root / "data/orders.jsonl").read_text()
    (root / "data/streamed.jsonl").write_text(history.replace('"amount": 20', '"amount": 21') + "no object\n")
    sources = root / "models/shop.yml"
    sources.write_text(sources.read_text().replace("filesystem, path: data/orders", "filesystem, path: data/streamed"))
    result, console = run_parity(root)
    assert not result.ok
    models = {model["name"]: model for model in result.as_json()["models"]}
    assert models["orders_1d"]["mismatches"] == 0
    assert models["spend"]["columns"] == {"spend_1h": 2}
    assert models["spend"]["examples"][0] == {
        "key": {"user_id": 7},
        "feature_time": "2024-01-01 10:30:00.000",
        "duckdb": {"spend_1h": 30, "__order_1": 4},
        "flink": {"spend_1h": 31, "__order_1": 4},
    }
    assert "shop.orders: the engines rejected different rows: DuckDB 0, Flink 1" in console.warnings
    assert (root / "target/parity/1/flink/spend").is_dir()


def test_a_slice_is_compared_with_the_windows_reaching_back(tmp_path):
    root = write_shop(tmp_path)
    part = datetime(2024, 1, 1, 10, 20), datetime(2024, 1, 1, 11)
    result = parity(load_project(root), ["spend"], [], *part, CaptureConsole())
    (spend,) = result.as_json()["models"]
    assert (spend["rows"], spend["mismatches"]) == ({"duckdb": 1, "flink": 1}, 0)
