"""The syntax of arrays: ARRAY[a, b], a[1], a[2:3], and functions that texts have too."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.expr import Expr, Literal
from sqlfeat.language.types import BIGINT, Kind
from sqlfeat.plan.bind_time import Binder

_OF_TEXTS_TOO = {
    "LENGTH": ("CARDINALITY", "LENGTH"),
    "LEN": ("CARDINALITY", "LENGTH"),
    "REVERSE": ("ARRAY_REVERSE", "REVERSE"),
}
"""What a function is of arrays, and of texts."""


def bind_arrays(binder: Binder, node: exp.Expr) -> Expr | None:
    """An operator of arrays, or None if it is none."""
    match node:
        case exp.Array() if any(isinstance(item, exp.Comprehension) for item in node.expressions):
            return binder.call("LIST_TRANSFORM", [], node)
        case exp.Array():
            return binder.call("ARRAY", binder.bind_all(node.expressions), node)
        case exp.Bracket(this=exp.Column(this=exp.Identifier(this=str() as name))) if name.upper() == "MAP":
            return binder.call("MAP", [], node)
        case exp.Bracket(expressions=[exp.Slice() as bounds]):
            return binder.call("ARRAY_SLICE", [binder.bind(node.this), *_bounds(binder, bounds)], node)
        case exp.Bracket(expressions=[index]):
            return binder.call("ELEMENT_AT", binder.bind_all([node.this, index]), node)
        case exp.Struct() | exp.Dot() | exp.Tuple():
            return binder.call("ROW", [], node)
        case exp.DPipe():
            left, right = binder.bind_all([node.this, node.expression])
            name = "ARRAY_CONCAT" if Kind.ARRAY in (left.type.kind, right.type.kind) else "||"
            return binder.call(name, [left, right], node)
        case _:
            return None


def bind_array_function(binder: Binder, name: str, node: exp.Anonymous) -> Expr | None:
    """A function that means something else for arrays, or None if it is none."""
    if any(isinstance(arg, exp.Lambda) for arg in node.expressions):
        return binder.call("LIST_TRANSFORM", [], node)
    if name not in _OF_TEXTS_TOO or len(node.expressions) != 1:
        return None
    value = binder.bind(node.expressions[0])
    of_arrays, of_texts = _OF_TEXTS_TOO[name]
    return binder.call(of_arrays if value.type.kind is Kind.ARRAY else of_texts, [value], node)


def _bounds(binder: Binder, bounds: exp.Slice) -> list[Expr]:
    if step := bounds.args.get("step"):
        raise binder.fail(step, "Flink has no slices with a step", "leave the step out")
    first = binder.bind(bounds.this) if bounds.this else Literal(1, BIGINT)
    last = bounds.expression
    return [first] if last is None else [first, binder.bind(last)]
