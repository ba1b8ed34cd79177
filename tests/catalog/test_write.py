from __future__ import annotations

import os

import pytest

from sqlfeat.catalog.write import MARKER, write_site
from sqlfeat.diagnostics.model import SqlfeatError

OLD = {"index.html": "old\n", "models/gone.html": "gone\n", MARKER: "old\n"}
NEW = {"index.html": "new\n", "models/here.html": "here\n", MARKER: "new\n"}


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_new_site_replaces_the_old_one_whole(tmp_path):
    folder = tmp_path / "a" / "docs"
    write_site(folder, OLD)
    write_site(folder, NEW)
    assert content(folder) == NEW
    assert [path.name for path in folder.parent.iterdir()] == ["docs"]


def test_an_empty_folder_is_taken(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    write_site(folder, NEW)
    assert content(folder) == NEW


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "docs").symlink_to("real")
    write_site(tmp_path / "docs", NEW)
    assert (tmp_path / "docs").is_symlink()
    assert content(tmp_path / "real") == NEW


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(SqlfeatError) as caught:
        write_site(tmp_path, NEW)
    [problem] = caught.value.diagnostics
    assert problem.code == "SF0008"
    assert problem.message == f"`{tmp_path}` holds files that `sqlfeat docs generate` did not write"
    assert content(tmp_path) == {"thesis.txt": "years of work"}


def test_a_file_in_the_way_is_reported(tmp_path):
    (tmp_path / "docs").write_text("", encoding="utf-8")
    with pytest.raises(SqlfeatError, match="SF0004: cannot write"):
        write_site(tmp_path / "docs", NEW)


def test_a_site_that_cannot_be_written_leaves_the_old_one(tmp_path):
    folder = tmp_path / "docs"
    write_site(folder, OLD)
    with pytest.raises(SqlfeatError, match="SF0004"):
        write_site(folder, {**NEW, "x" * 300: "the name is too long for any file system"})
    assert content(folder) == OLD
    assert [path.name for path in tmp_path.iterdir()] == ["docs"]


def test_everyone_may_read_it(tmp_path):
    folder = tmp_path / "docs"
    umask = os.umask(0o022)
    write_site(folder, NEW)
    os.umask(umask)
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "index.html").stat().st_mode & 0o777 == 0o644
