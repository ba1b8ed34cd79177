"""Arithmetic on arrays of a fixed length, such as embeddings.

Flink has no functions over the elements of an array, so the length is a constant and every element is written out.
An array of another length, or with a NULL in it, gives NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from sqlfeat.language.doubles import LET, variable_for
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation, Typed, TypeMismatch, TypeRule, Vector
from sqlfeat.language.ops.array_elements import flink_item
from sqlfeat.language.ops.array_types import array_of
from sqlfeat.language.trees import binary, case, double, fn
from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, DataType, array
from sqlfeat.language.typing import arity, convert

_FAMILY = "vectors"
LONGEST = 256
"""Elements: with 1024 of them Flink takes a minute or two to compile a query, with 256 some seconds."""


def _length_of(args: Sequence[Expr], arrays: int) -> tuple[Sequence[Expr], int]:
    """The arguments without the length at the end; a constructed array knows its own."""
    if len(args) == arrays and (known := _constructed(args)):
        return args, known
    arity(args, arrays, arrays + 1)
    length = args[-1]
    if (
        len(args) == arrays
        or not isinstance(length, Literal)
        or not isinstance(length.value, int)
        or isinstance(length.value, bool)
    ):
        raise TypeMismatch("needs the number of elements as a constant at the end")
    return args[:arrays], length.value


def _constructed(args: Sequence[Expr]) -> int:
    return next((len(arg.args) for arg in args if isinstance(arg, Call) and arg.op == "ARRAY"), 0)


def _vector(arg: Expr) -> Expr:
    value, element = array_of(arg)
    if not element.is_numeric:
        raise TypeMismatch(f"needs an array of numbers, not {arg.type}")
    return value


def _typing(arrays: int, gives: DataType, scalars: int = 0) -> TypeRule:
    def rule(args: Sequence[Expr]) -> Typed:
        found, length = _length_of(args, arrays + scalars)
        if not 1 <= length <= LONGEST:
            raise TypeMismatch(f"takes 1 to {LONGEST} elements, not {length}")
        vectors = [_vector(arg) for arg in found[:arrays]]
        numbers = [convert(arg, DOUBLE) for arg in found[arrays:]]
        return Typed((*vectors, *numbers, Literal(length, BIGINT)), gives, nullable=True)

    return rule


def _length(call: Call) -> int:
    length = call.args[-1]
    assert isinstance(length, Literal)
    assert isinstance(length.value, int)
    return length.value


def _items(value: Expr, length: int) -> list[Expr]:
    element = value.type.element
    assert element is not None
    items = [Call("ITEM", (value, Literal(i, BIGINT)), element) for i in range(1, length + 1)]
    return [convert(item, DOUBLE) for item in items]


def _guarded(call: Call, vectors: Sequence[Expr], result: Expr) -> Expr:
    """The result if the arrays have that length."""
    conditions: list[Expr] = []
    for value in vectors:
        count = Call("CARDINALITY", (value,), BIGINT, value.nullable)
        conditions.append(Call("=", (count, call.args[-1]), BOOLEAN, value.nullable))
    condition = conditions[0]
    for other in conditions[1:]:
        condition = Call("AND", (condition, other), BOOLEAN, condition.nullable or other.nullable)
    return Call("CASE", (condition, result, Literal(None, call.type)), call.type)


def _double(op: str, *args: Expr) -> Expr:
    return Call(op, args, DOUBLE)


def total(terms: Sequence[Expr]) -> Expr:
    """Their sum, halves first: a flat tree, small errors, and one order for both engines."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return _double("+", total(terms[:middle]), total(terms[middle:]))


def _products(left: Sequence[Expr], right: Sequence[Expr]) -> Expr:
    return total([_double("*", a, b) for a, b in zip(left, right, strict=True)])


def _dot(call: Call) -> Expr:
    left, right, _ = call.args
    n = _length(call)
    return _guarded(call, (left, right), _products(_items(left, n), _items(right, n)))


def _sum(call: Call) -> Expr:
    return _guarded(call, call.args[:1], total(_items(call.args[0], _length(call))))


def _mean(call: Call) -> Expr:
    whole = total(_items(call.args[0], _length(call)))
    return _guarded(call, call.args[:1], _double("/", whole, Literal(float(_length(call)), DOUBLE)))


def _norm(call: Call) -> Expr:
    items = _items(call.args[0], _length(call))
    return _guarded(call, call.args[:1], _double("ROOT", _products(items, items)))


