"""Aggregates of vectors, element by element: pooled embeddings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.operation import CompositeAggregate, Expansion, Typed, TypeMismatch, TypeRule
from sqlfeat.language.types import BIGINT, DOUBLE, DataType, Kind, array, decimal
from sqlfeat.language.typing import arity, convert

MAX_LENGTH = 256
"""Each element is an aggregate of its own."""


def _summed(element: DataType) -> DataType:
    if element.is_integer:
        return BIGINT
    return decimal(38, element.scale) if element.kind is Kind.DECIMAL else DOUBLE


def _rule(result: Callable[[DataType], DataType]) -> TypeRule:
    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 2)
        vector, length = args
        element = vector.type.element
        if element is None or not element.is_numeric:
            raise TypeMismatch(f"needs an array of numbers, not {vector.type}")
        if not isinstance(length, Literal) or not isinstance(length.value, int) or not 1 <= length.value <= MAX_LENGTH:
            raise TypeMismatch(f"needs the length of the vectors as a constant from 1 to {MAX_LENGTH}")
        return Typed((vector, length), array(result(element)), nullable=False)

    return rule


def _each(op: str) -> Callable[[AggregateCall], Expansion]:
    """The aggregate `op` of every element."""

    def compose(call: AggregateCall) -> Expansion:
        vector, length = call.args
        element, result = vector.type.element, call.type.element
        assert element is not None
        assert result is not None
        assert isinstance(length, Literal)
        assert isinstance(length.value, int)
        parts = tuple(
            AggregateCall(f"{call.name}__{position}", op, (_element(vector, position, element, op),), result)
            for position in range(1, length.value + 1)
        )
        return Expansion(parts, Call("ARRAY", tuple(part.column for part in parts), call.type, nullable=False))

    return compose


def _element(vector: Expr, position: int, element: DataType, op: str) -> Expr:
    value = Call("ELEMENT_AT", (vector, Literal(position, BIGINT)), element)
    return convert(value, BIGINT) if element.is_integer and op in ("SUM", "AVG") else value


def _same(element: DataType) -> DataType:
    return element


COMPOSITES = tuple(
    CompositeAggregate(f"ELEMENTWISE_{name}", doc, rule, _each(op), f"ELEMENTWISE_{name}(v, 16)")
    for name, op, rule, doc in (
        ("SUM", "SUM", _rule(_summed), "The sum of vectors of a constant length, element by element."),
        ("AVG", "AVG", _rule(lambda _: DOUBLE), "The mean of vectors of a constant length, element by element."),
        ("MIN", "MIN", _rule(_same), "The smallest of each element of vectors of a constant length."),
        ("MAX", "MAX", _rule(_same), "The greatest of each element of vectors of a constant length."),
    )
)
