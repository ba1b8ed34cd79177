"""`sqlfeat test`: unit tests and data tests of a small project."""

from __future__ import annotations

import json

import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.facade import Project
from tests.projects import VIEW, line_of
from tests.shop import write_shop
from tests.testing.cases import FILES, PASSING, unit_tests


@pytest.fixture
def shop(tmp_path):
    """Writes the shop with some tests; gives its folder."""

    def write(tests=None, files=None):
        root = write_shop(tmp_path)
        texts = {**FILES, "models/tests.yml": unit_tests(tests or {}) if tests else "version: 1\n", **(files or {})}
        for name, text in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    return write


def run(root, *select, console=None, **options):
    return Project(root, console=console).test(select, **options)


def statuses(result):
    return {test.name: test.status.value for test in result.tests}


def messages(result, name=None):
    """What is wrong with one test, or with the only one."""
    (test,) = [test for test in result.tests if name in (None, test.name)]
    return [finding.message for finding in test.findings]


def refused(root, *select):
    with pytest.raises(SqlfeatError) as caught:
        run(root, *select)
    return [line_of(diagnostic, root).replace("models/tests.yml:", "") for diagnostic in caught.value.diagnostics]


def test_unit_tests_that_pass(shop):
    root = shop(PASSING)
    console = CaptureConsole()
    result = run(root, console=console)
    assert statuses(result) == dict.fromkeys(PASSING, "pass"), [test.findings for test in result.tests]
    assert (result.ok, result.engines) == (True, ("duckdb",))
    assert [(node.name, node.status) for node in console.nodes if node.status] == [(name, "ok") for name in PASSING]
    report = json.loads((root / "target" / "test_results.json").read_text(encoding="utf-8"))
    assert report == result.as_json()
    assert report["counts"] == {"pass": len(PASSING), "fail": 0, "warn": 0, "skip": 0}


def test_two_runs_one_after_the_other_are_the_same(shop):
    root = shop(PASSING)
    run(root)
    assert statuses(run(root)) == dict.fromkeys(PASSING, "pass")


SPEND = """\
    model: spend
    given:
      - input: source('shop', 'orders')
        defaults: {user_id: 7, status: paid}
        rows:
          - {order_id: 1, ts: 10:00, amount: 1}
          - {order_id: 2, ts: 10:30, amount: 2}
          - {order_id: 3, ts: 10:28, amount: 4}
"""


def test_a_unit_test_that_fails_shows_the_cells_that_differ(shop):
    expect = (
        "    expect: [{user_id: 7, feature_time: 10:00, spend_1h: 1}, {user_id: 7, feature_time: 10:30, spend_1h: 7}]\n"
    )
    result = run(shop({"t": SPEND + expect}))
    assert not result.ok
    assert result.as_json()["tests"][0] | {"seconds": 0} == {
        "name": "t",
        "type": "unit",
        "target": "spend",
        "status": "fail",
        "file": "models/tests.yml",
        "line": 2,
        "seconds": 0,
        "findings": [
            {
                "message": "duckdb: the rows differ from those expected",
                "rows": [
                    {
                        "row": {"user_id": "7", "feature_time": "2024-01-01 10:30:00"},
                        "cells": [{"column": "spend_1h", "expected": "7", "duckdb": "3"}],
                    }
                ],
                "details": ["hint: an event of shop.orders was late: ts=2024-01-01 10:28:00 order_id=3, lateness 60 s"],
            }
        ],
    }


def test_rows_too_many_and_too_few(shop):
    result = run(shop({"t": SPEND + "    expect: [{user_id: 8, spend_1h: 1}, {user_id: 7, spend_1h: 3}]\n"}))
    ((finding,),) = [test.findings for test in result.tests]
    assert [(row.only, row.row) for row in finding.rows] == [
        ("left", {"user_id": "8", "spend_1h": "1"}),
        ("right", {"user_id": "7", "spend_1h": "1"}),
    ]


