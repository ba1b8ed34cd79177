from __future__ import annotations

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.verbs.files import write_if_changed


def test_a_file_and_its_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b.sql"
    assert write_if_changed(path, "SELECT 'ä';\n")
    assert path.read_text(encoding="utf-8") == "SELECT 'ä';\n"


def test_the_same_text_is_not_written_again(tmp_path):
    path = tmp_path / "b.sql"
    write_if_changed(path, "x")
    before = path.stat()
    assert not write_if_changed(path, "x")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_text_replaces_it_and_leaves_nothing_behind(tmp_path):
    path = tmp_path / "b.sql"
    write_if_changed(path, "x")
    assert write_if_changed(path, "y")
    assert [(p.name, p.read_text(encoding="utf-8")) for p in tmp_path.iterdir()] == [("b.sql", "y")]


def test_what_cannot_be_written_is_a_diagnostic_and_leaves_nothing_behind(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SqlfeatError) as caught:
        write_if_changed(tmp_path / "file" / "b.sql", "x")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SF0004"
    assert diagnostic.message == f"cannot write `{tmp_path}/file/b.sql`: file exists"


def test_a_folder_in_the_way(tmp_path):
    (tmp_path / "b.sql" / "c").mkdir(parents=True)
    with pytest.raises(SqlfeatError) as caught:
        write_if_changed(tmp_path / "b.sql", "x")
    assert caught.value.diagnostics[0].code == "SF0004"
    assert [p.name for p in tmp_path.iterdir()] == ["b.sql"]
