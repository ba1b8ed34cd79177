"""A diagnostic as people read it (carets under the word) and as programs do (JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.snippet import snippet

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError


def render_error(error: SqlfeatError, root: Path) -> str:
    """All diagnostics of an error, a blank line between them."""
    return "\n\n".join(render_diagnostic(diagnostic, root) for diagnostic in error.diagnostics)


def render_diagnostic(diagnostic: Diagnostic, root: Path) -> str:
    """A diagnostic with its source line and carets.

    Args:
        diagnostic: its span's path is relative to `root`.
        root: the project directory. A source line that cannot be read there is left out.
    """
    span = diagnostic.span
    gutter = " " * (len(str(span.line)) + 1 if span else 2)
    lines = [f"error[{diagnostic.code}]: {_hanging(diagnostic.message, gutter)}"]
    marked = snippet(span, root) if span else None
    if span is not None:
        lines.append(f"{gutter}--> {span.path}:{span.line}:{span.col}")
    if span is not None and marked is not None:
        lines += [
            f"{gutter} |",
            f" {span.line} | {marked.source}".rstrip(),
            f"{gutter} | {marked.carets} {diagnostic.label}".rstrip(),
            f"{gutter} |",
        ]
    facts = _facts(diagnostic, with_label=marked is None)
    return "\n".join([*lines, *(f"{gutter} = {_hanging(fact, gutter + '   ')}" for fact in facts)])


def diagnostic_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic for editors: lines and characters of the range count from 0, its end is exclusive."""
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": "error",
        "message": diagnostic.message,
        "path": span.path if span else None,
        "range": _range(span) if span else None,
        "label": diagnostic.label,
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
    }


def _range(span: Span) -> dict[str, dict[str, int]]:
    line = span.line - 1
    return {
        "start": {"line": line, "character": span.col - 1},
        "end": {"line": line, "character": max(span.col, span.end_col) - 1},
    }


def _facts(diagnostic: Diagnostic, *, with_label: bool) -> list[str]:
    """What stands behind `=`; a label that has no carets to stand behind comes first."""
    return [
        *([diagnostic.label] if with_label and diagnostic.label else []),
        *diagnostic.notes,
        *([f"help: {diagnostic.help}"] if diagnostic.help else []),
        f"explain: sqlfeat explain {diagnostic.code}",
    ]


def _hanging(text: str, indent: str) -> str:
    """Text whose further lines stand below its first one."""
    return f"\n{indent}".join(text.strip().splitlines())