def test_rows_turned_aside_that_are_not_as_expected(shop):
    asides = """\
    expect:
      rows: [{spend_1h: 1}, {spend_1h: 3}]
      late: [{input: "source('shop', 'orders')", count: 2, rows: [{order_id: 2}]}]
      rejected: [{input: "source('shop', 'orders')", count: 1}]
"""
    assert messages(run(shop({"t": SPEND + asides}))) == [
        "duckdb: 1 rows of shop.orders are late, expected 2",
        "duckdb: the late rows of shop.orders differ from those expected",
        "duckdb: 0 rows of shop.orders are rejected, expected 1",
    ]


def test_rejected_rows_are_never_passed_over(shop):
    rows = "".join(f"          - {{order_id: {n}, ts: 10:3{n}, amount: x{n}}}\n" for n in range(4, 8))
    result = run(shop({"t": SPEND + rows + "    expect: [{spend_1h: 1}, {spend_1h: 3}]\n"}))
    assert messages(result) == ["duckdb: 4 rows of shop.orders rejected"]
    assert result.tests[0].findings[0].details[0] == (
        'amount is not BIGINT: order_id="4" user_id="7" amount="x4" status="paid" ts="2024-01-01 10:34:00.000"'
    )
    assert result.tests[0].findings[0].details[3:] == (
        "and 1 more", "hint: mend the row, or expect it under `rejected:`",
    )  # fmt: skip


FIXTURES = {
    "rows/orders.jsonl": '{"order_id": 1, "user_id": 7, "amount": 5, "ts": "10:00"}\n\n',
    "rows/orders.csv": "order_id,user_id,amount,ts\n1,7,5,2024-01-01 10:00\n",
    "rows/wanted.csv": "order_id, amount\n1, 5\n",
}


@pytest.mark.parametrize("name", ["orders.jsonl", "orders.csv", "orders.parquet"])
def test_rows_of_files(shop, name):
    import duckdb

    test = f"""\
    model: amounts
    given: [{{input: "source('shop', 'orders')", fixture: rows/{name}, defaults: {{status: paid}}}}]
    expect: {{fixture: rows/wanted.csv}}
"""
    root = shop({"t": test.replace("amounts", "large") + "    vars: {large: 1}\n"}, FIXTURES)
    (root / "rows" / "wanted.csv").write_text("order_id\n1\n", encoding="utf-8")
    rows = "SELECT 1 AS order_id, 7 AS user_id, 5 AS amount, TIMESTAMP '2024-01-01 10:00:00' AS ts"
    duckdb.sql(rows).write_parquet(str(root / "rows" / "orders.parquet"))
    assert statuses(run(root)) == {"t": "pass"}


def test_files_that_cannot_be_read(shop):
    inputs = "".join(
        f"  - {{name: t{n}, model: large, expect: {{fixture: {name}}}}}\n"
        for n, name in enumerate(["a.txt", "b.csv", "c.csv", "d.jsonl", "e.parquet", "f.jsonl"])
    )
    files = {
        "a.txt": "", "c.csv": "a,b\n1\n", "d.jsonl": "[1]\n", "e.parquet": "x", "f.jsonl": "{",
        "models/tests.yml": f"unit_tests:\n{inputs}",
    }  # fmt: skip
    found = refused(shop(files=files))
    assert [line.split(": ")[0] for line in found[4:]] == [
        "SF0124 | 6:48 <e.parquet> | `e.parquet` cannot be read",
        "SF0124 | 7:48 <f.jsonl> | `f.jsonl` cannot be read",
    ]
    assert found[:4] == [
        "SF0124 | 2:48 <a.txt> | `a.txt` is of no known format | help: name a file .jsonl, .csv or .parquet",
        "SF0124 | 3:48 <b.csv> | there is no file `b.csv` | help: a path starts at project.yml",
        "SF0124 | 4:48 <c.csv> | `c.csv` cannot be read: line 2 has 1 cells, the header 2",
        "SF0124 | 5:48 <d.jsonl> | `d.jsonl` cannot be read: line 1 is not a JSON object",
    ]


