"""Every vector of the registry on real DuckDB and on real Flink, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sqlfeat.language.operation import COMPILER_FAMILY
from tests.conformance.cases import Group, groups_of, subjects, with_constants
from tests.conformance.duckdb_engine import DuckdbEngine
from tests.conformance.fuzz import fuzzed
from tests.conformance.rows import Outcome, against_each_other, against_expectation, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUBJECTS = subjects()
WITH_CONSTANTS = [(subject, with_constants(vectors)) for subject, vectors in SUBJECTS]
NAMES = [str(subject) for subject, _ in SUBJECTS]
PUBLIC = [(subject, vectors) for subject, vectors in SUBJECTS if subject.family != COMPILER_FAMILY]
"""What users write. The compiler's own operations are used only where their arguments are known to fit."""
FUZZED = 30
"""Random arguments of each signature in every run of the engine suite; by hand take more, and other seeds."""


@pytest.fixture(scope="session")
def groups() -> list[Group]:
    """The vectors and random arguments in one: they share the expressions, whose compilation takes the time."""
    random = dict(fuzzed(subject, vectors, FUZZED, seed=1) for subject, vectors in SUBJECTS)
    return groups_of((subject, (*vectors, *random[subject])) for subject, vectors in SUBJECTS)


@pytest.fixture(scope="session")
def rows(groups: list[Group], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("conformance") / "rows.jsonl"
    write_rows(groups, path)
    return path


@pytest.fixture(scope="session")
def on_duckdb(groups: list[Group], rows: Path) -> Outcome:
    return DuckdbEngine(rows).run(groups)


@pytest.fixture(scope="session")
def on_flink(groups: list[Group], rows: Path) -> Outcome:
    from tests.conformance.flink_engine import FlinkEngine

    return FlinkEngine(rows, rows.parent, rows.parent / "flink.log").run(groups)


@pytest.fixture(scope="session")
def duckdb_findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    proved = groups_of(WITH_CONSTANTS)
    path = tmp_path_factory.mktemp("conformance") / "rows.jsonl"
    write_rows(proved, path)
    return _by_subject(against_expectation("duckdb", proved, DuckdbEngine(path).run(proved)))


@pytest.fixture(scope="session")
def flink_findings(groups: list[Group], on_flink: Outcome) -> dict[str, list[str]]:
    return _by_subject(against_expectation("flink", groups, on_flink))


@pytest.fixture(scope="session")
def disagreements(groups: list[Group], on_duckdb: Outcome, on_flink: Outcome) -> dict[str, list[str]]:
    return _by_subject(against_each_other(groups, on_duckdb, on_flink))


def _by_subject(findings: Iterable[tuple[Group, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group, text in findings:
        found.setdefault(str(group.subject), []).append(text)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_duckdb_gives_what_the_vectors_say(name: str, duckdb_findings: dict[str, list[str]]) -> None:
    assert not duckdb_findings.get(name), "\n".join(duckdb_findings[name])


@pytest.mark.engine
@pytest.mark.parametrize("name", NAMES)
def test_flink_gives_what_the_vectors_say(name: str, flink_findings: dict[str, list[str]]) -> None:
    assert not flink_findings.get(name), "\n".join(flink_findings[name])


@pytest.mark.engine
@pytest.mark.parametrize("name", [str(subject) for subject, _ in PUBLIC])
def test_the_engines_agree_on_random_arguments(name: str, disagreements: dict[str, list[str]]) -> None:
    assert not disagreements.get(name), "\n".join(disagreements[name])


@pytest.mark.engine
def test_what_flink_computes_from_constants_has_the_type_that_the_language_says(tmp_path: Path) -> None:
    """Of its planner, without a job: the values from constants are proved on DuckDB."""
    from tests.conformance.flink_engine import FlinkEngine

    groups = groups_of(WITH_CONSTANTS)
    outcome = FlinkEngine(tmp_path / "none.jsonl", tmp_path, tmp_path / "flink.log").typed(groups)
    names = {group.id: f"{group.subject} {group.cases[0].vector.types!r}" for group in groups}
    assert {names[identity]: found for identity, found in (outcome.types | outcome.broken).items()} == {}
