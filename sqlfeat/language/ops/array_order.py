"""Arrays in order, and their extremes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Lowering,
    Typed,
    TypeMismatch,
)
from sqlfeat.language.ops.array_proofs import (
    extremes,
    in_order,
    many_ties,
)
from sqlfeat.language.ops.array_types import (
    array_of,
    named,
    operation,
)
from sqlfeat.language.trees import binary, case, fn, number, text
from sqlfeat.language.types import BOOLEAN, DataType, Kind
from sqlfeat.language.typing import arity


def _ordered(element: DataType) -> None:
    if element.kind is Kind.BOOLEAN:
        raise TypeMismatch("does not take truth values, which have no order in Flink; write ARRAY_CONTAINS(a, TRUE)")
    if element.kind is Kind.STRING:
        raise TypeMismatch(
            "does not take texts: Flink's order of rare characters depends on how it holds them in memory"
        )


def _type_sort(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 3)
    value, element = array_of(args[0])
    _ordered(element)
    flags = [_flag(arg) for arg in args[1:]]
    ascending = flags[0] if flags else True
    nulls_first = flags[1] if len(flags) > 1 else ascending
    options = (Literal(ascending, BOOLEAN), Literal(nulls_first, BOOLEAN))
    return Typed((value, *options), value.type, value.nullable)


def _flag(arg: Expr) -> bool:
    if not isinstance(arg, Literal) or not isinstance(arg.value, bool):
        raise TypeMismatch("needs TRUE or FALSE for the direction and for NULLs first")
    return arg.value


def _duckdb_sort(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    ascending, nulls_first = (arg.value for arg in call.args[1:] if isinstance(arg, Literal))
    order, nulls = "ASC" if ascending else "DESC", "NULLS FIRST" if nulls_first else "NULLS LAST"
    return fn("list_sort", args[0], text(order), text(nulls))


def _type_extreme(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value, element = array_of(args[0])
    _ordered(element)
    return Typed((value,), element, nullable=True)


def _flink_extreme(name: str) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        return case((binary(exp.GT, fn("CARDINALITY", args[0]), number(0)), fn(name, args[0])))

    return lower


OPERATIONS = (
    operation("ARRAY_SORT",
              "The elements in order, NULLs first; ARRAY_SORT(a, FALSE) has the greatest first and NULLs last, and a "
              "third argument says whether NULLs come first.",
              _type_sort, _duckdb_sort, named("ARRAY_SORT"),
              (*in_order(ascending=True, nulls_first=True, options=()),
               *in_order(ascending=False, nulls_first=False, options=(False,)),
               *in_order(ascending=True, nulls_first=False, options=(True, False)),
               *in_order(ascending=False, nulls_first=True, options=(False, True)), *many_ties()),
              "ARRAY_SORT(a)"),
    operation("ARRAY_MAX", "The greatest element that is not NULL.", _type_extreme, named("list_max"),
              _flink_extreme("ARRAY_MAX"),
              extremes(max), "ARRAY_MAX(a)", "LIST_MAX"),
    operation("ARRAY_MIN", "The smallest element that is not NULL.", _type_extreme, named("list_min"),
              _flink_extreme("ARRAY_MIN"),
              extremes(min), "ARRAY_MIN(a)", "LIST_MIN"),
)  # fmt: skip
