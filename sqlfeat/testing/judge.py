"""The verdict on a unit test: what engines gave beside what was expected, and beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlfeat.lower.program import Role
from sqlfeat.testing.prepare import REASON
from sqlfeat.testing.result import Finding
from sqlfeat.testing.rows import compare_rows
from sqlfeat.testing.values import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.testing.expectations import Wanted, WantedAside
    from sqlfeat.testing.outcome import Outcome, Rejected
    from sqlfeat.testing.prepare import Prepared

_KEY_ROLES = (Role.KEY, Role.FEATURE_TIME)
_FEW = 3
"""Rejected rows that are shown."""


def judge(test: Prepared, outcomes: Mapping[str, Outcome]) -> tuple[Finding, ...]:
    """Everything that is wrong; nothing if the test passes.

    Args:
        test: says what is expected.
        outcomes: what each engine gave, by its name.
    """
    findings = [finding for engine, outcome in outcomes.items() for finding in _of_engine(test, engine, outcome)]
    for one, other in pairwise(outcomes):
        findings += _between(test, one, other, outcomes)
    return tuple(findings)


def _of_engine(test: Prepared, engine: str, outcome: Outcome) -> Iterator[Finding]:
    if outcome.failed:
        for diagnostic in outcome.failed:
            details = (*diagnostic.notes, *((f"help: {diagnostic.help}",) if diagnostic.help else ()))
            yield Finding(f"{engine}: {diagnostic.code}: {diagnostic.message}", details=details)
        return
    names = [column.name for column in test.columns]
    rows = compare_rows(
        test.expected.columns, _keys(test), test.expected.rows, _picked(names, test.expected, outcome.rows)
    )
    if rows:
        hints = tuple(_late_hint(test, outcome))
        yield Finding(f"{engine}: the rows differ from those expected", rows, ("expected", engine), hints)
    for feed in test.feeds:
        late = [dict(event) for event in outcome.late.get(feed.input, ())]
        yield from _aside("late", engine, feed.input, test.late.get(feed.input), late)
        rejected = outcome.rejected.get(feed.input, ())
        told = test.rejected.get(feed.input)
        yield from _aside("rejected", engine, feed.input, told, [_rejected_values(row) for row in rejected])
        if told is None and rejected:
            yield _unexpected(engine, feed.input, rejected)


def _keys(test: Prepared) -> list[str]:
    return [column.name for column in test.columns if column.role in _KEY_ROLES]


def _picked(names: Sequence[str], wanted: Wanted, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The rows with only the columns that are told."""
    places = [names.index(name) for name in wanted.columns]
    return [tuple(row[place] for place in places) for row in rows]


def _rejected_values(row: Rejected) -> dict[str, Any]:
    return {**row.values, REASON: row.reason}


def _aside(
    what: str, engine: str, name: str, wanted: WantedAside | None, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Finding]:
    """Whether the rows turned aside are as many, and those, as told."""
    if wanted is None:
        return
    if wanted.count is not None and wanted.count != len(rows):
        yield Finding(f"{engine}: {len(rows)} rows of {name} are {what}, expected {wanted.count}")
    if wanted.rows is not None:
        columns = wanted.rows.columns
        given = [tuple(row.get(column) for column in columns) for row in rows]
        if found := compare_rows(columns, (), wanted.rows.rows, given):
            yield Finding(
                f"{engine}: the {what} rows of {name} differ from those expected", found, ("expected", engine)
            )


def _unexpected(engine: str, name: str, rejected: Sequence[Rejected]) -> Finding:
    details = [f"{row.reason}: {_listed(row.values)}" for row in rejected[:_FEW]]
    more = len(rejected) - _FEW
    details += [f"and {more} more"] if more > 0 else []
    details.append("hint: mend the row, or expect it under `rejected:`")
    noun = "row" if len(rejected) == 1 else "rows"
    return Finding(f"{engine}: {len(rejected)} {noun} of {name} rejected", details=tuple(details))


def _listed(values: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={shown(value)}" for name, value in values.items() if value is not None)


def _late_hint(test: Prepared, outcome: Outcome) -> Iterator[str]:
    """Late events, which may be why rows differ."""
    for feed in test.feeds:
        for event in outcome.late.get(feed.input, ()):
            told = [column for column in (feed.source.event_time, *feed.source.order_by) if column]
            listed = " ".join(f"{name}={shown(event[name])}" for name in dict.fromkeys(told))
            lateness = feed.source.lateness_ms / 1000
            yield f"hint: an event of {feed.input} was late: {listed}, lateness {lateness:g} s"


def _between(test: Prepared, one: str, other: str, outcomes: Mapping[str, Outcome]) -> Iterator[Finding]:
    """Where two engines differ, whatever was expected: that is never right."""
    left, right = outcomes[one], outcomes[other]
    if left.failed or right.failed:
        return
    names = [column.name for column in test.columns]
    if rows := compare_rows(names, _keys(test), left.rows, right.rows):
        yield Finding(f"the engines differ: {one} and {other} give other rows", rows, (one, other))
    for feed in test.feeds:
        columns = [column.name for column in feed.source.columns]
        ours, theirs = (
            [tuple(event[name] for name in columns) for event in outcome.late.get(feed.input, ())]
            for outcome in (left, right)
        )
        if rows := compare_rows(columns, (), ours, theirs):
            yield Finding(f"the engines differ: other events of {feed.input} are late", rows, (one, other))
        reasons = [[(row.reason,) for row in outcome.rejected.get(feed.input, ())] for outcome in (left, right)]
        if rows := compare_rows([REASON], (), *reasons):
            yield Finding(f"the engines differ: other rows of {feed.input} are rejected", rows, (one, other))
