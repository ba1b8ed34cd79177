"""A rendered model: its SQL, what it refers to, and the way back from the SQL to the template."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from sqlfeat.diagnostics.model import Span
from sqlfeat.project.config import ModelConfig


@dataclass(frozen=True, slots=True)
class Location:
    """Where a stretch of rendered SQL comes from.

    Attributes:
        span: the place in the model file (for macro output: the call).
        notes: "in macro `last` (macros/windows.sql:3:5)", outermost first; empty for text of the model itself.
    """

    span: Span
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of rendered text with one origin.

    Attributes:
        start: offset in the rendered text where the run begins; it ends where the next one begins.
        origin: offset in the model file of the run's first character.
        literal: whether the text was copied, so that an offset inside the run is the same offset inside
            the origin; otherwise the run is the output of the expression at `origin`.
        length: length of the origin text (of the `{{ ... }}` for an expression).
        notes: see `Location.notes`.
    """

    start: int
    origin: int
    literal: bool
    length: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedModel:
    """One model after rendering; rendered once, never per engine."""

    name: str
    path: str
    """Relative to the project directory."""
    template: str
    sql: str
    config: ModelConfig
    refs: tuple[str, ...]
    """Models named with `ref`, in order of first use. `ref('x')` renders to `"x"`."""
    sources: tuple[tuple[str, str], ...]
    """Sources named with `source`. `source('a', 'b')` renders to `"a"."b"`."""
    segments: tuple[Segment, ...]
    description: str = ""
    column_descriptions: tuple[tuple[str, str], ...] = ()
    config_span: Span | None = None
    """Of the `config(...)` call, for diagnostics about a configuration value."""

    def locate(self, start: int, end: int) -> Location:
        """The place in the model of the rendered text `sql[start:end]` (end exclusive)."""
        index = max(0, bisect_right([s.start for s in self.segments], start) - 1)
        segment = self.segments[index]
        if segment.literal:
            offset, length = segment.origin + (start - segment.start), max(1, end - start)
        else:
            offset, length = segment.origin, segment.length
        return Location(self._span(offset, length), segment.notes)

    def _span(self, offset: int, length: int) -> Span:
        line = self.template.count("\n", 0, offset) + 1
        line_start = self.template.rfind("\n", 0, offset) + 1
        line_end = self.template.find("\n", offset)
        line_end = len(self.template) if line_end < 0 else line_end
        end = max(offset + 1, min(offset + length, line_end))
        return Span(self.path, line, offset - line_start + 1, end - line_start + 1)
