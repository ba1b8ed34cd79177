from __future__ import annotations

import inspect
import tomllib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

import sqlfeat
from sqlfeat.cli.main import VERBS
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.facade import Project, _utc_slice, find_root

ROOT = Path(__file__).parents[1]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "project.yml").write_text("name: p\n", encoding="utf-8")
    return tmp_path


def test_the_package_gives_the_project_class():
    assert sqlfeat.Project is Project


def test_the_package_has_no_other_secrets():
    with pytest.raises(AttributeError, match="module 'sqlfeat' has no attribute 'Projekt'"):
        _ = sqlfeat.Projekt


def test_the_version_is_that_of_the_distribution():
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sqlfeat.__version__ == pyproject["project"]["version"]


def test_every_verb_is_a_method():
    assert {verb.name for verb in VERBS} <= {name for name, _ in inspect.getmembers(Project, callable)}


def test_a_project_needs_a_project_file(root):
    with pytest.raises(SqlfeatError, match=r"SF0001: there is no `project\.yml`"):
        Project(root / "..")


def test_a_relative_root_survives_a_change_of_directory(root, monkeypatch):
    monkeypatch.chdir(root)
    project = Project(".")
    monkeypatch.chdir("/")
    assert project.root == root


def test_a_broken_project_can_be_cleaned(root):
    (root / "project.yml").write_text("][", encoding="utf-8")
    (root / "target").mkdir()
    assert Project(root).clean().removed == root / "target"


def test_verbs_are_silent_unless_given_a_console(root, capfd):
    Project(root).console.result("x")
    assert capfd.readouterr() == ("", "")


def test_the_root_is_found_upwards(root):
    (root / "a" / "b").mkdir(parents=True)
    assert find_root(root / "a" / "b") == root


def test_run_wants_to_know_which_time_is_meant(root):
    with pytest.raises(SqlfeatError, match="SF0002"):
        Project(root).run()


def test_slices_become_utc_without_a_zone():
    plus_two = timezone(timedelta(hours=2))
    start = datetime(2013, 1, 1, 2, tzinfo=plus_two)
    assert _utc_slice(start, datetime(2013, 1, 2)) == (datetime(2013, 1, 1), datetime(2013, 1, 2))
    assert _utc_slice(None, None) == (None, None)


def test_an_empty_slice_is_refused():
    moment = datetime(2013, 1, 1, tzinfo=timezone.utc)
    with pytest.raises(SqlfeatError, match="SF0005: the start 2013-01-01 00:00:00 is not before the end"):
        _utc_slice(moment, moment)
