"""Judging a batch: what the three opinions disagree on, made as small as it goes, as a test that can be kept."""

from __future__ import annotations

import pprint
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from sqlfeat.diagnostics.model import SqlfeatError
from tests.fuzz.opinions import Batch
from tests.fuzz.streams import Stream
from tests.oracle.compare import differences

ORACLE_AND_DUCKDB, ORACLE_AND_FLINK, LATE, FAILED = "DuckDB", "Flink", "late", "Flink fails"
NULLS = "NULL where the compiler expects none"


@dataclass
class Verdict:
    """What became of a batch.

    Attributes:
        values: cells that all opinions gave.
        problems: (what, model or "", lines) of each disagreement.
    """

    pairs: int = 0
    values: int = 0
    problems: list[tuple[str, str, list[str]]] = field(default_factory=list)


def judged(batch: Batch, *, flink: bool, parallelism: int = 1) -> Verdict:
    """Compare the opinions on each model of a batch bit for bit."""
    verdict = Verdict()
    if flink:
        try:
            batch.stream(parallelism)
        except SqlfeatError as error:
            verdict.problems.append((FAILED, "", [error.diagnostics[0].message]))
            return verdict
    return compared(batch, verdict, flink=flink)


def compared(batch: Batch, verdict: Verdict, *, flink: bool) -> Verdict:
    """The verdict with what the opinions disagree on; with Flink, its job is done."""
    if flink:
        batch.read_late_logs()
        if wrong := batch.wrong_verdicts():
            verdict.problems.append((LATE, next(iter(batch.models)), wrong))
    relations, duckdb = batch.relations(), batch.duckdb()
    for name in batch.models:
        rows = batch.oracle(name, relations)
        opinions = {ORACLE_AND_DUCKDB: duckdb[name]} | ({ORACLE_AND_FLINK: batch.flink(name)} if flink else {})
        verdict.problems += [
            (who, name, found) for who, given in opinions.items() if (found := differences(rows, given))
        ]
        if missing := batch.missing(name, rows):
            verdict.problems.append((NULLS, name, missing))
        verdict.values += sum(map(len, rows))
        verdict.pairs += len(batch.streams)
    return verdict


def agree(sql: str, events: Sequence[Any], changes: Sequence[Any], *, flink: bool) -> list[str]:
    """The disagreements on one model and one stream; a test that was found by fuzzing asserts that there are none."""
    with tempfile.TemporaryDirectory() as folder:
        batch = Batch(Path(folder), {"model": sql}, [Stream(tuple(events), tuple(changes))])
        if batch.refused:
            return [f"refused: {batch.refused['model']}"]
        return [line for _, _, lines in judged(batch, flink=flink).problems for line in lines]


def failing_alone(batch: Batch, folder: Path) -> list[str]:
    """The models for which Flink fails, found by halves: those that it refuses, else those whose job fails."""
    return _failing(batch, folder / "planned", []) or _failing(batch, folder / "run", batch.streams)


def _failing(batch: Batch, folder: Path, streams: Sequence[Stream]) -> list[str]:
    names = list(batch.models)
    middle = len(names) // 2
    found: list[str] = []
    for half, part in enumerate(filter(None, (names[:middle], names[middle:]))):
        smaller = Batch(folder / str(half), {name: batch.sql[name] for name in part}, streams)
        try:
            smaller.stream(1)
        except SqlfeatError:
            found += part if len(part) == 1 else _failing(smaller, folder / str(half), streams)
    return found


def shrunk(sql: str, streams: Sequence[Stream], fails: Callable[[str, Sequence[Stream]], bool], tries: int) -> str:
    """The smallest model and stream that still fail, as a test; `fails` is asked so many times at most."""
    budget = [tries]

    def still(sql: str, streams: Sequence[Stream]) -> bool:
        budget[0] -= 1
        return budget[0] >= 0 and fails(sql, streams)

    streams = _halved(list(streams), lambda kept: still(sql, kept))
    sql = _fewer_columns(sql, lambda smaller: still(smaller, streams))
    if len(streams) == 1:
        events = _without(list(streams[0].events), lambda kept: still(sql, [Stream(tuple(kept), streams[0].changes)]))
        changes = _without(list(streams[0].changes), lambda kept: still(sql, [Stream(tuple(events), tuple(kept))]))
        streams = [Stream(tuple(events), tuple(changes))]
    return as_test(sql, streams)


def _halved(items: list[Any], fails: Callable[[list[Any]], bool]) -> list[Any]:
    while len(items) > 1:
        middle = len(items) // 2
        half = next((part for part in (items[:middle], items[middle:]) if fails(part)), None)
        if half is None:
            break
        items = half
    return items


def _without(items: list[Any], fails: Callable[[list[Any]], bool]) -> list[Any]:
    """The items without what is not needed: first in large pieces, then one by one."""
    size = max(1, len(items) // 2)
    while size:
        start = 0
        while start < len(items):
            kept = items[:start] + items[start + size :]
            if fails(kept):
                items = kept
            else:
                start += size
        size //= 2
    return items


def _fewer_columns(sql: str, fails: Callable[[str], bool]) -> str:
    """The model without features that are not needed."""
    config, query = sql.split("\n", 1)
    names = {"{{ source('f', '": "f_", "{{ ref('": "m_", "') }}": "_f"}
    hidden = query
    for written_as, name in names.items():
        hidden = hidden.replace(written_as, name)

    def written(tree: exp.Expr) -> str:
        sql = tree.sql("sqlfeat")
        for written_as, name in names.items():
            sql = sql.replace(name, written_as)
        return f"{config}\n{sql}"

    try:
        tree = sqlglot.parse_one(hidden, dialect="sqlfeat")
        if not isinstance(tree, exp.Select) or not fails(written(tree)):
            return sql
    except (sqlglot.errors.SqlglotError, TypeError):
        return sql
    features = [item for item in tree.expressions if item.alias.startswith("f") and item.alias[1:].isdigit()]

    def only(kept: list[Any]) -> str:
        smaller = tree.copy()
        names = {item.alias for item in kept}
        gone = {item.alias for item in features} - names
        smaller.set("expressions", [item for item in smaller.expressions if item.alias not in gone])
        return written(smaller)

    return only(_without(features, lambda kept: bool(kept) and fails(only(kept))))


def as_test(sql: str, streams: Sequence[Stream]) -> str:
    """Ready to be pasted into tests/fuzz/test_found.py."""
    events = [event for stream in streams for event in stream.events]
    changes = [change for stream in streams for change in stream.changes]
    body = "\n".join(f"    {line}" for line in _shown("events", events) + _shown("changes", changes))
    asserted = "    assert agree(sql, events, changes, flink=flink) == []"
    return f'def test_found(flink):\n    sql = """{sql}"""\n{body}\n{asserted}\n'


def _shown(name: str, rows: Sequence[Any]) -> list[str]:
    return f"{name} = {pprint.pformat(list(rows), width=110, sort_dicts=False, compact=True)}".splitlines()
