"""FIRST_VALUE and LAST_VALUE: primitive over values that are not NULL, otherwise an element of an array."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import Aggregate, AggregateContext, AggregateLowering, Typed, TypeMismatch
from sqlfeat.language.trees import fn, is_null
from sqlfeat.language.types import BIGINT, Kind, array
from sqlfeat.language.typing import arity

POSITIONAL = ("FIRST_VALUE", "LAST_VALUE")


def _type_value(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    if args[0].type.kind is Kind.ARRAY:
        raise TypeMismatch("of an array is not in the language; take it of an element")
    return Typed(tuple(args), args[0].type, nullable=True)


def _duckdb(name: str) -> AggregateLowering:
    def lower(call: AggregateCall, args: Sequence[exp.Expr], context: AggregateContext) -> exp.Expr:
        tree: exp.Expr = fn(name, args[0], fn("ROW", *context.order))
        if call.args[0].nullable:
            tree = exp.Filter(this=tree, expression=exp.Where(this=exp.Not(this=is_null(args[0]))))
        return context.over(tree)

    return lower


def _flink(name: str) -> AggregateLowering:
    return lambda call, args, context: context.over(fn(name, *args))


AGGREGATES = (
    Aggregate("FIRST_VALUE", "The first value in event-time order; with IGNORE NULLS the first that is not NULL.",
              _type_value, _duckdb("arg_min"), _flink("FIRST_VALUE"), "FIRST_VALUE(x)",
              aliases=("FIRST",), ordered=True, mergeable=False),
    Aggregate("LAST_VALUE", "The last value in event-time order; with IGNORE NULLS the last that is not NULL.",
              _type_value, _duckdb("arg_max"), _flink("LAST_VALUE"), "LAST_VALUE(x)",
              aliases=("LAST",), ordered=True, mergeable=False),
)  # fmt: skip


def respects_nulls(call: AggregateCall) -> bool:
    """Whether NULL counts as a value, which the engines' own functions do not do alike."""
    return call.op in POSITIONAL and not call.ignore_nulls and call.args[0].nullable


def with_nulls(call: AggregateCall, frame: Frame | None) -> tuple[AggregateCall, Frame | None, Expr]:
    """The array a value is taken from, the array's frame (None in a GROUP BY), and the value."""
    value = call.args[0]
    values = AggregateCall(f"{call.name}__values", "ARRAY_AGG", (value,), array(value.type), nullable=False)
    position: Expr = Literal(1, BIGINT)
    if call.op == "LAST_VALUE":
        position = Call("CARDINALITY", (values.column,), BIGINT, nullable=False)
        if frame is not None and (frame.rows or frame.native):
            frame = Frame(frame.rows, frame.end, frame.end)
    return values, frame, Call("ELEMENT_AT", (values.column, position), value.type)
