"""Marks in a template, so that rendering can tell at any moment which stretch of which file it is at.

Every piece of text, expression and statement gets a call in front of it that says "here now" and prints nothing.
Nothing is put into the text itself, so filters, macros and comparisons see what they would see without the marks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jinja2 import nodes

from sqlfeat.templating.scan import Kind, Stretch

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK_FUNCTION = "_sqlfeat_mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a template file.

    Attributes:
        path: of the file.
        stretch: where in the file.
        lines: its first and last line, from 1.
        macro: the macro whose body it is in, if any.
        inner: whether it is in the body of a macro or call block, which is run as a function of its own.
        direct: whether what it prints goes to the output directly, in a piece of its own. False in macros, call
            blocks, filters and `set` blocks, whose text is gathered first.
        calls: names of the functions that an expression calls, outermost first.
        defines: the macro that a statement defines, if it does.
    """

    path: str
    stretch: Stretch
    lines: tuple[int, int]
    macro: str
    inner: bool
    direct: bool
    calls: tuple[str, ...] = ()
    defines: str = ""


@dataclass(slots=True)
class Marker:
    """Puts marks into the tree of one template; `marks` is shared by all templates of a project."""

    path: str
    source: str
    stretches: list[Stretch]
    marks: list[Mark]
    _rest: Iterator[Stretch] = field(init=False)

    def insert(self, tree: nodes.Template) -> None:
        """Put the marks in."""
        # The parser makes exactly one node of each of these, in the order of the text.
        opening = [s for s in self.stretches if s.kind is not Kind.STATEMENT or not _closes(s.keyword)]
        self._rest = iter(opening)
        tree.body = self._body(tree.body, _Around("", inner=False, direct=True))

    def _body(self, body: list[nodes.Node], around: _Around) -> list[nodes.Node]:
        marked: list[nodes.Node] = []
        for node in body:
            if isinstance(node, nodes.Output):
                for child in node.nodes:
                    marked += [self._mark(child, around), nodes.Output([child], lineno=child.lineno)]
            else:
                marked += [self._mark(node, around), node]
                self._descend(node, around)
        return marked

    def _descend(self, node: nodes.Node, around: _Around) -> None:
        match node:
            case nodes.If():
                self._branches(node, around)
            case nodes.For():
                around = replace(around, direct=around.direct and not node.recursive)
                node.body = self._body(node.body, around)
                node.else_ = self._body(node.else_, around)
            case nodes.With():
                node.body = self._body(node.body, around)
            case nodes.Macro():
                node.body = self._body(node.body, _Around(node.name, inner=True, direct=False))
            case nodes.CallBlock():
                node.body = self._body(node.body, replace(around, inner=True, direct=False))
            case nodes.FilterBlock() | nodes.AssignBlock():
                node.body = self._body(node.body, replace(around, direct=False))

    def _branches(self, node: nodes.If, around: _Around) -> None:
        node.body = self._body(node.body, around)
        for branch in node.elif_:
            # No statement may stand before `elif`; the mark is false, so `or` gives the test itself.
            mark = self._mark(branch, around).nodes[0]
            branch.test = nodes.Or(mark, branch.test, lineno=branch.lineno)
            self._branches(branch, around)
        node.else_ = self._body(node.else_, around)

    def _mark(self, node: nodes.Node, around: _Around) -> nodes.Output:
        stretch = next(self._rest)
        first = self.source.count("\n", 0, stretch.start) + 1
        last = first + self.source.count("\n", stretch.start, stretch.end)
        defines = node.name if isinstance(node, nodes.Macro) else ""
        self.marks.append(
            Mark(self.path, stretch, (first, last), around.macro, around.inner, around.direct, _calls(node), defines)
        )
        function = nodes.Name(MARK_FUNCTION, "load", lineno=node.lineno)
        number = nodes.Const(len(self.marks) - 1, lineno=node.lineno)
        call = nodes.Call(function, [number], [], None, None, lineno=node.lineno)
        return nodes.Output([call], lineno=node.lineno)


@dataclass(frozen=True, slots=True)
class _Around:
    """What a node is in; see `Mark`."""

    macro: str
    inner: bool
    direct: bool


def _closes(keyword: str) -> bool:
    return keyword == "else" or keyword.startswith("end")


def _calls(node: nodes.Node) -> tuple[str, ...]:
    if isinstance(node, nodes.CallBlock):
        return _calls(node.call)
    if not isinstance(node, nodes.Expr):
        return ()
    found = [*([node] if isinstance(node, nodes.Call) else []), *node.find_all(nodes.Call)]
    return tuple(call.node.name for call in found if isinstance(call.node, nodes.Name))
