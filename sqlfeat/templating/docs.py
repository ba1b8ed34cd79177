"""Docs blocks: long descriptions in Markdown files, `{% docs name %} ... {% enddocs %}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.templating.spans import span_of

if TYPE_CHECKING:
    from pathlib import Path

_OPENING = re.compile(r"{%-?\s*docs\s+(\w+)\s*-?%}")
_CLOSING = re.compile(r"{%-?\s*enddocs\s*-?%}")


def read_docs(root: Path, files: tuple[Path, ...], problems: list[Diagnostic]) -> dict[str, str]:
    """The docs blocks of some Markdown files, by name."""
    docs: dict[str, str] = {}
    first: dict[str, Span] = {}
    for file in files:
        path = file.relative_to(root).as_posix()
        text = file.read_text(encoding="utf-8", errors="replace")
        for opening in _OPENING.finditer(text):
            name, span = opening[1], span_of(path, text, opening.start(1), opening.end(1))
            closing = _CLOSING.search(text, opening.end())
            following = _OPENING.search(text, opening.end())
            if closing is None or (following and following.start() < closing.start()):
                message = f"docs block `{name}` is not closed"
                problems.append(Diagnostic("SF0201", message, span, help="close it with `{% enddocs %}`"))
            elif name in docs:
                at = first[name]
                note = f"first written at {at.path}:{at.line}:{at.col}"
                problems.append(Diagnostic("SF0111", f"docs block `{name}` is written twice", span, notes=(note,)))
            else:
                docs[name], first[name] = text[opening.end() : closing.start()].strip(), span
    return docs
