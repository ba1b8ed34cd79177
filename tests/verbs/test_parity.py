from __future__ import annotations

from datetime import datetime

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import Slice
from sqlfeat.parity.replay import run_options
from sqlfeat.parity.report import ParityResult
from sqlfeat.verbs.parity import compare_models
from tests.programs import columns, compiled

OUTPUT = columns(k="STRING", feature_time="TIMESTAMP(3)", d="DOUBLE", o="BIGINT")
QUERY = """SELECT * FROM (VALUES ('a', TIMESTAMP '2013-01-01 10:00:00', 0.1e0, 1),
  ('b', TIMESTAMP '2013-01-02 10:00:00', 0.2e0, 2)) AS t(k, feature_time, d, o)"""
LINES = [
    '{"k":"a","feature_time":"2013-01-01 10:00:00","d":0.1,"o":1}\n',
    '{"k":"b","feature_time":"2013-01-02 10:00:00","d":0.2,"o":2}\n',
]


def compared(root, outputs, part=None):
    """Compare hand-made models with hand-made output of Flink."""
    options = run_options(root / "run", part or Slice(), root)
    models = [compiled(OUTPUT, QUERY, name=name, reads=["shop.orders"]) for name in outputs]
    for name, lines in outputs.items():
        folder = root / "run" / "flink" / name
        folder.mkdir(parents=True)
        (folder / "part-0-0").write_text("".join(lines))
    console = CaptureConsole()
    with connect(root) as connection:
        found = compare_models(DuckdbRun(connection), models, options, [], console)
    return ParityResult(found), console


def test_equal_models(tmp_path):
    result, console = compared(tmp_path, {"one": LINES, "two": LINES[::-1]})
    assert result.ok
    assert [model["mismatches"] for model in result.as_json()["models"]] == [0, 0]
    assert [(node.name, node.status, node.detail) for node in console.nodes if node.status] == [
        ("one", "ok", "2 rows, 0 mismatches"),
        ("two", "ok", "2 rows, 0 mismatches"),
    ]
    assert console.warnings == []


def test_a_difference_in_one_of_them(tmp_path):
    wrong = [LINES[0].replace("0.1", "0.10000000000000002"), LINES[1]]
    result, console = compared(tmp_path, {"one": LINES, "two": wrong})
    assert not result.ok
    one, two = result.as_json()["models"]
    assert (one["mismatches"], two["mismatches"], two["columns"]) == (0, 1, {"d": 1})
    assert two["examples"] == [
        {
            "key": {"k": "a"},
            "feature_time": "2013-01-01 10:00:00.000",
            "duckdb": {"d": 0.1, "o": 1},
            "flink": {"d": 0.10000000000000002, "o": 1},
        }
    ]
    assert console.warnings == [
        "two: only the last bits of DOUBLE values differ: an operation depends on the order of its rows"
    ]
    assert console.nodes[-1].status == "fail"


def test_a_model_for_which_flink_wrote_nothing(tmp_path):
    result, console = compared(tmp_path, {"one": []})
    (one,) = result.as_json()["models"]
    assert (one["rows"], one["mismatches"]) == ({"duckdb": 2, "flink": 0}, 2)
    assert [example["flink"] for example in one["examples"]] == [None, None]
    assert console.warnings[0].startswith("one: rows of the history are missing")


def test_only_the_slice_is_compared(tmp_path):
    part = Slice(datetime(2013, 1, 2), None)
    result, _ = compared(tmp_path, {"one": LINES[1:]}, part)
    assert result.ok
