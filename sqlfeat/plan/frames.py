"""Frames that end before the current row, or leave it out, as differences and slices of frames that end with it.

Flink has only frames that end with the current row. COUNT and SUM over an earlier frame are the sum up to now less the
sum of what came after the frame; both engines compute it so, in integers or decimals, where that is exact.
"""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.frame import Frame
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, DataType, Kind, array

SUBTRACTABLE = ("COUNT", "SUM")
Parts = list[tuple[AggregateCall, Frame]]


def frame_problem(op: str, frame: Frame, *, distinct: bool) -> str | None:
    """Why an aggregate cannot have the frame, or None."""
    if frame.native or (op in SUBTRACTABLE and not distinct):
        return None
    if op == "ARRAY_AGG" and frame.rows and not frame.exclude_current and frame.start is not None:
        return None
    return (
        "Flink's frames end with the current row; of earlier ones the compiler can make COUNT, SUM and what is made of "
        "them, by subtraction"
    )


def lower_frame(call: AggregateCall, frame: Frame) -> tuple[Parts, Expr]:
    """The aggregate over frames that end with the current row, and its value made of them."""
    if frame.native:
        return [(call, frame)], call.column
    if call.op in SUBTRACTABLE and not call.distinct:
        return _difference(call, frame)
    return _slice(call, frame)


def _difference(call: AggregateCall, frame: Frame) -> tuple[Parts, Expr]:
    whole = Frame(frame.rows, frame.start)
    upto, counted = replace(call, name=f"{call.name}__upto"), _counts(call, "__upto_n")
    parts: Parts = [(upto, whole), (counted, whole)]
    if frame.exclude_current:
        after: Expr = _own(call)
        after_count: Expr = _own(counted)
    else:
        tail = Frame(frame.rows, frame.end - 1)
        since, since_count = replace(call, name=f"{call.name}__since"), _counts(call, "__since_n")
        parts += [(since, tail), (since_count, tail)]
        after, after_count = since.column, since_count.column
    if call.op == "COUNT":
        del parts[1::2]
        return parts, Call("-", (upto.column, after), BIGINT, nullable=False)
    count = Call("-", (counted.column, after_count), BIGINT, nullable=False)
    some = Call(">", (count, Literal(0, BIGINT)), BOOLEAN, nullable=False)
    value = _minus(_or_zero(upto.column), _or_zero(after), call.type)
    return parts, Call("CASE", (some, value, Literal(None, call.type)), call.type)


def _counts(call: AggregateCall, suffix: str) -> AggregateCall:
    return AggregateCall(call.name + suffix, "COUNT", call.args, BIGINT, nullable=False)


def _own(call: AggregateCall) -> Expr:
    """What the current row itself adds."""
    if call.op == "SUM":
        return call.args[0]
    if not call.args:
        return Literal(1, BIGINT)
    present = Call("NOT", (Call("IS NULL", (call.args[0],), BOOLEAN, nullable=False),), BOOLEAN, nullable=False)
    return Call("CASE", (present, Literal(1, BIGINT), Literal(0, BIGINT)), BIGINT, nullable=False)


def _or_zero(value: Expr) -> Expr:
    zero: Expr = Literal(0, BIGINT)
    if value.type.kind is Kind.DECIMAL:
        zero = Call("CAST", (Literal(0, INT),), value.type, nullable=False)
    return Call("COALESCE", (value, zero), value.type, nullable=False)


def _minus(left: Expr, right: Expr, result: DataType) -> Expr:
    """`left - right` of a sum's own type: both are within it, so no digit more is needed."""
    return Call("-", (left, right), result, nullable=False)


def _slice(call: AggregateCall, frame: Frame) -> tuple[Parts, Expr]:
    """ARRAY_AGG over `ROWS n PRECEDING AND m PRECEDING`: the values up to now without the last m."""
    assert frame.start is not None
    value_type = call.args[0].type
    values = AggregateCall(f"{call.name}__values", "ARRAY_AGG", call.args, array(value_type), nullable=False)
    length = Call("CARDINALITY", (values.column,), BIGINT, nullable=False)
    end = Literal(frame.end, BIGINT)
    longer = Call(">", (length, end), BOOLEAN, nullable=False)
    rest = Call("-", (length, end), BIGINT, nullable=False)
    # A negative bound would count from the end; the first zero elements are none.
    kept = Call("CASE", (longer, rest, Literal(0, BIGINT)), BIGINT, nullable=False)
    result = Call("ARRAY_SLICE", (values.column, Literal(1, BIGINT), kept), values.type, nullable=False)
    return [(values, Frame(rows=True, start=frame.start))], result
