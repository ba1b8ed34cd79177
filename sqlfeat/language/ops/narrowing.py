"""TRY_CAST: conversions where a value may not fit, which then gives NULL; every accepted pair of types is here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.doubles import NULL, Real, Sheet, both, either, floor, magnitude, real, when, whole
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Typed, TypeMismatch, Vector
from sqlfeat.language.text_forms import parse_duckdb, parse_flink
from sqlfeat.language.trees import binary, case, cast, double, duckdb_type, flink_type, fn, number, text
from sqlfeat.language.types import BIGINT, DOUBLE, DataType, Kind, decimal
from sqlfeat.language.typing import arity, convert

MAX_SCALE = 18
"""Digits after the point that a DOUBLE is rounded to: the product that sets the point must stay within 38 digits."""
_NARROW = (Kind.INT, Kind.BIGINT, Kind.DECIMAL)
_FROM_TEXT = (*_NARROW, Kind.DOUBLE, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP)


def try_cast_problem(source: DataType, target: DataType) -> tuple[str, str] | None:
    """Why TRY_CAST(source AS target) is refused and what to write, or None if it is accepted."""
    if source.kind is Kind.STRING and target.kind in _FROM_TEXT:
        return None
    if not source.is_numeric or target.kind not in _NARROW:
        return f"nothing turns a {source} into a {target} on both engines", "another function or another type"
    if source.kind is Kind.DOUBLE and target.scale > MAX_SCALE:
        return f"a DOUBLE has no more than {MAX_SCALE} digits after the point to round to", "DECIMAL(p,18) or less"
    return None


def try_cast(value: Expr, target: DataType) -> Expr:
    """An accepted TRY_CAST as an expression."""
    if value.type.kind is Kind.DOUBLE and target.kind is Kind.DECIMAL:
        units = Call("DECIMAL UNITS", (value, Literal(target.scale, BIGINT)), BIGINT)
        exact: Expr = Call("CAST", (units,), decimal(19, 0))
        if target.scale:
            unit = Literal(Decimal(1).scaleb(-target.scale), decimal(target.scale, target.scale))
            exact = Call("*", (exact, unit), decimal(19 + target.scale, target.scale))
        value = exact
    return Call("TRY_CAST", (value,), target)


def lower_try_cast_duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """TRY_CAST for DuckDB."""
    source, tree = call.args[0].type, args[0]
    if source.kind is Kind.STRING:
        return parse_duckdb(tree, call.type)
    if source.kind in (Kind.DOUBLE, Kind.DECIMAL) and call.type.is_integer:
        # Its cast rounds.
        tree = fn("trunc", tree)
    narrowed = exp.TryCast(this=tree.copy(), to=duckdb_type(call.type))
    return case((_fits(args[0], call.type), narrowed)) if source.kind is Kind.DOUBLE else narrowed


def lower_try_cast_flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """TRY_CAST for Flink, whose own wraps whole numbers around."""
    source, tree = call.args[0].type, args[0]
    if source.kind is Kind.STRING:
        return parse_flink(tree, call.type)
    if source.kind is Kind.DOUBLE:
        return case((_fits(tree, call.type), cast(tree, call.type, duckdb=False)))
    if call.type.is_integer:
        edge = 2**31 if call.type.kind is Kind.INT else 2**63
        low, high = (_bound(-edge - 1, source), _bound(edge, source))
        inside = exp.and_(binary(exp.GT, tree, low), binary(exp.LT, tree, high))
        return case((inside, cast(tree, call.type, duckdb=False)))
    return exp.TryCast(this=tree.copy(), to=flink_type(call.type))


def _bound(value: int, source: DataType) -> exp.Expr:
    """A number that may be beyond BIGINT, where Flink has no constants."""
    return cast(text(str(value)), decimal(38, 0), duckdb=False) if source.kind is Kind.DECIMAL else number(value)


def _fits(tree: exp.Expr, target: DataType) -> exp.Expr:
    """Whether a DOUBLE, cut to a whole number, is of an integer type; true of nothing that is not a number."""
    low, high = (-(2.0**63), 2.0**63) if target.kind is Kind.BIGINT else (-(2.0**31) - 1, 2.0**31)
    above = exp.GTE if target.kind is Kind.BIGINT else exp.GT
    return exp.and_(binary(above, tree, double(low)), binary(exp.LT, tree, double(high)))


def _type_units(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    scale = args[1]
    if not isinstance(scale, Literal) or not isinstance(scale.value, int) or not 0 <= scale.value <= MAX_SCALE:
        raise TypeMismatch(f"needs a constant from 0 to {MAX_SCALE}")
    return Typed((convert(args[0], DOUBLE), Literal(scale.value, BIGINT)), BIGINT, nullable=True)


def _units(call: Call) -> Expr:
    """The magnitude times 10^scale, exactly as a sum of two DOUBLEs, rounded half away from zero."""
    scale = call.args[1]
    assert isinstance(scale, Literal)
    assert isinstance(scale.value, int)
    sheet = Sheet()
    value = Real(call.args[0])
    factor = 10.0**scale.value
    size = sheet.keep(magnitude(value))
    # NULL beyond BIGINT, and with it all that is made of it.
    product = sheet.keep(when((size < 9.2e18 / factor, size * factor), default=NULL))
    error = sheet.keep(_product_error(sheet, size, factor, product)) if scale.value else real(0.0)
    below = sheet.keep(floor(product))
    rest = sheet.keep(product - below)
    half = both(rest.equals(0.5), error >= 0.0)
    small = when((either(rest > 0.5, half), below + 1.0), default=below)
    fraction = sheet.keep(floor(error))
    carry = when((error - fraction >= 0.5, fraction + 1.0), default=fraction)
    # From 2^52 on the product has no fraction left: it is in the error.
    large = Call("+", (whole(product), whole(carry)), BIGINT)
    units = sheet.keep_expr(_case(product < 2.0**52, whole(small), large))
    return sheet.close_expr(_case(value < 0.0, Call("NEGATE", (units,), BIGINT), units))


def _product_error(sheet: Sheet, size: Real, factor: float, product: Real) -> Real:
    """What rounding took from the product: exact, from products of halves that have no error."""
    high = sheet.split(size)
    low = sheet.keep(size - high)
    scaled = factor * 134217729.0
    factor_high = scaled - (scaled - factor)
    factor_low = factor - factor_high
    return ((high * factor_high - product) + high * factor_low + low * factor_high) + low * factor_low


def _case(condition: Expr, value: Expr, default: Expr) -> Call:
    return Call("CASE", (condition, value, default), BIGINT)


MACROS = (
    Macro("DECIMAL UNITS", COMPILER_FAMILY,
          "A DOUBLE in units of 10^-s, rounded half away from zero; the first step of TRY_CAST to DECIMAL.",
          _type_units, _units,
          tuple(Vector((given, scale), result, ("DOUBLE", "BIGINT!")) for given, scale, result in (
              (1.115, 2, 111), (1.125, 2, 113), (-1.125, 2, -113), (0.145, 2, 14), (2.675, 2, 267), (0.5, 0, 1),
              (-0.5, 0, -1), (0.49999999999999994, 0, 0),
              (0.0, 2, 0), (-0.004, 2, 0), (None, 2, None), (1e300, 2, None), (9.2e16, 2, None),
              (70368744177664.02, 2, 7036874417766402), (123456789012345.67, 2, 12345678901234567),
              (5e-324, 18, 0), (1e-18, 18, 1), (9.1, 18, 9099999999999999645), (4503599627370495.5, 0,
                      4503599627370496), (9007199254740993.0, 0, 9007199254740992),
          )), "DECIMAL UNITS"),
)  # fmt: skip
