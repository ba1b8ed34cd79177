"""The verdict on what engines gave, above all where they differ."""

from __future__ import annotations

from datetime import datetime

import pytest

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.project.load import load_project
from sqlfeat.testing.judge import judge
from sqlfeat.testing.outcome import Outcome, Rejected
from sqlfeat.testing.prepare import prepare_all
from sqlfeat.testing.rows import CellDifference
from tests.shop import write_shop
from tests.testing.cases import unit_tests

TEN = datetime(2024, 1, 1, 10)
EVENT = {"order_id": 1, "user_id": 7, "amount": 1, "status": None, "ts": TEN}
TEST = """\
    model: spend
    given: []
    expect:
      rows: [{user_id: 7, spend_1h: 10}]
      rejected: [{input: "source('shop', 'orders')", rows: [{order_id: 4}]}]
"""
GOOD = Outcome(((7, TEN, 10),), {"shop.orders": (EVENT,)}, {"shop.orders": (Rejected("x", {"order_id": "4"}),)})


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    root = write_shop(tmp_path_factory.mktemp("shop"))
    (root / "models" / "tests.yml").write_text(unit_tests({"t": TEST}), encoding="utf-8")
    project = load_project(root)
    (test,) = prepare_all(project, project.config.unit_tests)
    return test


def verdict(prepared, **outcomes):
    return judge(prepared, outcomes)


def test_both_as_expected(prepared):
    assert verdict(prepared, duckdb=GOOD, flink=GOOD) == ()


def test_engines_that_differ_where_nothing_is_expected(prepared):
    other = Outcome(((7, datetime(2024, 1, 1, 11), 10),), GOOD.late, GOOD.rejected)
    (finding,) = verdict(prepared, duckdb=GOOD, flink=other)
    assert finding.message == "the engines differ: duckdb and flink give other rows"
    assert [row.only for row in finding.rows] == ["left", "right"]
    assert finding.sides == ("duckdb", "flink")


def test_engines_that_differ_in_a_cell_and_one_of_them_is_wrong(prepared):
    other = Outcome(((7, TEN, 11),), GOOD.late, GOOD.rejected)
    wrong, between = verdict(prepared, duckdb=GOOD, flink=other)
    assert wrong.message == "flink: the rows differ from those expected"
    assert wrong.rows[0].cells == (CellDifference("spend_1h", "10", "11"),)
    assert wrong.sides == ("expected", "flink")
    assert between.rows[0].row == {"user_id": "7", "feature_time": "2024-01-01 10:00:00"}
    assert between.rows[0].cells == (CellDifference("spend_1h", "10", "11"),)


def test_engines_that_turn_other_rows_aside(prepared):
    fewer = Outcome(GOOD.rows, {"shop.orders": ()}, {"shop.orders": (Rejected("y", {"order_id": "4"}),)})
    assert [finding.message for finding in verdict(prepared, duckdb=GOOD, flink=fewer)] == [
        "the engines differ: other events of shop.orders are late",
        "the engines differ: other rows of shop.orders are rejected",
    ]


def test_an_engine_that_gives_nothing(prepared):
    failed = Outcome(failed=(Diagnostic("SF0802", "the job failed", notes=("a note",), help="a way"),))
    (finding,) = verdict(prepared, duckdb=GOOD, flink=failed)
    assert (finding.message, finding.details) == ("flink: SF0802: the job failed", ("a note", "help: a way"))


def test_zeros_of_either_sign_are_not_the_same_to_engines(prepared):
    ours, theirs = (Outcome(((7, TEN, zero),), GOOD.late, GOOD.rejected) for zero in (0.0, -0.0))
    assert verdict(prepared, duckdb=ours, flink=theirs)[-1].message.startswith("the engines differ")
