"""Comparison, three-valued logic and conditionals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Lowering, Macro, Operation, Typed, TypeMismatch, TypeRule, Vector
from sqlfeat.language.trees import binary, case, cast, flink_arguments, flink_coalesce, fn, is_null, wrap
from sqlfeat.language.types import BOOLEAN, Kind
from sqlfeat.language.typing import any_nullable, arity, common_type, convert


def _alike(args: Sequence[Expr]) -> tuple[Expr, ...]:
    shared = common_type([arg.type for arg in args])
    return tuple(convert(arg, shared) for arg in args)


def _type_comparison(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    pair = _alike(args)
    if pair[0].type.kind is Kind.ARRAY:
        raise TypeMismatch("arrays are not compared alike by the engines; compare elements")
    return Typed(pair, BOOLEAN, any_nullable(pair))


def _type_distinct(args: Sequence[Expr]) -> Typed:
    typed = _type_comparison(args)
    return Typed(typed.args, BOOLEAN, nullable=False)


def _type_booleans(args: Sequence[Expr]) -> Typed:
    converted = tuple(convert(arg, BOOLEAN) for arg in args)
    return Typed(converted, BOOLEAN, any_nullable(converted))


def _type_is_null(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed(tuple(args), BOOLEAN, nullable=False)


def _type_case(args: Sequence[Expr]) -> Typed:
    """CASE as condition, value, condition, value, ..., default."""
    conditions = [convert(arg, BOOLEAN) for arg in args[:-1:2]]
    values = _alike([*args[1::2], args[-1]])
    flat: list[Expr] = []
    for condition, value in zip(conditions, values, strict=False):
        flat += [condition, value]
    return Typed((*flat, values[-1]), values[-1].type, any_nullable(values))


def _type_coalesce(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 99)
    values = _alike(args)
    return Typed(values, values[0].type, all(value.nullable for value in values))


def _type_nullif(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    pair = _alike(args)
    return Typed(pair, pair[0].type, nullable=True)


def _infix(kind: type[exp.Binary]) -> Lowering:
    return lambda call, args: binary(kind, args[0], args[1])


def _distinct(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return exp.NullSafeNEQ(this=wrap(args[0]), expression=wrap(args[1]))


def _not_distinct(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return exp.NullSafeEQ(this=wrap(args[0]), expression=wrap(args[1]))


def _not(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return exp.Not(this=wrap(args[0]))


def _is_null(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return is_null(args[0])


def _case(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return case(*zip(args[:-1:2], args[1::2], strict=True), default=args[-1])


def _named(name: str) -> Lowering:
    return lambda call, args: fn(name, *args)


def _nullif(*, duckdb: bool) -> Lowering:
    """Its type is that of the first argument, and a constant beside a BIGINT is written as an INT."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        value, other = args
        return fn(
            "NULLIF", cast(value, call.type, duckdb=duckdb) if isinstance(call.args[0], Literal) else value, other
        )

    return lower