def _distance(call: Call) -> Expr:
    left, right, _ = call.args
    n = _length(call)
    gaps = [_double("-", a, b) for a, b in zip(_items(left, n), _items(right, n), strict=True)]
    return _guarded(call, (left, right), _double("ROOT", _products(gaps, gaps)))


def _cosine(call: Call) -> Expr:
    left, right, _ = call.args
    a, b = _items(left, _length(call)), _items(right, _length(call))
    norms = _double("*", _double("ROOT", _products(a, a)), _double("ROOT", _products(b, b)))
    return _guarded(call, (left, right), _double("/", _products(a, b), norms))


def _elementwise(op: str) -> Callable[[Call], Expr]:
    def expand(call: Call) -> Expr:
        left, right, _ = call.args
        n = _length(call)
        items = [_double("FINITE", _double(op, a, b)) for a, b in zip(_items(left, n), _items(right, n), strict=True)]
        return _whole(call, (left, right), items)

    return expand


def _scale(call: Call) -> Expr:
    value, factor, _ = call.args
    items = [_double("FINITE", _double("*", item, factor)) for item in _items(value, _length(call))]
    return _whole(call, (value,), items)


def _whole(call: Call, vectors: Sequence[Expr], items: Sequence[Expr]) -> Expr:
    """The elements as an array, unless one is NULL."""
    made = Call("ARRAY", tuple(items), array(DOUBLE), nullable=False)
    variable = variable_for(made)
    gap = Call("ARRAY_CONTAINS", (variable, Literal(None, DOUBLE)), BOOLEAN, nullable=False)
    kept = Call("CASE", (gap, Literal(None, call.type), variable), call.type)
    return Call(LET, (variable, made, _guarded(call, vectors, kept)), call.type)


