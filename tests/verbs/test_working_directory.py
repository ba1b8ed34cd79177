"""A project is read where it is, wherever one stands: DuckDB takes a relative path from the working directory first."""

from __future__ import annotations

import pytest

from sqlfeat.facade import Project
from sqlfeat.stores.offline import latest
from tests.shop import write_shop
from tests.testing.cases import PASSING, unit_tests


@pytest.fixture
def project(tmp_path, monkeypatch):
    """The shop, seen from another shop with other orders."""
    root, elsewhere = write_shop(tmp_path / "shop"), write_shop(tmp_path / "elsewhere")
    orders = elsewhere / "data" / "orders.jsonl"
    orders.write_text(orders.read_text(encoding="utf-8").replace('"user_id": 7', '"user_id": 9'), encoding="utf-8")
    monkeypatch.chdir(elsewhere)
    return Project(root)


def test_backfill_reads_the_history_of_the_project(project):
    project.backfill()
    assert latest(project.loaded, "spend", {"user_id": 7})["spend_1h"] == 60


def test_tests_read_what_is_of_the_project(project):
    tests = {name: PASSING[name] for name in ("window_edge", "a_view", "a_model_given")}
    for root in (project.root, project.root.parent / "elsewhere"):
        (root / "models" / "tests.yml").write_text(unit_tests(tests), encoding="utf-8")
        tests = {name: PASSING[name] for name in reversed(tests)}
    Project(project.root.parent / "elsewhere").test()
    yaml = project.root / "models" / "shop.yml"
    column = "user_id, type: BIGINT, nullable: false"
    text = yaml.read_text(encoding="utf-8").replace(column, column + ", tests: [accepted_values: [7, 8]]")
    yaml.write_text(text, encoding="utf-8")
    result = project.test()
    assert [(test.kind, test.status.value) for test in result.tests] == [("unit", "pass")] * 3 + [("data", "pass")]