def _flink_order(kind: type[exp.Binary]) -> Lowering:
    """Flink orders strings by UTF-16 or UTF-8, as their form in memory happens to be, but digits in one way only."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        if call.args[0].type.kind is Kind.STRING and not any(_has_one_order(arg) for arg in call.args):
            args = [fn("HEX", arg) for arg in args]
        return binary(kind, args[0], args[1])

    return lower


def _has_one_order(expr: Expr) -> bool:
    """A constant below the surrogates: UTF-16 compares it with everything as UTF-8 does."""
    return isinstance(expr, Literal) and (not isinstance(expr.value, str) or max(expr.value, default="") < "\ud800")


def _comparison(symbol: str, doc: str, kind: type[exp.Binary], *vectors: Vector) -> Operation:
    lower = _infix(kind)
    return Operation(
        name=symbol,
        family="comparison",
        doc=doc,
        typing=_type_comparison,
        duckdb=lower,
        flink=lower if kind in (exp.EQ, exp.NEQ) else _flink_order(kind),
        vectors=vectors,
        example=f"a {symbol} b",
    )


_B = ("BIGINT", "BIGINT")
_S = ("STRING", "STRING")
_L = ("BOOLEAN", "BOOLEAN")


def _truth(*rows: tuple[bool | None, bool | None, bool | None]) -> tuple[Vector, ...]:
    return tuple(Vector((a, b), result, _L) for a, b, result in rows)


def _symmetric(rule: TypeRule, name: str, doc: str, lower: Lowering, *vectors: Vector, example: str) -> Operation:
    return Operation(name, "logic", doc, rule, lower, lower, vectors, example)


OPERATIONS = (
    _comparison("=", "Equal; NULL if either is NULL.", exp.EQ, Vector((1, 1), True, _B), Vector((1, None), None, _B),
                Vector(("a", "A"), False, _S), Vector(("é", "é"), True, _S), Vector((0.0, 0.0), True,
                        ("DOUBLE", "DOUBLE"))),
    _comparison("<>", "Not equal; NULL if either is NULL.", exp.NEQ, Vector((1, 2), True, _B),
                Vector((None, None), None, _B)),
    _comparison("<", "Less; strings by code point.", exp.LT, Vector((1, 2), True, _B), Vector(("a", "b"), True, _S),
                Vector(("", "a"), True, _S), Vector((None, 1), None, _B), Vector(("\uffff", "😀"), True, _S),
                Vector(("\ue000", "\U00010000"), True, _S),
                Vector(("Z", "a"), True, _S), Vector(("z", "é"), True, _S), Vector(("ab", "a"), False, _S),
                Vector((None, "a"), None, _S),
                Vector(("😀", "m"), False, ("STRING", "STRING!")),
                Vector(("\uffff", "😀"), True, ("STRING", "STRING!")),
                Vector((Decimal("1.5"), Decimal("1.499")), False, ("DECIMAL(9,1)", "DECIMAL(9,3)")),
                Vector((1, 1.5), True, ("BIGINT", "DOUBLE")),
                Vector((9007199254740993, 9007199254740992.0), False, ("BIGINT", "DOUBLE")),
                Vector((False, True), True, ("BOOLEAN", "BOOLEAN")),
                Vector((-1e308, 5e-324), True, ("DOUBLE", "DOUBLE")),
                Vector((datetime(1969, 12, 31, 23, 59, 59, 999000), datetime(1970, 1, 1)), True,
                       ("TIMESTAMP(3)", "TIMESTAMP(3)")),
                Vector((date(1969, 12, 31), date(1970, 1, 1)), True, ("DATE", "DATE"))),
    _comparison("<=", "Less or equal.", exp.LTE, Vector((2, 2), True, _B), Vector(("b", "a"), False, _S),
                Vector(("😀", "\uffff"), False, _S),
                Vector((None, None), None, _S)),
    _comparison(">", "Greater.", exp.GT, Vector((2, 1), True, _B), Vector(("b", "a"), True, _S),
                Vector(("😀", "\uffff"), True, _S)),
    _comparison(">=", "Greater or equal.", exp.GTE, Vector((1, 2), False, _B), Vector(("a", "a"), True, _S),
                Vector(("\uffff", "😀"), False, _S)),
    _symmetric(_type_distinct, "IS DISTINCT FROM", "Different, NULL being a value like any other.", _distinct,
               Vector((1, None), True, _B), Vector((None, None), False, _B), Vector((1, 1), False, _B),
               example="a IS DISTINCT FROM b"),
    _symmetric(_type_distinct, "IS NOT DISTINCT FROM", "The same, NULL being a value like any other.", _not_distinct,
               Vector((1, None), False, _B), Vector((None, None), True, _B), Vector((1, 1), True, _B),
               example="a IS NOT DISTINCT FROM b"),
    _symmetric(_type_is_null, "IS NULL", "Whether the value is NULL.", _is_null,
               Vector((None,), True, ("STRING",)), Vector(("",), False, ("STRING",)), example="a IS NULL"),
    _symmetric(_type_booleans, "AND", "Both; FALSE AND NULL is FALSE.", _infix(exp.And),
               *_truth((True, True, True), (False, None, False), (None, True, None)), example="a AND b"),
    _symmetric(_type_booleans, "OR", "Either; TRUE OR NULL is TRUE.", _infix(exp.Or),
               *_truth((False, False, False), (True, None, True), (None, False, None)), example="a OR b"),
    _symmetric(_type_booleans, "NOT", "The other truth value; NOT NULL is NULL.", _not,
               Vector((True,), False, ("BOOLEAN",)), Vector((None,), None, ("BOOLEAN",)), example="NOT a"),
    Operation("CASE", "conditional",
              "The value of the first condition that is true, else the default (NULL if left out).",
              _type_case, _case, _case,
              (Vector((True, 1, 2), 1, ("BOOLEAN", "BIGINT", "BIGINT")), Vector((None, 1, 2), 2,
                      ("BOOLEAN", "BIGINT", "BIGINT")),
               Vector((False, 1, None), None, ("BOOLEAN", "BIGINT", "BIGINT"))),
              "CASE WHEN a THEN b ELSE c END", aliases=("IF", "IFF")),
    Operation("COALESCE", "conditional", "The first argument that is not NULL.", _type_coalesce, _named("COALESCE"),
              lambda call, args: flink_coalesce(*flink_arguments(call.args, args)),
              (Vector((None, 2), 2, _B), Vector((1, 2), 1, _B), Vector((None, None), None, _B)),
              "COALESCE(a, b)", aliases=("IFNULL", "NVL")),
    Operation("NULLIF", "conditional", "NULL if the arguments are equal, else the first.", _type_nullif,
              _nullif(duckdb=True), _nullif(duckdb=False),
              (Vector((1, 1), None, _B), Vector((1, 2), 1, _B), Vector((None, 1), None, _B), Vector((1, None), 1, _B),
               Vector((Decimal("0.01"), Decimal("7.00")), Decimal("0.01"), ("DECIMAL(12,2)", "DECIMAL(12,2)"))),
              "NULLIF(a, b)"),
)  # fmt: skip


def _between(call: Call) -> Expr:
    value, low, high = call.args
    lower = Call(">=", (value, low), BOOLEAN, call.nullable)
    upper = Call("<=", (value, high), BOOLEAN, call.nullable)
    return Call("AND", (lower, upper), BOOLEAN, call.nullable)


def _type_between(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    values = _alike(args)
    return Typed(values, BOOLEAN, any_nullable(values))


def _type_in(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 1000)
    values = _alike(args)
    return Typed(values, BOOLEAN, any_nullable(values))


def _in(call: Call) -> Expr:
    value, *choices = call.args
    tests: list[Expr] = [Call("=", (value, choice), BOOLEAN, value.nullable or choice.nullable) for choice in choices]
    return _any(tests)


def _any(tests: Sequence[Expr]) -> Expr:
    """OR of the tests, halves first: a long list would otherwise be as deep as it is long."""
    if len(tests) == 1:
        return tests[0]
    left, right = _any(tests[: len(tests) // 2]), _any(tests[len(tests) // 2 :])
    return Call("OR", (left, right), BOOLEAN, left.nullable or right.nullable)


MACROS = (
    Macro("BETWEEN", "comparison", "At least the low and at most the high bound.", _type_between, _between,
          (Vector((2, 1, 3), True, ("BIGINT",) * 3), Vector((3, 1, 3), True, ("BIGINT",) * 3),
           Vector((4, 1, None), None, ("BIGINT",) * 3), Vector((0, 1, None), False, ("BIGINT",) * 3)),
           "a BETWEEN b AND c"),
    Macro("IN", "comparison", "Equal to one of the values; NULL if none is equal and one is NULL.", _type_in, _in,
          (Vector((1, 1, 2), True, ("BIGINT",) * 3), Vector((3, 1, None), None, ("BIGINT",) * 3),
           Vector((3, 1, 2), False, ("BIGINT",) * 3)), "a IN (b, c)"),
)  # fmt: skip
