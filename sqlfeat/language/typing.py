"""Type rules shared by the operations: conversions that lose nothing, and how result types are found."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Typed, TypeMismatch, TypeRule
from sqlfeat.language.types import BIGINT, DOUBLE, NULL, DataType, Kind, decimal

_INTEGER_DIGITS = {Kind.INT: 10, Kind.BIGINT: 19}


def convert(expr: Expr, target: DataType) -> Expr:
    """The expression as `target`, by a conversion that loses nothing (or BIGINT/DECIMAL to DOUBLE, rounded once).

    Raises:
        TypeMismatch: there is no such conversion.
    """
    if expr.type == target:
        return expr
    if isinstance(expr, Literal):
        return _convert_literal(expr, target)
    if not is_convertible(expr.type, target):
        raise TypeMismatch(f"{expr.type} is not {target}; write CAST(... AS {target}) if that is meant")
    return Call("CAST", (expr,), target, expr.nullable)


def is_convertible(source: DataType, target: DataType) -> bool:
    """Whether values of `source` may be used where `target` is expected."""
    if source == target or source.kind is Kind.NULL:
        return True
    if target.kind is Kind.BIGINT:
        return source.kind is Kind.INT
    if target.kind is Kind.DOUBLE:
        return source.is_numeric
    if target.kind is Kind.DECIMAL:
        as_decimal = decimal_of(source)
        return as_decimal is not None and (
            as_decimal.precision - as_decimal.scale <= target.precision - target.scale
            and as_decimal.scale <= target.scale
        )
    if target.kind is Kind.ARRAY and source.kind is Kind.ARRAY and source.element and target.element:
        return is_convertible(source.element, target.element)
    return False


def _convert_literal(literal: Literal, target: DataType) -> Expr:
    if literal.value is None:
        return Literal(None, target)
    if not is_convertible(literal.type, target):
        raise TypeMismatch(f"{literal.type} is not {target}; write CAST(... AS {target}) if that is meant")
    if target.kind is Kind.DOUBLE and isinstance(literal.value, (int, Decimal)):
        return Literal(float(literal.value), target)
    if target.kind is Kind.DECIMAL and isinstance(literal.value, (int, Decimal)):
        return Literal(Decimal(literal.value), target)
    return Literal(literal.value, target)


def decimal_of(source: DataType) -> DataType | None:
    """The DECIMAL that holds every value of an exact numeric type."""
    if source.kind is Kind.DECIMAL:
        return source
    if digits := _INTEGER_DIGITS.get(source.kind):
        return decimal(digits, 0)
    return None


def common_type(types: Sequence[DataType]) -> DataType:
    """The narrowest type all of `types` convert to.

    Raises:
        TypeMismatch: there is none.
    """
    known = [t for t in types if t.kind is not Kind.NULL]
    result = known[0] if known else NULL
    for other in known[1:]:
        result = _wider(result, other)
    return result


def _wider(left: DataType, right: DataType) -> DataType:
    if is_convertible(right, left):
        return left
    if is_convertible(left, right):
        return right
    left_decimal, right_decimal = decimal_of(left), decimal_of(right)
    if left_decimal and right_decimal:
        scale = max(left_decimal.scale, right_decimal.scale)
        whole = max(left_decimal.precision - left_decimal.scale, right_decimal.precision - right_decimal.scale)
        return bounded_decimal(whole + scale, scale)
    raise TypeMismatch(f"{left} and {right} have no common type; CAST one of them")


def bounded_decimal(precision: int, scale: int) -> DataType:
    """DECIMAL(precision, scale), refused beyond 38 digits where the engines cut digits differently."""
    if precision > 38:
        raise TypeMismatch(
            f"the result needs DECIMAL({precision},{scale}), and 38 digits is the limit; "
            "CAST the operands to a smaller DECIMAL or to DOUBLE"
        )
    return decimal(precision, scale)


def any_nullable(args: Sequence[Expr]) -> bool:
    """NULL in, NULL out."""
    return any(arg.nullable for arg in args)


def takes(*params: DataType, gives: DataType, always_nullable: bool = False, optional: int = 0) -> TypeRule:
    """Rule of an operation with fixed parameters; NULL if an argument is NULL.

    Args:
        params: parameter types.
        gives: the result type.
        always_nullable: the result may be NULL although no argument is.
        optional: how many of the last parameters may be left out.
    """

    def rule(args: Sequence[Expr]) -> Typed:
        if not len(params) - optional <= len(args) <= len(params):
            raise TypeMismatch(f"takes {_count(len(params) - optional, len(params))}, not {len(args)}")
        converted = tuple(convert(arg, param) for arg, param in zip(args, params, strict=False))
        return Typed(converted, gives, always_nullable or any_nullable(converted))

    return rule


def _count(low: int, high: int) -> str:
    number = str(low) if low == high else f"{low} to {high}"
    return f"{number} argument{'' if number == '1' else 's'}"


def arity(args: Sequence[Expr], low: int, high: int | None = None) -> None:
    """Raise TypeMismatch unless the number of arguments is right."""
    high = low if high is None else high
    if not low <= len(args) <= high:
        raise TypeMismatch(f"takes {_count(low, high)}, not {len(args)}")


def numeric_pair(args: Sequence[Expr]) -> tuple[Expr, Expr]:
    """Two numbers as two BIGINTs, two DECIMALs (scales kept) or two DOUBLEs."""
    arity(args, 2)
    for arg in args:
        if not arg.type.is_numeric and arg.type.kind is not Kind.NULL:
            raise TypeMismatch(f"needs numbers, not {arg.type}")
    left, right = args
    kinds = {left.type.kind, right.type.kind}
    if Kind.DOUBLE in kinds:
        return convert(left, DOUBLE), convert(right, DOUBLE)
    if Kind.DECIMAL in kinds:
        return _as_decimal(left), _as_decimal(right)
    return convert(left, BIGINT), convert(right, BIGINT)


def _as_decimal(expr: Expr) -> Expr:
    if isinstance(expr, Literal) and isinstance(expr.value, int):
        return Literal(Decimal(expr.value), decimal(max(1, len(str(abs(expr.value)))), 0))
    target = decimal_of(expr.type)
    return convert(expr, target) if target else convert(expr, decimal(1, 0))


def constant_text(expr: Expr, what: str) -> str:
    """The text of a constant.

    Args:
        expr: an argument.
        what: what it is, for the message.

    Raises:
        TypeMismatch: it is no constant string.
    """
    if not isinstance(expr, Literal) or not isinstance(expr.value, str):
        raise TypeMismatch(f"needs a constant as {what}: it is checked when the model is compiled")
    return expr.value
