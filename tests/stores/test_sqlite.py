from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

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


class FixedClock:
    def __init__(self, text):
        self.moment = datetime.fromisoformat(text).replace(tzinfo=timezone.utc)

    def now(self):
        return self.moment


def test_a_row_is_there_until_the_millisecond_it_is_forgotten(tmp_path):
    path = tmp_path / "online.db"
    row = OnlineRow("k=1", "2024-01-01 00:00:00.250", "{}")
    SqliteStore(path, "p", FixedClock("2024-01-01 00:00:00")).put("m", [row], ttl_ms=1_000)
    assert SqliteStore(path, "p", FixedClock("2024-01-01 00:00:01.249")).get("m", "k=1") == row
    assert SqliteStore(path, "p", FixedClock("2024-01-01 00:00:01.250")).get("m", "k=1") is None


def test_the_documented_query_reads_a_row(tmp_path):
    path = tmp_path / "online.db"
    rows = [OnlineRow("dest=LAX,origin=JFK", f"{year}-01-01 00:00:00.000", "{}") for year in (2013, 2999)]
    docs = (Path(__file__).parents[2] / "docs" / "online-store.md").read_text(encoding="utf-8")
    query, ending = re.findall(r"```sql\n([S.].*?);\n```", docs, re.DOTALL)
    found = []
    for row in rows:
        store = SqliteStore(path, "nyc_flights", FixedClock("2013-01-01"))
        store.put("route_counters", [row], ttl_ms=1_000)
        store.close()
        with closing(sqlite3.connect(path)) as connection:
            found.append(connection.execute(query + ending.removeprefix("...")).fetchall())
    assert found == [[], [("2999-01-01 00:00:00.000", "{}")]]


def test_forgotten_rows_leave_the_file(tmp_path):
    path = tmp_path / "online.db"
    rows = [OnlineRow(f"k={n}", f"2024-01-01 00:00:0{n}.000", "{}") for n in range(4)]
    SqliteStore(path, "p", FixedClock("2024-01-01 00:00:00")).put("m", rows, ttl_ms=1_000)
    SqliteStore(path, "p", FixedClock("2024-01-01 00:00:03")).put("m", [])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT key FROM online_rows").fetchall() == [("k=3",)]


def test_a_file_of_an_earlier_version_goes_on(tmp_path):
    path = tmp_path / "online.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE online_rows (project TEXT, model TEXT, key TEXT, feature_time TEXT, version TEXT, "
            "features TEXT, PRIMARY KEY (project, model, key)) WITHOUT ROWID"
        )
        time = "2024-01-01 00:00:00.000"
        connection.execute("INSERT INTO online_rows VALUES ('p', 'm', 'k=1', ?, ?, '{}')", (time, time))
        connection.commit()
    store = SqliteStore(path, "p")
    assert store.get("m", "k=1") == OnlineRow("k=1", "2024-01-01 00:00:00.000", "{}")
    assert store.put("m", [OnlineRow("k=2", "2999-01-01 00:00:00.000", "{}")], ttl_ms=1) == 1
    store.close()
