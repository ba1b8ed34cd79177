"""`sqlfeat test --new`: what it writes is a test that passes."""

from __future__ import annotations

import pytest

from sqlfeat.cli.main import run_cli
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.facade import Project
from tests.shop import write_shop
from tests.testing.cases import FILES

TYPES = """\
entities:
  - {name: thing, keys: [{name: b, type: BOOLEAN}]}
sources:
  - name: all
    streams:
      - name: types
        columns:
          - {name: b, type: BOOLEAN}
          - {name: i, type: INT}
          - {name: d, type: "DECIMAL(12,2)"}
          - {name: e, type: "DECIMAL(3,0)"}
          - {name: day, type: DATE}
          - {name: many, type: "ARRAY<ARRAY<STRING>>"}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
"""


@pytest.fixture
def shop(tmp_path):
    root = write_shop(tmp_path)
    sql = "{{ config(materialized='event', entity='thing') }}\nSELECT *, ts AS feature_time, CAST(NULL AS INT) AS none "
    files = {**FILES, "models/types.yml": TYPES, "models/types.sql": sql + "FROM {{ source('all', 'types') }}\n"}
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_a_new_test_of_each_model_passes(shop):
    project = Project(shop)
    texts = [project.new_test(name).removeprefix("unit_tests:\n") for name in project.loaded.order]
    (shop / "models" / "tests.yml").write_text("unit_tests:\n" + "".join(texts), encoding="utf-8")
    result = Project(shop).test()
    assert len(result.tests) == len(project.loaded.order) >= 8
    assert result.ok, [test.findings for test in result.tests]


def test_it_lists_the_columns_of_inputs_and_of_the_model(shop, monkeypatch, capsys):
    monkeypatch.chdir(shop)
    assert run_cli(["test", "--new", "spend"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "unit_tests:",
        "  - name: spend_of_one_event",
        "    description: Say what this is about.",
        "    model: spend",
        "    given:",
        "      - input: ref('paid')",
        "        rows:",
        "          - {order_id: 1, user_id: 1, amount: 1, ts: 10:00}",
        "    expect:",
        "      - {user_id: 1, feature_time: 2024-01-01 10:00:00, spend_1h: 1}",
    ]


def test_a_model_there_is_not(shop):
    with pytest.raises(SqlfeatError) as caught:
        Project(shop).new_test("spent")
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.notes) == ("SF0103", ("did you mean `spend`?",))
