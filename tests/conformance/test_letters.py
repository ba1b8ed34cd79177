"""UPPER and LOWER of every character there is, on both engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sqlfeat.language.operation import Vector
from sqlfeat.language.ops.letters import lower_table, upper_table
from tests.conformance.cases import Group, Subject, groups_of
from tests.conformance.duckdb_engine import DuckdbEngine
from tests.conformance.rows import against_expectation, write_rows

if TYPE_CHECKING:
    from pathlib import Path

CHUNK = 256


@pytest.fixture
def groups() -> list[Group]:
    tables = {"UPPER": upper_table(), "LOWER": lower_table()}
    return groups_of((Subject(name, "strings"), vectors(*table)) for name, table in tables.items())


@pytest.fixture
def rows(groups: list[Group], tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    write_rows(groups, path)
    return path


def vectors(letters: str, replacements: str) -> list[Vector]:
    mapping = str.maketrans(letters, replacements)
    characters = [chr(code) for code in range(1, 0x110000) if not 0xD800 <= code <= 0xDFFF]
    texts = ["".join(characters[start : start + CHUNK]) for start in range(0, len(characters), CHUNK)]
    return [Vector((text,), text.translate(mapping), ("STRING",)) for text in texts]


def test_duckdb_knows_exactly_the_letters_of_the_tables(groups: list[Group], rows: Path) -> None:
    findings = list(against_expectation("duckdb", groups, DuckdbEngine(rows).run(groups)))
    assert not findings


@pytest.mark.engine
def test_flink_maps_exactly_the_letters_of_the_tables(groups: list[Group], rows: Path, tmp_path: Path) -> None:
    from tests.conformance.flink_engine import FlinkEngine

    outcome = FlinkEngine(rows, tmp_path, tmp_path / "flink.log").run(groups)
    assert not list(against_expectation("flink", groups, outcome))