def test_what_is_wrong_with_the_rows_of_unit_tests(shop):
    tests = """\
unit_tests:
  - name: a
    model: spend
    given:
      - input: source('shop', 'orders')
        defaults: {statsu: paid}
        rows:
          - {order_id: 1, user_id: 7, ts: 10:00, amout: 1, arrives: 10:05}
          - {order_id: 1, ts: 10:00, arrives: 10:04}
          - {order_id: 1, user_id: 7, ts: 10:06, status: [x], arrives: soon}
    expect: [{user_id: 7, spend: 1}]
  - name: b
    model: spend
    given: [{input: ref('paid'), rows: [{order_id: x, user_id: ~, ts: 10:00, amount: 1}]}]
    expect: [{user_id: 7, spend_1h: x}, {user_id: 7}, {user_id: 7, spend_1h: 1, feature_time: 10:00}]
  - name: c
    model: spend
    given: [{input: ref('amounts'), rows: []}]
    expect: {rows: [{user_id: 7}], partial: false}
  - name: d
    model: orders_1d
    given: [{input: "source('shop', 'orders')", rows: []}, {input: ref('orders_1d'), rows: []}]
    expect: {rows: [], late: [{input: "source('shop', 'orders')", rows: [{order: 1}]}]}
"""
    assert refused(shop(files={"models/tests.yml": tests})) == [
        (
            "SF0122 | 6:20 <statsu> | `shop.orders` has no column `statsu` | did you mean `status`?"
            " | columns: order_id, user_id, amount, status, ts"
        ),
        (
            "SF0122 | 8:50 <amout> | `shop.orders` has no column `amout` | did you mean `amount`?"
            " | columns: order_id, user_id, amount, status, ts"
        ),
        (
            "SF0122 | 9:47 <10:04> | the row arrives before the one above it, which arrives at 2024-01-01 10:05:00"
            " | help: rows are listed in order of arrival; without `arrives:` a row arrives with its event"
        ),
        (
            "SF0122 | 9:13 <{order_id: 1, ts: 10:00, arrives: 10:04}> | the row has no `user_id`, which `shop.orders`"
            " requires | help: give it in the row, or for all rows in `defaults:`; `user_id: null` sends the row"
            " without it, to be rejected"
        ),
        "SF0122 | 10:72 <soon> | `arrives` must be a time, found `soon`",
        "SF0122 | 10:58 <[x]> | `status`: a list is not STRING",
        (
            "SF0122 | 11:27 <spend> | `spend` has no column `spend` | did you mean `spend_1h`?"
            " | columns: user_id, feature_time, spend_1h"
        ),
        "SF0122 | 14:52 <x> | `order_id`: `x` is not BIGINT",
        "SF0122 | 14:64 <~> | `user_id` of `paid` is never NULL",
        ("SF0122 | 15:41 <{user_id: 7}> | the expected row has no `spend_1h` | help: all rows list the same columns"),
        (
            "SF0122 | 15:55 <{user_id: 7, spend_1h: 1, feature_time: 10:00}> | the expected row has `feature_time`,"
            " which the first one has not | help: all rows list the same columns"
        ),
        "SF0121 | 18:21 <ref('amounts')> | `spend` does not read `amounts` | it reads: paid",
        (
            "SF0122 | 19:21 <{user_id: 7}> | the expected row has no `feature_time`, `spend_1h`"
            " | help: with `partial: false` a row lists every column"
        ),
        "SF0121 | 22:68 <ref('orders_1d')> | `orders_1d` does not read `orders_1d`",
        (
            "SF0122 | 23:75 <order> | `shop.orders` has no column `order` | did you mean `order_id`?"
            " | columns: order_id, user_id, amount, status, ts"
        ),
    ]


def test_a_model_whose_event_time_nobody_sees_cannot_be_given(shop):
    models = {
        "models/timeless.sql": VIEW + "SELECT user_id FROM {{ source('shop', 'orders') }}\n",
        "models/seen.sql": (
            "{{ config(materialized='event', entity='user') }}\nSELECT user_id, EVENT_TIME AS feature_time, 1 AS one"
            " FROM {{ ref('timeless') }}\n"
        ),
    }
    test = "    model: seen\n    given: [{input: ref('timeless'), rows: [{user_id: 1}]}]\n    expect: []\n"
    assert refused(shop({"t": test}, models)) == [
        (
            "SF0121 | 4:21 <ref('timeless')> | rows of `timeless` cannot be given: its event time is not among its"
            " columns | help: give the rows of the sources that it reads"
        )
    ]


