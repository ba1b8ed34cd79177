"""Aggregates made of the collected values: a text of them, the one beside an extreme, the n-th."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.operation import CompositeAggregate, Expansion, Typed, TypeMismatch
from sqlfeat.language.types import BIGINT, BOOLEAN, STRING, DataType, Kind, array
from sqlfeat.language.typing import arity

_MOST = 1_000_000


def _values(call: AggregateCall, value: Expr, suffix: str) -> AggregateCall:
    return AggregateCall(f"{call.name}__{suffix}", "ARRAY_AGG", (value,), array(value.type), nullable=False)


def _type_text(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 2)
    value, *rest = args
    if value.type.is_integer:
        value = Call("CAST", (value,), STRING, value.nullable)
    elif value.type.kind is not Kind.STRING:
        raise TypeMismatch(f"takes STRING and whole numbers, not {value.type}; CAST it")
    separator = rest[0] if rest else Literal(",", STRING)
    if not isinstance(separator, Literal) or not isinstance(separator.value, str):
        raise TypeMismatch("needs a constant separator")
    return Typed((value, separator), STRING, nullable=True)


def _text(call: AggregateCall) -> Expansion:
    """NULLs are left out, and of nothing but them there is no text."""
    value, separator = call.args
    values = _values(call, value, "values")
    count = AggregateCall(f"{call.name}__count", "COUNT", (value,), BIGINT, nullable=False)
    texts: Expr = values.column
    if call.distinct:
        texts = Call("ARRAY_DISTINCT", (texts,), values.type, nullable=False)
    joined = Call("ARRAY_JOIN", (texts, separator), STRING, nullable=False)
    some = Call(">", (count.column, Literal(0, BIGINT)), BOOLEAN, nullable=False)
    return Expansion((values, count), Call("CASE", (some, joined, Literal(None, STRING)), STRING))


def _no_arrays(args: Sequence[Expr]) -> None:
    if any(arg.type.kind is Kind.ARRAY for arg in args):
        raise TypeMismatch("of an array is not in the language; take it of an element")


def _type_beside(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    _no_arrays(args)
    return Typed(tuple(args), args[0].type, nullable=True)


def _beside(extreme: str) -> Callable[[AggregateCall], Expansion]:
    """The first value in event-time order whose weight is the extreme; rows without a value have no weight."""

    def expand(call: AggregateCall) -> Expansion:
        value, weight = call.args
        if value.nullable:
            weight = Call("CASE", (_present(value), weight, Literal(None, weight.type)), weight.type)
        values, weights = _values(call, value, "values"), _values(call, weight, "weights")
        best = AggregateCall(f"{call.name}__best", extreme, (weight,), weight.type)
        place = Call("ARRAY_POSITION", (weights.column, best.column), BIGINT)
        found = Call("ELEMENT_AT", (values.column, place), value.type)
        result = Call("CASE", (_present(best.column), found, Literal(None, value.type)), value.type)
        return Expansion((values, weights, best), result)

    return expand


def _present(value: Expr) -> Expr:
    missing = Call("IS NULL", (value,), BOOLEAN, nullable=False)
    return Call("NOT", (missing,), BOOLEAN, nullable=False)


def _type_nth(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    _no_arrays(args[:1])
    place = args[1]
    if not isinstance(place, Literal) or not isinstance(place.value, int) or not 1 <= place.value <= _MOST:
        raise TypeMismatch(f"needs a constant number from 1 to {_MOST}")
    return Typed((args[0], Literal(place.value, BIGINT)), args[0].type, nullable=True)


def _nth(call: AggregateCall) -> Expansion:
    value, place = call.args
    values = _values(call, value, "values")
    kind: DataType = value.type
    return Expansion((values,), Call("ELEMENT_AT", (values.column, place), kind))


COMPOSITES = (
    CompositeAggregate("STRING_AGG", "The values as one text in event-time order, NULLs left out, with a constant "
                       "between them, `,` if none is given; with DISTINCT each value once.",
                       _type_text, _text, "STRING_AGG(x, ', ')", aliases=("LISTAGG", "GROUP_CONCAT"), ordered=True,
                       distinct=True),
    CompositeAggregate("ARG_MAX", "The value of the row with the greatest second argument, of several the first in "
                       "event-time order; rows where either is NULL do not count.",
                       _type_beside, _beside("MAX"), "ARG_MAX(x, y)", aliases=("MAX_BY", "ARGMAX"), ordered=True),
    CompositeAggregate("ARG_MIN", "The value of the row with the smallest second argument, of several the first in "
                       "event-time order; rows where either is NULL do not count.",
                       _type_beside, _beside("MIN"), "ARG_MIN(x, y)", aliases=("MIN_BY", "ARGMIN"), ordered=True),
    CompositeAggregate("NTH_VALUE", "The n-th value in event-time order, NULLs counted; NULL if there are fewer.",
                       _type_nth, _nth, "NTH_VALUE(x, 2)", ordered=True, keeps_null=True),
)  # fmt: skip
