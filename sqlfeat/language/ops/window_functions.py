"""Functions that need OVER: numbering, and values of earlier rows. Each is made of aggregates over other frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import Typed, TypeMismatch, TypeRule
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, Kind, array
from sqlfeat.language.typing import arity, common_type, convert

_ALL_ROWS = Frame(rows=True, start=None)
_ALL_TIMES = Frame(rows=False, start=None)
_PEERS = Frame(rows=False, start=0)


@dataclass(frozen=True, slots=True)
class FrameExpansion:
    """Aggregates, each over its own frame, and the value made of them.

    Attributes:
        then: aggregates of rows that have those of `parts`.
    """

    parts: tuple[tuple[AggregateCall, Frame], ...]
    result: Expr
    then: tuple[tuple[AggregateCall, Frame], ...] = ()


@dataclass(frozen=True, slots=True)
class WindowFunction:
    """A function of the rows up to the current one; it has a frame of its own.

    Attributes:
        ordered: the value depends on the order of rows with the same event time.
    """

    name: str
    doc: str
    typing: TypeRule
    expand: Callable[[AggregateCall], FrameExpansion]
    example: str
    ordered: bool
    nullable: bool = False


def _nothing(args: Sequence[Expr]) -> Typed:
    arity(args, 0)
    return Typed((), BIGINT, nullable=False)


def _count(name: str) -> AggregateCall:
    return AggregateCall(name, "COUNT", (), BIGINT, nullable=False)


def _row_number(call: AggregateCall) -> FrameExpansion:
    rows = _count(f"{call.name}__rows")
    return FrameExpansion(((rows, _ALL_ROWS),), rows.column)


def _rank(call: AggregateCall) -> FrameExpansion:
    before, peers = _count(f"{call.name}__upto"), _count(f"{call.name}__peers")
    earlier = Call("-", (before.column, peers.column), BIGINT, nullable=False)
    rank = Call("+", (earlier, Literal(1, BIGINT)), BIGINT, nullable=False)
    return FrameExpansion(((before, _ALL_TIMES), (peers, _PEERS)), rank)


def _dense_rank(call: AggregateCall) -> FrameExpansion:
    """How many event times there were: of the rows of each, one has its rank for its number."""
    ranked, number = _rank(call), _count(f"{call.name}__rows")
    first = Call("=", (number.column, ranked.result), BOOLEAN, nullable=False)
    one = Call("CASE", (first, Literal(1, INT), Literal(None, INT)), INT)
    times = AggregateCall(f"{call.name}__times", "COUNT", (one,), BIGINT, nullable=False)
    return FrameExpansion((*ranked.parts, (number, _ALL_ROWS)), times.column, ((times, _ALL_TIMES),))


def _type_lag(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 3)
    value = args[0]
    if value.type.kind is Kind.ARRAY:
        raise TypeMismatch("of an array would be an array of arrays; LAG an element")
    back = args[1].value if len(args) > 1 and isinstance(args[1], Literal) else None
    if len(args) > 1 and not (isinstance(back, int) and 1 <= back <= 1000):
        raise TypeMismatch("looks a constant number of rows back, from 1 to 1000")
    offset = args[1] if len(args) > 1 else Literal(1, INT)
    if len(args) < 3:
        return Typed((value, offset), value.type, nullable=True)
    shared = common_type([value.type, args[2].type])
    return Typed((convert(value, shared), offset, convert(args[2], shared)), shared, nullable=True)


def _lag(call: AggregateCall) -> FrameExpansion:
    """The first of the last n + 1 values, if there are so many; Flink's own LAG is wrong for tied rows."""
    value, offset = call.args[0], call.args[1]
    assert isinstance(offset, Literal)
    assert isinstance(offset.value, int)
    values = AggregateCall(f"{call.name}__values", "ARRAY_AGG", (value,), array(value.type), nullable=False)
    length = Call("CARDINALITY", (values.column,), BIGINT, nullable=False)
    enough = Call(">", (length, Literal(offset.value, BIGINT)), BOOLEAN, nullable=False)
    first = Call("ELEMENT_AT", (values.column, Literal(1, BIGINT)), value.type)
    default = call.args[2] if len(call.args) > 2 else Literal(None, value.type)
    result = Call("CASE", (enough, first, default), value.type)
    return FrameExpansion(((values, Frame(rows=True, start=offset.value)),), result)


WINDOW_FUNCTIONS = {
    function.name: function
    for function in (
        WindowFunction("ROW_NUMBER", "Number of the row within its key, from 1, in event-time order.",
                       _nothing, _row_number, "ROW_NUMBER()", ordered=True),
        WindowFunction("RANK", "Number of rows of the key before this one's event time, plus 1.",
                       _nothing, _rank, "RANK()", ordered=False),
        WindowFunction("DENSE_RANK", "Number of event times of the key up to this row's.",
                       _nothing, _dense_rank, "DENSE_RANK()", ordered=False),
        WindowFunction("LAG", "The value n rows before (1 if left out), or the default.",
                       _type_lag, _lag, "LAG(x, 1)", ordered=True, nullable=True),
    )
}  # fmt: skip
