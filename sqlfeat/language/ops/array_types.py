"""What the operations on arrays share: their types, and what NULL does to them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Expr
from sqlfeat.language.operation import (
    Lowering,
    Operation,
    Typed,
    TypeMismatch,
    TypeRule,
    Vector,
)
from sqlfeat.language.trees import case, flink_arguments, fn, not_null
from sqlfeat.language.types import DataType, Kind, array
from sqlfeat.language.typing import arity, common_type, convert

FAMILY = "arrays"


def array_of(arg: Expr) -> tuple[Expr, DataType]:
    """The argument, which must be an array, and its element type."""
    if arg.type.kind is not Kind.ARRAY or arg.type.element is None:
        hint = "; write CAST(NULL AS ARRAY<...>)" if arg.type.kind is Kind.NULL else ""
        raise TypeMismatch(f"needs an array, not {arg.type}{hint}")
    return arg, arg.type.element


def as_array(arg: Expr, element: DataType) -> Expr:
    """The array with elements of that type, if that loses nothing."""
    found = array_of(arg)[1]
    if found == element:
        return arg
    if (found.kind, element.kind) not in ((Kind.INT, Kind.BIGINT), (Kind.DECIMAL, Kind.DECIMAL)):
        raise TypeMismatch(f"needs arrays of one type, not {arg.type} and {array(element)}")
    return convert(arg, array(element))


def with_element(args: Sequence[Expr]) -> tuple[Expr, Expr]:
    """An array and an element, of one type."""
    arity(args, 2)
    value, element_type = array_of(args[0])
    shared = common_type([element_type, args[1].type])
    return as_array(value, shared), convert(args[1], shared)


def arrays_of_one_type(args: Sequence[Expr], high: int = 2) -> tuple[Expr, ...]:
    """Arrays, of one type."""
    arity(args, 2, high)
    shared = common_type([array_of(arg)[1] for arg in args])
    return tuple(as_array(arg, shared) for arg in args)


def named(name: str) -> Lowering:
    """The engine's function of that name."""
    return lambda _, args: fn(name, *args)


def flink_named(name: str) -> Lowering:
    """Flink's function of that name, of an array and an element."""
    return lambda call, args: fn(name, *flink_arguments(call.args, args))


def type_append(args: Sequence[Expr]) -> Typed:
    """An array and an element give such an array."""
    pair = with_element(args)
    return Typed(pair, pair[0].type, pair[0].nullable)


def type_same(args: Sequence[Expr]) -> Typed:
    """An array gives such an array."""
    arity(args, 1)
    value, _ = array_of(args[0])
    return Typed((value,), value.type, value.nullable)


def if_present(args: Sequence[exp.Expr], result: exp.Expr) -> exp.Expr:
    """The result if no argument is NULL: DuckDB takes a NULL array for an empty one."""
    condition = not_null(args[0])
    for arg in args[1:]:
        condition = exp.And(this=condition, expression=not_null(arg))
    return case((condition, result))


def operation(
    name: str, doc: str, rule: TypeRule, duckdb: Lowering, flink: Lowering, vectors: tuple[Vector, ...], example: str,
    *aliases: str,
) -> Operation:  # fmt: skip
    """An entry of the family."""
    once = name in ("ARRAY", "CARDINALITY", "ARRAY_REVERSE", "ARRAY_SORT")
    return Operation(name, FAMILY, doc, rule, duckdb, flink, vectors, example, aliases, repeats=not once)
