"""What the core may say, and nothing about how it is shown: stdout gets the result, stderr the narration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError


class Console(Protocol):
    """Where a verb reports to. Only implementations of this protocol write to a stream."""

    def result(self, text: str) -> None:
        """What was asked for (stdout)."""

    def note(self, text: str) -> None:
        """One line of narration."""

    def warning(self, text: str) -> None:
        """Something to look at that does not stop the run, one line."""

    def error(self, error: SqlfeatError, root: Path) -> None:
        """All diagnostics of an error, with the source lines found below `root`."""

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:
        """Work on node number `index` (from 1) of `total` begins."""

    def node_finished(
        self, verb: str, name: str, index: int, total: int, status: str, detail: str, seconds: float
    ) -> None:
        """Work on a node ended with `status`: `ok`, `fail` or `skip`; `detail` is a short phrase such as a count."""

    def close(self) -> None:
        """The run is over: stop drawing, sum up the nodes, and say errors again that scrolled by."""
