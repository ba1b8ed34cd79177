"""Formulas over DOUBLE as Python functions: Python's floats follow the same IEEE rules as the engines' doubles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sqlfeat.language.doubles import COLUMN, FORMULA, LET
from sqlfeat.language.expr import Call, Column, Literal
from sqlfeat.language.operation import Macro
from sqlfeat.language.registry import OPERATIONS
from sqlfeat.language.types import DOUBLE, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlfeat.language.expr import Expr

_INFIX = {"+": "+", "-": "-", "*": "*", "RAW_DIVIDE": "/", "%": "%", "//": "//", "AND": "and", "OR": "or", "=": "==",
          "<": "<", "<=": "<=", ">": ">", ">=": ">="}  # fmt: skip
_PREFIX = {"RAW_ABS": "abs", "RAW_SQRT": "sqrt", "RAW_FLOOR": "floor", "WHOLE": "int", "NEGATE": "-", "NOT": "not "}


def function_of(name: str, arguments: int, *constants: Literal) -> Callable[..., float | None]:
    """A macro over doubles as a function; None is NULL.

    Args:
        name: of the macro.
        arguments: how many doubles it takes.
        constants: further arguments.
    """
    columns = [Column(f"x{i}", DOUBLE, nullable=False) for i in range(arguments)]
    entry = OPERATIONS[name]
    assert isinstance(entry, Macro)
    typed = entry.typing([*columns, *constants])
    return compiled(Call(entry.name, typed.args, typed.type, typed.nullable), [c.name for c in columns])


def compiled(expr: Expr, parameters: list[str]) -> Callable[..., float | None]:
    """An expression as a function of its columns; macros in it are expanded, doubles are not checked."""
    lines: list[str] = []
    result = _text(expr, lines, set())
    body = "".join(f"    {line}\n" for line in (*lines, f"return {result}"))
    scope = {"sqrt": math.sqrt, "floor": lambda x: x if math.isinf(x) else float(math.floor(x))}
    exec(f"def function({', '.join(parameters)}):\n{body}", scope)
    plain = scope["function"]

    def function(*values: float) -> float | None:
        try:
            return plain(*values)
        except TypeError:  # None, which is NULL, among the operands
            return None

    return function


def _text(expr: Expr, lines: list[str], known: set[str]) -> str:
    match expr:
        case Column(name=name):
            return name
        case Literal(value=value):
            return repr(value)
        case Call(op=op, args=(variable, value, body)) if op in (LET, COLUMN):
            assert isinstance(variable, Column)
            if variable.name not in known:
                lines.append(f"{variable.name} = {_text(value, lines, known)}")
                known.add(variable.name)
            return _text(body, lines, known)
        case Call(op=op, args=(body,)) if op == FORMULA:
            return _text(body, lines, known)
        case Call(op="CASE", args=args):
            text = _text(args[-1], lines, known)
            for condition, value in reversed(list(zip(args[:-1:2], args[1::2], strict=True))):
                text = f"({_text(value, lines, known)} if {_text(condition, lines, known)} else {text})"
            return text
        case Call(op="CAST", args=(inner,)) if expr.type.kind is Kind.DOUBLE:
            return f"float({_text(inner, lines, known)})"
    return _operation(expr, lines, known)


def _operation(expr: Expr, lines: list[str], known: set[str]) -> str:
    assert isinstance(expr, Call)
    entry = OPERATIONS[expr.op]
    if isinstance(entry, Macro):
        return _text(entry.expand(expr), lines, known)
    texts = [_text(arg, lines, known) for arg in expr.args]
    if expr.op in _INFIX:
        return f"({texts[0]} {_INFIX[expr.op]} {texts[1]})"
    if expr.op in ("LEAST", "GREATEST"):
        return f"{'min' if expr.op == 'LEAST' else 'max'}({', '.join(texts)})"
    return f"{_PREFIX[expr.op]}({texts[0]})"
