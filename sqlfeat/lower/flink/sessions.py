"""Sessions on Flink, where an event exactly one gap after another may find the session closed.

Flink's session of an event at `t` with the gap `g` takes in one at `t + g`, and closes at the watermark `t + g - 1`.
What comes from a source is ahead of the watermark by two milliseconds, so it is in time. But an operator that holds
rows until the watermark has passed them gives out the one at `t + g` when a watermark may rest on `t + g - 1`. So
sessions of such rows are told apart below; Flink's are a millisecond longer and of one of these, and close at `t + g`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.dialects.flink import WindowTable
from sqlfeat.language.expr import Column
from sqlfeat.language.frame import Frame
from sqlfeat.language.registry import aggregate
from sqlfeat.language.trees import case, fn
from sqlfeat.language.types import TIMESTAMP
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.flink.intervals import interval, interval_constant
from sqlfeat.lower.flink.trees import plain_time, row_type
from sqlfeat.plan.nodes import (
    Filter,
    OverSpec,
    Plan,
    Project,
    Scan,
    Schema,
    UnionAll,
    Unnest,
    WindowAggregate,
)
from sqlfeat.plan.trace import WINDOW_TIME

if TYPE_CHECKING:
    from sqlfeat.lower.flink.steps import FlinkSteps

_BEFORE, _SESSION, _KEY = "__before", "__session", "__key"
_PREVIOUS = Frame(rows=True, start=1)


def outermost(plan: Plan) -> Plan:
    """What is below the last projections and filters of a view: nothing but its rows is needed of it."""
    while isinstance(plan, (Project, Filter)):
        plan = plan.input
    return plan


def is_held(plan: Plan) -> bool:
    """Whether some operator between the sources and the relation holds rows until the watermark has passed them."""
    match plan:
        case Scan():
            return False
        case Project(input=below) | Filter(input=below) | Unnest(input=below):
            return is_held(below)
        case UnionAll(inputs=inputs):
            return any(is_held(branch) for branch in inputs)
        case _:
            return True


class SessionStep:
    """The aggregates of sessions as steps."""

    def __init__(self, steps: FlinkSteps, plan: WindowAggregate, *, outermost: bool) -> None:
        assert plan.window is not None
        self.steps = steps
        self.plan = plan
        self.window = plan.window
        self.schema = plan.input.schema
        self.time = self.schema.event_time or ""
        self.ordered = any(aggregate(call.op).ordered for call in plan.calls)
        self.numbered = self.ordered or not outermost or is_held(plan.input)
        """The time of Flink's own session is a millisecond before its end, and nothing above may go by that."""

    def rows(self) -> str:
        """One row per session."""
        source, schema, keys = self.steps.relation(self.plan.input), self.schema, self.window.partition
        if self.numbered:
            source = self._number(source)
            schema = replace(schema, columns=(Column(_SESSION, TIMESTAMP), *schema.columns))
            keys = (*keys, _SESSION)
        if self.ordered:
            source = self.steps.sorted(source, list(schema.names), self.plan.keys, schema)
        if len(keys) > 1:
            source, keys = self._with_row_key(source, schema, keys), (_KEY,)
        return self._finished(self.steps.add("groups", self._groups(source, keys)), keys)

    def _number(self, source: str) -> str:
        """Each row with the time of the row that began its session: none in the first session of a key.

        The least of two rows' times is that of the one before, whatever the order of ties. All rows of an instant are
        in the frame of RANGE, so they agree on where their session begins.
        """
        steps, names = self.steps, self.schema.names
        time = plain_time(column(self.time), self.time)
        before = self._over(fn("MIN", time), _PREVIOUS)
        source = steps.add("gaps", steps.select([steps.named(before, _BEFORE), *steps.columns(names)], source))
        gap = exp.Add(this=column(_BEFORE), expression=interval(self.window.size_ms))
        begin = case((exp.GT(this=time.copy(), expression=gap), time.copy()))
        number = self._over(fn("MAX", begin), Frame(rows=False, start=None))
        return steps.add("sessions", steps.select([steps.named(number, _SESSION), *steps.columns(names)], source))

    def _over(self, tree: exp.Expr, frame: Frame) -> exp.Expr:
        return self.steps.attach_over(OverSpec(self.window.partition, frame), self.schema)(tree)

    def _with_row_key(self, source: str, schema: Schema, keys: tuple[str, ...]) -> str:
        """The relation with several keys as one: Flink forgets all but the first in a view with sessions."""
        row = exp.Cast(
            this=fn("ROW", *self.steps.columns(keys)), to=row_type([(key, schema.column(key).type) for key in keys])
        )
        items = [*self.steps.columns(self.schema.names), self.steps.named(row, _KEY)]
        return self.steps.add("keyed", self.steps.select(items, source))

    def _groups(self, source: str, keys: tuple[str, ...]) -> exp.Select:
        table = WindowTable(
            kind="SESSION", this=identifier(source), descriptor=identifier(self.time),
            expressions=[interval_constant(self.window.size_ms + self.numbered)],
            partition=self.steps.columns(keys),
        )  # fmt: skip
        bounds = self.steps.columns(("window_start", "window_end", "window_time"))
        items = [*self.steps.columns(keys), *bounds, *self.steps.aggregates(self.plan)]
        select = self.steps.select(items, table)
        select.set("group", exp.Group(expressions=[*self.steps.columns(keys), *(bound.copy() for bound in bounds)]))
        return select

    def _finished(self, source: str, keys: tuple[str, ...]) -> str:
        """The columns as the plan has them; the time of a session that is a millisecond longer is its end."""
        steps, time = self.steps, column("window_time")
        own: dict[str, exp.Expr] = {WINDOW_TIME: time}
        if self.numbered:
            last = exp.Sub(this=plain_time(time.copy(), "window_time"), expression=interval(1))
            own = {"window_end": time, WINDOW_TIME: last}
        if keys == (_KEY,):
            own |= {key: exp.Dot(this=column(_KEY), expression=identifier(key)) for key in self.plan.keys}
        items = [steps.named(own.get(name, column(name)), name) for name in self.plan.schema.names]
        return steps.add("columns", steps.select(items, source))
