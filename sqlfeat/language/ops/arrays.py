"""Arrays: constructor, elements, search, slices, sets, texts.

Elements may be NULL and count as values: a NULL is found, removed and kept once like any other element. A NULL array
gives NULL. Numbers of elements start at 1, as in both engines.

Flink gives -1 or an empty text, not NULL, for an element that is not there if it believes that no element is NULL; so
every access stands in a CASE of its own, which makes the type nullable again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Lowering,
    Macro,
    Operation,
    Refusal,
    Refused,
    Typed,
    TypeMismatch,
    TypeRule,
    Vector,
)
from sqlfeat.language.ops.array_proofs import (
    BIGINTS,
    STRINGS,
    each,
    element_vectors,
    extremes,
    in_order,
    many_ties,
    sets,
    slices,
)
from sqlfeat.language.trees import binary, case, cast, fn, is_null, not_null, number, text
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, STRING, DataType, Kind, array
from sqlfeat.language.typing import any_nullable, arity, common_type, convert

_FAMILY = "arrays"
_LARGEST = 2**31 - 1


def array_of(arg: Expr) -> tuple[Expr, DataType]:
    """The argument, which must be an array, and its element type."""
    if arg.type.kind is not Kind.ARRAY or arg.type.element is None:
        hint = "; write CAST(NULL AS ARRAY<...>)" if arg.type.kind is Kind.NULL else ""
        raise TypeMismatch(f"needs an array, not {arg.type}{hint}")
    return arg, arg.type.element


def _as_array(arg: Expr, element: DataType) -> Expr:
    found = array_of(arg)[1]
    if found == element:
        return arg
    if (found.kind, element.kind) not in ((Kind.INT, Kind.BIGINT), (Kind.DECIMAL, Kind.DECIMAL)):
        raise TypeMismatch(f"needs arrays of one type, not {arg.type} and {array(element)}")
    return convert(arg, array(element))


def _with_element(args: Sequence[Expr]) -> tuple[Expr, Expr]:
    """An array and an element, of one type."""
    arity(args, 2)
    value, element_type = array_of(args[0])
    shared = common_type([element_type, args[1].type])
    return _as_array(value, shared), convert(args[1], shared)


def _arrays(args: Sequence[Expr], high: int = 2) -> tuple[Expr, ...]:
    arity(args, 2, high)
    shared = common_type([array_of(arg)[1] for arg in args])
    return tuple(_as_array(arg, shared) for arg in args)


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
    return case((inside, flink_item(value, cast(index, INT, duckdb=False))))


def _type_counted(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value, _ = array_of(args[0])
    return Typed((value,), BIGINT, value.nullable)


def _duckdb_cardinality(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("len", args[0])


def _flink_cardinality(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("CARDINALITY", args[0]), BIGINT, duckdb=False)


def _type_contains(args: Sequence[Expr]) -> Typed:
    pair = _with_element(args)
    return Typed(pair, BOOLEAN, pair[0].nullable)


def _duckdb_contains(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # list_position finds NULL, list_contains does not.
    return case((not_null(args[0]), not_null(fn("list_position", *args))))


def _named(name: str) -> Lowering:
    return lambda _, args: fn(name, *args)


def _type_position(args: Sequence[Expr]) -> Typed:
    pair = _with_element(args)
    return Typed(pair, BIGINT, any_nullable(pair))


def _duckdb_position(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    present = exp.And(this=not_null(args[0]), expression=not_null(args[1]))
    return case((present, cast(fn("COALESCE", fn("list_position", *args), number(0)), BIGINT, duckdb=True)))


def _flink_position(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("ARRAY_POSITION", *args), BIGINT, duckdb=False)


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
    values = _arrays(args, 99)
    return Typed(values, values[0].type, any_nullable(values))


def _present(args: Sequence[exp.Expr], result: exp.Expr) -> exp.Expr:
    """The result if no argument is NULL: DuckDB takes a NULL array for an empty one."""
    condition = not_null(args[0])
    for arg in args[1:]:
        condition = exp.And(this=condition, expression=not_null(arg))
    return case((condition, result))


def _duckdb_concat(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    result = args[0]
    for arg in args[1:]:
        result = fn("list_concat", result, arg)
    return _present(args, result)


def _type_append(args: Sequence[Expr]) -> Typed:
    pair = _with_element(args)
    return Typed(pair, pair[0].type, pair[0].nullable)


def _type_prepend(args: Sequence[Expr]) -> Typed:
    """DuckDB's list_prepend takes the element first."""
    swapped = len(args) == 2 and args[0].type.kind is not Kind.ARRAY and args[1].type.kind is Kind.ARRAY
    return _type_append([args[1], args[0]] if swapped else args)


