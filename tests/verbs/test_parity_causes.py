"""Parity of the shop when stream and history hold other events: what differs, and why."""

from __future__ import annotations

import json

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.console.capture import CaptureConsole
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import LowerOptions
from sqlfeat.parity.causes import HINTS, Cause
from sqlfeat.parity.report import ParityResult
from sqlfeat.project.load import load_project
from sqlfeat.stores.late_inputs import Inputs
from sqlfeat.stores.late_log import LateLog, Run
from sqlfeat.verbs.parity import compare_models
from tests.shop import ORDERS, write_shop


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def compared(root, streamed, late=()):
    """The report on `spend` if the stream held other orders: what Flink would have written is computed by DuckDB."""
    project, run_dir = load_project(write_shop(root)), root / "run"
    source = project.config.sources[0]
    options = LowerOptions(histories=((source.full_name, write(root / "stream.jsonl", streamed)),))
    (model,) = compile_models(project, ["spend"], options)
    with connect(root) as connection:
        DuckdbRun(connection).materialize(model, options.slice, "streamed")
        (run_dir / "flink" / "spend").mkdir(parents=True)
        connection.execute(f"COPY streamed TO '{run_dir}/flink/spend/part-0' (FORMAT json)")
    log = LateLog(root / "late", source)
    write(root / "parts" / "part-0", [{**order, "__watermark": "2024-01-01 11:00:00"} for order in late])
    log.add(root / "parts", Run("1", Inputs()))
    options = LowerOptions(output_dir=str(run_dir / "flink"), late_logs=((source.full_name, str(log.path)),))
    models = compile_models(project, ["spend"], options)
    with connect(root) as connection:
        found = compare_models(DuckdbRun(connection), models, options, [source], CaptureConsole())
    (spend,) = ParityResult(found).as_json()["models"]
    return spend, found[0].hint


def test_the_same_orders(tmp_path):
    spend, hint = compared(tmp_path, ORDERS[::-1])
    assert (spend["mismatches"], spend["causes"], hint) == (0, {}, "")


def test_a_late_order_that_is_left_out_on_both_sides(tmp_path):
    spend, hint = compared(tmp_path, [*ORDERS[:3], ORDERS[4]], late=[ORDERS[3]])
    assert (spend["mismatches"], hint) == (0, "")


def test_late(tmp_path):
    spend, hint = compared(tmp_path, [*ORDERS[:3], ORDERS[4]], late=[{**ORDERS[3], "amount": 21}])
    assert spend["mismatches"] == 2
    assert hint == f"{HINTS[Cause.LATE]} (1 of shop.orders)"


def test_null(tmp_path):
    spend, _ = compared(tmp_path, [{**ORDERS[0], "amount": None}, *ORDERS[1:3]])
    assert spend["causes"]["spend_1h"] == {
        "mismatches": 1,
        "cause": "null",
        "hint": HINTS[Cause.NULL],
        "first": {
            "key": {"user_id": 7},
            "feature_time": "2024-01-01 10:00:00.000",
            "duckdb": {"spend_1h": 10, "__order_1": 1},
            "flink": {"spend_1h": None, "__order_1": 1},
        },
    }


def test_duplicates(tmp_path):
    spend, hint = compared(tmp_path, [*ORDERS, ORDERS[3]])
    assert spend["one_sided"] == {"duckdb": 0, "flink": 1, "repeated": 1}
    assert hint == HINTS[Cause.DUPLICATES]


def test_missing(tmp_path):
    spend, hint = compared(tmp_path, ORDERS[:4])
    assert spend["one_sided"] == {"duckdb": 1, "flink": 0, "repeated": 0}
    assert hint == "rows of the history are missing from the stream: do both hold the same events?"


@pytest.mark.parametrize("amount", [11, 0])
def test_value(tmp_path, amount):
    spend, hint = compared(tmp_path, [{**ORDERS[0], "amount": amount}, *ORDERS[1:]])
    assert spend["columns"] == {"spend_1h": 2}
    assert (spend["causes"]["spend_1h"]["cause"], hint) == ("value", HINTS[Cause.VALUE])
