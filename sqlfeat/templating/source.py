"""A template file compiled, with marks; and what can be wrong before it ever runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError, nodes

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.templating.environment import environment
from sqlfeat.templating.marks import Mark, Marker
from sqlfeat.templating.scan import Kind, Stretch, scan
from sqlfeat.templating.spans import line_span, span_of

if TYPE_CHECKING:
    from types import CodeType

_REFUSED = {
    "include": "macros of every file in the macro paths are there by name",
    "import": "macros of every file in the macro paths are there by name",
    "from": "macros of every file in the macro paths are there by name",
    "extends": "a model stands alone; share SQL with a macro or with `ref`",
    "block": "a model stands alone; share SQL with a macro or with `ref`",
    "print": "write `{{ ... }}`",
    "autoescape": "SQL is not HTML",
}
_TAGS: tuple[str, ...] = (
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "macro",
    "endmacro",
    "call",
    "endcall",
)
_TAGS += ("filter", "endfilter", "with", "endwith", "raw", "endraw", "do")


@dataclass(frozen=True, slots=True)
class Source:
    r"""A compiled template file.

    Attributes:
        path: relative to the project directory.
        text: with `\n` as the only line break.
        code: to be run with `Template.from_code`.
        macros: names and places of the macros it defines at its top level.
    """

    path: str
    text: str
    code: CodeType
    macros: dict[str, Span]


def compile_source(path: str, text: str, marks: list[Mark]) -> Source:
    """Compile a template.

    Args:
        path: as diagnostics show it.
        text: the template.
        marks: gets the marks of this template appended.

    Raises:
        SqlfeatError: it does not parse.
    """
    env = environment()
    text = re.sub(r"\r\n?", "\n", text)
    stretches = scan(env, text)
    if refused := [s for s in stretches if s.keyword in _REFUSED]:
        raise SqlfeatError(*(_refused(path, text, stretch) for stretch in refused))
    try:
        tree = env.parse(text, filename=path)
        Marker(path, text, stretches, marks).insert(tree)
        code = env.compile(tree, filename=path)
    except TemplateSyntaxError as error:
        raise SqlfeatError(_syntax_error(path, text, stretches, error)) from None
    except RecursionError:
        message = "the template is nested too deeply"
        raise SqlfeatError(Diagnostic("SF0201", message, Span(path, 1, 1, 2))) from None
    places = {mark.defines: mark.stretch for mark in marks if mark.path == path and mark.defines}
    top = [node.name for node in tree.body if isinstance(node, nodes.Macro)]
    macros = {name: span_of(path, text, places[name].start, places[name].end) for name in top}
    return Source(path, text, code, macros)


def _refused(path: str, text: str, stretch: Stretch) -> Diagnostic:
    span = span_of(path, text, stretch.start, stretch.end)
    return Diagnostic("SF0204", f"`{stretch.keyword}` is not used in sqlfeat", span, help=_REFUSED[stretch.keyword])


def _syntax_error(path: str, text: str, stretches: list[Stretch], error: TemplateSyntaxError) -> Diagnostic:
    message = error.message or ""
    if message.startswith("Unexpected end of template") and (opened := _never_closed(stretches)):
        span = span_of(path, text, opened.start, opened.end)
        message = f"`{{% {opened.keyword} %}}` is never closed"
        return Diagnostic("SF0201", message, span, help=f"close it with `{{% end{opened.keyword} %}}`")
    span = _blamed(path, text, stretches, error.lineno)
    if unknown := re.match(r"Encountered unknown tag '(\w+)'", message):
        return Diagnostic("SF0201", f"there is no tag `{unknown[1]}`", span, did_you_mean(unknown[1], _TAGS))
    if unknown := re.match(r"No (filter|test) named '(\w+)'", message):
        known = environment().filters if unknown[1] == "filter" else environment().tests
        question = did_you_mean(unknown[2], sorted(known))
        return Diagnostic("SF0202", f"there is no {unknown[1]} `{unknown[2]}`", span, question)
    first, _, more = re.sub(r"'([^']*)'", r"`\1`", message).partition(". ")
    first = first[:1].lower() + first[1:].rstrip(".")
    notes = (more.rstrip("."),) if more else ()
    return Diagnostic("SF0201", f"the template does not parse: {first}", span, notes=notes)


def _never_closed(stretches: list[Stretch]) -> Stretch | None:
    opened: list[Stretch] = []
    for stretch in stretches:
        if stretch.keyword.startswith("end"):
            keyword = stretch.keyword.removeprefix("end")
            while opened and opened.pop().keyword != keyword:
                pass  # `{% set x = 1 %}` has no end
        elif stretch.keyword in ("if", "for", "macro", "call", "filter", "with", "set"):
            opened.append(stretch)
    # Only a `set` without a block around it can be the one that lacks its end.
    blocks = [s for s in opened if s.keyword != "set"] or opened
    return blocks[-1] if blocks else None


def _blamed(path: str, text: str, stretches: list[Stretch], line: int) -> Span:
    """The tag on a line that does not parse; Jinja tells the line only."""
    tags = [s for s in stretches if s.kind is not Kind.TEXT and _covers(text, s, line)]
    expressions = [s for s in tags if s.kind is Kind.EXPRESSION and not _parses(text[s.start : s.end])]
    candidates = expressions or [s for s in tags if s.kind is Kind.STATEMENT] or tags
    if not candidates:
        return line_span(path, text, line)
    return span_of(path, text, candidates[0].start, candidates[0].end)


def _covers(text: str, stretch: Stretch, line: int) -> bool:
    first = text.count("\n", 0, stretch.start) + 1
    return first <= line <= first + text.count("\n", stretch.start, stretch.end)


def _parses(expression: str) -> bool:
    try:
        environment().compile(expression)
    except TemplateSyntaxError:
        return False
    return True
