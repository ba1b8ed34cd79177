"""`unit_tests:` and `tests:` of the YAML files, as far as they can be read without a model's SQL."""

from __future__ import annotations

from datetime import date

from sqlfeat.project.load import load_project
from tests.projects import ORDERS, PROJECT, VIEW, complaints, write_project

UNIT = """\
unit_tests:
  - name: one
    description: Says what for.
    model: a
    date: 2013-02-28
    vars: {limit: 3}
    given:
      - input: source('shop', "orders")
        defaults: {user_id: 1}
        rows:
          - {id: 1, ts: 10:30:00, amount: ~, arrives: 10:31}
          - {id: 2, ts: NO, amount: "~"}
      - {input: ref('b'), format: csv, rows: "id, tags\\n1,\\n2, \\"[\\"\\"x\\"\\", 1]\\""}
    expect:
      partial: false
      rows:
        - {id: 1, tags: [a, [~, 2]]}
      late: [{input: "source('shop', 'orders')", count: 2}]
      rejected: [{input: "source('shop', 'orders')", rows: []}]
"""


def project_with(tmp_path, tests, **models):
    files = {"models/tests.yml": tests, "project.yml": PROJECT + "vars: {limit: 2}\n"}
    return write_project(tmp_path, files, **(models or {"a": VIEW, "b": VIEW}))


def values(row):
    return {name: cell.value for name, cell in row.cells.items()}


def test_everything_a_unit_test_can_say(tmp_path):
    (test,) = load_project(project_with(tmp_path, UNIT)).config.unit_tests
    assert (test.name, test.description, test.model.value, test.date) == (
        "one", "Says what for.", "a", date(2013, 2, 28),
    )  # fmt: skip
    assert {name: value.value for name, value in test.variables.items()} == {"limit": 3}
    orders, other = test.given
    assert (str(orders.input), str(other.input)) == ("source('shop', 'orders')", "ref('b')")
    assert values(orders.defaults) == {"user_id": "1"}
    # As written, whatever YAML makes of it: a time is no number of base sixty, NO is no boolean.
    assert [values(row) for row in orders.rows.rows] == [
        {"id": "1", "ts": "10:30:00", "amount": None, "arrives": "10:31"},
        {"id": "2", "ts": "NO", "amount": "~"},
    ]
    assert [values(row) for row in other.rows.rows] == [{"id": "1", "tags": None}, {"id": "2", "tags": '["x", 1]'}]
    assert [values(row) for row in test.expect.rows.rows] == [{"id": "1", "tags": ("a", (None, "2"))}]
    assert (test.expect.partial, test.expect.late[0].count, test.expect.late[0].rows) == (False, 2, None)
    assert test.expect.rejected[0].rows is not None
    assert test.expect.rejected[0].count is None


def test_expected_rows_may_be_a_list(tmp_path):
    text = "unit_tests:\n  - {name: t, model: a, expect: [{id: 1}]}\n"
    (test,) = load_project(project_with(tmp_path, text)).config.unit_tests
    assert ([values(row) for row in test.expect.rows.rows], test.expect.partial, test.given) == (
        [{"id": "1"}],
        True,
        (),
    )


def test_a_line_of_csv_has_its_own_place(tmp_path):
    text = "unit_tests:\n  - name: t\n    model: a\n    expect:\n      format: csv\n      rows: |\n"
    text += "        id, n\n\n        1\n"
    assert complaints(project_with(tmp_path, text)) == [
        (
            "SF0122 | models/tests.yml:9:9 <1> | the row has 1 cells, and the header 2"
            " | help: a cell with a comma stands in double quotes"
        )
    ]


def test_what_is_wrong_with_unit_tests(tmp_path):
    text = """\
unit_tests:
  - {name: a, model: a, expect: [], given: [{input: source(shop), rows: []}]}
  - {name: a, model: aa, expect: {rows: 1}, gven: []}
  - {name: b, model: b, date: today}
  - {name: c, model: b, at: [], expect: {rows: [1, {id: {a: 1}}]}, vars: {limt: 3}}
  - {name: d, model: b, expect: {rows: [], fixture: f.csv, late: [{input: ref('a'), count: 1}]}}
  - name: e
    model: b
    expect: []
    given:
      - {input: "source('shop', 'order')", rows: [], fixtures: 1}
      - {input: ref('cc'), rows: 1, format: sql}
      - {input: ref('b'), fixture: f.csv, defaults: [1]}
      - {input: ref("b"), rows: [{id: 1, id: 2}]}
      - {rows: []}
"""
    found = complaints(project_with(tmp_path, text))
    assert [line.replace("models/tests.yml:", "") for line in found] == [
        (
            "SF0108 | 2:53 <source(shop)> | `source(shop)` is not an input"
            " | help: write source('shop', 'orders') or ref('my_model')"
        ),
        ("SF0106 | 3:41 <1> | `rows` must be a list of mappings | help: or say `format: csv`"),
        (
            "SF0101 | 3:45 <gven> | unknown key `gven` in a unit test | did you mean `given`?"
            " | keys of a unit test: name, model, description, date, vars, given, expect"
        ),
        "SF0106 | 4:31 <today> | `date` must be a date such as 2024-01-31, found text (`today`)",
        "SF0107 | 4:12 <b> | a unit test needs `expect`",
        "SF0106 | 5:49 <1> | a row must be a mapping of columns to values",
        "SF0106 | 5:57 <{a: 1}> | `id` must be a value or a list, found a mapping",
        (
            "SF0101 | 5:25 <at> | unknown key `at` in a unit test | did you mean `date`?"
            " | keys of a unit test: name, model, description, date, vars, given, expect"
            " | help: a unit test gives whole rows; list the row of the time in question in `expect`"
        ),
        "SF0108 | 6:53 <f.csv> | the expected rows are given twice: in `rows` and in a file",
        "SF0108 | 6:75 <ref('a')> | only rows of a source are turned aside",
        (
            "SF0101 | 11:54 <fixtures> | unknown key `fixtures` in an input of a unit test | did you mean `fixture`?"
            " | keys of an input of a unit test: input, fixture, format, rows, defaults"
        ),
        "SF0108 | 12:45 <sql> | `format` cannot be `sql` | choices: dict, csv",
        "SF0106 | 12:34 <1> | `rows` must be a list of mappings | help: or say `format: csv`",
        "SF0106 | 13:53 <[1]> | `defaults` must be a mapping of columns to values, found a list",
        "SF0105 | 14:42 <id> | key `id` is given twice | first given at 14:35",
        "SF0107 | 15:10 <rows> | an input of a unit test needs `input`",
        "SF0111 | 14:17 <ref(\"b\")> | `ref('b')` is given twice in a unit test",
        "SF0111 | 3:12 <a> | unit test `a` is declared twice | first declared at 2:12",
        "SF0121 | 3:22 <aa> | there is no model `aa` to test | did you mean `a`?",
        "SF0121 | 5:75 <limt> | the project has no variable `limt` | did you mean `limit`? | variables: limit",
        (
            "SF0121 | 11:17 <\"source('shop', 'order')\"> | there is no source `shop.order`"
            " | did you mean `shop.orders`? | declared: shop.orders"
        ),
        "SF0121 | 12:17 <ref('cc')> | there is no model `cc`",
    ]


