"""Arrays cut and put together."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Typed,
    Vector,
)
from sqlfeat.language.ops.array_proofs import (
    BIGINTS,
    each,
    slices,
)
from sqlfeat.language.ops.array_types import (
    array_of,
    arrays_of_one_type,
    flink_named,
    if_present,
    named,
    operation,
    type_append,
    type_same,
)
from sqlfeat.language.trees import binary, case, cast, fn, not_null, number
from sqlfeat.language.types import BIGINT, INT, Kind
from sqlfeat.language.typing import any_nullable, arity, convert

_LARGEST = 2**31 - 1


def _type_slice(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    value, _ = array_of(args[0])
    end = convert(args[2], BIGINT) if len(args) == 3 else Literal(_LARGEST, BIGINT)
    bounds = (convert(args[1], BIGINT), end)
    return Typed((value, *bounds), value.type, any_nullable((value, *bounds)))


def _duckdb_slice(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    present = exp.And(this=not_null(args[1]), expression=not_null(args[2]))
    return case((present, fn("list_slice", *args)))


def _flink_slice(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """With bounds of 1 and above: with others Flink is wrong for arrays of one element."""
    value, start, end = args
    size = cast(fn("CARDINALITY", value), BIGINT, duckdb=False)
    first = _bound(start, size, below=number(1), above=binary(exp.Add, size, number(1)))
    last = _bound(end, size, below=number(0), above=size)
    some = fn("ARRAY_SLICE", value, cast(first, INT, duckdb=False), cast(last, INT, duckdb=False))
    none = fn("ARRAY_SLICE", value, number(2), number(1))
    present = exp.And(this=not_null(start), expression=not_null(end))
    return case((present, case((binary(exp.LT, last, number(1)), none), default=some)))


def _bound(bound: exp.Expr, size: exp.Expr, *, below: exp.Expr, above: exp.Expr) -> exp.Expr:
    """A bound as an element's number, negative ones counted from the end."""
    back = exp.Add(this=exp.Add(this=size.copy(), expression=exp.Paren(this=bound.copy())), expression=number(1))
    too_low = exp.LT(this=bound.copy(), expression=exp.Neg(this=exp.Paren(this=size.copy())))
    return exp.Paren(
        this=case(
            (too_low, below),
            (binary(exp.LT, bound, number(0)), back),
            (binary(exp.EQ, bound, number(0)), below),
            (binary(exp.GT, bound, size), above),
            default=bound,
        )
    )


def _type_concat(args: Sequence[Expr]) -> Typed:
    values = arrays_of_one_type(args, 99)
    return Typed(values, values[0].type, any_nullable(values))


def _duckdb_concat(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    result = args[0]
    for arg in args[1:]:
        result = fn("list_concat", result, arg)
    return if_present(args, result)


def _type_prepend(args: Sequence[Expr]) -> Typed:
    """DuckDB's list_prepend takes the element first."""
    swapped = len(args) == 2 and args[0].type.kind is not Kind.ARRAY and args[1].type.kind is Kind.ARRAY
    return type_append([args[1], args[0]] if swapped else args)


def _duckdb_append(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return if_present(args[:1], fn("list_append", *args))


def _duckdb_prepend(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return if_present(args[:1], fn("list_prepend", args[1], args[0]))


OPERATIONS = (
    operation("ARRAY_SLICE",
              "The elements from one number to another, both included; negative numbers count from the end.",
              _type_slice, _duckdb_slice, _flink_slice, slices(), "a[2:3]", "LIST_SLICE"),
    operation("ARRAY_CONCAT", "The elements of the arrays, one after the other; NULL if one of the arrays is.",
              _type_concat, _duckdb_concat, named("ARRAY_CONCAT"),
              (*each(lambda v, t: Vector(([v.a, None], [v.b, v.a]), [v.a, None, v.b, v.a], (f"ARRAY<{t}>",) * 2)),
               Vector(([1], [], [2]), [1, 2], (BIGINTS, BIGINTS, BIGINTS)), Vector(([], []), [], (BIGINTS, BIGINTS)),
               Vector((None, [1]), None, (BIGINTS, BIGINTS)),
               Vector(([1], None), None, (BIGINTS, BIGINTS)),
               Vector(([1], [2**40]), [1, 2**40], ("ARRAY<INT>", BIGINTS))),
              "ARRAY_CONCAT(a, b)", "LIST_CONCAT", "LIST_CAT", "ARRAY_CAT"),
    operation("ARRAY_APPEND", "The array with one more element at the end.", type_append, _duckdb_append,
              flink_named("ARRAY_APPEND"),
              (*each(lambda v, t: Vector(([v.a], v.b), [v.a, v.b], (f"ARRAY<{t}>", t))),
               Vector(([1], None), [1, None], (BIGINTS, "BIGINT")),
               Vector(([], 1), [1], (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT"))),
              "ARRAY_APPEND(a, x)", "LIST_APPEND", "ARRAY_PUSH_BACK"),
    operation("ARRAY_PREPEND", "The array with one more element at the front; the element may be written first.",
              _type_prepend, _duckdb_prepend, flink_named("ARRAY_PREPEND"),
              (*each(lambda v, t: Vector(([v.a], v.b), [v.b, v.a], (f"ARRAY<{t}>", t))),
               Vector((None, [1]), [None, 1], ("BIGINT", BIGINTS)),
               Vector(([], 1), [1], (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT"))),
              "ARRAY_PREPEND(a, x)", "LIST_PREPEND", "ARRAY_PUSH_FRONT"),
    operation("ARRAY_REVERSE", "The elements in the opposite order.", type_same, named("list_reverse"),
              named("ARRAY_REVERSE"),
              (*each(lambda v, t: Vector(([v.a, None, v.b],), [v.b, None, v.a], (f"ARRAY<{t}>",))),
               Vector(([],), [], (BIGINTS,)),
               Vector((None,), None, (BIGINTS,))),
              "ARRAY_REVERSE(a)", "LIST_REVERSE"),
)  # fmt: skip
