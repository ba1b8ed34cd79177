"""From offsets in a template to lines and columns."""

from __future__ import annotations

import re

from sqlfeat.diagnostics.model import Span


def span_of(path: str, text: str, start: int, end: int) -> Span:
    """The span of `text[start:end]`, of its first line when it has several."""
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    end = min(end, len(text) if line_end < 0 else line_end)
    return Span(path, text.count("\n", 0, start) + 1, start - line_start + 1, max(end, start + 1) - line_start + 1)


def line_span(path: str, text: str, line: int) -> Span:
    """The span of a whole line, without the white space around it."""
    lines = text.split("\n")
    content = lines[min(line, len(lines)) - 1]
    start = len(content) - len(content.lstrip())
    return Span(path, min(line, len(lines)), start + 1, max(len(content.rstrip()), start + 1) + 1)


def find_word(text: str, start: int, end: int, word: str) -> tuple[int, int] | None:
    """The only place of a word in `text[start:end]`: in quotes before bare; None when there is none or several."""
    if not word:
        return None
    quoted = [(m.start(1), m.end(1)) for m in re.finditer(rf"""["']({re.escape(word)})["']""", text[start:end])]
    bare = [(m.start(), m.end()) for m in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text[start:end])]
    for found in (quoted, bare):
        if len(found) == 1:
            return start + found[0][0], start + found[0][1]
    return None
