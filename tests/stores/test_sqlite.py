from __future__ import annotations

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.sqlite import SqliteStore


def test_reading_creates_nothing(tmp_path):
    store = SqliteStore(tmp_path / "online.db", "p")
    assert store.get("m", "k=1") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "online.db"
    path.write_text("certainly no database, and long enough to have a header " * 20, encoding="utf-8")
    store = SqliteStore(path, "p")
    with pytest.raises(SqlfeatError) as caught:
        store.get("m", "k=1")
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "SF0902"
    assert diagnostic.message == f"the online store `{path}` cannot be reached: file is not a database"
    assert diagnostic.help == "check `online:` of the target in project.yml"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(SqlfeatError, match=r"SF0902: the online store `.*taken/online\.db` cannot be reached"):
        SqliteStore(tmp_path / "taken" / "online.db", "p").ping()


def test_a_failed_batch_leaves_nothing_behind(tmp_path):
    store = SqliteStore(tmp_path / "online.db", "p")
    broken = OnlineRow("k=2", "1", None)  # type: ignore[arg-type]
    with pytest.raises(SqlfeatError, match="SF0902"):
        store.put("m", [OnlineRow("k=1", "1", "{}"), broken])
    assert store.get("m", "k=1") is None
    assert store.put("m", [OnlineRow("k=1", "1", "{}")]) == 1
    store.close()
