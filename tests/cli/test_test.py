"""`sqlfeat test` on the command line."""

from __future__ import annotations

import json

import pytest

from sqlfeat.cli.main import run_cli
from tests.shop import write_shop
from tests.testing.cases import PASSING, unit_tests

FAILING = """\
    model: spend
    given:
      - input: source('shop', 'orders')
        defaults: {user_id: 7, status: paid}
        rows:
          - {order_id: 1, ts: 10:00, amount: 1}
          - {order_id: 2, ts: 10:30, amount: 2}
          - {order_id: 3, ts: 10:28, amount: 4}
    expect:
      - {user_id: 7, feature_time: 10:00, spend_1h: 2}
      - {user_id: 8, feature_time: 10:00, spend_1h: ~}
"""


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """Writes the shop with some unit tests."""
    monkeypatch.chdir(tmp_path)

    def write(tests):
        root = write_shop(tmp_path)
        (root / "models" / "tests.yml").write_text(unit_tests(tests), encoding="utf-8")
        return root

    return write


def test_a_failure_shows_what_differs_and_exits_with_1(shop, capsys):
    shop({"edge": PASSING["window_edge"], "wrong": FAILING})
    assert run_cli(["test"]) == 1
    out, err = capsys.readouterr()
    line = 2 + 1 + PASSING["window_edge"].count("\n")
    assert out.splitlines() == [
        f"FAIL wrong  models/tests.yml:{line}",
        "  duckdb: the rows differ from those expected",
        "    user_id=7 feature_time=2024-01-01 10:00:00",
        "      spend_1h  expected 2, duckdb 1",
        "    not given by duckdb: user_id=8 feature_time=2024-01-01 10:00:00 spend_1h=NULL",
        "    not expected: user_id=7 feature_time=2024-01-01 10:30:00 spend_1h=3",
        "    hint: an event of shop.orders was late: ts=2024-01-01 10:28:00 order_id=3, lateness 60 s",
        "FAILED: 1 pass, 1 fail",
    ]
    assert [text.rpartition("  ")[0] for text in err.splitlines()] == [
        "", "1/2 OK    test edge", "", "2/2 FAIL  test wrong  duckdb: the rows differ from those expected", "",
    ]  # fmt: skip


def test_when_all_is_well_one_line_is_enough(shop, capsys):
    shop({"edge": PASSING["window_edge"]})
    assert run_cli(["test", "-q", "-s", "spend"]) == 0
    assert capsys.readouterr().out == "OK: 1 pass\n"


def test_json_is_the_report(shop, capsys):
    root = shop({"wrong": FAILING})
    assert run_cli(["test", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report == json.loads((root / "target" / "test_results.json").read_text(encoding="utf-8"))
    assert (report["ok"], report["engines"], report["tests"][0]["status"]) == (False, ["duckdb"], "fail")


def test_many_differences_are_counted(shop, capsys):
    expected = "".join(f"      - {{user_id: {n}, feature_time: 10:00, spend_1h: 1}}\n" for n in range(13))
    shop({"many": "    model: spend\n    expect:\n" + expected})
    assert run_cli(["test", "-q"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + 1 + 10 + 1 + 1
    assert lines[-2:] == ["    and 3 more rows", "FAILED: 1 fail"]


def test_a_broken_test_is_shown_with_its_place(shop, capsys):
    shop({"broken": "    model: spend\n    expect:\n      - {user: 7}\n"})
    assert run_cli(["test"]) == 1
    assert capsys.readouterr().err.splitlines()[:8] == [
        "error[SF0122]: `spend` has no column `user`",
        "  --> models/tests.yml:5:10",
        "   |",
        " 5 |       - {user: 7}",
        "   |          ^^^^ did you mean `user_id`?",
        "   |",
        "   = columns: user_id, feature_time, spend_1h",
        "   = explain: sqlfeat explain SF0122",
    ]
