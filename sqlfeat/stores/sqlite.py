"""The embedded online store: one SQLite file that several processes may write to at once."""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlfeat.clock import Clock, SystemClock
from sqlfeat.stores.errors import unreachable
from sqlfeat.stores.protocol import OnlineRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BUSY_TIMEOUT_MS = 60_000
"""How long a writer waits for the others: every parallel instance of every feature view writes to the one file."""

_CREATE = """
CREATE TABLE IF NOT EXISTS online_rows (
    project TEXT NOT NULL,
    model TEXT NOT NULL,
    key TEXT NOT NULL,
    feature_time TEXT NOT NULL,
    version TEXT NOT NULL,
    features TEXT NOT NULL,
    expires_ms INTEGER,
    PRIMARY KEY (project, model, key)
) WITHOUT ROWID
"""
# Text compares byte by byte here (SQLite's BINARY collation), which is the order versions are made for.
_PUT = """
INSERT INTO online_rows (project, model, key, feature_time, version, features, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (project, model, key) DO UPDATE SET
    feature_time = excluded.feature_time, version = excluded.version, features = excluded.features,
    expires_ms = excluded.expires_ms
WHERE excluded.version >= online_rows.version
"""
_GET = """
SELECT key, version, features FROM online_rows
WHERE project = ? AND model = ? AND key = ? AND (expires_ms IS NULL OR expires_ms > ?)
"""
_COLUMNS = "SELECT name FROM pragma_table_info('online_rows')"
_ADD_EXPIRY = "ALTER TABLE online_rows ADD COLUMN expires_ms INTEGER"
_INDEX_EXPIRY = "CREATE INDEX IF NOT EXISTS online_rows_expiry ON online_rows (expires_ms) WHERE expires_ms IS NOT NULL"
_FORGET = "DELETE FROM online_rows WHERE expires_ms <= ?"


class SqliteStore:
    """Online store in a SQLite file; see `OnlineStore`."""

    def __init__(self, path: Path, project: str, clock: Clock | None = None) -> None:
        self._path = path
        self._project = project
        self._clock = clock or SystemClock()
        self._connection: sqlite3.Connection | None = None

    def put(self, view: str, rows: Sequence[OnlineRow], ttl_ms: int = 0) -> int:
        """Write rows in one transaction; a row whose version is below the stored one is left out.

        Safe to repeat, from any number of processes: whatever the order of the writes, the greatest version stays.
        Of equal versions the later write stays.

        Args:
            view: the feature view.
            rows: at most one for each key.
            ttl_ms: how long after its feature time a row is forgotten; 0 is never.

        Returns:
            How many rows were written.

        Raises:
            SqlfeatError: SF0902.
        """
        with self._transaction() as connection:
            values = (
                (self._project, view, r.key, r.feature_time, r.version, r.features, r.expires_ms(ttl_ms)) for r in rows
            )
            written = connection.executemany(_PUT, values).rowcount if rows else 0
            connection.execute(_FORGET, (self._now_ms(),))
            return written

    def get(self, view: str, key: str) -> OnlineRow | None:
        """The row of a key; a file that does not exist yet holds none and is not created."""
        if self._connection is None and not self._path.exists():
            return None
        with self._errors():
            row = self._connected().execute(_GET, (self._project, view, key, self._now_ms())).fetchone()
        return OnlineRow(*row) if row else None

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def ping(self) -> None:
        """Create the file if it is not there, and take the write lock once."""
        with self._transaction():
            pass

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._errors():
            connection = self._connected()
            # IMMEDIATE takes the write lock at once: a read lock that is raised later fails instead of waiting.
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = _connect(self._path)
        return self._connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise unreachable(str(self._path), str(error), "check `online:` of the target in project.yml") from error


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Flink's Python worker calls one writer from changing threads, one at a time.
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False)
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(_CREATE)
    if not any(name == "expires_ms" for (name,) in connection.execute(_COLUMNS)):  # of an earlier version
        connection.execute(_ADD_EXPIRY)
    connection.execute(_INDEX_EXPIRY)
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the file to write-ahead logging, which SQLite does not wait for when another process does the same."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while not _switched(connection, last=time.monotonic() > deadline):
        time.sleep(0.01)


def _switched(connection: sqlite3.Connection, *, last: bool) -> bool:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or last:
            raise
        return False
    return True
