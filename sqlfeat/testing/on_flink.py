"""Unit tests on Flink: as many as possible in one job, each over streams of its own."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.language.types import STRING, Kind
from sqlfeat.lower.program import OutputColumn, Role
from sqlfeat.parity.flink_output import output_files, select_output
from sqlfeat.testing.outcome import Outcome, Rejected
from sqlfeat.testing.prepare import FOLDER
from sqlfeat.testing.values import typed_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.project.config import Source
    from sqlfeat.testing.feeds import Feed
    from sqlfeat.testing.prepare import Prepared

BATCH = 20
"""Tests in one job; planning takes longer than running them."""


class FlinkTests:
    """Unit tests on a Flink inside this process.

    Args:
        connection: reads what Flink wrote.
        root: the project directory.
        log_file: where Flink logs.
    """

    def __init__(self, connection: DuckDBPyConnection, root: Path, log_file: Path) -> None:
        self._connection = connection
        self._root = root
        self._log_file = log_file

    def outcomes(self, tests: Sequence[Prepared]) -> list[Outcome]:
        """What Flink gives for each test.

        Raises:
            SqlfeatError: SF0010 to SF0012, Flink cannot be started.
        """
        batches = [tests[start : start + BATCH] for start in range(0, len(tests), BATCH)]
        return [outcome for batch in batches for outcome in self._batch(batch)]

    def _batch(self, tests: Sequence[Prepared]) -> Iterator[Outcome]:
        """Run some tests as one job; if it fails, one by one, to tell which of them it is."""
        from sqlfeat.engines.flink.job import run_job

        try:
            # One reader, so that events arrive in the order they are given in.
            run_job([test.model for test in tests], name="unit tests", log_file=self._log_file, parallelism=1)
        except SqlfeatError as error:
            if not error.diagnostics[0].code.startswith("SF08"):
                raise
            if len(tests) == 1:
                yield Outcome(failed=error.diagnostics)
            else:
                self._forget(tests)
                for test in tests:
                    yield from self._batch([test])
        else:
            yield from (self._outcome(test) for test in tests)

    def _forget(self, tests: Sequence[Prepared]) -> None:
        """Remove what a failed job wrote."""
        folder = self._root / FOLDER
        for test in tests:
            shutil.rmtree(folder / "out" / test.model.name, ignore_errors=True)
            for feed in test.feeds:
                shutil.rmtree(folder / "logs" / feed.source.full_name, ignore_errors=True)

    def _outcome(self, test: Prepared) -> Outcome:
        folder = self._root / FOLDER
        rows = self._read(folder / "out" / test.model.name, test.columns)
        late = {feed.input: self._late(feed, folder / "logs") for feed in test.feeds}
        rejected = {feed.input: tuple(_rejected(feed, folder / "logs")) for feed in test.feeds}
        return Outcome(tuple(rows), late, rejected)

    def _late(self, feed: Feed, logs: Path) -> tuple[dict[str, Any], ...]:
        columns = _logged_columns(feed.source)
        rows = self._read(logs / feed.source.full_name / "late", columns)
        return tuple(_event(feed.source, row) for row in rows)

    def _read(self, folder: Path, columns: Sequence[OutputColumn]) -> list[tuple[Any, ...]]:
        select = select_output(output_files(folder), columns)
        return self._connection.execute(select.sql("duckdb")).fetchall()


def _logged_columns(source: Source) -> list[OutputColumn]:
    """The columns of a late log, where decimals are text."""
    return [
        OutputColumn(c.name, STRING if c.type.kind is Kind.DECIMAL else c.type, c.nullable, Role.FEATURE)
        for c in source.columns
    ]


def _event(source: Source, row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        column.name: typed_value(value, column.type, date.min) if column.type.kind is Kind.DECIMAL else value
        for column, value in zip(source.columns, row, strict=True)
    }


def _rejected(feed: Feed, logs: Path) -> Iterator[Rejected]:
    for path in output_files(logs / feed.source.full_name / "rejects"):
        for line in path.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            yield Rejected.parse(entry["reason"], entry["row"])
