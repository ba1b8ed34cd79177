"""The file that both engines read, and what an engine made of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlfeat.lower.expressions import identifier
from tests.conformance.cases import UNKNOWN
from tests.conformance.values import actual, argument, expected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlfeat.lower.expressions import ExpressionLowering
    from sqlfeat.plan.hoist import Step
    from tests.conformance.cases import Case, Group

SLOTS = 8
"""Columns that an operation may read: `a<i>` for scalars, `x<i>` for arrays."""


@dataclass(frozen=True, slots=True)
class Failure:
    """No value: the engine stopped."""

    message: str


@dataclass(slots=True)
class Outcome:
    """What one engine made of the cases.

    Attributes:
        values: the result of each case as text.
        failed: cases that stopped the engine, with its message.
        broken: groups that the engine does not accept.
        types: groups whose expression has another type than the language says, with that type.
    """

    values: dict[int, Any] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


def projected(lowering: ExpressionLowering, steps: Sequence[Step], relation: str, dialect: str) -> str:
    """A relation with the columns added that expressions share."""
    for step in steps:
        columns = "".join(
            f", {lowering.tree(value).sql(dialect)} AS {identifier(name).sql(dialect)}" for name, value in step
        )
        relation = f"SELECT *{columns} FROM ({relation})"
    return relation


def write_rows(groups: Iterable[Group], path: Path) -> None:
    """One JSON object per case; the constants of a vector stay in the query."""
    with path.open("w", encoding="utf-8") as file:
        for group in groups:
            for case in group.cases:
                file.write(json.dumps(_row(group, case), ensure_ascii=False) + "\n")


def _row(group: Group, case: Case) -> dict[str, Any]:
    row: dict[str, Any] = {"id": case.id, "grp": group.id}
    for slot, value in case.columns.items():
        row[f"{'x' if isinstance(value, (list, tuple)) else 'a'}{slot}"] = argument(value)
    return row


def against_expectation(engine: str, groups: Iterable[Group], outcome: Outcome) -> Iterator[tuple[Group, str]]:
    """What differs from the vectors."""
    for group in groups:
        yield from _unusable(engine, group, outcome)
        if group.id in outcome.broken:
            continue
        for case in group.cases:
            if case.vector.result is UNKNOWN:
                continue
            wanted = expected(case.vector.result, group.type)
            found = _found(group, case, outcome)
            if found != wanted:
                what = f"{engine}: {group.describe(case)} -> {group.type}"
                yield group, f"{what}\n    expected {wanted!r}\n    actual   {found!r}"


def against_each_other(groups: Iterable[Group], duckdb: Outcome, flink: Outcome) -> Iterator[tuple[Group, str]]:
    """What the engines answer differently."""
    for group in groups:
        yield from _unusable("duckdb", group, duckdb)
        yield from _unusable("flink", group, flink)
        if group.id in duckdb.broken or group.id in flink.broken:
            continue
        for case in group.cases:
            left, right = _found(group, case, duckdb), _found(group, case, flink)
            if left != right or isinstance(left, Failure):
                yield group, f"{group.describe(case)} -> {group.type}\n    duckdb {left!r}\n    flink  {right!r}"


def _unusable(engine: str, group: Group, outcome: Outcome) -> Iterator[tuple[Group, str]]:
    if message := outcome.broken.get(group.id):
        yield group, f"{engine}: {group.describe(group.cases[0])} is not accepted: {message}"
    elif other := outcome.types.get(group.id):
        yield group, f"{engine}: {group.describe(group.cases[0])} has type {other}, not {group.type}"


def _found(group: Group, case: Case, outcome: Outcome) -> Any:
    if message := outcome.failed.get(case.id):
        return Failure(message)
    if case.id not in outcome.values:
        return Failure("no row")
    return actual(outcome.values[case.id], group.type)
