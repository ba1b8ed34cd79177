"""A source line with carets below it, as wide as the terminal shows it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlfeat.diagnostics.model import Span

TAB_WIDTH = 4
MAX_CELLS = 120
"""How much of a source line is shown; a longer one is cut to the part around the carets."""

_LEAD = 40
"""Cells kept in front of the carets when the head of a line is cut off."""
_CUT = "..."


@dataclass(frozen=True, slots=True)
class Snippet:
    """A source line and the line of carets that goes below it."""

    source: str
    carets: str


def snippet(span: Span, root: Path) -> Snippet | None:
    """The line a span lies in, marked; None if there is no such file or line."""
    line = _source_line(span, root)
    if line is None:
        return None
    start = max(0, min(span.col - 1, len(line)))
    end = max(start, min(span.end_col - 1, len(line)))
    before, marked, after = _shorten(_shown(line[:start]), _shown(line[start:end]), _shown(line[end:]))
    # A span at or behind the end of the line still gets one caret: something is missing there.
    carets = " " * _cells(before) + "^" * max(1, _cells(marked))
    return Snippet((before + marked + after).rstrip(), carets)


def _source_line(span: Span, root: Path) -> str | None:
    try:
        text = (root / span.path).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return None
    # Not splitlines(): it also splits at form feeds and the like, which no parser counts as line ends.
    lines = text.split("\n")
    return lines[span.line - 1].rstrip("\r") if 1 <= span.line <= len(lines) else None


def _shown(text: str) -> str:
    """Text without anything that moves the cursor: a file must not be able to paint over a message."""
    expanded = text.replace("\t", " " * TAB_WIDTH)
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in expanded)


def _shorten(before: str, marked: str, after: str) -> tuple[str, str, str]:
    """The three parts of a line, cut so that the marked one is seen and all fit in `MAX_CELLS`."""
    if _cells(before + marked + after) <= MAX_CELLS:
        return before, marked, after
    if _cells(before) > _LEAD:
        before = _CUT + _last(before, _LEAD - len(_CUT))
    room = MAX_CELLS - _cells(before)
    if _cells(marked) > room:
        return before, _first(marked, room - len(_CUT)) + _CUT, ""
    room -= _cells(marked)
    if _cells(after) > room:
        after = _first(after, room - len(_CUT)) + _CUT if room > len(_CUT) else ""
    return before, marked, after


def _first(text: str, cells: int) -> str:
    """The longest head of a text that fits."""
    return "".join(_fitting(text, cells))


def _last(text: str, cells: int) -> str:
    """The longest tail of a text that fits."""
    return "".join(_fitting(reversed(text), cells))[::-1]


def _fitting(characters: Iterable[str], cells: int) -> Iterable[str]:
    for character in characters:
        cells -= _cells(character)
        if cells < 0:
            return
        yield character


def _cells(text: str) -> int:
    """How many columns of a terminal a text takes: East Asian wide characters take two, combining marks none."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
