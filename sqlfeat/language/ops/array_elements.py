"""Arrays: constructor, single elements and their places.

Flink gives -1 or an empty text, not NULL, for an element that is not there if it believes that no element is NULL; so
every access stands in a CASE of its own, which makes the type nullable again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Lowering,
    Typed,
    TypeMismatch,
    Vector,
)
from sqlfeat.language.ops.array_proofs import (
    BIGINTS,
    STRINGS,
    each,
    element_vectors,
)
from sqlfeat.language.ops.array_types import (
    array_of,
    flink_named,
    operation,
    with_element,
)
from sqlfeat.language.trees import binary, case, cast, flink_arguments, flink_bounded, fn, not_null, number
from sqlfeat.language.types import BIGINT, BOOLEAN, Kind, array
from sqlfeat.language.typing import any_nullable, arity, common_type, convert

_LARGEST = 2**31 - 1


def _type_constructor(args: Sequence[Expr]) -> Typed:
    if not args:
        raise TypeMismatch("needs at least one element, which gives it its type")
    shared = common_type([arg.type for arg in args])
    if shared.kind is Kind.NULL:
        raise TypeMismatch("of NULLs has no type; CAST one of them")
    if shared.kind is Kind.ARRAY:
        raise TypeMismatch("of arrays is not in the language")
    return Typed(tuple(convert(arg, shared) for arg in args), array(shared), nullable=False)


def _constructor(*, duckdb: bool) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        return cast(exp.Array(expressions=[arg.copy() for arg in args]), call.type, duckdb=duckdb)

    return lower


def _type_element(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    value, element = array_of(args[0])
    return Typed((value, convert(args[1], BIGINT)), element, nullable=True)


def _index(call: Call) -> int | None:
    """The number of the element if it is a constant; one that no array has is 0."""
    index = call.args[1]
    if not isinstance(index, Literal) or not isinstance(index.value, int):
        return None
    return index.value if 1 <= index.value <= _LARGEST else 0


def _duckdb_element(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if (known := _index(call)) is not None:
        return fn("list_extract", args[0], number(known)) if known else cast(exp.Null(), call.type, duckdb=True)
    # Negative numbers count from the end in DuckDB alone.
    return case((binary(exp.GTE, args[1], number(1)), fn("list_extract", args[0], args[1])))


def flink_item(value: exp.Expr, index: exp.Expr) -> exp.Expr:
    """`value[index]` for Flink."""
    plain = isinstance(value, (exp.Column, exp.Anonymous))
    return exp.Bracket(this=value.copy() if plain else exp.Paren(this=value.copy()), expressions=[index.copy()])


def _flink_element(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value, index = args
    if (known := _index(call)) is not None:
        there = binary(exp.LTE, number(known), fn("CARDINALITY", value))
        return case((there, flink_item(value, number(known)))) if known else cast(exp.Null(), call.type, duckdb=False)
    inside = exp.And(
        this=binary(exp.GTE, index, number(1)), expression=binary(exp.LTE, index, fn("CARDINALITY", value))
    )
    return case((inside, flink_item(value, flink_bounded(index, 1, _LARGEST))))


def _type_counted(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value, _ = array_of(args[0])
    return Typed((value,), BIGINT, value.nullable)


def _duckdb_cardinality(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("len", args[0])


def _flink_cardinality(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("CARDINALITY", args[0]), BIGINT, duckdb=False)


def _type_contains(args: Sequence[Expr]) -> Typed:
    pair = with_element(args)
    return Typed(pair, BOOLEAN, pair[0].nullable)


def _duckdb_contains(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # list_position finds NULL, list_contains does not.
    return case((not_null(args[0]), not_null(fn("list_position", *args))))


def _type_position(args: Sequence[Expr]) -> Typed:
    pair = with_element(args)
    return Typed(pair, BIGINT, any_nullable(pair))


def _duckdb_position(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    present = exp.And(this=not_null(args[0]), expression=not_null(args[1]))
    return case((present, cast(fn("COALESCE", fn("list_position", *args), number(0)), BIGINT, duckdb=True)))


def _flink_position(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("ARRAY_POSITION", *flink_arguments(call.args, args)), BIGINT, duckdb=False)


OPERATIONS = (
    operation("ARRAY", "The arguments as an array.", _type_constructor, _constructor(duckdb=True),
              _constructor(duckdb=False),
              (*each(lambda v, t: Vector((v.a, v.b, None), [v.a, v.b, None], (t, t, t))),
               *each(lambda v, t: Vector((v.a, v.c), [v.a, v.c], (t, f"{t}!"))),
               Vector((None,), [None], ("BIGINT",)), Vector((1, 2**40), [1, 2**40], ("INT", "BIGINT")),
               Vector((1, 0.5), [1.0, 0.5], ("INT!", "DOUBLE"))),
              "ARRAY[a, b]", "LIST_VALUE", "ARRAY_VALUE", "LIST_PACK"),
    operation("ELEMENT_AT",
              "The element of that number, from 1 on; NULL if there is none, for 0 and negative numbers too.",
              _type_element, _duckdb_element, _flink_element, element_vectors(), "a[1]",
              "LIST_EXTRACT", "LIST_ELEMENT", "ARRAY_EXTRACT"),
    operation("CARDINALITY", "The number of elements.", _type_counted, _duckdb_cardinality, _flink_cardinality,
              (*each(lambda v, t: Vector(([v.a, None, v.c],), 3, (f"ARRAY<{t}>",))), Vector(([],), 0, (BIGINTS,)),
               Vector((None,), None, (BIGINTS,))),
              "CARDINALITY(a)", "ARRAY_LENGTH", "ARRAY_SIZE"),
    operation("ARRAY_CONTAINS", "Whether one of the elements is the value, NULL being a value like any other.",
              _type_contains, _duckdb_contains, flink_named("ARRAY_CONTAINS"),
              (*each(lambda v, t: Vector(([v.a, v.b], v.b), True, (f"ARRAY<{t}>", t))),
               *each(lambda v, t: Vector(([v.a, None], v.b), False, (f"ARRAY<{t}>", t))),
               Vector(([1, None], None), True, (BIGINTS, "BIGINT")), Vector(([1], None), False, (BIGINTS, "BIGINT")),
               Vector(([], None), False, (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT")),
               Vector((None, None), None, (BIGINTS, "BIGINT")), Vector(([1], 2**40), False, ("ARRAY<INT>", "BIGINT")),
               Vector((["a"], "a"), True, (STRINGS, "STRING!"))),
              "ARRAY_CONTAINS(a, x)", "LIST_CONTAINS", "LIST_HAS", "ARRAY_HAS"),
    operation("ARRAY_POSITION", "The number of the first element that is the value; 0 if there is none.",
              _type_position, _duckdb_position, _flink_position,
              (*each(lambda v, t: Vector(([v.a, v.b, v.b], v.b), 2, (f"ARRAY<{t}>", t))),
               *each(lambda v, t: Vector(([v.a, None], v.b), 0, (f"ARRAY<{t}>", t))),
               Vector(([1, None], None), None, (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT")),
               Vector(([], 1), 0, (BIGINTS, "BIGINT"))),
              "ARRAY_POSITION(a, x)", "LIST_POSITION", "LIST_INDEXOF", "ARRAY_INDEXOF"),
)  # fmt: skip
