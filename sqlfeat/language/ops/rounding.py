"""Whole and rounded numbers: FLOOR, CEIL, TRUNCATE, ROUND, ABS, SIGN, for every kind of number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.doubles import NULL, Real, Sheet, floor, magnitude, when
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    COMPILER_FAMILY,
    Lowering,
    Macro,
    Operation,
    Typed,
    TypeMismatch,
    TypeRule,
    Vector,
)
from sqlfeat.language.ops.exponential import MAX_DOUBLE
from sqlfeat.language.trees import cast, fn, number
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, DataType, Kind, decimal
from sqlfeat.language.typing import arity, convert

_ALL_WHOLE = 2.0**52
"""From here on every double is a whole number."""
_DIGITS = 22
"""10^22 is the last power of ten that is a double."""


def _number(arg: Expr) -> Expr:
    if not arg.type.is_numeric:
        raise TypeMismatch(f"needs a number, not {arg.type}")
    return convert(arg, BIGINT) if arg.type.is_integer else arg


def _type_number(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    arg = _number(args[0])
    return Typed((arg,), arg.type, arg.nullable)


def _type_sign(args: Sequence[Expr]) -> Typed:
    typed = _type_number(args)
    return Typed(typed.args, BIGINT, typed.nullable)


def _type_rounded(spare: int) -> TypeRule:
    """Of (x, digits): digits a constant, 0 if left out; a DECIMAL has `spare` more digits before the point."""

    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 1, 2)
        arg, digits = _number(args[0]), args[1] if len(args) > 1 else Literal(0, INT)
        digits = _constant(digits)
        assert isinstance(digits.value, int)
        if arg.type.kind is not Kind.DOUBLE and digits.value < 0:
            raise TypeMismatch(f"rounds {arg.type} to digits behind the point only; CAST it to DOUBLE")
        return Typed((arg, digits), _rounded_type(arg.type, digits.value, spare), arg.nullable)

    return rule


def _constant(digits: Expr) -> Literal:
    value = digits
    if isinstance(value, Call) and value.op == "NEGATE" and isinstance(value.args[0], Literal):
        inner = value.args[0].value
        value = Literal(-inner, INT) if isinstance(inner, int) else value
    if not isinstance(value, Literal) or not isinstance(value.value, int) or abs(value.value) > _DIGITS:
        raise TypeMismatch(f"takes a constant number of digits, from -{_DIGITS} to {_DIGITS}")
    return Literal(value.value, INT)


def _rounded_type(source: DataType, digits: int, spare: int) -> DataType:
    if source.kind is not Kind.DECIMAL or digits >= source.scale:
        return source
    return decimal(min(38, max(1, source.precision - source.scale + spare) + digits), digits)


def _type_floor(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    arg = _number(args[0])
    return Typed((arg,), _rounded_type(arg.type, 0, 1), arg.nullable)


def _less(left: Expr, right: Expr) -> Expr:
    return Call("<", (left, right), BOOLEAN, left.nullable)


def _zero(data_type: DataType) -> Literal:
    if data_type.kind is Kind.DECIMAL:
        return Literal(Decimal(0), decimal(1, 0))
    return Literal(0.0 if data_type.kind is Kind.DOUBLE else 0, data_type)


def _case(call: Call, *args: Expr) -> Expr:
    return Call("CASE", args, call.type, call.nullable)


def _abs(call: Call) -> Expr:
    (arg,) = call.args
    if arg.type.kind is Kind.DOUBLE:
        return Sheet().close(magnitude(Real(arg)))
    return _case(call, _less(arg, _zero(arg.type)), Call("NEGATE", (arg,), arg.type, arg.nullable), arg)


def _sign(call: Call) -> Expr:
    (arg,) = call.args
    zero = _zero(arg.type)
    one, minus, none = (Literal(value, BIGINT) for value in (1, -1, None))
    equal = Call("=", (arg, zero), BOOLEAN, arg.nullable)
    return _case(call, _less(zero, arg), one, _less(arg, zero), minus, equal, Literal(0, BIGINT), none)


def _floor(call: Call) -> Expr:
    (arg,) = call.args
    if arg.type.kind is Kind.DOUBLE:
        return Sheet().close(floor(Real(arg)))
    return Call("DECIMAL_FLOOR", (arg,), call.type, call.nullable) if arg.type.kind is Kind.DECIMAL else arg


def _ceil(call: Call) -> Expr:
    (arg,) = call.args
    if arg.type.kind is Kind.DOUBLE:
        return Sheet().close(0.0 - floor(0.0 - Real(arg)))
    return Call("DECIMAL_CEIL", (arg,), call.type, call.nullable) if arg.type.kind is Kind.DECIMAL else arg


def _rounding(decimals: str, whole: Callable[[Sheet, Real], Real]) -> Callable[[Call], Expr]:
    """ROUND or TRUNCATE.

    Args:
        decimals: the operation for DECIMAL.
        whole: makes a number that is not negative whole.
    """

    def expand(call: Call) -> Expr:
        arg, digits = call.args
        assert isinstance(digits, Literal)
        assert isinstance(digits.value, int)
        if arg.type.kind is Kind.DOUBLE:
            return _of_double(arg, digits.value, whole)
        return arg if call.type == arg.type else Call(decimals, call.args, call.type, call.nullable)

    return expand


def _of_double(arg: Expr, digits: int, whole: Callable[[Sheet, Real], Real]) -> Expr:
    sheet = Sheet()
    x = Real(sheet.keep_expr(arg))
    size = sheet.keep(magnitude(x))
    unit = 10.0 ** abs(digits)
    shifted = sheet.keep(size if digits == 0 else size * unit if digits > 0 else size / unit)
    found = whole(sheet, shifted)
    back = sheet.keep(found if digits == 0 else found / unit if digits > 0 else found * unit)
    positive = sheet.keep(when((shifted >= _ALL_WHOLE, size), (back <= MAX_DOUBLE, back), default=NULL))
    return sheet.close(when((x < 0.0, 0.0 - positive), default=positive))


def _nearest(sheet: Sheet, value: Real) -> Real:
    below = sheet.keep(floor(value))
    return when((value - below >= 0.5, below + 1.0), default=below)


def _below(sheet: Sheet, value: Real) -> Real:
    return floor(value)


def _lower(name: str, *, duckdb: bool) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        return cast(fn(name, *args[:1], *map(_digits, call.args[1:])), call.type, duckdb=duckdb)

    return lower


def _digits(arg: Expr) -> exp.Expr:
    assert isinstance(arg, Literal)
    assert isinstance(arg.value, int)
    return number(arg.value)


def _decimal_only(rule: TypeRule) -> TypeRule:
    def checked(args: Sequence[Expr]) -> Typed:
        if args[0].type.kind is not Kind.DECIMAL:
            raise TypeMismatch("is for DECIMAL")
        return rule(args)

    return checked


def _of_decimal(name: str, doc: str, rule: TypeRule, duckdb: str, flink: str, *vectors: Vector) -> Operation:
    return Operation(name, COMPILER_FAMILY, doc, _decimal_only(rule), _lower(duckdb, duckdb=True),
                     _lower(flink, duckdb=False), vectors, f"{name}(x)")  # fmt: skip


_M, _D, _B = ("DECIMAL(9,2)",), ("DOUBLE",), ("BIGINT",)
_M1, _D2 = ("DECIMAL(9,2)", "INT!"), ("DOUBLE", "INT!")
_MIN = -(2**63)

OPERATIONS = (
    _of_decimal("DECIMAL_FLOOR", "The greatest whole number not above.", _type_floor, "FLOOR", "FLOOR",
                Vector((Decimal("-1.50"),), Decimal(-2), _M), Vector((None,), None, _M),
                Vector((Decimal("9999999.99"),), Decimal(9999999), _M)),
    _of_decimal("DECIMAL_CEIL", "The least whole number not below.", _type_floor, "CEIL", "CEIL",
                Vector((Decimal("-1.50"),), Decimal(-1), _M), Vector((None,), None, _M),
                Vector((Decimal("9999999.99"),), Decimal(10000000), _M)),
    _of_decimal("DECIMAL_ROUND", "The nearest number with so many digits; a half goes away from zero.",
                _type_rounded(1),
                "ROUND", "ROUND", Vector((Decimal("-1.25"), 1), Decimal("-1.3"), _M1), Vector((None, 1), None, _M1),
                Vector((Decimal("9999999.99"), 1), Decimal("10000000.0"), _M1)),
    _of_decimal("DECIMAL_TRUNCATE", "The number without the digits behind.", _type_rounded(0), "TRUNC", "TRUNCATE",
                Vector((Decimal("-1.29"), 1), Decimal("-1.2"), _M1), Vector((None, 1), None, _M1),
                Vector((Decimal("9999999.99"), 1), Decimal("9999999.9"), _M1)),
)  # fmt: skip

MACROS = (
    Macro("ABS", "math", "The absolute value; of the least BIGINT it is that number itself, as it wraps.",
          _type_number, _abs,
          (Vector((-5,), 5, _B), Vector((_MIN,), _MIN, _B), Vector((-2147483648,), 2147483648, ("INT",)),
           Vector((-1.5,), 1.5, _D), Vector((0.0,), 0.0, _D), Vector((Decimal("-1.50"),), Decimal("1.50"), _M),
           Vector((Decimal("-0.5"),), Decimal("0.5"), ("DECIMAL(1,1)!",)), Vector((None,), None, _D)), "ABS(x)"),
    Macro("SIGN", "math", "-1, 0 or 1, as BIGINT.", _type_sign, _sign,
          (Vector((-5,), -1, _B), Vector((_MIN,), -1, _B), Vector((0,), 0, _B), Vector((5e-324,), 1, _D),
           Vector((0.0,), 0, _D),
           Vector((Decimal("-0.01"),), -1, _M), Vector((None,), None, _D)), "SIGN(x)"),
    Macro("FLOOR", "math", "The greatest whole number not above: DOUBLE of DOUBLE, DECIMAL(p-s+1,0) of DECIMAL(p,s).",
          _type_floor, _floor,
          (Vector((-0.5,), -1.0, _D), Vector((0.5,), 0.0, _D), Vector((-5e-324,), -1.0, _D), Vector((1e300,), 1e300,
                                                                                                    _D),
           Vector((7,), 7, _B), Vector((Decimal("-1.01"),), Decimal(-2), _M), Vector((None,), None, _D)), "FLOOR(x)"),
    Macro("CEIL", "math", "The least whole number not below; types as for FLOOR.", _type_floor, _ceil,
          (Vector((-0.5,), 0.0, _D), Vector((0.5,), 1.0, _D), Vector((5e-324,), 1.0, _D), Vector((-1e300,), -1e300, _D),
           Vector((7,), 7, _B), Vector((Decimal("-1.01"),), Decimal(-1), _M), Vector((None,), None, _D)), "CEIL(x)",
          aliases=("CEILING",)),
    Macro("ROUND", "math", "The nearest number with so many digits behind the point, a half away from zero. Of DOUBLE "
          "the digits are those of x * 10^n as DOUBLE; they may be negative.", _type_rounded(1),
          _rounding("DECIMAL_ROUND", _nearest),
          (Vector((2.5,), 3.0, _D), Vector((-2.5,), -3.0, _D), Vector((0.49999999999999994,), 0.0, _D),
           Vector((-0.2,), 0.0, _D),
           Vector((2.675, 2), 2.68, _D2), Vector((0.145, 2), 0.14, _D2), Vector((-1234.5678, 2), -1234.57, _D2),
           Vector((1234.5, -2), 1200.0, _D2), Vector((1.7976931348623157e308, 2), 1.7976931348623157e308, _D2),
           Vector((1.7976931348623157e308, -2), 1.7976931348623157e308, _D2), Vector((None, 2), None, _D2),
           Vector((4503599627370497.5,), 4503599627370497.5, _D), Vector((4503599627370495.5,), 4503599627370496.0, _D),
           Vector((5e-324, 22), 0.0, _D2), Vector((7,), 7, _B), Vector((Decimal("-1.25"), 1), Decimal("-1.3"), _M1),
           Vector((Decimal("1.50"),), Decimal(2), _M)), "ROUND(x, 2)"),
    Macro("TRUNCATE", "math", "The number without the digits behind the n-th; types as for ROUND.", _type_rounded(0),
          _rounding("DECIMAL_TRUNCATE", _below),
          (Vector((2.9,), 2.0, _D), Vector((-2.9,), -2.0, _D), Vector((-0.9,), 0.0, _D), Vector((1.29, 1), 1.2, _D2),
           Vector((1299.0, -2), 1200.0, _D2), Vector((1e300, 2), 1e300, _D2), Vector((None, 1), None, _D2),
           Vector((7,), 7, _B),
           Vector((Decimal("-1.29"), 1), Decimal("-1.2"), _M1), Vector((Decimal("-1.99"),), Decimal(-1), _M)),
           "TRUNCATE(x, 2)",
          aliases=("TRUNC",)),
)  # fmt: skip
