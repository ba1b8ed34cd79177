"""What a run has to say at its end: how many nodes ended how, and the errors that scrolled by."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.render import render_error

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError

OK = "ok"


class Tally:
    """Counts what a console was told."""

    def __init__(self) -> None:
        self._statuses: Counter[str] = Counter()
        self._errors: list[str] = []
        self._scrolled = False

    def node(self, status: str) -> None:
        """A node ended."""
        self._statuses[status] += 1
        self.narrated()

    def error(self, error: SqlfeatError, root: Path) -> str:
        """Keep an error; gives it back as text."""
        text = render_error(error, root)
        self._errors.append(text)
        return text

    def narrated(self) -> None:
        """Something was printed: errors before it may be out of sight."""
        self._scrolled = bool(self._errors)

    def errors_again(self) -> list[str]:
        """The errors, unless they were the last thing printed."""
        return self._errors if self._scrolled else []

    def totals(self) -> str:
        """`Done: 3 nodes, ok=2 fail=1`; nothing if there were no nodes, or only one."""
        total = sum(self._statuses.values())
        if total < 2:
            return ""
        counts = " ".join(f"{status}={count}" for status, count in sorted(self._statuses.items(), key=_rank))
        return f"Done: {total} nodes, {counts}"


def _rank(item: tuple[str, int]) -> tuple[bool, str]:
    """`ok` first, then by name."""
    return item[0] != OK, item[0]


def counted_errors(errors: list[str]) -> str:
    """`1 error:` or `2 errors:`."""
    return f"{len(errors)} error{'s' if len(errors) > 1 else ''}:"
