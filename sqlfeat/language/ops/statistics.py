"""Variance, covariance, correlation and regression from exact sums of values and of their products.

The sums are exact, so the difference `n * sum(x*x) - sum(x)^2` is computed with twice the digits of a DOUBLE and loses
what cancels, and no more: a spread above 2^-48 of the size of the values comes out right, one below is zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlfeat.language.doubles import NULL, Real, Sheet, both, either, floor, of_whole, real, square_root, when
from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.operation import CompositeAggregate, Expansion, Typed, TypeMismatch
from sqlfeat.language.ops.exact_sums import (
    PRODUCTS,
    SMALL_PRODUCTS,
    SMALL_VALUES,
    VALUES,
    WHOLE_PRODUCTS,
    WHOLE_VALUES,
    Grid,
    clamped,
    exact_total,
    limb_sums,
    product,
)
from sqlfeat.language.ops.integers import fits_int
from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, Kind
from sqlfeat.language.typing import arity, convert

_CANCELLED = 2.0**-98
"""Less than this part of the larger sum is what rounding left, not a spread."""
_CUT_OFF = 2.0**-126
"""What the bits below the finest limb may make of the spread, for each pair of rows."""

Pair = tuple[Real, Real]
"""A number as the sum of two doubles, the second below the last place of the first."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A value to be summed, and its squares.

    Attributes:
        value: as DOUBLE, within its grid.
        values, products: the grids.
        scale: what the value was multiplied by.
    """

    value: Real
    values: Grid
    products: Grid
    scale: float = 1.0


def _measured(sheet: Sheet, expr: Expr) -> Measured:
    """The value in the coarsest grid that holds it exactly."""
    if expr.type.kind is Kind.DECIMAL and expr.type.precision <= 18:
        scale = 10.0**expr.type.scale
        digits = sheet.keep(floor(Real(convert(expr, DOUBLE)) * scale + 0.5))
        small = expr.type.precision <= 9
        return Measured(digits, *((SMALL_VALUES, SMALL_PRODUCTS) if small else (WHOLE_VALUES, WHOLE_PRODUCTS)), scale)
    value = Real(sheet.keep_expr(convert(expr, DOUBLE)))
    if expr.type.is_integer:
        return Measured(value, *((SMALL_VALUES, SMALL_PRODUCTS) if fits_int(expr) else (WHOLE_VALUES, WHOLE_PRODUCTS)))
    return Measured(clamped(sheet, value, VALUES), VALUES, PRODUCTS)


def _times(sheet: Sheet, left: Pair, right: Pair) -> Pair:
    high, error = product(sheet, left[0], right[0])
    return high, error + left[0] * right[1] + left[1] * right[0]


def _spread(sheet: Sheet, count: Real, products: Pair, left: Pair, right: Pair) -> Real:
    """`count * sum of products - sum * sum`, zero if it is no more than what rounding left."""
    first, second = _times(sheet, (count, real(0.0)), products), _times(sheet, left, right)
    difference = sheet.keep((first[0] - second[0]) + (first[1] - second[1]))
    noise = sheet.keep(_size(first[0]) * _CANCELLED + count * count * _CUT_OFF)
    return sheet.keep(when((both(difference <= noise, difference >= 0.0 - noise), 0.0), default=difference))


def _size(value: Real) -> Real:
    return when((value < 0.0, 0.0 - value), default=value)


def _count(call: AggregateCall, arg: Expr) -> AggregateCall:
    return AggregateCall(f"{call.name}__count", "COUNT", (arg,), BIGINT, nullable=False)


def _variance(*, sample: bool, root: bool) -> Callable[[AggregateCall], Expansion]:
    def compose(call: AggregateCall) -> Expansion:
        (arg,) = call.args
        prepare, finish = Sheet(), Sheet()
        measured = _measured(prepare, arg)
        sums = limb_sums(f"{call.name}__x", prepare, [measured.value], measured.values)
        squared = product(prepare, measured.value, measured.value)
        squares = limb_sums(f"{call.name}__xx", prepare, squared, measured.products)
        count = _count(call, arg)
        rows = of_whole(count.column)
        once = exact_total(finish, sums, measured.values)
        twice = exact_total(finish, squares, measured.products)
        spread = _spread(finish, rows, twice, once, once)
        # Of squares, so never below zero but for what rounding left.
        value = when((spread > 0.0, spread), default=0.0) / (rows * (rows - 1.0) if sample else rows * rows)
        value = square_root(value) if root else value
        if measured.scale != 1.0:
            value = value / (measured.scale if root else measured.scale * measured.scale)
        enough = when((rows >= (2.0 if sample else 1.0), value), default=NULL)
        return Expansion((*sums, *squares, count), finish.close(enough))

    return compose


@dataclass(frozen=True, slots=True)
class Regression:
    """What is known of pairs of numbers: their count, sums and spreads, all multiplied by the count squared."""

    sheet: Sheet
    rows: Real
    x: Real
    y: Real
    xx: Real
    yy: Real
    xy: Real


def _paired(needs: str, formula: Callable[[Regression], Real]) -> Callable[[AggregateCall], Expansion]:
    """An aggregate of pairs (y, x) without NULL.

    Args:
        needs: which of the spreads `xx yy xy` the formula uses.
        formula: the value, for at least one pair.
    """

    def compose(call: AggregateCall) -> Expansion:
        prepare, finish = Sheet(), Sheet()
        y, x = (clamped(prepare, Real(prepare.keep_expr(value)), VALUES) for value in _complete(call.args))
        factors = {"x": x, "y": y}
        parts = {name: limb_sums(f"{call.name}__{name}", prepare, [value], VALUES) for name, value in factors.items()}
        for name in needs.split():
            pair = product(prepare, factors[name[0]], factors[name[1]])
            parts[name] = limb_sums(f"{call.name}__{name}", prepare, pair, PRODUCTS)
        count = _count(call, prepare.close_expr(x.expr))
        rows = of_whole(count.column)
        totals = {
            name: exact_total(finish, sums, VALUES if len(name) == 1 else PRODUCTS) for name, sums in parts.items()
        }
        spreads = {
            name: _spread(finish, rows, totals[name], totals[name[0]], totals[name[1]]) if name in totals else real(0.0)
            for name in ("xx", "yy", "xy")
        }
        found = Regression(finish, rows, totals["x"][0], totals["y"][0], **spreads)
        value = when((rows >= 1.0, formula(found)), default=NULL)
        return Expansion((*(s for sums in parts.values() for s in sums), count), finish.close(value))

    return compose


def _complete(args: Sequence[Expr]) -> list[Expr]:
    """Each argument, NULL where the other one is."""
    complete: list[Expr] = []
    for own, other in zip(args, reversed(args), strict=True):
        missing = Call("IS NULL", (other,), BOOLEAN, nullable=False)
        hidden = Call("CASE", (missing, Literal(None, DOUBLE), own), DOUBLE)
        complete.append(hidden if other.nullable else own)
    return complete


def _covariance(found: Regression) -> Real:
    return found.xy / (found.rows * found.rows)


def _sample_covariance(found: Regression) -> Real:
    return when((found.rows >= 2.0, found.xy / (found.rows * (found.rows - 1.0))), default=NULL)


def _correlation(found: Regression) -> Real:
    ratio = found.sheet.keep(found.xy / (square_root(_positive(found.xx)) * square_root(_positive(found.yy))))
    within = when((ratio > 1.0, 1.0), (ratio < -1.0, -1.0), default=ratio)
    return when((either(found.xx <= 0.0, found.yy <= 0.0), NULL), default=within)


def _positive(value: Real) -> Real:
    """The value, or 1 where it is not used."""
    return when((value > 0.0, value), default=1.0)


def _slope(found: Regression) -> Real:
    return when((found.xx <= 0.0, NULL), default=found.xy / _positive(found.xx))


def _intercept(found: Regression) -> Real:
    slope = found.sheet.keep(found.xy / _positive(found.xx))
    return when((found.xx <= 0.0, NULL), default=(found.y - slope * found.x) / found.rows)


def _determination(found: Regression) -> Real:
    ratio = found.sheet.keep((found.xy / _positive(found.xx)) * (found.xy / _positive(found.yy)))
    fit = when((found.yy <= 0.0, 1.0), (ratio > 1.0, 1.0), default=ratio)
    return when((found.xx <= 0.0, NULL), default=fit)


def _type_number(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    if not args[0].type.is_numeric:
        raise TypeMismatch(f"needs a number, not {args[0].type}")
    return Typed(tuple(args), DOUBLE, nullable=True)


def _type_pair(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    return Typed(tuple(convert(arg, DOUBLE) for arg in args), DOUBLE, nullable=True)


def _type_pair_count(args: Sequence[Expr]) -> Typed:
    return replace(_type_pair(args), type=BIGINT, nullable=False)


def _pair_count(call: AggregateCall) -> Expansion:
    count = _count(call, _complete(call.args)[0])
    return Expansion((count,), count.column)


def _spread_of(doc: str, name: str, *aliases: str, sample: bool, root: bool) -> CompositeAggregate:
    return CompositeAggregate(
        name, doc, _type_number, _variance(sample=sample, root=root), f"{name}(x)", aliases=aliases
    )


def _of_pairs(name: str, doc: str, needs: str, formula: Callable[[Regression], Real]) -> CompositeAggregate:
    return CompositeAggregate(name, doc, _type_pair, _paired(needs, formula), f"{name}(y, x)")


AGGREGATES = (
    _spread_of("Variance of the values as a sample, as DOUBLE; NULL of a single one.", "VAR_SAMP", "VARIANCE", "VAR",
               sample=True, root=False),
    _spread_of("Variance of the values, as DOUBLE; 0 of a single one.", "VAR_POP", sample=False, root=False),
    _spread_of("Standard deviation of the values as a sample, as DOUBLE; NULL of a single one.", "STDDEV_SAMP",
               "STDDEV",
               sample=True, root=True),
    _spread_of("Standard deviation of the values, as DOUBLE; 0 of a single one.", "STDDEV_POP", sample=False,
               root=True),
    _of_pairs("COVAR_POP", "Covariance of the pairs in which neither is NULL.", "xy", _covariance),
    _of_pairs("COVAR_SAMP", "Covariance of the pairs as a sample; NULL of a single one.", "xy", _sample_covariance),
    _of_pairs("CORR", "Correlation of the pairs; NULL where one of the two does not vary.", "xx yy xy", _correlation),
    _of_pairs("REGR_SLOPE", "Slope of the line that fits the pairs (y, x) best; NULL where x does not vary.", "xx xy",
              _slope),
    _of_pairs("REGR_INTERCEPT", "Where that line is at x = 0; NULL where x does not vary.",
              "xx xy", _intercept),
    _of_pairs("REGR_R2", "Share of the variance of y that the line explains; NULL where x does not vary.",
              "xx yy xy", _determination),
    CompositeAggregate("REGR_COUNT", "Pairs in which neither is NULL.", _type_pair_count, _pair_count,
                       "REGR_COUNT(y, x)"),
)  # fmt: skip
