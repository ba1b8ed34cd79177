"""What becomes of unit tests when DuckDB cannot compute one of them."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.project.load import load_project
from sqlfeat.testing.judge import judge
from sqlfeat.testing.on_duckdb import DuckdbTests, write_streams
from sqlfeat.testing.prepare import prepare_all
from tests.shop import write_shop
from tests.testing.cases import PASSING, unit_tests


def test_a_test_that_fails_does_not_take_others_with_it(tmp_path):
    root = write_shop(tmp_path)
    tests = {name: PASSING[name] for name in ("window_edge", "late_and_rejected")}
    (root / "models" / "tests.yml").write_text(unit_tests(tests), encoding="utf-8")
    project = load_project(root)
    bad, good = prepare_all(project, project.config.unit_tests)
    bad = replace(bad, model=replace(bad.model, duckdb=replace(bad.model.duckdb, query="SELECT error('too large')")))
    write_streams(root, [bad, good])
    with connect(root) as connection:
        runner = DuckdbTests(connection, root)
        refused, fine = runner.outcome(bad), runner.outcome(good)
    assert judge(good, {"duckdb": fine}) == ()
    (finding,) = judge(bad, {"duckdb": refused})
    assert finding.message.startswith("duckdb: SF")
