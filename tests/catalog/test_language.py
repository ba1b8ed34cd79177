from __future__ import annotations

import os
import re
from pathlib import Path

from sqlfeat.catalog.language import TYPES, chapters
from sqlfeat.catalog.reference import language_reference
from sqlfeat.language.operation import COMPILER_FAMILY
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import AGGREGATES, OPERATIONS
from sqlfeat.language.types import Kind
from tests.catalog.pages import read_page

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "language.md"


def test_the_reference_in_the_repository_is_up_to_date():
    text = language_reference()
    if os.environ.get("SQLFEAT_UPDATE") == "1":
        REFERENCE.parent.mkdir(parents=True, exist_ok=True)
        REFERENCE.write_text(text, encoding="utf-8")
    held = REFERENCE.read_text(encoding="utf-8") if REFERENCE.is_file() else ""
    assert held == text, "the registry has changed: SQLFEAT_UPDATE=1 pytest tests/catalog/test_language.py"


def test_every_entry_of_the_registry_is_in_one_chapter():
    found = [name for chapter in chapters() for entry in (*chapter.accepted, *chapter.refused)
             for name in (entry.name, *entry.aliases)]  # fmt: skip
    written = [name for name, entry in OPERATIONS.items() if entry.family != COMPILER_FAMILY]
    aggregates = [name for name in AGGREGATES if name.isidentifier()]
    assert sorted(found) == sorted([*written, *aggregates, *WINDOW_FUNCTIONS])


def test_every_type_is_described():
    kinds = {kind.value for kind in Kind} - {Kind.NULL.value}
    spelled = {re.split(r"\(p|<", name)[0] for name, _ in TYPES}
    assert spelled == kinds


def test_tables_of_the_reference_have_as_many_cells_as_columns():
    tables = re.findall(r"(?:^\|.*\n)+", language_reference(), flags=re.MULTILINE)
    assert len(tables) >= len(chapters())
    for table in tables:
        bars = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(bars) == 1, table


def test_the_page_shows_every_entry(example):
    text = read_page(example["language.html"]).text
    for chapter in chapters():
        assert all(entry.example in text for entry in chapter.accepted)
        assert all(name in text for entry in chapter.refused for name in (entry.name, *entry.aliases))
        assert all(entry.instead.replace("`", "") in text for entry in chapter.refused)
