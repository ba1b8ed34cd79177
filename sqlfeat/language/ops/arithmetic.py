"""Arithmetic: integers are 64-bit and wrap, decimals are exact, doubles are finite or NULL."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Lowering, Operation, Typed, TypeMismatch, Vector
from sqlfeat.language.trees import binary, case, cast, double, flink_divisor, fn, number
from sqlfeat.language.types import BIGINT, DOUBLE, DataType, Kind
from sqlfeat.language.typing import any_nullable, arity, bounded_decimal, convert, numeric_pair

MAX_DOUBLE = 1.7976931348623157e308
RAW_DOUBLE_OPS = frozenset({"+", "-", "*", "/", "NEGATE"})
"""Operations that are bit-equal on both engines for every IEEE input, so that only the end of a chain is checked."""


def _sum_type(left: DataType, right: DataType) -> DataType:
    scale = max(left.scale, right.scale)
    return bounded_decimal(max(left.precision - left.scale, right.precision - right.scale) + scale + 1, scale)


def _product_type(left: DataType, right: DataType) -> DataType:
    # Flink cuts the scale once its own rule (p1 + p2 + 1) passes 38.
    bounded_decimal(left.precision + right.precision + 1, left.scale + right.scale)
    return bounded_decimal(left.precision + right.precision, left.scale + right.scale)


def _type_additive(args: Sequence[Expr]) -> Typed:
    left, right = numeric_pair(args)
    result = _sum_type(left.type, right.type) if left.type.kind is Kind.DECIMAL else left.type
    return Typed((left, right), result, any_nullable((left, right)))


def _type_product(args: Sequence[Expr]) -> Typed:
    left, right = numeric_pair(args)
    result = _product_type(left.type, right.type) if left.type.kind is Kind.DECIMAL else left.type
    return Typed((left, right), result, any_nullable((left, right)))


def _type_quotient(args: Sequence[Expr]) -> Typed:
    left, right = numeric_pair(args)
    return Typed((convert(left, DOUBLE), convert(right, DOUBLE)), DOUBLE, nullable=True)


def _type_integers(args: Sequence[Expr]) -> Typed:
    left, right = numeric_pair(args)
    if left.type.kind is not Kind.BIGINT:
        raise TypeMismatch(f"needs whole numbers, not {args[0].type} and {args[1].type}")
    return Typed((left, right), BIGINT, nullable=True)


def _type_negate(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    if not args[0].type.is_numeric:
        raise TypeMismatch(f"needs a number, not {args[0].type}")
    arg = convert(args[0], BIGINT) if args[0].type.is_integer else args[0]
    return Typed((arg,), arg.type, arg.nullable)


def is_small(expr: Expr) -> bool:
    """Whether an integer is known to fit 32 bits, so that one operation on it cannot pass 64."""
    if isinstance(expr, Literal):
        return isinstance(expr.value, int) and abs(expr.value) < 2**31
    if isinstance(expr, Call) and expr.op == "CAST":
        return expr.args[0].type.kind is Kind.INT
    return expr.type.kind is Kind.INT


def wrap64(tree: exp.Expr) -> exp.Expr:
    """A HUGEINT as the BIGINT with the same low 64 bits; macro of the DuckDB prelude."""
    return fn("wrap64", tree)


def _hugeint(tree: exp.Expr) -> exp.Expr:
    return exp.Cast(this=tree.copy(), to=exp.DataType.build("HUGEINT", dialect="duckdb"))


def _duckdb_infix(kind: type[exp.Binary]) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        left, right = args
        if call.type.kind is Kind.DECIMAL:
            wide = exp.DataType.build(f"DECIMAL(38,{call.args[0].type.scale})")
            return cast(binary(kind, exp.Cast(this=left.copy(), to=wide), right), call.type, duckdb=True)
        if call.type.kind is Kind.BIGINT and not all(is_small(arg) for arg in call.args):
            return wrap64(binary(kind, _hugeint(left), right))
        return binary(kind, left, right)

    return lower


def _flink_infix(kind: type[exp.Binary]) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        tree = binary(kind, *args)
        return cast(tree, call.type, duckdb=False) if call.type.kind is Kind.DECIMAL else tree

    return lower


def _nonzero(call: Call, tree: exp.Expr) -> exp.Expr:
    divisor = call.args[1]
    if isinstance(divisor, Literal) and divisor.value:
        return tree
    zero = double(0.0) if divisor.type.kind is Kind.DOUBLE else number(0)
    return fn("NULLIF", tree, zero)


def _divide(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return binary(exp.Div, args[0], _nonzero(call, args[1]))


def _flink_divide(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    divisor = _nonzero(call, args[1])
    return binary(exp.Div, args[0], divisor if divisor is args[1] else flink_divisor(divisor, call.args[1].type))


def _cannot_wrap(call: Call) -> bool:
    """Whether the divisor is a constant other than 0 and -1: of the others only the least number by -1 is too large."""
    divisor = call.args[1]
    return isinstance(divisor, Literal) and divisor.value not in (None, 0, -1)


def _duckdb_int_divide(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if _cannot_wrap(call):
        return binary(exp.IntDiv, args[0], args[1])
    return wrap64(binary(exp.IntDiv, _hugeint(args[0]), _nonzero(call, args[1])))


def _modulo(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # MOD of Flink has the type of the divisor, and a constant beside a BIGINT is written as an INT.
    return cast(fn("MOD", args[0], _nonzero(call, args[1])), BIGINT, duckdb=False)


def _duckdb_modulo(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if _cannot_wrap(call):
        return binary(exp.Mod, args[0], args[1])
    return wrap64(binary(exp.Mod, _hugeint(args[0]), _nonzero(call, args[1])))


def _flink_negate(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return exp.Neg(this=exp.Paren(this=args[0].copy()))


def _duckdb_negate(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    if call.type.kind is Kind.BIGINT and not is_small(call.args[0]):
        return wrap64(exp.Neg(this=exp.Paren(this=_hugeint(args[0]))))
    return exp.Neg(this=exp.Paren(this=args[0].copy()))


def _finite(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    (value,) = args
    zero = case((binary(exp.EQ, value, double(0.0)), double(0.0)), default=value)
    return case((binary(exp.LTE, fn("ABS", value), double(MAX_DOUBLE)), zero))


def _type_finite(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed((convert(args[0], DOUBLE),), DOUBLE, nullable=True)


_MIN, _MAX = -(2**63), 2**63 - 1

OPERATIONS = (
    Operation(
        name="+",
        family="arithmetic",
        doc="Sum. Integers give BIGINT and wrap beyond 64 bits; DECIMAL is exact; a DOUBLE that is not finite is NULL.",
        typing=_type_additive,
        duckdb=_duckdb_infix(exp.Add),
        flink=_flink_infix(exp.Add),
        example="a + b",
        vectors=(
            Vector((1, 2), 3, ("BIGINT", "BIGINT")),
            Vector((_MAX, 1), _MIN, ("BIGINT", "BIGINT")),
            Vector((2147483647, 1), 2147483648, ("INT", "INT")),
            Vector((None, 2), None, ("BIGINT", "BIGINT")),
            Vector((0.1, 0.2), 0.30000000000000004, ("DOUBLE", "DOUBLE")),
            Vector((1e308, 1e308), None, ("DOUBLE", "DOUBLE")),
            Vector((Decimal("1.10"), Decimal("2.205")), Decimal("3.305"), ("DECIMAL(9,2)", "DECIMAL(9,3)")),
            Vector((1, 0.5), 1.5, ("BIGINT", "DOUBLE")),
        ),
    ),
    Operation(
        name="-",
        family="arithmetic",
        doc="Difference; types and limits as for `+`.",
        typing=_type_additive,
        duckdb=_duckdb_infix(exp.Sub),
        flink=_flink_infix(exp.Sub),
        example="a - b",
        vectors=(
            Vector((1, 2), -1, ("BIGINT", "BIGINT")),
            Vector((_MIN, 1), _MAX, ("BIGINT", "BIGINT")),
            Vector((0.3, 0.1), 0.19999999999999998, ("DOUBLE", "DOUBLE")),
            Vector((Decimal("1.00"), Decimal("2.5")), Decimal("-1.50"), ("DECIMAL(9,2)", "DECIMAL(9,1)")),
            Vector((None, None), None, ("DOUBLE", "DOUBLE")),
        ),
    ),
    Operation(
        name="*",
        family="arithmetic",
        doc="Product; integers wrap beyond 64 bits, DECIMAL(p1,s1) * DECIMAL(p2,s2) is DECIMAL(p1+p2,s1+s2).",
        typing=_type_product,
        duckdb=_duckdb_infix(exp.Mul),
        flink=_flink_infix(exp.Mul),
        example="a * b",
        vectors=(
            Vector((3, -4), -12, ("BIGINT", "BIGINT")),
            Vector((_MAX, 2), -2, ("BIGINT", "BIGINT")),
            Vector((2147483647, 2147483647), 4611686014132420609, ("INT", "INT")),
            Vector((1.1, 1.1), 1.2100000000000002, ("DOUBLE", "DOUBLE")),
            Vector((1e200, 1e200), None, ("DOUBLE", "DOUBLE")),
            Vector((-1e-300, 1e-300), 0.0, ("DOUBLE", "DOUBLE")),
            Vector((Decimal("1.25"), Decimal("1.5")), Decimal("1.875"), ("DECIMAL(9,2)", "DECIMAL(9,1)")),
            Vector((None, 2), None, ("BIGINT", "BIGINT")),
        ),
    ),
    Operation(
        name="/",
        family="arithmetic",
        doc="Quotient as DOUBLE, of whole numbers too; NULL when the divisor is zero. `//` divides whole numbers.",
        typing=_type_quotient,
        duckdb=_divide,
        flink=_flink_divide,
        example="a / b",
        vectors=(
            Vector((7, 2), 3.5, ("BIGINT", "BIGINT")),
            Vector((1, 3), 0.3333333333333333, ("INT", "INT")),
            Vector((1, 0), None, ("BIGINT", "BIGINT")),
            Vector((1.0, 0.0), None, ("DOUBLE", "DOUBLE")),
            Vector((0.0, 5.0), 0.0, ("DOUBLE", "DOUBLE")),
            Vector((None, 5.0), None, ("DOUBLE", "DOUBLE")),
            Vector((Decimal("1.50"), Decimal("0.5")), 3.0, ("DECIMAL(9,2)", "DECIMAL(9,1)")),
        ),
    ),
    Operation(
        name="//",
        family="arithmetic",
        doc="Quotient of whole numbers, cut towards zero; NULL when the divisor is zero.",
        typing=_type_integers,
        duckdb=_duckdb_int_divide,
        flink=_flink_divide,
        example="a // b",
        vectors=(
            Vector((7, 2), 3, ("BIGINT", "BIGINT")),
            Vector((-7, 2), -3, ("BIGINT", "BIGINT")),
            Vector((_MIN, -1), _MIN, ("BIGINT", "BIGINT")),
            Vector((1, 0), None, ("BIGINT", "BIGINT")),
            Vector((None, 1), None, ("BIGINT", "BIGINT")),
        ),
        aliases=("DIV",),
    ),
    Operation(
        name="%",
        family="arithmetic",
        doc="Remainder of whole numbers with the sign of the dividend; NULL when the divisor is zero.",
        typing=_type_integers,
        duckdb=_duckdb_modulo,
        flink=_modulo,
        example="a % b",
        aliases=("MOD",),
        vectors=(
            Vector((7, 3), 1, ("BIGINT", "BIGINT")),
            Vector((-7, 3), -1, ("BIGINT", "BIGINT")),
            Vector((7, -3), 1, ("BIGINT", "BIGINT")),
            Vector((_MIN, -1), 0, ("BIGINT", "BIGINT")),
            Vector((1, 0), None, ("BIGINT", "BIGINT")),
            Vector((25, 10), 5, ("BIGINT", "INT!")),
        ),
    ),
    Operation(
        name="NEGATE",
        family="arithmetic",
        doc="The number with the other sign.",
        typing=_type_negate,
        duckdb=_duckdb_negate,
        flink=_flink_negate,
        example="-a",
        vectors=(
            Vector((5,), -5, ("BIGINT",)),
            Vector((_MIN,), _MIN, ("BIGINT",)),
            Vector((0.0,), 0.0, ("DOUBLE",)),
            Vector((Decimal("1.50"),), Decimal("-1.50"), ("DECIMAL(9,2)",)),
            Vector((None,), None, ("DOUBLE",)),
        ),
    ),
    Operation(
        name="QUOTIENT",
        family=COMPILER_FAMILY,
        doc="Quotient of numbers that cannot pass the range of DOUBLE; the last step of AVG.",
        typing=_type_quotient,
        duckdb=_divide,
        flink=_divide,
        example="QUOTIENT(a, b)",
        vectors=(Vector((7.0, 2.0), 3.5, ("DOUBLE", "DOUBLE")), Vector((1.0, 0.0), None, ("DOUBLE", "DOUBLE"))),
    ),
    Operation(
        name="FINITE",
        family=COMPILER_FAMILY,
        doc="The DOUBLE itself if it is finite, with one zero; NULL otherwise. Added behind arithmetic.",
        typing=_type_finite,
        duckdb=_finite,
        flink=_finite,
        example="FINITE(x)",
        vectors=(Vector((1.5,), 1.5, ("DOUBLE",)), Vector((None,), None, ("DOUBLE",))),
    ),
)
