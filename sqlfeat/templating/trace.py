"""Where a template is while it renders, and where it was when it failed."""

from __future__ import annotations

import sys
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sqlfeat.templating.spans import find_word, line_span, span_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import FrameType, TracebackType

    from sqlfeat.diagnostics.model import Span
    from sqlfeat.templating.marks import Mark

_REMEMBERED = 10_000
"""Marks looked back at; a failing expression set its own a few marks ago."""

_NOTES = 6
"""Calls shown of a deep chain, the outermost ones."""


class Place(NamedTuple):
    """Where something happened: in the model, and how the macros led there."""

    span: Span | None
    notes: tuple[str, ...]


class _Frame(NamedTuple):
    """A call of template code: the file, its line, and the name Jinja gave the Python function."""

    path: str
    line: int
    function: str


# A file as a whole is compiled to `root`, a macro or call block to `macro`; a recursive loop can be in either.
_INNER = {"root": False, "macro": True}


@dataclass(slots=True)
class Trace:
    """The marks passed in one rendering.

    Attributes:
        marks: all marks; a template knows its own by number.
        sources: the text of every template, by path.
        current: the mark whose output comes next, of those that print directly.
    """

    marks: list[Mark]
    sources: Mapping[str, str]
    current: Mark | None = None
    _passed: deque[Mark] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def pass_mark(self, number: int) -> str:
        """Note that a mark was reached; the templates call this."""
        mark = self.marks[number]
        self._passed.append(mark)
        if mark.direct:
            self.current = mark
        return ""

    def here(self, word: str = "") -> Place:
        """The place of the template code that is running, for the function it calls."""
        return self._place(reversed(list(_running(sys._getframe()))), word)  # noqa: SLF001 - the way to ask

    def of_error(self, error: BaseException, word: str = "") -> Place:
        """The place of the template code that failed."""
        return self._place(_failed(error.__traceback__), word)

    def _place(self, frames: Iterator[_Frame], word: str) -> Place:
        span, notes, model = None, [], ""
        for frame in frames:
            mark = self._latest(frame)
            at = self._span(frame, mark, word)
            if span is None:
                span, model = at, frame.path
            elif mark is None or mark.macro:
                notes.append(f"in macro `{mark.macro if mark else '?'}` ({at.path}:{at.line}:{at.col})")
            elif frame.path == model:
                span, notes = at, []  # a macro called back into the block that the model gave it
        if len(notes) > _NOTES:
            notes[_NOTES:] = [f"and {len(notes) - _NOTES} calls more"]
        return Place(span, tuple(notes))

    def _latest(self, frame: _Frame) -> Mark | None:
        """The mark passed last among those that the code of a frame can have passed."""
        for mark in reversed(self._passed):
            here = mark.path == frame.path and mark.lines[0] <= frame.line <= mark.lines[1]
            if here and mark.inner is _INNER.get(frame.function, mark.inner):
                return mark
        return None

    def _span(self, frame: _Frame, mark: Mark | None, word: str) -> Span:
        path, source = frame.path, self.sources[frame.path]
        if mark is None:
            return line_span(path, source, frame.line)
        start, end = mark.stretch.start, mark.stretch.end
        return span_of(path, source, *(find_word(source, start, end, word) or (start, end)))


def _running(frame: FrameType | None) -> Iterator[_Frame]:
    while frame is not None:
        yield from _template_frame(frame, frame.f_lineno)
        frame = frame.f_back


def _failed(traceback: TracebackType | None) -> Iterator[_Frame]:
    while traceback is not None:
        yield from _template_frame(traceback.tb_frame, traceback.tb_lineno)
        traceback = traceback.tb_next


def _template_frame(frame: FrameType, python_line: int) -> Iterator[_Frame]:
    """Compiled templates are told by this global, as in Jinja's own rewriting of tracebacks."""
    template = frame.f_globals.get("__jinja_template__")
    if template is not None:
        yield _Frame(template.filename, template.get_corresponding_lineno(python_line), frame.f_code.co_name)
