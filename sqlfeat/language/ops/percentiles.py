"""Median and percentiles: of the values in order, so the order of the rows does not matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.doubles import Real, Sheet, floor, of_whole, whole
from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.operation import (
    Aggregate,
    AggregateContext,
    CompositeAggregate,
    Expansion,
    Refused,
    RefusedAggregate,
    Typed,
    TypeMismatch,
    TypeRule,
)
from sqlfeat.language.trees import fn
from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, DataType, Kind, array
from sqlfeat.language.typing import arity, convert

VALUES = "VALUES IN ANY ORDER"
"""The values of a window as an array; not a name that SQL can write."""


def _type_values(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed(tuple(args), array(args[0].type), nullable=False)


def _named(name: str) -> Callable[[AggregateCall, Sequence[exp.Expr], AggregateContext], exp.Expr]:
    return lambda call, args, context: context.over(fn(name, *args))


def _type_percentile(result: Callable[[DataType], DataType], *, share: bool) -> TypeRule:
    """Of (x, share of the values below), the share a constant; or of x alone."""

    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 2 if share else 1)
        value = args[0]
        if not value.type.is_numeric and value.type.kind not in (Kind.DATE, Kind.TIMESTAMP):
            raise TypeMismatch(f"needs values in an order that both engines share, not {value.type}")
        kind = result(value.type)
        value = convert(value, DOUBLE) if kind == DOUBLE else value
        return Typed((value, *(_share(arg) for arg in args[1:])), kind, nullable=True)

    return rule


def _share(arg: Expr) -> Literal:
    if isinstance(arg, Literal) and arg.type.is_numeric and arg.value is not None:
        share = Decimal(str(arg.value))
        if 0 <= share <= 1 and share == round(share, 9):
            return Literal(float(share), DOUBLE)
    raise TypeMismatch("needs a constant from 0 to 1, of at most 9 digits, as its second argument")


def _parts(call: AggregateCall) -> tuple[AggregateCall, AggregateCall]:
    value = call.args[0]
    values = AggregateCall(f"{call.name}__values", VALUES, (value,), array(value.type), nullable=False)
    return values, AggregateCall(f"{call.name}__count", "COUNT", (value,), BIGINT, nullable=False)


def _element(values: Expr, missing: Expr, index: Expr, kind: DataType) -> Expr:
    """The element at an index from 0, behind the NULLs, which come first."""
    position = Call("+", (Call("+", (missing, index), BIGINT), Literal(1, BIGINT)), BIGINT)
    return Call("ELEMENT_AT", (values, position), kind)


def _sorted(sheet: Sheet, values: AggregateCall, count: AggregateCall) -> tuple[Expr, Expr, Real]:
    """The values in order, how many of them are NULL, and how many are not."""
    ascending = Literal(True, BOOLEAN)
    ordered = sheet.keep_expr(Call("ARRAY_SORT", (values.column, ascending, ascending), values.type, nullable=False))
    length = Call("CARDINALITY", (values.column,), BIGINT, nullable=False)
    return ordered, Call("-", (length, count.column), BIGINT, nullable=False), of_whole(count.column)


def _continuous(call: AggregateCall) -> Expansion:
    """Between the two values next to the position `share * (n - 1)`, in proportion."""
    share = _constant(call)
    values, count = _parts(call)
    sheet = Sheet()
    ordered, missing, rows = _sorted(sheet, values, count)
    position = sheet.keep((rows - 1.0) * share)
    below = sheet.keep(floor(position))
    low = sheet.keep(Real(_element(ordered, missing, whole(below), DOUBLE)))
    high = Real(_element(ordered, missing, whole(sheet.keep(0.0 - floor(0.0 - position))), DOUBLE))
    span = sheet.keep(high - low)
    result = low + (position - below) * span
    found = Call("FINITE", (sheet.keep(result).expr,), DOUBLE)
    some = Call(">", (count.column, Literal(0, BIGINT)), BOOLEAN, nullable=False)
    return Expansion((values, count), sheet.close_expr(Call("CASE", (some, found, Literal(None, DOUBLE)), DOUBLE)))


def _discrete(call: AggregateCall) -> Expansion:
    """The first value that at least the share of all values do not exceed."""
    top, bottom = Decimal(str(_constant(call))).as_integer_ratio()
    values, count = _parts(call)
    sheet = Sheet()
    ordered, missing, _ = _sorted(sheet, values, count)
    # The least whole number not below share * n, without rounding: 0.07 * 100 is 7.
    scaled = Call("*", (count.column, Literal(top, BIGINT)), BIGINT, nullable=False)
    raised = Call("+", (scaled, Literal(bottom - 1, BIGINT)), BIGINT, nullable=False)
    rank = sheet.keep_expr(Call("//", (raised, Literal(bottom, BIGINT)), BIGINT))
    first = Call("<", (rank, Literal(1, BIGINT)), BOOLEAN)
    index = Call("CASE", (first, Literal(0, BIGINT), Call("-", (rank, Literal(1, BIGINT)), BIGINT)), BIGINT)
    element = _element(ordered, missing, index, call.type)
    some = Call(">", (count.column, Literal(0, BIGINT)), BOOLEAN, nullable=False)
    return Expansion(
        (values, count), sheet.close_expr(Call("CASE", (some, element, Literal(None, call.type)), call.type))
    )


def _constant(call: AggregateCall) -> float:
    if len(call.args) == 1:
        return 0.5
    share = call.args[1]
    assert isinstance(share, Literal)
    assert isinstance(share.value, float)
    return share.value


def _as_double(source: DataType) -> DataType:
    if not source.is_numeric:
        raise TypeMismatch(f"needs numbers, not {source}; PERCENTILE_DISC(x, 0.5) takes times too")
    return DOUBLE


def _as_it_is(source: DataType) -> DataType:
    return source


_KEPT = "The window keeps all its values."

AGGREGATES = (
    Aggregate(VALUES, "The values as an array.", _type_values, _named("list"), _named("ARRAY_AGG"), "", mergeable=False,
              keeps_null=True),
    CompositeAggregate("MEDIAN", "The value in the middle, as DOUBLE; of an even number of values the mean of two. "
                       f"{_KEPT}", _type_percentile(_as_double, share=False), _continuous, "MEDIAN(x)"),
    CompositeAggregate("PERCENTILE_CONT", "The value below which a share of the values lies, as DOUBLE, in proportion "
                       f"between two of them. {_KEPT}", _type_percentile(_as_double, share=True), _continuous,
                       "PERCENTILE_CONT(x, 0.9)", aliases=("QUANTILE_CONT", "PERCENTILE")),
    CompositeAggregate("PERCENTILE_DISC", "The first of the values in order that a share of them does not exceed. "
                       f"{_KEPT}", _type_percentile(_as_it_is, share=True), _discrete, "PERCENTILE_DISC(x, 0.9)",
                       aliases=("QUANTILE_DISC", "QUANTILE")),
)  # fmt: skip


def _refused(name: str, reason: str, instead: str, *aliases: str) -> RefusedAggregate:
    return RefusedAggregate(name, Refused(reason, instead), aliases)


REFUSED = (
    _refused("APPROX_QUANTILE", "each engine estimates differently", "PERCENTILE_CONT(x, 0.9)", "APPROX_PERCENTILE",
             "RESERVOIR_QUANTILE", "APPROX_TOP_K"),
    _refused("MODE", "of equally frequent values each engine takes another one",
             "the counts of the values that matter, "
             "COUNT_IF(x = ...)"),
    _refused("SKEWNESS", "Flink does not have it, and it cannot be kept over a sliding window without losing digits",
             "STDDEV(x) and PERCENTILE_CONT(x, 0.9)", "KURTOSIS", "KURTOSIS_POP", "MAD", "ENTROPY"),
    _refused("HISTOGRAM", "it gives a map, and engines look up missing keys differently",
             "the counts of the values that matter, COUNT_IF(x = ...)", "MAP_AGG", "FREQUENCY"),
    _refused("PRODUCT", "what has left a window cannot be taken out of a product",
             "EXP(SUM(LN(x))) of positive numbers",
             "GEOMETRIC_MEAN", "GEOMEAN"),
    _refused("FSUM", "SUM is exact already", "SUM(x)", "KAHAN_SUM", "SUM_NO_OVERFLOW", "FAVG"),
    _refused("BIT_AND", "Flink has no operations on bits", "BOOL_AND or BOOL_OR of each bit", "BIT_OR", "BIT_XOR"),
)  # fmt: skip
