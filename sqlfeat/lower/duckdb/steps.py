"""Relations as DuckDB SQL."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import AggregateContext
from sqlfeat.language.registry import aggregate
from sqlfeat.language.trees import binary, case, fn, number, text
from sqlfeat.lower.expressions import ExpressionLowering, column, identifier
from sqlfeat.lower.names import view_name
from sqlfeat.lower.steps import Steps
from sqlfeat.plan.nodes import (
    Distinct,
    GroupWindow,
    IntervalJoin,
    LookupJoin,
    Over,
    OverSpec,
    Plan,
    Scan,
    Schema,
    WindowAggregate,
    WindowRows,
)
from sqlfeat.plan.trace import WINDOW_TIME

_STARTS, _SESSION = "__starts", "__session"


class DuckdbSteps(Steps):
    """The steps of one model for DuckDB."""

    def __init__(self) -> None:
        super().__init__(ExpressionLowering(duckdb=True))

    def scan(self, plan: Scan) -> str:
        return view_name(plan.source)

    def distinct(self, plan: Distinct) -> str:
        number_ = self.numbered(plan, [plan.input.schema.event_time or ""])
        select = self.select(self.columns(plan.schema.names), self.relation(plan.input))
        select.set("qualify", exp.Qualify(this=exp.EQ(this=number_, expression=number(1))))
        return self.add("once", select)

    def over(self, plan: Over) -> str:
        source = self.relation(plan.input)
        items = self.columns(plan.input.schema.names)
        for call, spec in plan.calls:
            below = plan.input.schema
            ordered = aggregate(call.op).ordered
            order = tuple(column(name) for name in (below.event_time or "", *below.order)) if ordered else ()
            context = AggregateContext(_attach_over(spec, below), order)
            items.append(self.named(self.expressions.aggregate(call, context), call.name))
        return self.add("windows", self.select(items, source))

    def group(self, plan: WindowAggregate) -> str:
        keys = self.columns(plan.keys)
        if plan.window is None:
            source, (start, end) = self.relation(plan.input), self.columns(("window_start", "window_end"))
        elif plan.window.kind == "SESSION":
            source, start, end = self._sessions(plan.window, plan.input)
        else:
            source, start, end = self._window_bounds(plan.window, plan.input)
        order = plan.input.schema
        ordering = tuple(column(name) for name in (order.event_time, *order.order) if name)
        last = exp.Sub(this=end.copy(), expression=_milliseconds(1))
        items = [
            *keys,
            self.named(start, "window_start"),
            self.named(end, "window_end"),
            self.named(last, WINDOW_TIME),
        ]
        for call in plan.calls:
            context = AggregateContext(lambda tree: tree, ordering if aggregate(call.op).ordered else ())
            items.append(self.named(self.expressions.aggregate(call, context), call.name))
        select = self.select(items, source)
        session = plan.window is not None and plan.window.kind == "SESSION"
        bounds = [column(_SESSION)] if session else [start.copy(), end.copy()]
        select.set("group", exp.Group(expressions=[*(key.copy() for key in keys), *bounds]))
        return self.add("groups", select)

    def windowed(self, plan: WindowRows) -> str:
        source, start, end = self._window_bounds(plan.window, plan.input)
        last = exp.Sub(this=end.copy(), expression=_milliseconds(1))
        bounds = {"window_start": start, "window_end": end, WINDOW_TIME: last}
        names = plan.schema.names
        items = [self.named(bounds[name], name) if name in bounds else column(name) for name in names]
        return self.add("windowed", self.select(items, source))

    def _window_bounds(self, window: GroupWindow, below: Plan) -> tuple[str, exp.Expr, exp.Expr]:
        """FROM, window start and window end. Windows are aligned to the epoch, as Flink aligns them."""
        time = column(below.schema.event_time or "")
        source = self.relation(below)
        if window.kind == "TUMBLE":
            start = _bucket(window.size_ms, time, window.offset_ms)
            return source, start, exp.Add(this=start.copy(), expression=_milliseconds(window.size_ms))
        numbered = self._numbered(source, below.schema, window)
        index = column("__window_index")
        if window.kind == "HOP":
            bucket = _bucket(window.step_ms, time, window.offset_ms)
            start = exp.Sub(this=bucket, expression=_times(index, window.step_ms))
            return numbered, start, exp.Add(this=start.copy(), expression=_milliseconds(window.size_ms))
        start = _bucket(window.size_ms, time, window.offset_ms)
        return numbered, start, exp.Add(this=start.copy(), expression=_times(index, window.step_ms))

    def _sessions(self, window: GroupWindow, below: Plan) -> tuple[str, exp.Expr, exp.Expr]:
        """Events numbered by session: a new one begins where the gap to the event before is greater than allowed."""
        schema, gap = below.schema, _milliseconds(window.size_ms)
        time = column(schema.event_time or "")
        order = exp.Order(expressions=[exp.Ordered(this=time.copy(), nulls_first=False)])

        def over(tree: exp.Expr, frame: Frame | None) -> exp.Expr:
            spec = _frame(frame) if frame else None
            keys = self.columns(window.partition)
            return exp.Window(this=tree, partition_by=keys, order=order.copy(), spec=spec, over="OVER")

        near = exp.LTE(this=exp.Sub(this=time.copy(), expression=over(fn("LAG", time), None)), expression=gap)
        starts = self.named(case((near, number(0)), default=number(1)), _STARTS)
        flagged = self.add("gaps", self.select([*self.columns(schema.names), starts], self.relation(below)))
        # RANGE, so that all events of one instant are in one session, whichever of them begins it.
        session = self.named(over(fn("SUM", column(_STARTS)), Frame(rows=False, start=None)), _SESSION)
        numbered = self.add("sessions", self.select([*self.columns(schema.names), session], flagged))
        return numbered, fn("MIN", time), exp.Add(this=fn("MAX", time), expression=gap.copy())

    def _numbered(self, source: str, schema: Schema, window: GroupWindow) -> str:
        """One row per event and window it is in, numbered by `__window_index`."""
        count = window.size_ms // window.step_ms
        if window.kind == "HOP":
            series = fn("range", number(0), number(count))
        else:
            elapsed = exp.Sub(
                this=fn("epoch_ms", column(schema.event_time or "")),
                expression=fn("epoch_ms", _bucket(window.size_ms, column(schema.event_time or ""), window.offset_ms)),
            )
            first = exp.Add(
                this=exp.IntDiv(this=exp.Paren(this=elapsed), expression=number(window.step_ms)), expression=number(1)
            )
            series = fn("range", first, number(count + 1))
        index = exp.Alias(this=fn("unnest", series), alias=identifier("__window_index"))
        return self.add("windows", self.select([*self.columns(schema.names), index], source))

    def lookup(self, plan: LookupJoin) -> str:
        left, right = self.relation(plan.left), self._latest(plan)
        conditions: list[exp.Expr] = [
            exp.EQ(this=_of("l", own), expression=_of("r", other)) for own, other in plan.keys
        ]
        method = None
        if not plan.static:
            kind = exp.GT if plan.strict else exp.GTE
            times = (plan.left.schema.event_time or "", plan.right.schema.event_time or "")
            conditions.append(kind(this=_of("l", times[0]), expression=_of("r", times[1])))
            method = "ASOF"
        on = conditions[0]
        for condition in conditions[1:]:
            on = exp.And(this=on, expression=condition)
        items = [_of("l", name) for name in plan.left.schema.names]
        picked = [self.named(_of("r", other), name) for name, other in plan.picks]
        join = exp.Join(this=_aliased(right, "r"), method=method, side=None if plan.inner else "LEFT", on=on)
        select = self.select([*items, *picked], _aliased(left, "l"))
        select.set("joins", [join])
        return self.add("joined", select)

    def interval(self, plan: IntervalJoin) -> str:
        left, right = self.relation(plan.left), self.relation(plan.right)
        own, other = _of("l", plan.left.schema.event_time or ""), _of("r", plan.right.schema.event_time or "")
        on: exp.Expr = exp.And(
            this=exp.GTE(this=own, expression=_shifted(other, plan.low_ms)),
            expression=exp.LTE(this=own.copy(), expression=_shifted(other, plan.high_ms)),
        )
        for key, match in reversed(plan.keys):
            on = exp.And(this=exp.EQ(this=_of("l", key), expression=_of("r", match)), expression=on)
        items = [_of("l", name) for name in plan.left.schema.names]
        picked = [self.named(_of("r", match), name) for name, match in plan.picks]
        join = exp.Join(this=_aliased(right, "r"), side=None if plan.inner else "LEFT", on=on)
        select = self.select([*items, *picked], _aliased(left, "l"))
        select.set("joins", [join])
        return self.add("joined", select)

    def _latest(self, plan: LookupJoin) -> str:
        """The right side with one row per key and event time: of a tie the last."""
        right, schema = self.relation(plan.right), plan.right.schema
        if not schema.order:
            return right
        ranked = exp.Window(
            this=fn("ROW_NUMBER"),
            partition_by=[*(column(other) for _, other in plan.keys), column(schema.event_time or "")],
            order=exp.Order(expressions=[exp.Ordered(this=column(name), desc=True) for name in schema.order]),
            over="OVER",
        )
        select = self.select(self.columns(schema.names), right)
        select.set("qualify", exp.Qualify(this=exp.EQ(this=ranked, expression=number(1))))
        return self.add("latest", select)


def _attach_over(spec: OverSpec, schema: Schema) -> Callable[[exp.Expr], exp.Expr]:
    names = [schema.event_time or "", *(schema.order if spec.frame.rows else ())]
    order = exp.Order(expressions=[exp.Ordered(this=column(name), nulls_first=False) for name in names])

    def over(tree: exp.Expr) -> exp.Expr:
        partition = [column(name) for name in spec.partition]
        return exp.Window(this=tree, partition_by=partition, order=order, spec=_frame(spec.frame), over="OVER")

    return over


def _frame(frame: Frame) -> exp.WindowSpec:
    def bound(value: int | None) -> tuple[str | exp.Expr, str | None]:
        if value is None:
            return "UNBOUNDED", "PRECEDING"
        if value == 0:
            return "CURRENT ROW", None
        return (number(value) if frame.rows else _milliseconds(value)), "PRECEDING"

    (start, start_side), (end, end_side) = bound(frame.start), bound(frame.end)
    kind = "ROWS" if frame.rows else "RANGE"
    return exp.WindowSpec(kind=kind, start=start, start_side=start_side, end=end, end_side=end_side)


def _milliseconds(value: int) -> exp.Expr:
    return exp.Interval(this=text(str(value)), unit=exp.Var(this="MILLISECONDS"))


def _shifted(time: exp.Expr, milliseconds: int) -> exp.Expr:
    kind = exp.Add if milliseconds >= 0 else exp.Sub
    return kind(this=time.copy(), expression=_milliseconds(abs(milliseconds))) if milliseconds else time.copy()


def _times(index: exp.Expr, step_ms: int) -> exp.Expr:
    return fn("to_milliseconds", binary(exp.Mul, index, number(step_ms)))


def _bucket(size_ms: int, time: exp.Expr, offset_ms: int) -> exp.Expr:
    origin = fn("make_timestamp_ms", number(offset_ms))
    return fn("time_bucket", _milliseconds(size_ms), time, origin)


def _of(alias: str, name: str) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(alias))


def _aliased(name: str, alias: str) -> exp.Expr:
    return exp.Table(this=identifier(name), alias=exp.TableAlias(this=identifier(alias)))
