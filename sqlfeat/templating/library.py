"""The macros of a project and those that come with sqlfeat, by name in every model and every other macro."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Template
from jinja2.runtime import Macro

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.templating.environment import environment
from sqlfeat.templating.source import Source, compile_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlfeat.templating.marks import Mark

_BUILT_IN = "windows.sql"

CONTEXT_NAMES = (
    "ref", "source", "config", "var", "env_var", "entity", "entity_keys", "doc", "log", "raise_error", "duration",
)  # fmt: skip
"""The functions every template has; no macro may take their names."""


@dataclass(frozen=True, slots=True)
class MacroLibrary:
    """Compiled macro files.

    Attributes:
        files: in the order they are run.
        marks: of all files.
        places: where each macro is defined, as notes show it: `macros/delays.sql:2:1`.
    """

    files: tuple[Source, ...]
    marks: tuple[Mark, ...]
    places: dict[str, str]

    def install(self, names: dict[str, Any]) -> None:
        """Define the macros among `names`, which is also what they look names up in."""
        for file in self.files:
            template = Template.from_code(environment(), file.code, {})
            module = template.make_module(names, shared=True)
            names.update({name: macro for name, macro in vars(module).items() if isinstance(macro, Macro)})


def load_library(root: Path, files: tuple[Path, ...], problems: list[Diagnostic]) -> MacroLibrary:
    """Compile the built-in macros and those of the project.

    Args:
        root: the project directory.
        files: the macro files of the project.
        problems: collects what is wrong; a broken file is left out.
    """
    marks: list[Mark] = []
    compiled: list[Source] = []
    for path, text in _texts(root, files, problems):
        try:
            compiled.append(compile_source(path, text, marks))
        except SqlfeatError as error:
            problems += error.diagnostics
    places: dict[str, str] = {}
    for source in compiled:
        for name, span in source.macros.items():
            _refuse_taken(name, span, places, problems)
            places.setdefault(name, f"{span.path}:{span.line}:{span.col}")
    return MacroLibrary(tuple(compiled), tuple(marks), places)


def _refuse_taken(name: str, span: Span, places: dict[str, str], problems: list[Diagnostic]) -> None:
    if name in places:
        notes = (f"the other one is at {places[name]}",)
        problems.append(Diagnostic("SF0213", f"macro `{name}` is defined twice", span, notes=notes))
    elif name in CONTEXT_NAMES:
        problems.append(Diagnostic("SF0213", f"macro `{name}` has the name of a built-in function", span))


def _texts(root: Path, files: tuple[Path, ...], problems: list[Diagnostic]) -> Iterator[tuple[str, str]]:
    built_in = resources.files("sqlfeat.templating").joinpath("macros", _BUILT_IN)
    yield f"sqlfeat/templating/macros/{_BUILT_IN}", built_in.read_text(encoding="utf-8")
    for file in files:
        yield file.relative_to(root).as_posix(), read_template(root, file, problems)


def read_template(root: Path, file: Path, problems: list[Diagnostic]) -> str:
    """The text of a template file; a byte that is not UTF-8 is a problem."""
    content = file.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        column = len(before) - before.rfind("\n")
        span = Span(file.relative_to(root).as_posix(), before.count("\n") + 1, column, column + 1)
        problems.append(Diagnostic("SF0201", f"the file is not UTF-8 text: {error.reason}", span))
        return content.decode("utf-8", errors="replace")
