"""RANGE frames that end before the row on Flink, whose frames all end with the row.

The aggregate over `[t - a, t - b]` is the aggregate over `[t - (a - b), t]` of the same events, each `b` later. Flink
moves the time attribute of a row in one way only: a session of one event with the gap `b` ends so much later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from sqlfeat.dialects.flink import WindowTable
from sqlfeat.language.expr import AggregateCall, Column, Expr
from sqlfeat.language.frame import Frame
from sqlfeat.language.registry import aggregate
from sqlfeat.language.trees import flink_type, fn
from sqlfeat.language.types import TIMESTAMP, DataType
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.flink.intervals import interval_constant
from sqlfeat.lower.flink.trees import plain_time, row_type
from sqlfeat.lower.steps import Steps
from sqlfeat.plan.nodes import OverSpec, Schema

_KEY, _AT, _IS_ROW = "__key", "__at", "__is_row"
_BOUNDS = ("window_start", "window_end", "window_time")


@dataclass(frozen=True, slots=True)
class EarlierFrame:
    """One window whose frame ends before the row.

    Attributes:
        steps: takes the steps.
        spec: keys and frame.
        calls: the aggregates; they skip NULL, and it is the same to them how often equal events occur.
        below: columns of the relation, in the order they are to have.
        schema: of the relation before aggregates; has its event time and the tie-breakers.
    """

    steps: Steps
    spec: OverSpec
    calls: Sequence[AggregateCall]
    below: Sequence[Column]
    schema: Schema

    @property
    def native(self) -> OverSpec:
        """The window over rows and later events together."""
        frame = self.spec.frame
        start = None if frame.start is None else frame.start - frame.end
        return OverSpec(self.spec.partition, Frame(rows=False, start=start))

    @property
    def order(self) -> tuple[str, ...]:
        """The tie-breakers, if the aggregates need them."""
        return self.schema.order if any(aggregate(call.op).ordered for call in self.calls) else ()

    @property
    def moved(self) -> list[AggregateCall]:
        """The aggregates, of the column that holds their argument of a later event."""
        names = self._arguments()
        return [
            AggregateCall(c.name, c.op, (Column(names[c.args[0]], c.args[0].type),), c.type, c.nullable, c.distinct)
            for c in self.calls
        ]

    @property
    def names(self) -> list[str]:
        """The columns of `both`."""
        return [*(c.name for c in self.below), *self._arguments().values(), _IS_ROW]

    def both(self, source: str) -> str:
        """The rows, and the events so much later as the frame ends before the row."""
        empty = [
            self.steps.named(exp.Cast(this=exp.Null(), to=flink_type(arg.type)), name)
            for arg, name in self._arguments().items()
        ]
        marker = self.steps.named(exp.Literal.number(1), _IS_ROW)
        rows = self.steps.select([*self.steps.columns([c.name for c in self.below]), *empty, marker], source)
        return self.steps.add("both", exp.Union(this=rows, expression=self._later(source), distinct=False))

    def rows(self, source: str, names: Sequence[str]) -> str:
        """The rows alone."""
        condition = exp.EQ(this=column(_IS_ROW), expression=exp.Literal.number(1))
        return self.steps.add("rows", self.steps.select(self.steps.columns(names), source, condition))

    def _arguments(self) -> dict[Expr, str]:
        arguments = dict.fromkeys(call.args[0] for call in self.calls)
        return {arg: f"__value_{number}" for number, arg in enumerate(arguments, 1)}

    def _fields(self) -> list[tuple[str, DataType, exp.Expr]]:
        """What is kept of an event; its time is among it, so that events of two times are never in one session."""
        own = [(name, self.schema.column(name).type, column(name)) for name in (*self.spec.partition, *self.order)]
        values = [(name, arg.type, self.steps.expressions.tree(arg)) for arg, name in self._arguments().items()]
        time = (_AT, TIMESTAMP, column(self.schema.event_time or ""))
        fields = {name: (type_, tree) for name, type_, tree in (*own, *values, time)}
        return [(name, type_, plain_time(tree, self.schema.event_time)) for name, (type_, tree) in fields.items()]

    def _later(self, source: str) -> exp.Select:
        fields, steps, time = self._fields(), self.steps, self.schema.event_time or ""
        row = exp.Cast(
            this=fn("ROW", *(tree for _, _, tree in fields)), to=row_type([(name, type_) for name, type_, _ in fields])
        )
        single = steps.add("keyed", steps.select([column(time), steps.named(row, _KEY)], source))
        table = WindowTable(
            kind="SESSION", this=identifier(single), descriptor=identifier(time),
            expressions=[interval_constant(self.spec.frame.end + 1)], partition=[column(_KEY)],
        )  # fmt: skip
        select = steps.select(steps.columns([_KEY, *_BOUNDS]), table)
        select.set("group", exp.Group(expressions=steps.columns([_KEY, *_BOUNDS])))
        known = {name for name, _, _ in fields}
        items = [self._later_item(c, known) for c in self.below]
        items += [steps.named(_field(name), name) for name in self._arguments().values()]
        items.append(steps.named(exp.Literal.number(0), _IS_ROW))
        return steps.select(items, steps.add("later", select))

    def _later_item(self, below: Column, known: set[str]) -> exp.Expr:
        """A session of one event ends its gap later, and its time is a millisecond before its end."""
        if below.name == self.schema.event_time:
            return self.steps.named(column("window_time"), below.name)
        empty = exp.Cast(this=exp.Null(), to=flink_type(below.type))
        return self.steps.named(_field(below.name) if below.name in known else empty, below.name)


def _field(name: str) -> exp.Expr:
    return exp.Dot(this=column(_KEY), expression=identifier(name))