def test_variables_that_disable_the_model(shop):
    sql = FILES["models/large.sql"].replace("'view'", "'view', enabled=var('large') > 1")
    test = "    model: large\n    vars: {large: 1}\n    expect: []\n"
    assert refused(shop({"t": test}, {"models/large.sql": sql})) == [
        "SF0121 | 3:12 <large> | `large` is disabled by the variables of the test"
    ]


def test_arrival_fills_the_second_clock_of_a_source(shop):
    from tests.shop import FILES as SHOP

    yaml = SHOP["models/shop.yml"].replace(
        "          - {name: ts,", "          - {name: seen_at, type: TIMESTAMP(3)}\n          - {name: ts,"
    )
    yaml = yaml.replace("        lateness:", "        available_at: seen_at\n        lateness:")
    test = """\
    model: seen
    given:
      - input: source('shop', 'orders')
        rows:
          - {order_id: 1, user_id: 7, ts: 10:00, arrives: 10:05}
          - {order_id: 2, user_id: 7, ts: 10:06, seen_at: 10:08, arrives: 10:07}
          - {order_id: 3, user_id: 7, ts: 10:06}
    expect: [{order_id: 1, seen_at: 10:05}, {order_id: 2, seen_at: 10:08}, {order_id: 3, seen_at: ~}]
"""
    sql = "{{ config(materialized='view') }}\nSELECT order_id, seen_at, ts FROM {{ source('shop', 'orders') }}\n"
    assert statuses(run(shop({"t": test}, {"models/shop.yml": yaml, "models/seen.sql": sql}))) == {"t": "pass"}


DATA = """\
models:
  - name: orders_1d
    columns:
      - {name: user_id, tests: [not_null, accepted_values: [7, 8], {accepted_values: {values: [8], name: only_8}}]}
      - name: orders_1d
        tests:
          - range: {min: 1}
          - range: {min: 2, max: 3, name: narrow}
          - range: {max: 3, severity: warn, name: warned}
          - unique: {name: no_two}
          - unique: {name: no_two_late, where: "feature_time >= TIMESTAMP '2024-01-01 10:10:00' AND user_id IN (7, 8)"}
          - range: {max: 1, where: orders_1d = 1 -- always, name: first}
    tests: [unique: [user_id, feature_time]]
"""


def with_source_tests(text):
    cheap = "{range: {max: 50, name: cheap}}, {range: {max: 50, name: cheap_paid, where: status = 'paid'}}"
    amount = f"{{name: amount, type: BIGINT, tests: [not_null, {cheap}]}}"
    return text.replace("{name: amount, type: BIGINT}", amount)


@pytest.fixture
def data_shop(shop):
    from tests.shop import FILES as SHOP

    return shop(files={"models/tests.yml": DATA, "models/shop.yml": with_source_tests(SHOP["models/shop.yml"])})


