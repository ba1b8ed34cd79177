"""Renders a model: once, to SQL text and the way back from each piece of it to the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import Template

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.templating.environment import environment
from sqlfeat.templating.errors import diagnostic_of
from sqlfeat.templating.functions import ModelFunctions, Scope
from sqlfeat.templating.marks import MARK_FUNCTION, Mark
from sqlfeat.templating.rendered import Segment
from sqlfeat.templating.scan import Kind
from sqlfeat.templating.source import Source, compile_source
from sqlfeat.templating.spans import find_word, span_of
from sqlfeat.templating.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.diagnostics.model import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Rendering:
    r"""What came of rendering a model.

    Attributes:
        text: the template, with `\n` as the only line break.
        sql: the SQL; what there was of it when a problem ended the rendering.
        config: everything configured about the model, the layers added up.
        config_span: of the `config()` call.
        refs: the models named, each with a diagnostic to complete when it cannot be used.
        sources: the sources named.
        problems: what is wrong.
        notes: what `log()` was given.
    """

    path: str
    text: str
    sql: str
    segments: tuple[Segment, ...]
    config: dict[str, Any]
    config_span: Span | None
    refs: dict[str, Diagnostic]
    sources: tuple[tuple[str, str], ...]
    problems: tuple[Diagnostic, ...]
    notes: tuple[str, ...]

    def find(self, word: str) -> Span | None:
        """The place of a word in the `config()` call; of the call when it is not there once; None without a call."""
        if self.config_span is None:
            return None
        lines = self.text.split("\n")
        start = sum(len(line) + 1 for line in lines[: self.config_span.line - 1]) + self.config_span.col - 1
        end = self.text.find("}}", start)
        found = find_word(self.text, start, len(self.text) if end < 0 else end, word)
        return span_of(self.path, self.text, *found) if found else self.config_span


def render_model(path: str, text: str, scope: Scope, config: Mapping[str, Any]) -> Rendering:
    """Render a model.

    Args:
        path: of the model file, relative to the project directory.
        text: the template.
        scope: the project.
        config: what is configured about the model outside of its file.
    """
    marks = list(scope.library.marks)
    try:
        source = compile_source(path, text, marks)
    except SqlfeatError as error:
        return Rendering(path, text, "", (), dict(config), None, {}, (), error.diagnostics, ())
    sources = {file.path: file.text for file in (*scope.library.files, source)}
    functions = ModelFunctions(scope, Trace(marks, sources), dict(config))
    sql, segments = _run(source, functions)
    return Rendering(
        path=path,
        text=source.text,
        sql=sql,
        segments=segments,
        config=functions.config,
        config_span=functions.config_span,
        refs=functions.refs,
        sources=tuple(functions.sources),
        problems=tuple(functions.problems),
        notes=tuple(functions.notes),
    )


def _run(source: Source, functions: ModelFunctions) -> tuple[str, tuple[Segment, ...]]:
    """Run the template; what ends it early goes to the problems."""
    names: dict[str, Any] = {**environment().globals, **functions.context()}
    output = _Output(functions)
    try:
        names[MARK_FUNCTION] = functions.trace.pass_mark
        functions.scope.library.install(names)
        template = Template.from_code(environment(), source.code, {})
        for piece in template.root_render_func(template.new_context(names, shared=True)):
            output.add(piece)
    except Exception as error:  # noqa: BLE001 - a template may raise anything; what is not its fault goes on up
        known = [name for name in names if not name.startswith("_")]
        functions.problems.append(diagnostic_of(error, functions.trace, known))
    return output.finish()


class _Output:
    """Gathers the pieces of output with their origins."""

    def __init__(self, functions: ModelFunctions) -> None:
        self._trace = functions.trace
        self._places = functions.scope.library.places
        self._pieces: list[str] = []
        self._segments: list[Segment] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Add a piece; the mark passed last says where it comes from."""
        mark = self._trace.current
        if piece and mark is not None:
            self._segments.append(self._segment(mark))
            self._pieces.append(piece)
            self._length += len(piece)

    def _segment(self, mark: Mark) -> Segment:
        stretch = mark.stretch
        notes = tuple(f"in macro `{name}` ({self._places[name]})" for name in mark.calls if name in self._places)
        literal = stretch.kind is Kind.TEXT
        return Segment(self._length, stretch.start, literal, stretch.end - stretch.start, notes)

    def finish(self) -> tuple[str, tuple[Segment, ...]]:
        """The text and its segments, of which there is always one."""
        return "".join(self._pieces), tuple(self._segments) or (Segment(0, 0, True, 0),)
