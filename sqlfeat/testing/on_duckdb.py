"""Unit tests on DuckDB: late events are found by a walk over the arrivals and left out, as Flink leaves them out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.duckdb.sources import REASON, ROW, source_views
from sqlfeat.lower.names import parsed_name, rejects_name
from sqlfeat.lower.program import Slice
from sqlfeat.project.config import History
from sqlfeat.testing.lateness import Arrival, late_flags
from sqlfeat.testing.outcome import Outcome, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.lower.program import OutputColumn
    from sqlfeat.project.config import Source
    from sqlfeat.testing.feeds import Feed
    from sqlfeat.testing.prepare import Prepared

_RESULT = "sqlfeat__result"


def write_streams(root: Path, tests: Sequence[Prepared]) -> None:
    """Write what each source sends, one JSON object a line in order of arrival."""
    for feed in (feed for test in tests for feed in test.feeds):
        assert feed.source.stream is not None
        path = root / feed.source.stream.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines_of(feed)), encoding="utf-8")


def lines_of(feed: Feed) -> list[str]:
    """The rows as lines."""
    return [json.dumps(row, ensure_ascii=False) + "\n" for row in feed.rows]


class DuckdbTests:
    """Unit tests on one connection; the streams are written already.

    Args:
        connection: finds files relative to `root`.
        root: the project directory.
    """

    def __init__(self, connection: DuckDBPyConnection, root: Path) -> None:
        self._run = DuckdbRun(connection)
        self._connection = connection
        self._root = root

    def outcome(self, test: Prepared) -> Outcome:
        """What DuckDB gives for a test."""
        try:
            self._run.configure(test.model)
            late = {feed.input: self._accept(feed) for feed in test.feeds}
            self._run.materialize(test.model, Slice(), _RESULT)
        except SqlfeatError as error:
            return Outcome(failed=error.diagnostics)
        rows = self._connection.execute(select_visible(_RESULT, test.columns).sql("duckdb")).fetchall()
        return Outcome(tuple(rows), late, {feed.input: self._rejected(feed) for feed in test.feeds})

    def _accept(self, feed: Feed) -> tuple[dict[str, Any], ...]:
        """Write the history of a source, which is what it sent without the late events; gives those."""
        source, lines = feed.source, lines_of(feed)
        assert source.history is not None
        known = self._parsed(source) if feed.rows else {}
        flags = [False] * len(lines)
        if source.event_time:
            arrivals = [_arrival(source, known[line.rstrip("\n")]) for line in lines]
            flags = list(late_flags(arrivals, source.lateness_ms))
        accepted = [line for line, late in zip(lines, flags, strict=True) if not late]
        (self._root / source.history.path).write_text("".join(accepted), encoding="utf-8")
        return tuple(
            {column.name: known[line.rstrip("\n")][column.name] for column in source.columns}
            for line, late in zip(lines, flags, strict=True)
            if late
        )

    def _parsed(self, source: Source) -> dict[str, dict[str, Any]]:
        """Every line of the stream as DuckDB reads it: its columns, and the reason if it is rejected."""
        assert source.stream is not None
        assert source.history is not None
        stream = History(source.history.format, source.stream.path).below(str(self._root))
        self._connection.execute(source_views(replace(source, history=stream))[0].sql)
        names = [*(column.name for column in source.columns), REASON, ROW]
        columns = [exp.column(name, quoted=True) for name in names]
        select = exp.select(*columns).from_(exp.to_identifier(parsed_name(source), quoted=True))
        rows = self._connection.execute(select.sql("duckdb")).fetchall()
        return {row[-1]: dict(zip(names, row, strict=True)) for row in rows}

    def _rejected(self, feed: Feed) -> tuple[Rejected, ...]:
        view = exp.to_identifier(rejects_name(feed.source), quoted=True)
        select = exp.select(exp.column("reason"), exp.column("row")).from_(view)
        rows = self._connection.execute(select.sql("duckdb")).fetchall()
        return tuple(Rejected.parse(reason, row) for reason, row in rows)


def _arrival(source: Source, parsed: dict[str, Any]) -> Arrival:
    assert source.event_time is not None
    return Arrival(parsed[source.event_time], rejected=parsed[REASON] is not None)


def select_visible(relation: str, columns: Sequence[OutputColumn]) -> exp.Select:
    """The visible columns of a table."""
    return exp.select(*(exp.column(column.name, quoted=True) for column in columns)).from_(relation)