def test_data_tests_run_on_what_is_stored(data_shop):
    Project(data_shop).backfill(["orders_1d"])
    result = run(data_shop)
    assert statuses(result) == {
        "not_null_orders_1d_user_id": "pass",
        "accepted_values_orders_1d_user_id": "pass",
        "only_8": "fail",
        "range_orders_1d_orders_1d": "pass",
        "narrow": "fail",
        "warned": "warn",
        "no_two": "fail",
        "no_two_late": "pass",
        "first": "pass",
        "unique_orders_1d_user_id_feature_time": "pass",
        "not_null_shop_orders_amount": "pass",
        "cheap": "fail",
        "cheap_paid": "pass",
    }
    told = {test.name: (test.findings[0].message, *test.findings[0].details) for test in result.tests if test.findings}
    assert told == {
        "only_8": (
            "4 rows of orders_1d with `user_id` of another value",
            "user_id=7 feature_time=2024-01-01 10:00:00",
            "user_id=7 feature_time=2024-01-01 10:20:00",
            "user_id=7 feature_time=2024-01-01 10:30:00",
            "and 1 more",
        ),
        "narrow": (
            "3 rows of orders_1d with `orders_1d` not from 2 to 3",
            "user_id=7 feature_time=2024-01-01 10:00:00 orders_1d=1",
            "user_id=8 feature_time=2024-01-01 10:10:00 orders_1d=1",
            "user_id=7 feature_time=2024-01-01 11:00:00.001 orders_1d=4",
        ),
        "warned": (
            "1 row of orders_1d with `orders_1d` not to 3",
            "user_id=7 feature_time=2024-01-01 11:00:00.001 orders_1d=4",
        ),
        "no_two": ("1 value of `orders_1d` in several rows of orders_1d", "orders_1d=1 rows=2"),
        "cheap": ("1 row of shop.orders with `amount` not to 50", "ts=2024-01-01 10:20:00 order_id=3 amount=99"),
    }
    assert not result.ok
    assert run(data_shop, "test_name:warned").ok


def test_what_was_never_stored_is_skipped(data_shop):
    (data_shop / "data" / "orders.jsonl").unlink()
    result = run(data_shop)
    assert set(statuses(result).values()) == {"skip"}
    assert result.ok
    assert messages(result, "only_8") == ["nothing is stored of `orders_1d`; sqlfeat backfill --select orders_1d"]
    assert messages(result, "cheap")[0].startswith("the history of source `shop.orders` is missing: no file matches")


def test_rows_of_other_columns_than_the_model_are_not_tested(data_shop):
    Project(data_shop).backfill(["orders_1d"])
    path = data_shop / "models" / "orders_1d.sql"
    path.write_text(
        path.read_text(encoding="utf-8").replace("COUNT(*)", "2 * COUNT(*)").replace("  ts AS", "  amount, ts AS")
    )
    result = run(data_shop, "test_name:only_8")
    assert messages(result) == [
        (
            "the stored rows of `orders_1d` have other columns than the model;"
            " sqlfeat backfill --full-refresh --select orders_1d"
        )
    ]
    assert not result.ok


def test_null_breaks_not_null_alone(shop):
    from tests.shop import FILES as SHOP

    rules = "not_null, unique, {range: {min: 1}}, {accepted_values: [10]}"
    yaml = SHOP["models/shop.yml"].replace("amount, type: BIGINT}", f"amount, type: BIGINT, tests: [{rules}]}}")
    root = shop(files={"models/shop.yml": yaml})
    rows = [
        {"order_id": n, "user_id": 1, "amount": a, "ts": f"2024-01-01 10:0{n}:00"}
        for n, a in enumerate([10, None, None])
    ]
    rows.append({"order_id": 5, "user_id": 1, "amount": "rejected", "ts": "2024-01-01 10:00:00"})
    (root / "data" / "orders.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert statuses(run(root)) == {
        "not_null_shop_orders_amount": "fail",
        "unique_shop_orders_amount": "pass",
        "range_shop_orders_amount": "pass",
        "accepted_values_shop_orders_amount": "pass",
    }


