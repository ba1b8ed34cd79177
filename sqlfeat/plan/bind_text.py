"""The syntax of strings: LIKE and its relatives, and functions whose arguments keywords separate (TRIM, OVERLAY...)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlglot import exp

from sqlfeat.language.expr import Expr

_PATTERNS: dict[type[exp.Expr], str] = {
    exp.Like: "LIKE", exp.ILike: "ILIKE", exp.RegexpLike: "REGEXP_LIKE", exp.SimilarTo: "SIMILAR TO", exp.Glob: "GLOB",
}  # fmt: skip
_TRIMS = {"LEADING": "LTRIM", "TRAILING": "RTRIM"}


class Binder(Protocol):
    """What binds the operands."""

    def bind(self, node: exp.Expr) -> Expr:
        """The typed expression."""
        ...

    def call(self, name: str, args: Sequence[Expr], node: exp.Expr) -> Expr:
        """An operation of the registry, applied."""
        ...


def bind_text(binder: Binder, node: exp.Expr) -> Expr | None:
    """An operator of strings, or None if it is none."""
    if isinstance(node, exp.Escape) and type(node.this) in _PATTERNS:
        return _pattern(binder, node.this, [node.expression])
    if type(node) in _PATTERNS:
        return _pattern(binder, node, [])
    match node:
        case exp.Trim():
            name = _TRIMS.get(str(node.args.get("position") or "").upper(), "TRIM")
            return _call(binder, name, node, "this", "expression")
        case exp.Substring():
            return _call(binder, "SUBSTRING", node, "this", "start", "length")
        case exp.StrPosition():
            return _call(binder, "STRPOS", node, "this", "substr")
        case exp.Overlay():
            return _call(binder, "OVERLAY", node, "this", "expression", "from_", "for_")
        case _:
            return None


def _pattern(binder: Binder, node: exp.Expr, escape: list[exp.Expr]) -> Expr:
    if isinstance(node.expression, (exp.Any, exp.All)):
        return binder.call("LIKE ANY", [], node)
    operands = [binder.bind(operand) for operand in (node.this, node.expression, *escape)]
    call = binder.call(_PATTERNS[type(node)], operands, node)
    return binder.call("NOT", [call], node) if node.args.get("negate") else call


def _call(binder: Binder, name: str, node: exp.Expr, *parts: str) -> Expr:
    operands = [operand for part in parts if (operand := node.args.get(part)) is not None]
    return binder.call(name, [binder.bind(operand) for operand in operands], node)