DATA = """\
models:
  - name: a
    columns:
      - {name: id, tests: [not_null, unique: ~, accepted_values: [1, x], {range: {min: 1, max: 2, severity: warn}}]}
      - {name: n, tests: [{accepted_values: {values: [1], name: mine, where: n > 0}}]}
    tests:
      - unique: [id, n]
      - not_null: {columns: [n]}
"""


def test_everything_a_data_test_can_say(tmp_path):
    orders = ORDERS.replace("type: DOUBLE}", "type: DOUBLE, tests: [not_null]}")
    files = {"models/shop.yml": orders, "models/tests.yml": DATA}
    config = load_project(write_project(tmp_path, files, a=VIEW)).config
    (model,) = config.properties
    assert [
        (
            test.name, test.kind, [column.value for column in test.columns], [cell.value for cell in test.values],
            test.low and test.low.value, test.high and test.high.value, test.severity,
            test.where and test.where.value,
        )
        for test in model.tests
    ] == [
        ("not_null_a_id", "not_null", ["id"], [], None, None, "error", None),
        ("unique_a_id", "unique", ["id"], [], None, None, "error", None),
        ("accepted_values_a_id", "accepted_values", ["id"], ["1", "x"], None, None, "error", None),
        ("range_a_id", "range", ["id"], [], "1", "2", "warn", None),
        ("mine", "accepted_values", ["n"], ["1"], None, None, "error", "n > 0"),
        ("unique_a_id_n", "unique", ["id", "n"], [], None, None, "error", None),
        ("not_null_a_n", "not_null", ["n"], [], None, None, "error", None),
    ]  # fmt: skip
    assert [(test.name, test.owner) for test in config.sources[0].tests] == [
        ("not_null_shop_orders_amount", "shop.orders")
    ]


def test_what_is_wrong_with_data_tests(tmp_path):
    text = """\
models:
  - name: a
    columns:
      - {name: id, tests: [notnull, 1, {unique: 1}, {range: {}}, {range: {mn: 1}}, {accepted_values: ~}]}
      - {name: n, tests: not_null}
      - {name: m, tests: [{range: {min: 1, severity: loud}}, {not_null: [id]}, {accepted_values: {values: []}}]}
    tests: [unique, {not_null: ~, unique: ~}]
"""
    found = complaints(project_with(tmp_path, text))
    assert [line.replace("models/tests.yml:", "") for line in found] == [
        (
            "SF0108 | 4:28 <notnull> | there is no test `notnull` | did you mean `not_null`?"
            " | tests: not_null, unique, range, accepted_values"
        ),
        (
            "SF0106 | 4:37 <1> | a test must be a name, or one name with arguments"
            " | help: write not_null, or {range: {min: 0}}; several tests are several entries"
        ),
        "SF0106 | 4:49 <1> | the arguments of `unique` must be a mapping",
        "SF0107 | 4:54 <range> | `range` needs `min` or `max`",
        "SF0107 | 4:67 <range> | `range` needs `min` or `max`",
        (
            "SF0101 | 4:75 <mn> | unknown key `mn` in the test `range` | did you mean `min`?"
            " | keys of the test `range`: min, max, severity, name, where"
        ),
        "SF0107 | 4:85 <accepted_values> | the test `accepted_values` needs `values`",
        "SF0106 | 5:26 <not_null> | `tests` must be a list, found text (`not_null`)",
        ("SF0108 | 6:54 <loud> | `severity` cannot be `loud` | choices: error, warn"),
        ("SF0106 | 6:73 <[id]> | the arguments of `not_null` must be a mapping"),
        "SF0106 | 6:107 <[]> | `values` must be a list of at least one value, found a list",
        "SF0107 | 7:13 <unique> | the test `unique` needs `columns`",
        (
            "SF0106 | 7:21 <{not_null: ~, unique: ~}> | a test must be a name, or one name with arguments"
            " | help: write not_null, or {range: {min: 0}}; several tests are several entries"
        ),
    ]
