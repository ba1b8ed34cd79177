"""Broken models are refused with a place, or they compile and DuckDB takes what they compile to; nothing else happens.

`python -m tests.fuzz.run_broken_sql` breaks more of them, with other seeds, and shows what it finds.
"""

from __future__ import annotations

import random
import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb
import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.project.load import load_project
from sqlfeat.templating.rendered import Segment
from tests.fuzz.mutations import mutated
from tests.lower.fixtures import TOPICS, load_fixture

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlfeat.diagnostics.model import Diagnostic
    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject

MUTANTS = 2500


@dataclass(frozen=True)
class Victim:
    """A valid model."""

    project: LoadedProject
    name: str

    def compile(self, sql: str) -> CompiledModel | None:
        """Compile other SQL in its place."""
        segments = (Segment(0, 0, literal=True, length=len(sql)),)
        model = replace(self.project.models[self.name], sql=sql, template=sql, segments=segments)
        project = replace(self.project, models={**self.project.models, self.name: model})
        return next(iter(compile_models(project, [self.name])), None)


def victims(folder: Path) -> Iterator[Victim]:
    for topic in TOPICS:
        project = load_project(load_fixture(topic).write(folder / topic))
        yield from (Victim(project, name) for name in project.order)


def problem_with(victim: Victim, sql: str) -> str | None:
    """What goes wrong with a broken model, or None if it is refused or compiled as it should be."""
    try:
        compiled = victim.compile(sql)
    except SqlfeatError as error:
        return next(filter(None, (misplaced(diagnostic, victim, sql) for diagnostic in error.diagnostics)), None)
    except Exception:  # noqa: BLE001 - that is what is looked for
        return traceback.format_exc(limit=-4)
    return compiled and refused_by_duckdb(victim, compiled)


def misplaced(diagnostic: Diagnostic, victim: Victim, sql: str) -> str | None:
    """A complaint whose place is not in the model, or whose text is not for people."""
    span = diagnostic.span
    lines = sql.split("\n")
    if span is None or span.path != victim.project.models[victim.name].path:
        return f"no place in the model: {diagnostic}"
    if not (
        1 <= span.line <= len(lines) and 1 <= span.col <= len(lines[span.line - 1]) + 1 and span.col < span.end_col
    ):
        return f"a place outside of the model: {diagnostic}"
    if any(word in diagnostic.message for word in ("Token", "<class", "sqlglot", "object at 0x")):
        return f"the parser's own words: {diagnostic.message}"
    return None


def refused_by_duckdb(victim: Victim, compiled: CompiledModel) -> str | None:
    with connect(victim.project.config.root, threads=1) as connection:
        for statement in (*compiled.duckdb.setup, *(source.sql for source in compiled.duckdb.sources)):
            connection.execute(statement)
        try:
            connection.execute("EXPLAIN " + compiled.duckdb.query)
        except duckdb.Error as error:
            return f"DuckDB refuses what it compiles to: {error}"
    return None


def broken(folder: Path, count: int, seed: int) -> Iterator[tuple[Victim, str]]:
    """Mutants of valid models, always the same for a seed."""
    rnd = random.Random(seed)
    everyone = list(victims(folder))
    for _ in range(count):
        victim = rnd.choice(everyone)
        yield victim, mutated(victim.project.models[victim.name].sql, rnd)


def test_a_broken_model_is_refused_or_runs(tmp_path):
    found = [
        f"{victim.name}: {problem}\n{sql}"
        for victim, sql in broken(tmp_path, MUTANTS, seed=1)
        if (problem := problem_with(victim, sql))
    ]
    assert not found, f"{len(found)} of {MUTANTS}, for example:\n" + "\n\n".join(found[:3])


@pytest.mark.parametrize(
    "sql", ["", " ", "\n", ";", "\u0000", "SELECT", "(" * 5000, "'" * 5001, "-- only a comment", "*" * 3000]
)
def test_what_is_hardly_sql_is_refused(tmp_path, sql):
    victim = next(victims(tmp_path))
    with pytest.raises(SqlfeatError):
        victim.compile(sql)
    assert problem_with(victim, sql) is None
