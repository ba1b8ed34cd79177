"""A console that keeps what it is told, for tests and notebooks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import SqlfeatError


@dataclass(frozen=True, slots=True)
class NodeEvent:
    """A node that started (no status yet) or ended."""

    verb: str
    name: str
    index: int
    total: int
    status: str = ""
    detail: str = ""


@dataclass(slots=True)
class CaptureConsole:
    """A `Console` whose events can be read back."""

    results: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    errors: list[SqlfeatError] = field(default_factory=list)
    nodes: list[NodeEvent] = field(default_factory=list)
    closed: bool = False

    def result(self, text: str) -> None:
        """See `Console.result`."""
        self.results.append(text)

    def note(self, text: str) -> None:
        """See `Console.note`."""
        self.notes.append(text)

    def warning(self, text: str) -> None:
        """See `Console.warning`."""
        self.warnings.append(text)

    def error(self, error: SqlfeatError, root: Path) -> None:  # noqa: ARG002 - a test reads the error itself
        """See `Console.error`."""
        self.errors.append(error)

    def node_started(self, verb: str, name: str, index: int, total: int) -> None:
        """See `Console.node_started`."""
        self.nodes.append(NodeEvent(verb, name, index, total))

    def node_finished(
        self,
        verb: str,
        name: str,
        index: int,
        total: int,
        status: str,
        detail: str,
        seconds: float,  # noqa: ARG002 - differs from run to run
    ) -> None:
        """See `Console.node_finished`."""
        self.nodes.append(NodeEvent(verb, name, index, total, status, detail))

    def close(self) -> None:
        """See `Console.close`."""
        self.closed = True