def _duckdb_append(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return _present(args[:1], fn("list_append", *args))


def _duckdb_prepend(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return _present(args[:1], fn("list_prepend", args[1], args[0]))


def _type_same(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value, _ = array_of(args[0])
    return Typed((value,), value.type, value.nullable)


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


def duckdb_filter(value: exp.Expr, condition: Callable[[exp.Expr, exp.Expr], exp.Expr]) -> exp.Expr:
    """The elements for which a condition on the element and its number is true."""
    item, index = exp.column("x_"), exp.column("i_")
    lambda_ = exp.Lambda(this=condition(item, index), expressions=[exp.to_identifier("x_"), exp.to_identifier("i_")])
    return fn("list_filter", value, lambda_)


def _is_first(value: exp.Expr) -> Callable[[exp.Expr, exp.Expr], exp.Expr]:
    return lambda item, index: binary(exp.EQ, fn("list_position", value, item), index)


def _duckdb_distinct(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return duckdb_filter(args[0], _is_first(args[0]))


def _type_join(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    value, element = array_of(args[0])
    if element.is_integer:
        value = Call("CAST", (value,), array(STRING), value.nullable)
    elif element.kind is not Kind.STRING:
        raise TypeMismatch(f"takes arrays of STRING and of whole numbers, not {args[0].type}")
    for arg in args[1:]:
        if not isinstance(arg, Literal) or not isinstance(arg.value, str):
            raise TypeMismatch("needs a constant separator, and a constant for NULLs if there is one")
    return Typed((value, *args[1:]), STRING, value.nullable)


def _duckdb_join(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value = args[0]
    if len(args) == 3:
        item = exp.column("x_")
        filled = exp.Lambda(this=fn("COALESCE", item, args[2]), expressions=[exp.to_identifier("x_")])
        value = fn("list_transform", value, filled)
    # Of NULLs alone DuckDB makes NULL, Flink an empty text.
    return _present(args[:1], fn("COALESCE", fn("array_to_string", value, args[1]), text("")))


def _duckdb_remove(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return duckdb_filter(args[0], lambda item, _: exp.NullSafeNEQ(this=item, expression=args[1].copy()))


def _type_sets(args: Sequence[Expr]) -> Typed:
    pair = _arrays(args)
    return Typed(pair, pair[0].type, any_nullable(pair))


def _duckdb_union(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    both = fn("list_concat", *args)
    return _present(args, duckdb_filter(both, _is_first(both)))


def _duckdb_common(check: Callable[[exp.Expr], exp.Expr]) -> Lowering:
    """Elements of the first array, each once, that are (not) in the second."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        def kept(item: exp.Expr, index: exp.Expr) -> exp.Expr:
            first = _is_first(args[0])(item, index)
            return exp.And(this=first, expression=check(fn("list_position", args[1], item)))

        return _present(args, duckdb_filter(args[0], kept))

    return lower


def _type_split(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    separator = args[1]
    if not isinstance(separator, Literal) or not isinstance(separator.value, str) or not separator.value:
        raise TypeMismatch("needs a constant separator that is not empty")
    value = convert(args[0], STRING)
    return Typed((value, separator), array(STRING), value.nullable)


def _duckdb_split(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    none = cast(exp.Array(expressions=[]), call.type, duckdb=True)
    return case((binary(exp.EQ, args[0], text("")), none), default=fn("string_split", *args))


def _type_overlap(args: Sequence[Expr]) -> Typed:
    pair = _arrays(args)
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


def _operation(
    name: str, doc: str, rule: TypeRule, duckdb: Lowering, flink: Lowering, vectors: tuple[Vector, ...], example: str,
    *aliases: str,
) -> Operation:  # fmt: skip
    once = name in ("ARRAY", "CARDINALITY", "ARRAY_REVERSE", "ARRAY_SORT")
    return Operation(name, _FAMILY, doc, rule, duckdb, flink, vectors, example, aliases, repeats=not once)


OPERATIONS = (
    _operation("ARRAY", "The arguments as an array.", _type_constructor, _constructor(duckdb=True),
               _constructor(duckdb=False),
               (*each(lambda v, t: Vector((v.a, v.b, None), [v.a, v.b, None], (t, t, t))),
                *each(lambda v, t: Vector((v.a, v.c), [v.a, v.c], (t, f"{t}!"))),
                Vector((None,), [None], ("BIGINT",)), Vector((1, 2**40), [1, 2**40], ("INT", "BIGINT")),
                Vector((1, 0.5), [1.0, 0.5], ("INT!", "DOUBLE"))),
               "ARRAY[a, b]", "LIST_VALUE", "ARRAY_VALUE", "LIST_PACK"),
    _operation("ELEMENT_AT",
               "The element of that number, from 1 on; NULL if there is none, for 0 and negative numbers too.",
               _type_element, _duckdb_element, _flink_element, element_vectors(), "a[1]",
               "LIST_EXTRACT", "LIST_ELEMENT", "ARRAY_EXTRACT"),
    _operation("CARDINALITY", "The number of elements.", _type_counted, _duckdb_cardinality, _flink_cardinality,
               (*each(lambda v, t: Vector(([v.a, None, v.c],), 3, (f"ARRAY<{t}>",))), Vector(([],), 0, (BIGINTS,)),
                Vector((None,), None, (BIGINTS,))),
               "CARDINALITY(a)", "ARRAY_LENGTH", "ARRAY_SIZE"),
    _operation("ARRAY_CONTAINS", "Whether one of the elements is the value, NULL being a value like any other.",
               _type_contains, _duckdb_contains, _named("ARRAY_CONTAINS"),
               (*each(lambda v, t: Vector(([v.a, v.b], v.b), True, (f"ARRAY<{t}>", t))),
                *each(lambda v, t: Vector(([v.a, None], v.b), False, (f"ARRAY<{t}>", t))),
                Vector(([1, None], None), True, (BIGINTS, "BIGINT")), Vector(([1], None), False, (BIGINTS, "BIGINT")),
                Vector(([], None), False, (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT")),
                Vector((None, None), None, (BIGINTS, "BIGINT")), Vector(([1], 2**40), False, ("ARRAY<INT>", "BIGINT")),
                Vector((["a"], "a"), True, (STRINGS, "STRING!"))),
               "ARRAY_CONTAINS(a, x)", "LIST_CONTAINS", "LIST_HAS", "ARRAY_HAS"),
    _operation("ARRAY_POSITION", "The number of the first element that is the value; 0 if there is none.",
               _type_position, _duckdb_position, _flink_position,
               (*each(lambda v, t: Vector(([v.a, v.b, v.b], v.b), 2, (f"ARRAY<{t}>", t))),
                *each(lambda v, t: Vector(([v.a, None], v.b), 0, (f"ARRAY<{t}>", t))),
                Vector(([1, None], None), None, (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT")),
                Vector(([], 1), 0, (BIGINTS, "BIGINT"))),
               "ARRAY_POSITION(a, x)", "LIST_POSITION", "LIST_INDEXOF", "ARRAY_INDEXOF"),
    _operation("ARRAY_SLICE",
               "The elements from one number to another, both included; negative numbers count from the end.",
               _type_slice, _duckdb_slice, _flink_slice, slices(), "a[2:3]", "LIST_SLICE"),
    _operation("ARRAY_CONCAT", "The elements of the arrays, one after the other; NULL if one of the arrays is.",
               _type_concat, _duckdb_concat, _named("ARRAY_CONCAT"),
               (*each(lambda v, t: Vector(([v.a, None], [v.b, v.a]), [v.a, None, v.b, v.a], (f"ARRAY<{t}>",) * 2)),
                Vector(([1], [], [2]), [1, 2], (BIGINTS, BIGINTS, BIGINTS)), Vector(([], []), [], (BIGINTS, BIGINTS)),
                Vector((None, [1]), None, (BIGINTS, BIGINTS)),
                Vector(([1], None), None, (BIGINTS, BIGINTS)),
                Vector(([1], [2**40]), [1, 2**40], ("ARRAY<INT>", BIGINTS))),
               "ARRAY_CONCAT(a, b)", "LIST_CONCAT", "LIST_CAT", "ARRAY_CAT"),
    _operation("ARRAY_APPEND", "The array with one more element at the end.", _type_append, _duckdb_append,
               _named("ARRAY_APPEND"),
               (*each(lambda v, t: Vector(([v.a], v.b), [v.a, v.b], (f"ARRAY<{t}>", t))),
                Vector(([1], None), [1, None], (BIGINTS, "BIGINT")),
                Vector(([], 1), [1], (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT"))),
               "ARRAY_APPEND(a, x)", "LIST_APPEND", "ARRAY_PUSH_BACK"),
    _operation("ARRAY_PREPEND", "The array with one more element at the front; the element may be written first.",
               _type_prepend, _duckdb_prepend, _named("ARRAY_PREPEND"),
               (*each(lambda v, t: Vector(([v.a], v.b), [v.b, v.a], (f"ARRAY<{t}>", t))),
                Vector((None, [1]), [None, 1], ("BIGINT", BIGINTS)),
                Vector(([], 1), [1], (BIGINTS, "BIGINT")), Vector((None, 1), None, (BIGINTS, "BIGINT"))),
               "ARRAY_PREPEND(a, x)", "LIST_PREPEND", "ARRAY_PUSH_FRONT"),
    _operation("ARRAY_REVERSE", "The elements in the opposite order.", _type_same, _named("list_reverse"),
               _named("ARRAY_REVERSE"),
               (*each(lambda v, t: Vector(([v.a, None, v.b],), [v.b, None, v.a], (f"ARRAY<{t}>",))),
                Vector(([],), [], (BIGINTS,)),
                Vector((None,), None, (BIGINTS,))),
               "ARRAY_REVERSE(a)", "LIST_REVERSE"),
    _operation("ARRAY_SORT",
               "The elements in order, NULLs first; ARRAY_SORT(a, FALSE) has the greatest first and NULLs last, and a "
               "third argument says whether NULLs come first.",
               _type_sort, _duckdb_sort, _named("ARRAY_SORT"),
               (*in_order(ascending=True, nulls_first=True, options=()),
                *in_order(ascending=False, nulls_first=False, options=(False,)),
                *in_order(ascending=True, nulls_first=False, options=(True, False)),
                *in_order(ascending=False, nulls_first=True, options=(False, True)), *many_ties()),
               "ARRAY_SORT(a)"),
    _operation("ARRAY_MAX", "The greatest element that is not NULL.", _type_extreme, _named("list_max"),
               _flink_extreme("ARRAY_MAX"),
               extremes(max), "ARRAY_MAX(a)", "LIST_MAX"),
    _operation("ARRAY_MIN", "The smallest element that is not NULL.", _type_extreme, _named("list_min"),
               _flink_extreme("ARRAY_MIN"),
               extremes(min), "ARRAY_MIN(a)", "LIST_MIN"),
    _operation("ARRAY_DISTINCT", "Each element once, in the order of their first places; a NULL stays.", _type_same,
               _duckdb_distinct, _named("ARRAY_DISTINCT"),
               (*each(lambda v, t: Vector(([v.b, v.a, v.b, None, None, v.a],), [v.b, v.a, None], (f"ARRAY<{t}>",))),
                Vector(([],), [], (BIGINTS,)),
                Vector((None,), None, (BIGINTS,))),
               "ARRAY_DISTINCT(a)", "LIST_DISTINCT"),
    _operation("ARRAY_JOIN",
               "The elements as one text with a constant between them; NULLs are left out, or written as a third "
               "argument.", _type_join, _duckdb_join, _named("ARRAY_JOIN"),
               (Vector((["a", None, "é😀", ""], ", "), "a, é😀, ", (STRINGS, "STRING!")),
                Vector(([], "-"), "", (STRINGS, "STRING!")),
                Vector(([None, None], "-"), "", (STRINGS, "STRING!")), Vector((None, "-"), None, (STRINGS, "STRING!")),
                Vector((["a", "b"], ""), "ab", (STRINGS, "STRING!")),
                Vector((["a", None], "-", "?"), "a-?", (STRINGS, "STRING!", "STRING!")),
                Vector(([None], "'", "%"), "%", (STRINGS, "STRING!", "STRING!")),
                Vector(([1, None, -(2**63)], ";"), "1;-9223372036854775808",
                                                                                    (BIGINTS, "STRING!"))),
               "ARRAY_JOIN(a, ', ')", "ARRAY_TO_STRING"),
    _operation("ARRAY_REMOVE", "The array without the elements that are the value, NULL being a value like any other.",
               _type_append, _duckdb_remove, _named("ARRAY_REMOVE"),
               (*each(lambda v, t: Vector(([v.a, v.b, None, v.a], v.a), [v.b, None], (f"ARRAY<{t}>", t))),
                Vector(([1, None], None), [1], (BIGINTS, "BIGINT")), Vector(([1, 1], 1), [], (BIGINTS, "BIGINT")),
                Vector((None, 1), None, (BIGINTS, "BIGINT"))),
               "ARRAY_REMOVE(a, x)"),
    _operation("ARRAY_UNION", "The elements of both arrays, each once, in the order of their first places.", _type_sets,
               _duckdb_union, _named("ARRAY_UNION"), sets("UNION"), "ARRAY_UNION(a, b)"),
    _operation("ARRAY_INTERSECT", "The elements of the first array that the second has too, each once.", _type_sets,
               _duckdb_common(not_null), _named("ARRAY_INTERSECT"), sets("INTERSECT"), "ARRAY_INTERSECT(a, b)",
               "LIST_INTERSECT"),
    _operation("ARRAY_EXCEPT", "The elements of the first array that the second does not have, each once.", _type_sets,
               _duckdb_common(is_null), _named("ARRAY_EXCEPT"), sets("EXCEPT"), "ARRAY_EXCEPT(a, b)"),
    _operation("SPLIT", "The pieces of a text between the separators, as an array; an empty text has none.",
               _type_split,
               _duckdb_split, _named("SPLIT"),
               (Vector(("a,b,,c,", ","), ["a", "b", "", "c", ""], ("STRING", "STRING!")),
                Vector(("", ","), [], ("STRING", "STRING!")),
                Vector((",", ","), ["", ""], ("STRING", "STRING!")), Vector((None, ","), None, ("STRING", "STRING!")),
                Vector(("aaa", "aa"), ["", "a"], ("STRING", "STRING!")),
                Vector(("é😀é", "é"), ["", "😀", ""], ("STRING", "STRING!")),
                Vector(("a.b|c", "."), ["a", "b|c"], ("STRING", "STRING!")),
                Vector(("a. b", ". "), ["a", "b"], ("STRING", "STRING!"))),
               "SPLIT(s, ',')", "STRING_SPLIT", "STR_SPLIT", "STRING_TO_ARRAY"),
)  # fmt: skip

_B = (BIGINTS, BIGINTS)
MACROS = (
    Macro("ARRAYS_OVERLAP", _FAMILY, "Whether the arrays share an element, NULL being a value like any other.",
          _type_overlap,
          _overlap, (Vector(([1, 2], [2, 3]), True, _B), Vector(([1], [2]), False, _B),
                     Vector(([None], [None]), True, _B),
                     Vector(([], [1]), False, _B), Vector((None, [1]), None, _B),
                     Vector((["é"], ["é"]), True, (STRINGS, STRINGS))),
          "ARRAYS_OVERLAP(a, b)", ("LIST_HAS_ANY", "ARRAY_HAS_ANY")),
    Macro("ARRAY_HAS_ALL", _FAMILY,
          "Whether the first array has every element of the second, NULL being a value like any other.",
          _type_overlap, _has_all,
          (Vector(([1, 2], [2]), True, _B), Vector(([1], [1, 2]), False, _B), Vector(([1], []), True, _B),
           Vector(([1], [None]), False, _B), Vector((None, []), None, _B), Vector(([2, 1, 2], [1, 1]), True, _B)),
          "ARRAY_HAS_ALL(a, b)", ("LIST_HAS_ALL",)),
)  # fmt: skip

_LAMBDA = Refused(
    "Flink has no functions of the elements of an array",
    "the expression before collecting (ARRAY_AGG(x * 2)), UNNEST, or VECTOR functions for arrays of a fixed length",
)
REFUSALS = (
    Refusal("LIST_TRANSFORM", _FAMILY, _LAMBDA, (
        "LIST_APPLY", "ARRAY_TRANSFORM", "ARRAY_APPLY", "APPLY", "LIST_FILTER", "ARRAY_FILTER", "FILTER", "LIST_REDUCE",
        "ARRAY_REDUCE", "REDUCE", "LIST_AGGREGATE", "LIST_AGGR", "ARRAY_AGGREGATE", "ARRAY_AGGR", "LIST_ZIP",
        "ARRAY_ZIP",
        "ALL_MATCH", "ANY_MATCH",
    )),
    Refusal("ARRAY_SUM", _FAMILY, Refused(
        "Flink has no sum of an array of any length", "SUM(x) before collecting, or VECTOR_SUM(a, n) for n elements",
    ), ("LIST_SUM", "LIST_AVG", "ARRAY_AVG", "LIST_PRODUCT", "LIST_STDDEV_POP", "LIST_MEDIAN", "LIST_MODE",
        "LIST_COUNT")),
    Refusal("LIST_SORT", _FAMILY, Refused(
        "DuckDB puts NULLs last, Flink first",
        "ARRAY_SORT(a, TRUE, FALSE) for NULLs last, ARRAY_SORT(a) for NULLs first",
    ), ("LIST_REVERSE_SORT", "ARRAY_REVERSE_SORT", "LIST_GRADE_UP")),
    Refusal("ELEMENT", _FAMILY, Refused("it stops the stream if there are several elements", "a[1]")),
    Refusal("FLATTEN", _FAMILY, Refused("arrays of arrays are not in the language", "ARRAY_CONCAT(a, b)")),
    Refusal("ANY", _FAMILY, Refused("Flink has no comparison with any element", "ARRAY_CONTAINS(a, x)"),
            ("ALL", "SOME")),
    Refusal("LIST_UNIQUE", _FAMILY, Refused(
        "Flink has no count of different elements", "CARDINALITY(ARRAY_DISTINCT(a))",
    ), ("ARRAY_UNIQUE",)),
    Refusal("ARRAY_RESIZE", _FAMILY, Refused("Flink cannot change the length of an array", "ARRAY_SLICE(a, 1, n)"),
            ("LIST_RESIZE",)),
)  # fmt: skip
