"""What becomes of unit tests when Flink refuses one of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.project.load import load_project
from sqlfeat.testing.judge import judge
from sqlfeat.testing.on_duckdb import write_streams
from sqlfeat.testing.on_flink import FlinkTests
from sqlfeat.testing.prepare import prepare_all
from tests.shop import write_shop
from tests.testing.cases import PASSING, unit_tests


@pytest.mark.engine
def test_a_test_that_fails_the_job_does_not_take_others_with_it(tmp_path):
    root = write_shop(tmp_path)
    tests = {name: PASSING[name] for name in ("window_edge", "late_and_rejected")}
    (root / "models" / "tests.yml").write_text(unit_tests(tests), encoding="utf-8")
    project = load_project(root)
    good, bad = prepare_all(project, project.config.unit_tests)
    bad = replace(bad, model=replace(bad.model, flink=replace(bad.model.flink, insert="INSERT INTO nowhere SELECT 1")))
    write_streams(root, [good, bad])
    with connect(root) as connection:
        fine, refused = FlinkTests(connection, root, root / "flink.log").outcomes([good, bad])
    assert judge(good, {"flink": fine}) == ()
    (finding,) = judge(bad, {"flink": refused})
    assert finding.message.startswith("flink: SF0801: Flink refuses ")
