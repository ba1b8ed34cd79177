"""Aggregates over window frames and over groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.doubles import Real, Sheet
from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.operation import (
    Aggregate,
    AggregateContext,
    AggregateLowering,
    CompositeAggregate,
    Expansion,
    Typed,
    TypeMismatch,
)
from sqlfeat.language.ops.arithmetic import wrap64
from sqlfeat.language.ops.exact_sums import VALUES, WHOLE_VALUES, clamped, limb_sums, total, whole_limb_sums
from sqlfeat.language.ops.integers import fits_int
from sqlfeat.language.trees import cast, fn
from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, INT, DataType, Kind, array, decimal
from sqlfeat.language.typing import arity, convert


def _type_count(args: Sequence[Expr]) -> Typed:
    arity(args, 0, 1)
    return Typed(tuple(args), BIGINT, nullable=False)


def _sum_type(source: DataType) -> DataType:
    if source.kind is Kind.DOUBLE:
        return DOUBLE
    return decimal(38, source.scale) if source.kind is Kind.DECIMAL else BIGINT


def _type_sum(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    (arg,) = args
    if not arg.type.is_numeric:
        raise TypeMismatch(f"needs a number, not {arg.type}")
    if arg.type.is_integer:
        arg = convert(arg, BIGINT)
    return Typed((arg,), _sum_type(arg.type), arg.nullable)


def _type_average(args: Sequence[Expr]) -> Typed:
    summed = _type_sum(args)
    return Typed(summed.args, DOUBLE, summed.nullable)


def _type_extreme(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    (arg,) = args
    if arg.type.kind is Kind.ARRAY:
        raise TypeMismatch("arrays have no order; aggregate an element")
    return Typed((arg,), arg.type, arg.nullable)


def _type_array(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    if args[0].type.kind is Kind.ARRAY:
        raise TypeMismatch("arrays of arrays are not in the language")
    return Typed(tuple(args), array(args[0].type), nullable=False)


def _plain(name: str) -> AggregateLowering:
    def lower(call: AggregateCall, args: Sequence[exp.Expr], context: AggregateContext) -> exp.Expr:
        operands = list(args) or [exp.Star()]
        if call.distinct:
            operands = [exp.Distinct(expressions=operands)]
        return context.over(fn(name, *operands))

    return lower


def _duckdb_sum(call: AggregateCall, args: Sequence[exp.Expr], context: AggregateContext) -> exp.Expr:
    operands = [exp.Distinct(expressions=list(args))] if call.distinct else args
    total = context.over(fn("SUM", *operands))
    return wrap64(total) if call.type == BIGINT else cast(total, call.type, duckdb=True)


def _duckdb_list(call: AggregateCall, args: Sequence[exp.Expr], context: AggregateContext) -> exp.Expr:
    operand: exp.Expr = args[0]
    if context.order:
        ordered = [exp.Ordered(this=column.copy()) for column in context.order]
        operand = exp.Order(this=operand.copy(), expressions=ordered)
    return context.over(fn("list", operand))


def _sum_of_doubles(call: AggregateCall) -> Expansion | None:
    (value,) = call.args
    if value.type.kind is not Kind.DOUBLE:
        return None
    sheet = Sheet()
    clamped_value = clamped(sheet, Real(sheet.keep_expr(value)), VALUES)
    sums = limb_sums(f"{call.name}__", sheet, [clamped_value], VALUES)
    finish = Sheet()
    return Expansion(sums, finish.close(total(finish, sums, VALUES)))


def _average(call: AggregateCall) -> Expansion:
    (value,) = call.args
    count = AggregateCall(f"{call.name}__count", "COUNT", call.args, BIGINT, nullable=False)
    if value.type.is_integer and not fits_int(value):
        return _average_of_whole(call, count)
    summed = AggregateCall(f"{call.name}__sum", "SUM", call.args, _sum_type(value.type), call.nullable)
    quotient = (convert(summed.column, DOUBLE), convert(count.column, DOUBLE))
    return Expansion((summed, count), Call("QUOTIENT", quotient, DOUBLE, call.nullable))


def _average_of_whole(call: AggregateCall, count: AggregateCall) -> Expansion:
    """The sum of numbers of 64 bits may have more; a mean has not."""
    sums = whole_limb_sums(f"{call.name}__", call.args[0])
    sheet = Sheet()
    summed = total(sheet, sums, WHOLE_VALUES)
    quotient = Call("QUOTIENT", (summed.expr, convert(count.column, DOUBLE)), DOUBLE, call.nullable)
    return Expansion((*sums, count), sheet.close_expr(quotient))


def _type_condition(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed((convert(args[0], BOOLEAN),), BOOLEAN, args[0].nullable)


def _type_count_if(args: Sequence[Expr]) -> Typed:
    return Typed(_type_condition(args).args, BIGINT, nullable=False)


def _same_as(op: str) -> Callable[[AggregateCall], Expansion]:
    """An aggregate under another name."""

    def compose(call: AggregateCall) -> Expansion:
        part = replace(call, name=f"{call.name}__{op.lower()}", op=op)
        return Expansion((part,), part.column)

    return compose


def _count_if(call: AggregateCall) -> Expansion:
    one = Call("CASE", (call.args[0], Literal(1, INT), Literal(None, INT)), INT)
    count = AggregateCall(f"{call.name}__count", "COUNT", (one,), BIGINT, nullable=False)
    return Expansion((count,), count.column)


AGGREGATES = (
    Aggregate("COUNT", "Rows, or rows where the argument is not NULL; with DISTINCT its different "
              "values, of several arguments those of rows where none is NULL.",
              _type_count, _plain("COUNT"), _plain("COUNT"), "COUNT(*)", distinct=True),
    Aggregate("SUM", "Sum of the values that are not NULL: BIGINT of integers, DECIMAL(38,s) of DECIMAL(p,s), "
              "DOUBLE of DOUBLE, exact but for the last step; there a value beyond 7.9e28 counts as that, unless "
              "`maximum` of the column rejects it. With DISTINCT, of integers and decimals, each value once.",
              _type_sum, _duckdb_sum, _plain("SUM"), "SUM(x)", compose=_sum_of_doubles, distinct=True),
    Aggregate("MIN", "Smallest value.", _type_extreme, _plain("MIN"), _plain("MIN"), "MIN(x)"),
    Aggregate("MAX", "Greatest value.", _type_extreme, _plain("MAX"), _plain("MAX"), "MAX(x)"),
    Aggregate("ARRAY_AGG", "The values as an array, in event-time order, NULLs included; of no rows an empty one.",
              _type_array, _duckdb_list, _plain("ARRAY_AGG"), "ARRAY_AGG(x)",
              aliases=("LIST",), ordered=True, mergeable=False, keeps_null=True),
)  # fmt: skip

COMPOSITES = (
    CompositeAggregate("AVG", "Mean of the values that are not NULL, as DOUBLE: exact sum divided by count.",
                       _type_average, _average, "AVG(x)", aliases=("MEAN",)),
    CompositeAggregate("COUNT_IF", "Rows for which the condition is true.", _type_count_if, _count_if,
                       "COUNT_IF(x > 0)", aliases=("COUNTIF",)),
    CompositeAggregate("BOOL_AND", "Whether the condition is true in all rows where it is not NULL.", _type_condition,
                       _same_as("MIN"), "BOOL_AND(x > 0)", aliases=("EVERY", "LOGICAL_AND")),
    CompositeAggregate("BOOL_OR", "Whether the condition is true in any row.", _type_condition, _same_as("MAX"),
                       "BOOL_OR(x > 0)", aliases=("SOME", "LOGICAL_OR")),
)  # fmt: skip
