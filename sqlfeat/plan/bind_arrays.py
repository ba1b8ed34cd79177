"""The syntax of arrays: ARRAY[a, b], a[1], a[2:3], and functions that texts have too."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.expr import Expr, Literal
from sqlfeat.language.types import BIGINT, Kind
from sqlfeat.plan.bind_time import Binder

_OF_TEXTS_TOO = {"LENGTH": "CARDINALITY", "LEN": "CARDINALITY", "REVERSE": "ARRAY_REVERSE"}


def bind_arrays(binder: Binder, node: exp.Expr) -> Expr | None:
    """An operator of arrays, or None if it is none."""
    match node:
        case exp.Array() if any(isinstance(item, exp.Comprehension) for item in node.expressions):
            return binder.call("LIST_TRANSFORM", [], node)
        case exp.Array():
            return binder.call("ARRAY", [binder.bind(item) for item in node.expressions], node)
        case exp.Bracket() if isinstance(node.this, exp.Column) and node.this.name.upper() == "MAP":
            return binder.call("MAP", [], node)
        case exp.Bracket(expressions=[exp.Slice() as bounds]):
            return binder.call("ARRAY_SLICE", [binder.bind(node.this), *_bounds(binder, bounds)], node)
        case exp.Bracket(expressions=[index]):
            return binder.call("ELEMENT_AT", [binder.bind(node.this), binder.bind(index)], node)
        case exp.Struct() | exp.Dot() | exp.Tuple():
            return binder.call("MAP" if node.find_ancestor(exp.Map) else "ROW", [], node)
        case exp.DPipe():
            left, right = binder.bind(node.this), binder.bind(node.expression)
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
    return binder.call(_OF_TEXTS_TOO[name] if value.type.kind is Kind.ARRAY else name, [value], node)


def _bounds(binder: Binder, bounds: exp.Slice) -> list[Expr]:
    first = binder.bind(bounds.this) if bounds.this else Literal(1, BIGINT)
    last = bounds.expression
    # `a[2:-]` is DuckDB's way to leave the end out before a step.
    return [first] if last is None else [first, binder.bind(last)]
