"""The verbs that need Flink, through the command line, on the shop."""

from __future__ import annotations

import json

import pytest

from sqlfeat.cli.main import run_cli
from tests.shop import write_shop

pytestmark = pytest.mark.engine


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Worked on from elsewhere: nothing may depend on the working directory."""
    root = write_shop(tmp_path / "shop")
    monkeypatch.setenv("SQLFEAT_PROJECT_DIR", str(root))
    monkeypatch.chdir(tmp_path)
    return root


def test_stream_then_get(shop, capsys):
    with (shop / "data" / "orders.jsonl").open("a", encoding="utf-8") as file:
        file.write("not json\n")
    assert run_cli(["run", "--streaming"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("streamed 2 models in ")
    assert out.endswith("s: 9 rows, 1 events turned aside\n  shop.orders: 6 read, 5 accepted, 0 late, 1 rejected\n")
    assert "warning: shop.orders: 1 rows turned aside" in err
    assert run_cli(["get", "spend", "--key", "user_id=7", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value.pop("age_seconds") > 0
    assert value == {
        "model": "spend",
        "key": {"user_id": 7},
        "feature_time": "2024-01-01T11:00:00.001Z",
        "features": {"spend_1h": 60},
    }


def test_parity(shop, capsys):
    assert run_cli(["parity", "--json", "parity.json"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "model      duckdb rows  flink rows  mismatches",
        "orders_1d            5           5           0",
        "spend                4           4           0",
        "OK",
    ]
    report = json.loads((shop.parent / "parity.json").read_text(encoding="utf-8"))
    assert [model["mismatches"] for model in report["models"]] == [0, 0]
