"""The bugs that can be planted in a file: each is one change of one place in its syntax tree."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.planted.changes import changes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

ROOT = Path(__file__).parents[2] / "sqlfeat"
PROOFS = ("Vector", "vectors", "Refused", "Refusal", "RefusedAggregate", "TypeMismatch", "TypeVar", "getLogger")
"""Calls whose arguments prove or explain what is computed, and compute nothing."""
ABOUT = ("vectors", "doc", "example", "reason", "instead", "hint", "help", "message", "nullable", "quoted", "pretty",
         "nulls_first", "slots", "frozen")  # fmt: skip
"""Arguments like them, or of metadata."""


@dataclass(frozen=True)
class Bug:
    """One change of one function, or of what a module builds when it is imported.

    Attributes:
        function: its qualified name; `(module)` and the name assigned to, outside of functions.
        what: the change, and where another place of the function changes alike, which of them it is.
        lines: of the function, first and last.
        inside: lines that are run if the changed condition holds.
    """

    place: str
    function: str
    line: int
    lines: tuple[int, int]
    what: str
    inside: range
    _node: int
    _change: int

    @property
    def name(self) -> str:
        """Names the bug whatever the lines around it are."""
        return f"{self.place} {self.function}: {self.what}"

    def code(self) -> CodeType:
        """The module with the bug.

        Raises:
            SyntaxError: Python does not take it.
        """
        return compile(self.tree(), str(ROOT / self.place), "exec", dont_inherit=True)

    def tree(self) -> ast.Module:
        """The syntax of the module with the bug."""
        tree = copy.deepcopy(_parsed(self.place))
        node = list(ast.walk(tree))[self._node]
        other = list(changes(node))[self._change][1](node)
        if other is not None:
            _replace(tree, node, other)
        return ast.fix_missing_locations(tree)


def bugs_of(place: str) -> list[Bug]:
    """Every bug that can be planted in a file."""
    tree = _parsed(place)
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    found = []
    for function, span, top in _rooms(tree):
        seen: Counter[str] = Counter()
        for node in _nodes(top):
            for number, (what, _) in enumerate(changes(node)):
                seen[what] += 1
                again = f" (number {seen[what]})" if seen[what] > 1 else ""
                line = getattr(node, "lineno", span[0])
                found.append(Bug(place, function, line, span, what + again, _inside(node), numbers[id(node)], number))
    return found


def _inside(node: ast.AST) -> range:
    if isinstance(node, ast.If | ast.While):
        return range(node.body[0].lineno, (node.body[-1].end_lineno or 0) + 1)
    return range(0)


def _parsed(place: str) -> ast.Module:
    return ast.parse((ROOT / place).read_text(encoding="utf-8"))


def _replace(tree: ast.AST, node: ast.AST, other: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, other)
            elif isinstance(value, list) and any(one is node for one in value):
                value[:] = [other if one is node else one for one in value]


def _rooms(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, tuple[int, int], ast.AST]]:
    """Functions with those inside of them, methods, and assignments of the module."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.FunctionDef() if node.returns is None or "Vector" not in ast.unparse(node.returns):
                yield prefix + node.name, _span(node), node
            case ast.ClassDef():
                yield from _rooms(node, f"{prefix}{node.name}.")
            case ast.Assign(targets=[ast.Name(id=name), *_]) | ast.AnnAssign(target=ast.Name(id=name)):
                if "VECTOR" not in name.upper() and not prefix:
                    yield from _entries(f"(module) {name}", node)


def _entries(name: str, node: Any) -> Iterator[tuple[str, tuple[int, int], ast.AST]]:
    """A table of operations entry by entry, anything else as a whole."""
    entries = [entry for entry in getattr(node.value, "elts", ()) if isinstance(entry, ast.Call)]
    if not entries:
        yield name, _span(node), node
    for entry in entries:
        yield f"{name} {_key(entry)}", _span(entry), entry


def _key(entry: ast.Call) -> str:
    named = [keyword.value for keyword in entry.keywords if keyword.arg == "name"]
    texts = [arg.value for arg in (*named, *entry.args) if isinstance(arg, ast.Constant)]
    return str(texts[0]) if texts else ast.unparse(entry.func)


def _span(node: Any) -> tuple[int, int]:
    return node.lineno, node.end_lineno or node.lineno


def _nodes(top: ast.AST) -> Iterator[ast.AST]:
    """What computes something."""
    match top:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in PROOFS:
            return
        case ast.keyword() if top.arg in ABOUT:
            return
        case ast.arguments() | ast.Expr(value=ast.Constant()) | ast.JoinedStr():
            return
    yield top
    for field, value in ast.iter_fields(top):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for node in value if isinstance(value, list) else [value]:
            if isinstance(node, ast.AST):
                yield from _nodes(node)