def test_data_tests_that_do_not_fit(shop):
    tests = """\
models:
  - name: spend
    columns:
      - {name: user, tests: [not_null]}
      - {name: user_id, tests: [accepted_values: [7, x], range: {min: 10:00}]}
      - {name: spend_1h, tests: [not_null: {where: user_id = 'x'}, not_null: {where: spend > 1 AND}]}
  - {name: paid, columns: [{name: amount, tests: [not_null]}]}
  - {name: lately, columns: [{name: amounts, tests: [range: {min: 1}, accepted_values: [1]]}]}
"""
    from tests.shop import FILES as SHOP

    yaml = SHOP["models/shop.yml"].split("models:")[0]
    assert refused(shop(files={"models/tests.yml": tests, "models/shop.yml": yaml})) == [
        (
            "SF0123 | 4:16 <user> | `spend` has no column `user` | did you mean `user_id`?"
            " | columns: user_id, feature_time, spend_1h"
        ),
        "SF0123 | 5:54 <x> | `user_id`: `x` is not BIGINT",
        "SF0123 | 5:71 <10:00> | `user_id`: `10:00` is not BIGINT",
        "SF0303 | 6:52 <user_id = 'x'> | `=` BIGINT and STRING have no common type; CAST one of them",
        "SF0300 | 6:86 <spend > 1 AND> | the SQL does not parse: an operand is missing",
        (
            "SF0123 | 7:51 <not_null> | `paid` is a view, of which nothing is stored to be tested"
            " | help: test a feature view that reads it"
        ),
        ("SF0123 | 8:54 <range> | `amounts` is ARRAY<BIGINT>, which has no range | help: test it with accepted_values"),
        "SF0123 | 8:71 <accepted_values> | `amounts` is ARRAY<BIGINT>, whose values cannot be listed",
    ]


@pytest.fixture
def mixed(shop):
    from tests.shop import FILES as SHOP

    tests = DATA + unit_tests(
        {"one": PASSING["window_edge"], "two": PASSING["a_view"], "three": PASSING["nothing_given"]}
    )
    return shop(files={"models/tests.yml": tests, "models/shop.yml": with_source_tests(SHOP["models/shop.yml"])})


@pytest.mark.parametrize(
    ("select", "exclude", "names"),
    [
        (["spend"], [], ["one", "three"]),
        (["tag:money"], [], ["one", "three"]),
        (["+spend"], [], ["one", "two", "three"]),
        (["test_name:tw*"], [], ["two"]),
        (["spend,test_name:one paid"], [], ["one", "two"]),
        (["test_type:unit"], ["spend"], ["two"]),
        (["test_type:data,test_name:*_8"], [], ["only_8"]),
        (["source:shop.orders,test_name:cheap"], [], ["cheap"]),
        (["test_type:data"], ["orders_1d"], ["not_null_shop_orders_amount", "cheap", "cheap_paid"]),
        ([], ["test_type:data"], ["one", "two", "three"]),
        (["large"], [], []),
    ],
)
def test_which_tests_are_run(mixed, select, exclude, names):
    console = CaptureConsole()
    result = Project(mixed, console=console).test(select, exclude)
    assert [test.name for test in result.tests] == names
    assert console.warnings == ([] if names else ["no test is selected"])


@pytest.mark.parametrize(
    ("select", "told"),
    [
        ("test_name:onee", "SF0103 | no test is named `onee` | nearest: one"),
        ("test_type:units", "SF0119 | there is no type of test `units` | types: unit, data"),
        ("test_kind:unit", "SF0119 | `test_kind:` is not a way to select"),
        ("spent", "SF0103 | no model is named `spent` | nearest: spend"),
        ("source:shops", "SF0103 | `--select source:shops` selects no model"),
    ],
)
def test_a_selection_of_nothing_there_is(mixed, select, told):
    (line,) = refused(mixed, select)
    assert line.startswith(told)


def test_tests_of_disabled_models_are_left_out(mixed):
    path = mixed / "models" / "spend.sql"
    path.write_text(path.read_text(encoding="utf-8").replace("owner='risk'", "enabled=False"), encoding="utf-8")
    assert [test.name for test in run(mixed, "test_type:unit").tests] == ["two"]


@pytest.mark.engine
def test_both_engines_give_the_same(shop):
    wrong = {"wrong": SPEND + "    expect: [{user_id: 7, feature_time: 10:00, spend_1h: 2}]\n"}
    result = run(shop({**PASSING, **wrong}), engine="all")
    assert statuses(result) == {**dict.fromkeys(PASSING, "pass"), "wrong": "fail"}, [t.findings for t in result.tests]
    assert result.engines == ("duckdb", "flink")
    assert messages(result, "wrong") == [
        "duckdb: the rows differ from those expected",
        "flink: the rows differ from those expected",
    ]
