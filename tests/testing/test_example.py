"""The tests of the example project, and those that docs/testing.md shows, which are tests of it too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sqlfeat.facade import Project

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def example(tmp_path):
    """The example project without its data."""
    for name in ("models", "macros"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "project.yml", tmp_path)
    return tmp_path


def statuses(result):
    return {(test.kind, test.status.value) for test in result.tests}


def test_the_example_passes_its_unit_tests_and_needs_no_data_for_that(example):
    result = Project(example).test()
    assert statuses(result) == {("unit", "pass"), ("data", "skip")}, [test.findings for test in result.tests]
    tested = {test.target for test in result.tests if test.kind == "unit"}
    assert {"carrier_delays", "departures", "aircraft_history", "route_counters", "departure_weather"} <= tested


@pytest.mark.engine
def test_the_example_passes_its_unit_tests_on_both_engines(example):
    result = Project(example).test(["test_type:unit"], engine="all")
    assert statuses(result) == {("unit", "pass")}, [test.findings for test in result.tests]


@pytest.mark.parametrize("block", BLOCKS, ids=[f"block{number}" for number, _ in enumerate(BLOCKS, 1)])
def test_what_the_page_shows_passes(example, block):
    for name in ("models.yml", "unit_tests.yml"):
        (example / "models" / name).unlink()
    (example / "models" / "page.yml").write_text(block, encoding="utf-8")
    result = Project(example).test(["test_type:unit", "airport_hourly"])
    assert result.tests
    assert statuses(result) <= {("unit", "pass"), ("data", "skip")}, [test.findings for test in result.tests]
