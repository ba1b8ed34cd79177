from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timezone

import duckdb
import pytest

import sqlfeat
from sqlfeat.console.capture import CaptureConsole
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.project.load import load_project
from sqlfeat.verbs.compile import compile_project
from tests.shop import SPEND, write_shop


class Clock:
    """Shows one time until it is set."""

    def __init__(self):
        self.time = datetime(2024, 1, 1, 12, tzinfo=timezone.utc)

    def now(self):
        return self.time


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def compiled(root, clock):
    """Compiles the project as it is on the disk now."""

    def run(*select, exclude=(), console=None):
        return compile_project(load_project(root), select, exclude, console or CaptureConsole(), clock)

    return run


def scripts(root):
    return sorted(path.relative_to(root / "target").as_posix() for path in (root / "target").rglob("*.sql"))


def manifest(root):
    return json.loads((root / "target" / "manifest.json").read_text(encoding="utf-8"))


def test_a_script_for_each_engine_and_feature_view(compiled, root):
    result = compiled()
    assert [model.name for model in result.models] == ["orders_1d", "spend"]
    assert result.manifest == root / "target" / "manifest.json"
    assert scripts(root) == [
        "compiled/duckdb/orders_1d.sql",
        "compiled/duckdb/spend.sql",
        "compiled/flink/orders_1d.sql",
        "compiled/flink/spend.sql",
    ]
    assert sorted(path.relative_to(root / "target").as_posix() for path in result.written) == scripts(root)


def test_only_the_selected_models_are_written(compiled, root):
    compiled("spend")
    assert scripts(root) == ["compiled/duckdb/spend.sql", "compiled/flink/spend.sql"]
    assert manifest(root)["models"]["orders_1d"]["compiled"] is None


def test_a_second_run_writes_nothing(compiled, root, clock):
    result = compiled()
    before = result.manifest.read_bytes()
    clock.time = datetime(2025, 1, 1, tzinfo=timezone.utc)
    assert compiled().written == ()
    assert result.manifest.read_bytes() == before


def test_only_what_changed_is_written(compiled, root):
    compiled()
    model = root / "models" / "spend.sql"
    model.write_text(model.read_text(encoding="utf-8").replace("'1' HOUR", "'2' HOUR"), encoding="utf-8")
    assert {path.stem for path in compiled().written} == {"spend"}


def test_scripts_of_models_that_are_gone_are_removed(compiled, root):
    compiled()
    (root / "models" / "orders_1d.sql").unlink()
    console = CaptureConsole()
    compiled(console=console)
    assert scripts(root) == ["compiled/duckdb/spend.sql", "compiled/flink/spend.sql"]
    assert console.notes == [
        "removed target/compiled/duckdb/orders_1d.sql: there is no such feature view any more",
        "removed target/compiled/flink/orders_1d.sql: there is no such feature view any more",
    ]


def test_errors_of_all_models_come_at_once_and_nothing_is_written(compiled, root):
    for name, column in (("spend", "amount"), ("orders_1d", "ts AS feature_time")):
        model = root / "models" / f"{name}.sql"
        model.write_text(model.read_text(encoding="utf-8").replace(column, f"x{column}"), encoding="utf-8")
    with pytest.raises(SqlfeatError) as caught:
        compiled()
    assert {d.span.path for d in caught.value.diagnostics} == {"models/spend.sql", "models/orders_1d.sql"}
    assert scripts(root) == []


def test_the_manifest_describes_the_project(compiled, root):
    compiled()
    found = manifest(root)
    assert list(found) == ["metadata", "project", "models", "sources", "entities", "tests", "parent_map", "child_map"]
    assert found["metadata"] == {
        "schema": "sqlfeat/manifest/1",
        "sqlfeat_version": sqlfeat.__version__,
        "generated_at": "2024-01-01T12:00:00Z",
    }
    assert found["project"] == {"name": "shop", "target": "dev"}
    assert found["parent_map"] == {
        "orders_1d": ["source:shop.orders"],
        "paid": ["source:shop.orders"],
        "spend": ["paid"],
    }
    assert found["child_map"] == {
        "orders_1d": [],
        "paid": ["spend"],
        "spend": [],
        "source:shop.orders": ["orders_1d", "paid"],
    }
    assert found["entities"]["user"]["keys"] == [
        {"name": "user_id", "type": "BIGINT", "nullable": False, "description": ""}
    ]


