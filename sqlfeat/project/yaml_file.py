"""YAML with positions: every value knows the place it was written at."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import yaml

from sqlfeat.diagnostics.model import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    Render = Callable[[str, Span, list[Diagnostic]], str]
    """Renders a value that stands at a place, reporting what is wrong with it."""

T = TypeVar("T")

TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A value and the place it was written at."""

    value: T
    span: Span


@dataclass(slots=True)
class YamlFile:
    """One YAML file being read.

    Attributes:
        path: as diagnostics show it, relative to the project directory.
        problems: everything found wrong; the reader goes on so that all of it is shown at once.
        lines: the text.
        root: the project directory, for the files that it names.
    """

    path: str
    problems: list[Diagnostic]
    lines: list[str] = field(default_factory=list)
    root: Path = field(default_factory=Path)

    def read(self, path: Path) -> yaml.Node | None:
        """The root node; None when the file is empty or broken."""
        try:
            text = path.read_text(encoding="utf-8")
            self.lines = text.split("\n")
            return yaml.SafeLoader(text).get_single_node()
        except UnicodeDecodeError as error:
            self.problem("SF0104", f"the file is not UTF-8 text: {error.reason}", Span(self.path, 1, 1, 2))
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except yaml.reader.ReaderError as error:
            self.problem("SF0104", f"the file has a character YAML forbids: {error.reason}", Span(self.path, 1, 1, 2))
        return None

    def _syntax(self, error: yaml.MarkedYAMLError) -> None:
        mark = error.problem_mark or error.context_mark
        span = Span(self.path, mark.line + 1, mark.column + 1, mark.column + 2) if mark else Span(self.path, 1, 1, 2)
        notes = (" ".join(error.context.split()),) if error.context else ()
        text = " ".join((error.problem or "cannot be read").split())
        self.problem("SF0104", f"the YAML does not parse: {text}", span, notes=notes)

    def span(self, node: yaml.Node) -> Span:
        """The place of a node; of its first line when it has several."""
        start, end = node.start_mark, node.end_mark
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        end_column = end.column if end.line == start.line else len(line.rstrip())
        return Span(self.path, start.line + 1, start.column + 1, max(end_column, start.column + 1) + 1)

    def problem(
        self, code: str, message: str, span: Span, *, label: str = "", notes: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        """Record a diagnostic and go on."""
        self.problems.append(Diagnostic(code, message, span, label, notes, hint))

    def plain(self, node: yaml.Node) -> Any:
        """The Python value of a node, or None when YAML cannot build one (that is a problem)."""
        try:
            return yaml.SafeLoader("").construct_object(node, deep=True)
        except yaml.MarkedYAMLError as error:
            self._syntax(error)
        except ValueError as error:  # a date such as 2013-02-31
            self.problem("SF0104", f"the YAML does not parse: {error}", self.span(node))
        return None


def describe(node: yaml.Node) -> str:
    """What a node is, for messages about wrong types."""
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    names = {"bool": "a boolean", "int": "a number", "float": "a number", "null": "nothing", "timestamp": "a date"}
    kind = names.get(node.tag.removeprefix(TAG), "text")
    return f"{kind} (`{node.value}`)" if node.value else kind
