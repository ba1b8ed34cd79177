"""Arrays as sets: elements once, of both, of one alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Lowering,
    Macro,
    Typed,
    Vector,
)
from sqlfeat.language.ops.array_proofs import (
    BIGINTS,
    STRINGS,
    each,
    sets,
)
from sqlfeat.language.ops.array_types import (
    FAMILY,
    arrays_of_one_type,
    flink_named,
    if_present,
    named,
    operation,
    type_append,
    type_same,
)
from sqlfeat.language.trees import binary, fn, is_null, not_null
from sqlfeat.language.types import BIGINT, BOOLEAN
from sqlfeat.language.typing import any_nullable


def duckdb_filter(value: exp.Expr, condition: Callable[[exp.Expr, exp.Expr], exp.Expr]) -> exp.Expr:
    """The elements for which a condition on the element and its number is true."""
    item, index = exp.column("x_"), exp.column("i_")
    lambda_ = exp.Lambda(this=condition(item, index), expressions=[exp.to_identifier("x_"), exp.to_identifier("i_")])
    return fn("list_filter", value, lambda_)


def _is_first(value: exp.Expr) -> Callable[[exp.Expr, exp.Expr], exp.Expr]:
    return lambda item, index: binary(exp.EQ, fn("list_position", value, item), index)


def _duckdb_distinct(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return duckdb_filter(args[0], _is_first(args[0]))


def _duckdb_remove(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return duckdb_filter(args[0], lambda item, _: exp.NullSafeNEQ(this=item, expression=args[1].copy()))


def _type_sets(args: Sequence[Expr]) -> Typed:
    pair = arrays_of_one_type(args)
    return Typed(pair, pair[0].type, any_nullable(pair))


def _duckdb_union(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    both = fn("list_concat", *args)
    return if_present(args, duckdb_filter(both, _is_first(both)))


def _duckdb_common(check: Callable[[exp.Expr], exp.Expr]) -> Lowering:
    """Elements of the first array, each once, that are (not) in the second."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        def kept(item: exp.Expr, index: exp.Expr) -> exp.Expr:
            first = _is_first(args[0])(item, index)
            return exp.And(this=first, expression=check(fn("list_position", args[1], item)))

        return if_present(args, duckdb_filter(args[0], kept))

    return lower


def _type_overlap(args: Sequence[Expr]) -> Typed:
    pair = arrays_of_one_type(args)
    return Typed(pair, BOOLEAN, any_nullable(pair))


def _count(value: Expr) -> Expr:
    return Call("CARDINALITY", (value,), BIGINT, value.nullable)


def _overlap(call: Call) -> Expr:
    shared = Call("ARRAY_INTERSECT", call.args, call.args[0].type, call.nullable)
    return Call(">", (_count(shared), Literal(0, BIGINT)), BOOLEAN, call.nullable)


def _has_all(call: Call) -> Expr:
    value, wanted = call.args
    missing = Call("ARRAY_EXCEPT", (wanted, value), wanted.type, call.nullable)
    return Call("=", (_count(missing), Literal(0, BIGINT)), BOOLEAN, call.nullable)


OPERATIONS = (
    operation("ARRAY_DISTINCT", "Each element once, in the order of their first places; a NULL stays.", type_same,
              _duckdb_distinct, named("ARRAY_DISTINCT"),
              (*each(lambda v, t: Vector(([v.b, v.a, v.b, None, None, v.a],), [v.b, v.a, None], (f"ARRAY<{t}>",))),
               Vector(([],), [], (BIGINTS,)),
               Vector((None,), None, (BIGINTS,))),
              "ARRAY_DISTINCT(a)", "LIST_DISTINCT"),
    operation("ARRAY_REMOVE", "The array without the elements that are the value, NULL being a value like any other.",
              type_append, _duckdb_remove, flink_named("ARRAY_REMOVE"),
              (*each(lambda v, t: Vector(([v.a, v.b, None, v.a], v.a), [v.b, None], (f"ARRAY<{t}>", t))),
               Vector(([1, None], None), [1], (BIGINTS, "BIGINT")), Vector(([1, 1], 1), [], (BIGINTS, "BIGINT")),
               Vector((None, 1), None, (BIGINTS, "BIGINT"))),
              "ARRAY_REMOVE(a, x)"),
    operation("ARRAY_UNION", "The elements of both arrays, each once, in the order of their first places.", _type_sets,
              _duckdb_union, named("ARRAY_UNION"), sets("UNION"), "ARRAY_UNION(a, b)"),
    operation("ARRAY_INTERSECT", "The elements of the first array that the second has too, each once.", _type_sets,
              _duckdb_common(not_null), named("ARRAY_INTERSECT"), sets("INTERSECT"), "ARRAY_INTERSECT(a, b)",
              "LIST_INTERSECT"),
    operation("ARRAY_EXCEPT", "The elements of the first array that the second does not have, each once.", _type_sets,
              _duckdb_common(is_null), named("ARRAY_EXCEPT"), sets("EXCEPT"), "ARRAY_EXCEPT(a, b)"),
)  # fmt: skip

_B = (BIGINTS, BIGINTS)
MACROS = (
    Macro("ARRAYS_OVERLAP", FAMILY, "Whether the arrays share an element, NULL being a value like any other.",
          _type_overlap,
          _overlap, (Vector(([1, 2], [2, 3]), True, _B), Vector(([1], [2]), False, _B),
                     Vector(([None], [None]), True, _B),
                     Vector(([], [1]), False, _B), Vector((None, [1]), None, _B),
                     Vector((["é"], ["é"]), True, (STRINGS, STRINGS))),
          "ARRAYS_OVERLAP(a, b)", ("LIST_HAS_ANY", "ARRAY_HAS_ANY")),
    Macro("ARRAY_HAS_ALL", FAMILY,
          "Whether the first array has every element of the second, NULL being a value like any other.",
          _type_overlap, _has_all,
          (Vector(([1, 2], [2]), True, _B), Vector(([1], [1, 2]), False, _B), Vector(([1], []), True, _B),
           Vector(([1], [None]), False, _B), Vector((None, []), None, _B), Vector(([2, 1, 2], [1, 1]), True, _B)),
          "ARRAY_HAS_ALL(a, b)", ("LIST_HAS_ALL",)),
)  # fmt: skip
