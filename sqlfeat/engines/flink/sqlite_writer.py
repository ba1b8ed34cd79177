"""The writer of the online sink for SQLite: a vectorised function that Flink calls with batches of rows.

It runs in a Python worker. It is a function, not a connector: its result goes to a table that swallows everything. A
batch reaches the store in one transaction, reduced to one row per key. A batch that fails fails the job; writing it
again is harmless.
"""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, TextIO

from pyflink.table.udf import ScalarFunction

from sqlfeat.engines.flink.counts import Counts, write_counts
from sqlfeat.engines.flink.meter import Meter
from sqlfeat.engines.flink.orphan import end_with_java
from sqlfeat.stores.protocol import OnlineRow, latest_rows
from sqlfeat.stores.sqlite import SqliteStore

if TYPE_CHECKING:
    import pandas as pd
    from pyflink.table import FunctionContext

    from sqlfeat.engines.flink.sink import OnlineSink


class SqliteWriter(ScalarFunction):  # type: ignore[misc]  # PyFlink is untyped
    """Writes (key, version, features) of one feature view; gives 1 for a row that the batch sent to the store, else 0.

    Pickled with the job, so it connects in `open`, which Flink calls in the worker.
    """

    def __init__(self, sink: OnlineSink, view: str, ttl_ms: int = 0) -> None:
        self._sink = sink
        self._view = view
        self._ttl_ms = ttl_ms
        self._store: SqliteStore | None = None
        self._counts: TextIO | None = None
        self._meter: Meter | None = None

    def is_deterministic(self) -> bool:
        """Not: Flink must neither drop nor repeat nor fold the calls."""
        return False

    def open(self, function_context: FunctionContext) -> None:
        """Connect to the store and open a file for the counts."""
        end_with_java()
        self._store = SqliteStore(self._sink.project_root / self._sink.target.path, self._sink.project_name)
        self._meter = Meter(function_context.get_metric_group(), self._view)
        if self._sink.counts_dir is not None:
            name = f"{self._view}.{os.getpid()}.{uuid.uuid4().hex}"
            self._counts = (self._sink.counts_dir / name).open("a", encoding="utf-8")

    def close(self) -> None:
        """Give the connection back."""
        if self._store is not None:
            self._store.close()
        if self._counts is not None:
            self._counts.close()

    def eval(self, key: pd.Series, version: pd.Series, features: pd.Series) -> pd.Series:
        """Write one batch."""
        cells = zip(key, version, features, strict=True)
        rows = [row for row in cells if row[0] is not None and row[1] is not None]
        latest = latest_rows(rows)
        self._write(latest, Counts(rows=len(key), no_key=len(key) - len(rows), overtaken=len(rows) - len(latest)))
        return _sent(key)

    def _write(self, latest: list[OnlineRow], counts: Counts) -> None:
        if self._store is None or self._meter is None:
            raise RuntimeError("Flink called eval before open")
        written = self._store.put(self._view, latest, self._ttl_ms)
        counts += Counts(written=written, stale=len(latest) - written)
        self._meter.count(counts, latest)
        if self._counts is not None:
            # After the write and flushed at once: what a killed worker has written is what it has counted.
            write_counts(self._counts, counts)


def _sent(key: pd.Series) -> pd.Series:
    return key.notna().astype("int64")
