"""A console that lets only results and errors through (`--quiet`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.diagnostics.model import SqlfeatError


class QuietConsole:
    """A `Console` in front of another one.

    Args:
        inner: gets results and errors; None for a console that says nothing at all, as `sqlfeat.Project` in a script.
    """

    def __init__(self, inner: Console | None = None) -> None:
        self._inner = inner

    def result(self, text: str) -> None:
        """See `Console.result`."""
        if self._inner is not None:
            self._inner.result(text)

    def note(self, text: str) -> None:
        """Left out."""

    def warning(self, text: str) -> None:
        """Left out."""

    def error(self, error: SqlfeatError, root: Path) -> None:
        """See `Console.error`."""
        if self._inner is not None:
            self._inner.error(error, root)

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:
        """Left out."""

    def node_finished(
        self, verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float
    ) -> None:
        """Left out."""

    def close(self) -> None:
        """See `Console.close`."""
        if self._inner is not None:
            self._inner.close()
