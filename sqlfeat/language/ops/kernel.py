"""What formulas over DOUBLE are made of besides + - *: operations that are bit-equal on every engine, unchecked.

Only the compiler writes them. It answers for their arguments: a root of nothing negative, no division by zero, whole
numbers within 64 bits.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Lowering, Operation, Typed, TypeRule, Vector
from sqlfeat.language.trees import binary, cast, flink_divisor, flink_unknown, fn
from sqlfeat.language.types import BIGINT, DOUBLE
from sqlfeat.language.typing import arity, takes


def _type_once(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed(tuple(args), args[0].type, args[0].nullable)


def _once_duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return args[0]


def _once_flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # Flink merges a projection into the one above, and computes its columns again wherever they are used there: twice
    # at each level is 2^n times in all.
    return flink_unknown(args[0])


def _named(name: str) -> Lowering:
    return lambda call, args: fn(name, *args)


def _divide(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return binary(exp.Div, args[0], args[1])


def _flink_divide(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    divisor = call.args[1]
    return binary(exp.Div, args[0], args[1] if isinstance(divisor, Literal) else flink_divisor(args[1], divisor.type))


def _whole(*, duckdb: bool) -> Lowering:
    return lambda call, args: cast(args[0], BIGINT, duckdb=duckdb)


def _raw(name: str, doc: str, rule: TypeRule, duckdb: Lowering, flink: Lowering, *vectors: Vector) -> Operation:
    return Operation(name, COMPILER_FAMILY, doc, rule, duckdb, flink, vectors, f"{name}(x)")


_D = ("DOUBLE",)

OPERATIONS = (
    _raw("ONCE", "The value, computed once however often it is used.", _type_once, _once_duckdb, _once_flink,
         Vector((1.5,), 1.5, _D), Vector((None,), None, _D), Vector(("é",), "é", ("STRING",))),
    _raw("WHOLE", "A DOUBLE that is a whole number of 64 bits, as BIGINT.", takes(DOUBLE, gives=BIGINT),
         _whole(duckdb=True), _whole(duckdb=False), Vector((-3.0,), -3, _D), Vector((None,), None, _D),
         Vector((0.0,), 0, _D), Vector((9007199254740992.0,), 9007199254740992, _D),
         Vector((-9223372036854774784.0,), -9223372036854774784, _D)),
    _raw("RAW_FLOOR", "The greatest whole number not above.", takes(DOUBLE, gives=DOUBLE), _named("FLOOR"),
         _named("FLOOR"),
         Vector((-0.5,), -1.0, _D), Vector((0.5,), 0.0, _D), Vector((None,), None, _D), Vector((1e300,), 1e300, _D),
         Vector((4503599627370495.5,), 4503599627370495.0, _D)),
    _raw("RAW_ABS", "The absolute value.", takes(DOUBLE, gives=DOUBLE), _named("ABS"), _named("ABS"),
         Vector((-0.5,), 0.5, _D), Vector((0.0,), 0.0, _D), Vector((None,), None, _D)),
    _raw("RAW_SQRT", "The square root of a number that is not negative.", takes(DOUBLE, gives=DOUBLE), _named("SQRT"),
         _named("SQRT"), Vector((2.0,), 1.4142135623730951, _D), Vector((0.0,), 0.0, _D), Vector((None,), None, _D)),
    _raw("RAW_DIVIDE", "The quotient by a number that is not zero.", takes(DOUBLE, DOUBLE, gives=DOUBLE), _divide,
         _flink_divide,
         Vector((1.0, 3.0), 0.3333333333333333, ("DOUBLE", "DOUBLE")), Vector((None, 3.0), None, ("DOUBLE", "DOUBLE"))),
)  # fmt: skip
