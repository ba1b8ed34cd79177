"""Aggregates over window frames and over groups."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Call, Expr
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
from sqlfeat.language.trees import cast, fn
from sqlfeat.language.types import BIGINT, DOUBLE, DataType, Kind, array, decimal
from sqlfeat.language.typing import arity, convert


def _type_count(args: Sequence[Expr]) -> Typed:
    arity(args, 0, 1)
    return Typed(tuple(args), BIGINT, nullable=False)


def _sum_type(source: DataType) -> DataType:
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
    total = context.over(fn("SUM", *args))
    return wrap64(total) if call.type == BIGINT else cast(total, call.type, duckdb=True)


def _duckdb_list(call: AggregateCall, args: Sequence[exp.Expr], context: AggregateContext) -> exp.Expr:
    operand: exp.Expr = args[0]
    if context.order:
        ordered = [exp.Ordered(this=column.copy()) for column in context.order]
        operand = exp.Order(this=operand.copy(), expressions=ordered)
    return context.over(fn("list", operand))


def _average(call: AggregateCall) -> Expansion:
    total_type = _sum_type(call.args[0].type)
    total = AggregateCall(f"{call.name}__sum", "SUM", call.args, total_type, call.nullable)
    count = AggregateCall(f"{call.name}__count", "COUNT", call.args, BIGINT, nullable=False)
    quotient = (convert(total.column, DOUBLE), convert(count.column, DOUBLE))
    return Expansion((total, count), Call("QUOTIENT", quotient, DOUBLE, call.nullable))


AGGREGATES = (
    Aggregate("COUNT", "Rows, or rows where the argument is not NULL; with DISTINCT its different values.",
              _type_count, _plain("COUNT"), _plain("COUNT"), "COUNT(*)", distinct=True),
    Aggregate("SUM", "Sum of the values that are not NULL: BIGINT of integers, DECIMAL(38,s) of DECIMAL(p,s).",
              _type_sum, _duckdb_sum, _plain("SUM"), "SUM(x)"),
    Aggregate("MIN", "Smallest value.", _type_extreme, _plain("MIN"), _plain("MIN"), "MIN(x)"),
    Aggregate("MAX", "Greatest value.", _type_extreme, _plain("MAX"), _plain("MAX"), "MAX(x)"),
    Aggregate("ARRAY_AGG", "The values as an array, in event-time order, NULLs included.",
              _type_array, _duckdb_list, _plain("ARRAY_AGG"), "ARRAY_AGG(x)",
              ordered=True, mergeable=False, keeps_null=True),
)  # fmt: skip

COMPOSITES = (
    CompositeAggregate("AVG", "Mean of the values that are not NULL, as DOUBLE: exact sum divided by count.",
                       _type_average, _average, "AVG(x)"),
)  # fmt: skip
