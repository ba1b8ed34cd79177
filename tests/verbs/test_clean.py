from __future__ import annotations

import pytest

from sqlfeat.diagnostics.codes import exit_code_of
from sqlfeat.diagnostics.model import ExitCode, SqlfeatError
from sqlfeat.verbs.clean import CleanResult, clean


@pytest.fixture
def root(tmp_path):
    project = tmp_path / "project"
    (project / "target" / "compiled").mkdir(parents=True)
    (project / "target" / "compiled" / "a.sql").write_text("", encoding="utf-8")
    (project / "project.yml").write_text("name: x\n", encoding="utf-8")
    return project


def test_target_goes_and_the_rest_stays(root):
    assert clean(root) == CleanResult(root / "target", 1)
    assert [path.name for path in root.iterdir()] == ["project.yml"]


def test_nothing_to_do(root):
    clean(root)
    assert clean(root) == CleanResult(None, 0)


def test_a_link_out_of_the_project_is_refused(root, tmp_path):
    clean(root)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("", encoding="utf-8")
    (root / "target").symlink_to(outside)
    with pytest.raises(SqlfeatError) as caught:
        clean(root)
    assert exit_code_of(caught.value) is ExitCode.REFUSED
    assert caught.value.diagnostics[0].message == f"`target` is a link to `{outside}`, so it was left alone"
    assert (outside / "precious").exists()


def test_a_dangling_link_is_refused(root, tmp_path):
    clean(root)
    (root / "target").symlink_to(tmp_path / "gone")
    with pytest.raises(SqlfeatError, match="SF0003"):
        clean(root)


def test_a_file_named_target_is_refused(root):
    clean(root)
    (root / "target").write_text("mine", encoding="utf-8")
    with pytest.raises(SqlfeatError, match="`target` is not a folder, so it was left alone"):
        clean(root)
    assert (root / "target").read_text(encoding="utf-8") == "mine"


def test_a_link_inside_target_is_removed_and_not_followed(root, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("", encoding="utf-8")
    (root / "target" / "link").symlink_to(outside)
    assert clean(root) == CleanResult(root / "target", 2)
    assert (outside / "precious").exists()
