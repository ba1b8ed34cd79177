"""What a slip of the pen makes of one node of a syntax tree."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = tuple[str, Callable[[Any], ast.AST | None]]
    """A name, and what changes the node or gives another one for it."""

_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_NAMES = {"GTE": "GT", "GT": "GTE", "LTE": "LT", "LT": "LTE", "EQ": "NEQ", "NEQ": "EQ", "And": "Or", "Or": "And",
          "Add": "Sub", "Sub": "Add", "Mul": "Add", "and_": "or_", "or_": "and_"}  # fmt: skip
"""Attributes of sqlglot's `exp`."""
_WORDS = {
    "MIN": "MAX", "MAX": "MIN", "arg_min": "arg_max", "arg_max": "arg_min", "FIRST_VALUE": "LAST_VALUE",
    "LAST_VALUE": "FIRST_VALUE", "LEFT": None, "ASOF": None, "ROWS": "RANGE", "RANGE": "ROWS", "COUNT": "SUM",
    ">": ">=", ">=": ">", "<": "<=", "<=": "<", "-": "+", "+": "-", "window_start": "window_end",
    "window_end": "window_start", "left": "right", "right": "left", "GREATEST": "LEAST", "LEAST": "GREATEST",
    "greatest": "least", "least": "greatest", "floor": "ceil", "ceil": "floor", "FLOOR": "CEIL", "CEIL": "FLOOR",
    "PRECEDING": "FOLLOWING", "hour": "minute", "day": "hour", "month": "year", "AND": "OR", "OR": "AND",
}  # fmt: skip
_WRAPPERS = ("cast", "try_cast", "case", "coalesce", "convert", "double", "wrap64", "checked", "tuple", "sorted", "set",
             "reversed", "dict.fromkeys", "Not")  # fmt: skip
"""Calls that may be left out for their first argument."""


def changes(node: ast.AST) -> Iterator[Change]:
    """Each with a name."""
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                if swap := _SWAPS.get(type(operator)):
                    yield f"{_short(node)}: {swap.__name__}", _setter("ops", swap, place)
        case ast.BoolOp():
            yield f"{_short(node)}: {_SWAPS[type(node.op)].__name__}", _setter("op", _SWAPS[type(node.op)])
            for place, value in enumerate(node.values):
                if not isinstance(value, ast.Constant):
                    yield f"{_short(node)}: without {_short(value)}", _without_value(place)
        case ast.BinOp(op=operator) if swap := _SWAPS.get(type(operator)):
            yield f"{_short(node)}: {swap.__name__}", _setter("op", swap)
        case ast.UnaryOp(op=ast.Not()):
            yield f"{_short(node)}: no not", _without_not
        case ast.Constant():
            yield from _other_constants(node.value)
        case ast.Attribute(value=ast.Name(id="exp"), attr=name) if name in _NAMES:
            yield f"exp.{name}: exp.{_NAMES[name]}", lambda spot: setattr(spot, "attr", _NAMES[spot.attr])
        case ast.IfExp():
            yield f"{_short(node)}: branches swapped", _swapped
        case ast.If() | ast.While():
            yield f"if {_short(node.test)}: never", _condition("bool()")
            if isinstance(node, ast.If):
                yield f"if {_short(node.test)}: always", _condition("not bool()")
        case ast.match_case(guard=guard) if guard is not None:
            yield f"case {_short(node.pattern)} if {_short(guard)}: always", lambda spot: setattr(spot, "guard", None)
        case ast.Match() if len(node.cases) > 1:
            for place, one in enumerate(node.cases):
                yield f"case {_short(one.pattern)}: left out", _popper("cases", place)
        case ast.comprehension():
            for place, test in enumerate(node.ifs):
                yield f"for ... if {_short(test)}: always", _popper("ifs", place)
        case ast.Dict() if len(node.keys) > 1:
            for place, key in enumerate(node.keys):
                yield f"{{{_short(key)}}}: left out", _without_entry(place)
        case ast.Call():
            yield from _without_call(node)
        case ast.Raise() | ast.Expr(value=ast.Call()) | ast.Expr(value=ast.YieldFrom() | ast.Yield()):
            yield f"{_short(node)}: left out", lambda _: ast.Pass()
        case ast.AugAssign():
            yield f"{_short(node)}: left out", lambda _: ast.Pass()


def _condition(written: str) -> Callable[[Any], None]:
    """No constant, of which the type checker would say that it makes something unreachable."""
    return lambda spot: setattr(spot, "test", ast.parse(written, mode="eval").body)


def _other_constants(value: object) -> Iterator[Change]:
    match value:
        case bool():
            yield f"{value}: {not value}", _value(not value)
        case int():
            yield f"{value}: {value + 1}", _value(value + 1)
            if value > 0:
                yield f"{value}: {value - 1}", _value(value - 1)
        case str() if value in _WORDS:
            yield f"{value!r}: {_WORDS[value]!r}", _value(_WORDS[value])


def _without_call(node: ast.Call) -> Iterator[Change]:
    name = ast.unparse(node.func).removeprefix("exp.")
    if name in _WRAPPERS and node.args and not isinstance(node.args[0], ast.Starred):
        yield f"{_short(node)}: only its first argument", lambda spot: spot.args[0]


def _setter(field: str, kind: type[ast.AST], place: int | None = None) -> Callable[[Any], None]:
    def change(spot: Any) -> None:
        if place is None:
            setattr(spot, field, kind())
        else:
            getattr(spot, field)[place] = kind()

    return change


def _value(value: object) -> Callable[[Any], None]:
    return lambda spot: setattr(spot, "value", value)


def _without_not(spot: Any) -> None:
    spot.operand = ast.UnaryOp(op=ast.Not(), operand=spot.operand)


def _swapped(spot: Any) -> None:
    spot.body, spot.orelse = spot.orelse, spot.body


def _popper(field: str, place: int) -> Callable[[Any], None]:
    def change(spot: Any) -> None:
        del getattr(spot, field)[place]

    return change


def _without_value(place: int) -> Callable[[Any], ast.AST]:
    def change(spot: Any) -> ast.AST:
        values = spot.values[:place] + spot.values[place + 1 :]
        return ast.BoolOp(spot.op, values) if len(values) > 1 else values[0]

    return change


def _without_entry(place: int) -> Callable[[Any], None]:
    def change(spot: Any) -> None:
        del spot.keys[place], spot.values[place]

    return change


def _short(node: Any) -> str:
    return " ".join(ast.unparse(node).split())[:70] if node is not None else "**"
