"""The reference of the language as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlfeat.catalog.language import TYPES, Accepted, Chapter, chapters, refused_types

if TYPE_CHECKING:
    from collections.abc import Iterable


def language_reference() -> str:
    """The reference as Markdown, the text of `docs/reference/language.md`."""
    found = chapters()
    accepted = sum(len(chapter.accepted) for chapter in found)
    refused = sum(len(chapter.refused) for chapter in found)
    parts = [_INTRODUCTION.format(accepted=accepted, refused=refused), _types()]
    parts += [_chapter_text(chapter) for chapter in found]
    return "\n".join(parts)


_INTRODUCTION = """\
# The language

<!-- Made from the operation registry by the tests: SQLFEAT_UPDATE=1 pytest tests/catalog/test_language.py -->

What is listed here compiles, and gives the same value on DuckDB and on Flink to the last bit. Everything else is
refused at compile time. There are {accepted} operations and {refused} that are refused for a reason worth knowing.
*Vectors* are worked examples of an operation that the tests prove on both engines.
"""


def _types() -> str:
    lines = ["## Types\n", *_table(("type", "values"), ((_code(name), doc) for name, doc in TYPES))]
    refused = ((_code(name), advice) for name, advice in refused_types())
    return "\n".join([*lines, "\nRefused:\n", *_table(("type", "instead"), refused)]) + "\n"


def _chapter_text(chapter: Chapter) -> str:
    lines = [f"## {chapter.title.capitalize()}\n"]
    if chapter.accepted:
        rows = ((_code(e.example), _remarks(e), str(e.vectors) if e.vectors else "") for e in chapter.accepted)
        lines += _table(("operation", "meaning", "vectors"), rows)
    if chapter.accepted and chapter.refused:
        lines.append("\nRefused:\n")
    if chapter.refused:
        names = ((", ".join(map(_code, (e.name, *e.aliases))), e.reason, e.instead) for e in chapter.refused)
        lines += _table(("refused", "because", "write instead"), names)
    return "\n".join(lines) + "\n"


def _remarks(entry: Accepted) -> str:
    aliases = f" Also written {', '.join(map(_code, entry.aliases))}." if entry.aliases else ""
    notes = "".join(f" {note[0].upper()}{note[1:]}." for note in entry.notes)
    return f"{entry.doc}{aliases}{notes}"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_row(header), _row(("---",) * len(header)), *map(_row, rows)]


def _row(cells: tuple[str, ...]) -> str:
    # A bar ends a cell even inside of backquotes.
    return f"| {' | '.join(_escaped(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _escaped(text: str) -> str:
    """Sentences of the registry are plain text with code in backquotes: `ARRAY<t>` is no tag, `*` no emphasis."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(part if part.startswith("`") else re.sub(r"([<*_\\])", r"\\\1", part) for part in parts)


def _code(text: str) -> str:
    return f"`{text}`"
