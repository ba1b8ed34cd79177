from __future__ import annotations

import hashlib
import os

import pytest

from sqlfeat.cli.main import run_cli
from sqlfeat.diagnostics.model import ExitCode
from sqlfeat.project.load import load_project
from sqlfeat.verbs.debug import About, Check, DebugResult, debug
from tests.shop import write_shop


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path)


def checks(root):
    return {check.name: check for check in debug(lambda: load_project(root)).checks}


def replace(root, name, old, new):
    path = root / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_broken_project_is_a_finding_and_the_machine_is_looked_at(root):
    replace(root, "project.yml", "targets:", "tragets:")
    found = checks(root)
    assert not found["project"].ok
    assert found["project"].about is About.PROJECT
    assert found["project"].detail.startswith("project.yml:3: SF01")
    assert found["project"].remedy
    assert found["DuckDB"].ok
    assert "online store" not in found


def test_an_unreachable_store_has_a_remedy(root):
    replace(root, "project.yml", "{type: sqlite, path: data/online.db}", "{type: redis, url: 'redis://127.0.0.1:1/0'}")
    store = checks(root)["online store"]
    assert (store.ok, store.about) == (False, About.ENVIRONMENT)
    assert "redis://127.0.0.1:1/0" in store.detail
    assert store.remedy


def test_a_java_home_that_is_none_is_passed_over_or_reported(root, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(root))
    java = checks(root)["Java"]
    assert java.ok or "JAVA_HOME" in java.detail


def test_a_folder_that_is_a_file_has_a_remedy(root):
    (root / "data" / "offline").write_text("", encoding="utf-8")
    found = checks(root)["folder data/offline"]
    assert not found.ok
    assert found.detail == f"`{root}/data/offline` cannot be written to"
    assert found.remedy == f"change its owner or mode: ls -ld {root}/data/offline"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_has_a_remedy(root):
    (root / "target").mkdir(mode=0o500)
    assert not checks(root)["folder target"].ok


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ((Check("a", ok=True, detail=""),), ExitCode.OK),
        ((Check("a", ok=False, detail="", about=About.PROJECT),), ExitCode.FAILED),
        ((Check("a", ok=False, detail="", about=About.PROJECT), Check("b", ok=False, detail="")), ExitCode.ENVIRONMENT),
    ],
)
def test_the_exit_code_tells_the_machine_from_the_project(found, code):
    assert DebugResult(found).exit_code is code


def test_outside_of_a_project_the_machine_is_looked_at(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SQLFEAT_PROJECT_DIR", raising=False)
    assert run_cli(["debug"]) in {1, 3}
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAIL  project")
    assert lines[1] == "      -> go to a project, or name one with --project-dir"
    assert any("DuckDB" in line and line.startswith("ok") for line in lines)


def test_a_connector_that_was_not_brought_has_a_remedy(root, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "connectors" not in checks(root)
    jar = f"{{artifact: 'org.example:connector:1.0', sha256: '{hashlib.sha256(b'').hexdigest()}'}}"
    replace(root, "project.yml", "targets:", f"deps: [{jar}]\ntargets:")
    missing = checks(root)["connectors"]
    assert (missing.ok, missing.about, missing.remedy) == (False, About.ENVIRONMENT, "sqlfeat deps")
    folder = tmp_path / "cache" / "sqlfeat" / "jars"
    folder.mkdir(parents=True)
    (folder / "connector-1.0.jar").write_bytes(b"")
    assert checks(root)["connectors"] == Check("connectors", True, "org.example:connector:1.0")


def test_a_log_of_the_online_store_needs_a_connector(root, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    log = "log: {connector: kafka, topic: rows, brokers: 'k:9092'}"
    replace(root, "project.yml", "path: data/online.db}", f"path: data/online.db, {log}}}")
    assert checks(root)["connectors"].remedy == "sqlfeat deps"
