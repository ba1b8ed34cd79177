"""Frames that end before the current row, or leave it out, made of frames that end with it.

Flink has only frames that end with the current row. Of an earlier frame,

* COUNT and SUM are the sum up to now less the sum of what came after the frame: in integers and decimals, exactly;
* an array is that of the values up to now without the rows that came after the frame;
* any other aggregate of ROWS is what it was over a shorter frame that many rows ago;
* any other aggregate of RANGE stays as it is: DuckDB has such frames, and Flink is given the events later.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlfeat.language.expr import AggregateCall, Call, Expr, Literal
from sqlfeat.language.frame import Frame
from sqlfeat.language.ops.percentiles import VALUES
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, DataType, Kind, array

SUBTRACTABLE = ("COUNT", "SUM")
MOST_ROWS_AGO = 1000
"""Of a frame of ROWS whose aggregate is looked up; each row carries that many values."""
Parts = list[tuple[AggregateCall, Frame]]


@dataclass(frozen=True, slots=True)
class Framed:
    """An aggregate over a frame in terms of frames that the engines have.

    Attributes:
        parts: aggregates of the relation.
        value: what the aggregate is, of the columns of `parts` and `then`.
        then: aggregates of the relation with the columns of `parts`.
    """

    parts: Parts
    value: Expr
    then: Parts = field(default_factory=list)


def frame_problem(op: str, frame: Frame, *, distinct: bool) -> str | None:
    """Why an aggregate cannot have the frame, or None."""
    if frame.native or (op in SUBTRACTABLE and not distinct):
        return None
    if frame.exclude_current:
        return "the current row can be taken out of a COUNT or SUM, by subtraction, and of what is made of them"
    if frame.rows and frame.end > MOST_ROWS_AGO:
        return f"it would end more than {MOST_ROWS_AGO} rows before the row"
    return None


def lower_frame(call: AggregateCall, frame: Frame) -> Framed:
    """The aggregate over frames that the engines have."""
    if frame.native:
        return Framed([(call, frame)], call.column)
    if call.op in SUBTRACTABLE and not call.distinct:
        return _difference(call, frame)
    if call.op in ("ARRAY_AGG", VALUES):
        return _slice(call, frame)
    return _rows_ago(call, frame) if frame.rows else Framed([(call, frame)], call.column)


def _difference(call: AggregateCall, frame: Frame) -> Framed:
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
        return Framed(parts, Call("-", (upto.column, after), BIGINT, nullable=False))
    count = Call("-", (counted.column, after_count), BIGINT, nullable=False)
    some = Call(">", (count, Literal(0, BIGINT)), BOOLEAN, nullable=False)
    value = _minus(_or_zero(upto.column), _or_zero(after), call.type)
    return Framed(parts, Call("CASE", (some, value, Literal(None, call.type)), call.type))


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


def _slice(call: AggregateCall, frame: Frame) -> Framed:
    """The values of an earlier frame: those up to now without those after the frame, which are the last.

    A frame of time ends between two event times, so that ties without tie-breakers make no difference to what is in it.
    """
    value_type = call.args[0].type
    values = AggregateCall(f"{call.name}__values", "ARRAY_AGG", call.args, array(value_type), nullable=False)
    parts: Parts = [(values, Frame(frame.rows, frame.start))]
    after: Expr = Literal(frame.end, BIGINT)
    if not frame.rows:
        since = AggregateCall(f"{call.name}__since", "COUNT", (), BIGINT, nullable=False)
        parts.append((since, Frame(rows=False, start=frame.end - 1)))
        after = since.column
    length = Call("CARDINALITY", (values.column,), BIGINT, nullable=False)
    longer = Call(">", (length, after), BOOLEAN, nullable=False)
    rest = Call("-", (length, after), BIGINT, nullable=False)
    # A negative bound would count from the end; the first zero elements are none.
    kept = Call("CASE", (longer, rest, Literal(0, BIGINT)), BIGINT, nullable=False)
    result = Call("ARRAY_SLICE", (values.column, Literal(1, BIGINT), kept), values.type, nullable=False)
    return Framed(parts, result)


def _rows_ago(call: AggregateCall, frame: Frame) -> Framed:
    """The aggregate over `ROWS n PRECEDING AND m PRECEDING`: over n - m rows, as it was m rows ago."""
    start = None if frame.start is None else frame.start - frame.end
    value, past = replace(call, name=f"{call.name}__now"), AggregateCall(
        f"{call.name}__past", "ARRAY_AGG", (replace(call.column, name=f"{call.name}__now"),), array(call.type),
        nullable=False,
    )  # fmt: skip
    length = Call("CARDINALITY", (past.column,), BIGINT, nullable=False)
    enough = Call(">", (length, Literal(frame.end, BIGINT)), BOOLEAN, nullable=False)
    first = Call("ELEMENT_AT", (past.column, Literal(1, BIGINT)), call.type)
    empty = Literal(0 if call.op == "COUNT" else None, call.type)
    result = Call("CASE", (enough, first, empty), call.type, nullable=call.op != "COUNT")
    return Framed([(value, Frame(True, start))], result, [(past, Frame(True, frame.end))])