def test_the_manifest_describes_a_feature_view(compiled, root):
    (spend,) = compiled("spend").models
    found = manifest(root)["models"]["spend"]
    assert found.pop("columns")[:3] == [
        {"name": "user_id", "type": "BIGINT", "nullable": False, "role": "key", "description": ""},
        {"name": "feature_time", "type": "TIMESTAMP(3)", "nullable": False, "role": "feature_time", "description": ""},
        {
            "name": "spend_1h",
            "type": "BIGINT",
            "nullable": True,
            "role": "feature",
            "description": "Paid amount in the last hour.",
        },
    ]
    assert found == {
        "name": "spend",
        "path": "models/spend.sql",
        "description": "What a user spent lately.",
        "materialized": "event",
        "entity": "user",
        "tags": ["money"],
        "owner": "risk",
        "meta": {},
        "depends_on": {"models": ["paid"], "sources": []},
        "sources": ["shop.orders"],
        "fingerprint": spend.fingerprint,
        "compiled": {"duckdb": "target/compiled/duckdb/spend.sql", "flink": "target/compiled/flink/spend.sql"},
    }


def test_the_manifest_describes_a_staging_view(compiled, root):
    compiled()
    found = manifest(root)["models"]["paid"]
    assert (found["materialized"], found["fingerprint"], found["compiled"]) == ("view", None, None)
    assert {"name": "amount", "type": None, "nullable": None, "role": None, "description": "What was paid."} in found[
        "columns"
    ]


def test_a_broken_manifest_is_replaced(compiled, root):
    (root / "target").mkdir()
    (root / "target" / "manifest.json").write_text("[1", encoding="utf-8")
    compiled()
    assert manifest(root)["project"]["name"] == "shop"


def test_the_duckdb_script_runs_by_itself(compiled, root, monkeypatch):
    compiled("spend")
    monkeypatch.chdir(root)
    script = (root / "target" / "compiled" / "duckdb" / "spend.sql").read_text(encoding="utf-8")
    rows = duckdb.connect().execute(script).fetchall()
    found = [(key, time.isoformat(" ", "milliseconds"), value) for key, time, value, *_ in rows]
    assert sorted(found) == sorted(SPEND)


# The SQL client itself needs jars that are not on PyPI. This does with a file what it does, knowing nothing of sqlfeat.
STOCK_CLIENT = r"""
import re, sys
from pyflink.table import EnvironmentSettings, TableEnvironment

environment = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
with open(sys.argv[1], encoding="utf-8") as file:
    script = "".join(line for line in file if not line.startswith("--"))
for statement in script.strip().removesuffix(";").split(";\n\n"):
    if setting := re.fullmatch(r"SET '(.*)' = '(.*)'", statement.strip()):
        environment.get_config().set(*setting.groups())
    else:
        result = environment.execute_sql(statement + ";")
result.wait()
"""


@pytest.mark.engine
def test_the_flink_script_runs_by_itself(compiled, root):
    from sqlfeat.engines.flink.java import find_java_home

    compiled("spend")
    subprocess.run(
        [sys.executable, "-c", STOCK_CLIENT, "target/compiled/flink/spend.sql"],
        cwd=root,
        env={**os.environ, "JAVA_HOME": str(find_java_home())},
        check=True,
    )
    files = [p for p in (root / "target" / "streamed" / "spend").rglob("*") if p.is_file() and p.name[0] not in "._"]
    rows = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = [(row["user_id"], _padded(row["feature_time"]), row["spend_1h"]) for row in rows]
    assert sorted(found) == sorted(SPEND)


def _padded(text):
    """Flink leaves out zeros at the end of a fraction."""
    head, _, fraction = text.partition(".")
    return f"{head}.{fraction:0<3}"


def test_the_manifest_lists_tests(compiled, root):
    text = "unit_tests: [{name: one, model: spend, expect: []}]\n"
    text += "models: [{name: orders_1d, columns: [{name: user_id, tests: [{not_null: {name: two}}]}]}]\n"
    (root / "models" / "tests.yml").write_text(text, encoding="utf-8")
    compiled()
    assert manifest(root)["tests"] == [
        {"name": "one", "type": "unit", "target": "spend", "file": "models/tests.yml", "line": 1},
        {"name": "two", "type": "data", "target": "orders_1d", "file": "models/tests.yml", "line": 2},
    ]
