"""Collects the diagnostics of one model; every message about a place in the SQL is made here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.templating.rendered import RenderedModel


class BindError(Exception):
    """Binding of the current piece of SQL cannot go on; the diagnostic is already in the report."""


class Report:
    """The problems found in one model."""

    def __init__(self, model: RenderedModel) -> None:
        self.model = model
        self.diagnostics: list[Diagnostic] = []

    def add(
        self,
        code: str,
        node: exp.Expr | None,
        message: str,
        *,
        label: str = "",
        notes: Sequence[str] = (),
        help: str = "",  # noqa: A002 - the word users see
    ) -> None:
        """Add a problem at a piece of SQL."""
        span, origin = self._locate(node)
        self._keep(Diagnostic(code, message, span, label, (*notes, *origin), help))

    def fail(
        self,
        code: str,
        node: exp.Expr | None,
        message: str,
        *,
        label: str = "",
        notes: Sequence[str] = (),
        help: str = "",  # noqa: A002 - the word users see
    ) -> BindError:
        """Add a problem and give the exception to raise."""
        self.add(code, node, message, label=label, notes=notes, help=help)
        return BindError()

    def unknown(
        self, code: str, node: exp.Expr, kind: str, name: str, known: Sequence[str], *, where: str = ""
    ) -> BindError:
        """An unknown name, with what there is."""
        listed = f"{kind}s: {', '.join(known)}" if 0 < len(known) <= 40 else ""
        return self.fail(
            code,
            node,
            f"{kind} `{name}` not found{where}",
            label=did_you_mean(name, known),
            notes=(listed,) if listed else (),
        )

    def at_offsets(self, code: str, start: int, end: int, message: str, *, label: str = "", help: str = "") -> None:  # noqa: A002
        """Add a problem at offsets of the rendered SQL."""
        location = self.model.locate(start, end)
        self._keep(Diagnostic(code, message, location.span, label, location.notes, help))

    def _keep(self, diagnostic: Diagnostic) -> None:
        """A loop in a template repeats a mistake; one message is enough."""
        if diagnostic not in self.diagnostics:
            self.diagnostics.append(diagnostic)

    def _locate(self, node: exp.Expr | None) -> tuple[Span | None, tuple[str, ...]]:
        while node is not None:
            if (extent := extent_of(node)) is not None:
                location = self.model.locate(*extent)
                return location.span, location.notes
            node = node.parent
        return self.model.config_span or Span(self.model.path, 1, 1, 2), ()


def extent_of(node: exp.Expr) -> tuple[int, int] | None:
    """Offsets (start, end exclusive) of a node in the SQL text; None if nothing in it has a position."""
    metas = [part.meta for part in node.walk() if "start" in part.meta]
    if not metas:
        return None
    return min(meta["start"] for meta in metas), max(meta["end"] for meta in metas) + 1