def _type_item(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    value, element = array_of(args[0])
    return Typed((value, args[1]), element, nullable=True)


def _flink_item(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    index = call.args[1]
    assert isinstance(index, Literal)
    return flink_item(args[0], exp.Literal.number(str(index.value)))


def _duckdb_item(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("list_extract", *args)


def _type_root(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed((convert(args[0], DOUBLE),), DOUBLE, nullable=True)


def _root(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return case((binary(exp.GTE, args[0], double(0.0)), fn("SQRT", args[0])))


OPERATIONS = (
    Operation("ITEM", COMPILER_FAMILY, "An element that is known to be there.", _type_item, _duckdb_item, _flink_item,
              (Vector(([1.5, 2.5], 2), 2.5, ("ARRAY<DOUBLE>", "BIGINT!")),
               Vector(([None], 1), None, ("ARRAY<DOUBLE>", "BIGINT!"))),
              "a[1]"),
    Operation("ROOT", COMPILER_FAMILY, "Square root of a sum of squares.", _type_root, _root, _root,
              (Vector((2.0,), 1.4142135623730951, ("DOUBLE",)), Vector((0.0,), 0.0, ("DOUBLE",)),
               Vector((None,), None, ("DOUBLE",)),
               Vector((-1.0,), None, ("DOUBLE",))),
              "VECTOR_NORM(a, 8)"),
)  # fmt: skip

_A, _N = "ARRAY<DOUBLE>", "BIGINT!"
_PAIR = (_A, _A, _N)


def _two(*rows: tuple[list[float | None] | None, list[float | None] | None, object], n: int = 2) -> tuple[Vector, ...]:
    return tuple(Vector((a, b, n), result, _PAIR) for a, b, result in rows)


def _nothing(n: int = 2) -> tuple[Vector, ...]:
    return _two(
        ([1.0], [1.0, 2.0], None), ([1.0, 2.0], [1.0, 2.0, 3.0], None), ([1.0, None], [1.0, 2.0], None),
        (None, [1.0, 2.0], None), ([1.0, 2.0], None, None), ([], [], None), n=n,
    )  # fmt: skip


_ONE = (Vector(([1.0], 2), None, (_A, _N)), Vector(([1.0, None], 2), None, (_A, _N)), Vector((None, 2), None, (_A, _N)),
        Vector(([1.0, 2.0, 3.0], 2), None, (_A, _N)))  # fmt: skip

MACROS = (
    Macro("VECTOR_DOT", _FAMILY, "Dot product of two arrays of n numbers.", _typing(2, DOUBLE), _dot,
          (*_two(([0.1, 0.2], [3.0, 0.3], 0.36000000000000004), ([1e200, 1.0], [1e200, 1.0], None),
                 ([1e200, 1e200], [1e200, -1e200], None),
                 ([0.0, 0.0], [-1.0, 2.0], 0.0)), *_nothing(),
           Vector(([1, 2, 3], [4, 5, 6], 3), 32.0, ("ARRAY<BIGINT>", "ARRAY<INT>", _N)),
           Vector(([0.5] * 64, [2.0] * 64, 64), 64.0, _PAIR)),
          "VECTOR_DOT(a, b, 8)", ("LIST_DOT_PRODUCT", "LIST_INNER_PRODUCT", "ARRAY_DOT_PRODUCT",
                                  "ARRAY_INNER_PRODUCT")),
    Macro("VECTOR_COSINE", _FAMILY, "Cosine of the angle between two arrays of n numbers; NULL if one has no length.",
          _typing(2, DOUBLE), _cosine,
          (*_two(([3.0, 4.0], [4.0, 3.0], 0.96), ([1.0, 0.0], [0.0, 1.0], 0.0), ([0.0, 0.0], [1.0, 1.0], None)),
           *_nothing()),
          "VECTOR_COSINE(a, b, 8)", ("LIST_COSINE_SIMILARITY", "ARRAY_COSINE_SIMILARITY")),
    Macro("VECTOR_DISTANCE", _FAMILY, "Euclidean distance of two arrays of n numbers.", _typing(2, DOUBLE), _distance,
          (*_two(([0.0, 0.0], [3.0, 4.0], 5.0), ([1.0, 1.0], [1.0, 1.0], 0.0), ([1e308, 0.0], [-1e308, 0.0], None)),
           *_nothing()),
          "VECTOR_DISTANCE(a, b, 8)", ("LIST_DISTANCE", "ARRAY_DISTANCE")),
    Macro("VECTOR_NORM", _FAMILY, "Length of an array of n numbers as a vector.", _typing(1, DOUBLE), _norm,
          (Vector(([3.0, -4.0], 2), 5.0, (_A, _N)), Vector(([1e300, 0.0], 2), None, (_A, _N)), *_ONE),
          "VECTOR_NORM(a, 8)"),
    Macro("VECTOR_SUM", _FAMILY, "Sum of an array of n numbers.", _typing(1, DOUBLE), _sum,
          (Vector(([0.1, 0.2], 2), 0.30000000000000004, (_A, _N)), Vector(([1e308, 1e308], 2), None, (_A, _N)),
           Vector(([5], 1), 5.0, ("ARRAY<BIGINT>", _N)), *_ONE), "VECTOR_SUM(a, 8)"),
    Macro("VECTOR_MEAN", _FAMILY, "Mean of an array of n numbers.", _typing(1, DOUBLE), _mean,
          (Vector(([0.5, 2.0], 2), 1.25, (_A, _N)), Vector(([1.0, 2.0, 2.0], 3), 1.6666666666666667, (_A, _N)), *_ONE),
          "VECTOR_MEAN(a, 8)"),
    Macro("VECTOR_ADD", _FAMILY, "Sums of the elements of two arrays of n numbers.", _typing(2, array(DOUBLE)),
          _elementwise("+"),
          (*_two(([0.1, 2.0], [0.2, -2.0], [0.30000000000000004, 0.0]), ([1e308, 1.0], [1e308, 1.0], None)),
           *_nothing()),
          "VECTOR_ADD(a, b, 8)"),
    Macro("VECTOR_SUBTRACT", _FAMILY, "Differences of the elements of two arrays of n numbers.",
          _typing(2, array(DOUBLE)),
          _elementwise("-"), (*_two(([0.5, 2.0], [0.25, 2.0], [0.25, 0.0])), *_nothing()), "VECTOR_SUBTRACT(a, b, 8)"),
    Macro("VECTOR_MULTIPLY", _FAMILY, "Products of the elements of two arrays of n numbers.", _typing(2, array(DOUBLE)),
          _elementwise("*"), (*_two(([0.5, 0.0], [0.25, -2.0], [0.125, 0.0])), *_nothing()),
          "VECTOR_MULTIPLY(a, b, 8)"),
    Macro("VECTOR_SCALE", _FAMILY, "An array of n numbers, each multiplied by one number.",
          _typing(1, array(DOUBLE), 1), _scale,
          (Vector(([1.5, -2.0], 2.0, 2), [3.0, -4.0], (_A, "DOUBLE", _N)),
           Vector(([1e308, 1.0], 10.0, 2), None, (_A, "DOUBLE", _N)),
           Vector(([1.0, 2.0], None, 2), None, (_A, "DOUBLE", _N)), Vector(([1.0], 2.0, 2), None, (_A, "DOUBLE", _N)),
           Vector(([0.0, 1.0], -1.0, 2), [0.0, -1.0], (_A, "DOUBLE", _N))),
          "VECTOR_SCALE(a, x, 8)"),
)  # fmt: skip
