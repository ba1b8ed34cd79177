"""What a function of the template context raises: a diagnostic that does not know its place yet."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.diagnostics.model import Diagnostic, Span


class TemplateFault(Exception):
    """Something a template asks for that cannot be given.

    Args:
        code: see `Diagnostic`.
        message: see `Diagnostic`.
        word: the word of the template to put the caret under, when it can be found there.
        label: see `Diagnostic`.
        notes: see `Diagnostic`.
        help: see `Diagnostic`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        word: str = "",
        label: str = "",
        notes: tuple[str, ...] = (),
        help: str = "",  # noqa: A002 - the name it has in Diagnostic
    ) -> None:
        super().__init__(message)
        self.word = word
        self._diagnostic = Diagnostic(code, message, label=label, notes=notes, help=help)

    def at(self, span: Span | None, notes: tuple[str, ...] = ()) -> Diagnostic:
        """The diagnostic, with its place and what else is to be said about that."""
        return replace(self._diagnostic, span=span, notes=(*self._diagnostic.notes, *notes))
