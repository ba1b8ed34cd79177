"""Relations as Flink SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from sqlfeat.dialects.flink import KeyedSort, WindowTable
from sqlfeat.language.expr import AggregateCall, Column, Expr
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import AggregateContext
from sqlfeat.language.registry import aggregate
from sqlfeat.language.trees import flink_type, flink_unknown, fn, not_null
from sqlfeat.language.types import BOOLEAN, TIMESTAMP
from sqlfeat.lower.expressions import ExpressionLowering, column, identifier
from sqlfeat.lower.flink.earlier import EarlierFrame
from sqlfeat.lower.flink.intervals import interval, interval_constant
from sqlfeat.lower.flink.sessions import SessionStep, outermost
from sqlfeat.lower.flink.sources import EVENT_TIME
from sqlfeat.lower.flink.trees import plain_time, row_type
from sqlfeat.lower.names import view_name
from sqlfeat.lower.steps import Steps
from sqlfeat.plan.columns import OutputColumn
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    GroupWindow,
    IntervalJoin,
    LookupJoin,
    Over,
    OverSpec,
    Plan,
    Project,
    Scan,
    Schema,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)
from sqlfeat.plan.trace import WINDOW_TIME

_MATCH, _IS_LEFT, _HIT, _COPY = "__match", "__is_left", "__hit", "__copy"


class FlinkSteps(Steps):
    """The steps of one model for Flink."""

    def __init__(self) -> None:
        super().__init__(ExpressionLowering(duckdb=False))
        self._outermost: Plan | None = None

    def final(self, plan: Project, columns: Sequence[OutputColumn]) -> exp.Select:
        self._outermost = outermost(plan)
        return super().final(plan, columns)

    def scan(self, plan: Scan) -> str:
        return view_name(plan.source)

    def condition(self, plan: Filter) -> exp.Expr:
        return plain_time(super().condition(plan), plan.schema.event_time)

    def item(self, plan: Project, name: str, expr: Expr) -> exp.Expr:
        """A relation has one time attribute; further copies of it become plain timestamps."""
        tree = super().item(plan, name, expr)
        event_time = plan.input.schema.event_time
        if not isinstance(expr, Column):
            return plain_time(tree, event_time)
        is_copy = expr.name == event_time and name != plan.schema.event_time
        return self.expressions.cast(tree, TIMESTAMP) if is_copy else tree

    def distinct(self, plan: Distinct) -> str:
        """The first of a window of one millisecond, the only form whose state Flink forgets with the window."""
        time = plan.input.schema.event_time or ""
        table = WindowTable(
            kind="TUMBLE",
            this=identifier(self.relation(plan.input)),
            descriptor=identifier(time),
            expressions=[interval_constant(1)],
        )
        rest = [name for name in plan.input.schema.names if name != time]
        # It ends a millisecond after its only instant, and its time is a millisecond before its end.
        items = [*self.columns(rest), self.named(column("window_time"), time)]
        number = self.named(self.numbered(plan, ("window_start", "window_end")), _COPY)
        numbered = self.add("copies", self.select([*items, number], table))
        first = exp.EQ(this=column(_COPY), expression=exp.Literal.number(1))
        once = self.add("once", self.select([*self.columns(plan.schema.names), column(_COPY)], numbered, first))
        return self._apart(once, plan.schema.names, _COPY)

    def top(self, plan: WindowTopN) -> str:
        return self._apart(super().top(plan), plan.schema.names, plan.rank)

    def _apart(self, source: str, names: Sequence[str], number: str) -> str:
        """Numbered rows behind their limit, where Flink cannot take other conditions for part of it.

        It would gather them all above the number, write them as a conjunction of alternatives, and number every row
        instead of the first ones if that looks cheaper to it. It does not look through what may be another value each
        time and is read twice.
        """
        drawn = self.named(flink_unknown(column(number)), number)
        others = self.columns([name for name in names if name != number])
        numbers = self.add("numbers", self.select([*others, drawn], source))
        twice = exp.Add(this=column(number), expression=column(number))
        present = exp.GT(this=twice, expression=exp.Literal.number(0))
        return self.add("numbered", self.select(self.columns(names), numbers, present))

    def ranking_marks(self, plan: WindowTopN) -> list[exp.Expr]:
        """The limit, so that no two rankings of a job differ in nothing else.

        Flink would compute what they share once, and that is the numbers of all rows of all windows, which it gives
        only as rows that it takes back later.
        """
        return [self.named(exp.Literal.number(plan.limit), "__limit")]

    def over(self, plan: Over) -> str:
        """One step per window: Flink computes only one in a SELECT. Counted frames first, on sorted rows."""
        source, columns = self.relation(plan.input), list(plan.input.schema.columns)
        groups: dict[OverSpec, list[AggregateCall]] = {}
        for call, spec in plan.calls:
            groups.setdefault(spec, []).append(call)
        for spec, calls in sorted(groups.items(), key=lambda group: not group[0].frame.rows):
            if spec.frame.native:
                source = self._window(source, [column.name for column in columns], spec, calls, plan.input.schema)
                columns = [*(call.column for call in calls), *columns]
                continue
            earlier = EarlierFrame(self, spec, calls, columns, plan.input.schema)
            both = self._window(earlier.both(source), earlier.names, earlier.native, earlier.moved, plan.input.schema)
            columns = [*(call.column for call in calls), *columns]
            source = earlier.rows(both, [column.name for column in columns])
        return source

    def _window(
        self, source: str, names: list[str], spec: OverSpec, calls: Sequence[AggregateCall], schema: Schema
    ) -> str:
        """The relation with aggregates over one window in front."""
        if spec.frame.rows or any(aggregate(call.op).ordered for call in calls):
            source = self.sorted(source, names, spec.partition, schema)
        context = AggregateContext(self.attach_over(spec, schema), ())
        values = [self.named(self.expressions.aggregate(call, context), call.name) for call in calls]
        # New columns come first: behind the others, Flink drops the projection as one that changes nothing, and
        # then its own names of the values, `w0$o0`, meet those of the window below: "Field names must be unique".
        return self.add("window", self.select([*values, *self.columns(names)], source))

    def attach_over(self, spec: OverSpec, schema: Schema) -> Callable[[exp.Expr], exp.Expr]:
        """Puts OVER behind an aggregate."""

        def over(tree: exp.Expr) -> exp.Expr:
            order = exp.Order(expressions=[exp.Ordered(this=column(schema.event_time or ""), nulls_first=True)])
            partition = self.columns(spec.partition)
            return exp.Window(this=tree, partition_by=partition, order=order, spec=_frame(spec.frame), over="OVER")

        return over

    def sorted(self, source: str, names: list[str], partition: tuple[str, ...], schema: Schema) -> str:
        """The same rows, ties on the event time in the order of the tie-breakers."""
        carried = [name for name in names if name not in partition and name != schema.event_time]
        # In the order of the relation's columns: Flink reads the keys in that order whatever is written, so the values
        # of two keys would change places. The time is in order already, so it is no key.
        keys = [name for name in names if name in partition and name != schema.event_time]
        sort = KeyedSort(
            this=identifier(source),
            partition=self.columns(keys),
            rowtime=column(schema.event_time or ""),
            order=self.columns(schema.order),
            columns=self.columns(carried),
        )
        return self.add("sorted", self.select(self.columns(names), sort))

    def group(self, plan: WindowAggregate) -> str:
        window, below = plan.window, plan.input.schema
        if window is not None and window.kind == "SESSION":
            return SessionStep(self, plan, outermost=plan is self._outermost).rows()
        if window is not None and isinstance(rows := outermost(plan.input), WindowRows):
            # Otherwise Flink tries to aggregate by the windows of these rows, not by those above them, and fails.
            self._names[id(rows)] = rows, self.windowed(rows, _assigned())
        source = self.relation(plan.input)
        ordered = any(aggregate(call.op).ordered for call in plan.calls)
        if ordered:
            source = self.sorted(source, list(below.names), plan.keys, below)
        if window is None:
            return self._aggregated(source, plan, below.event_time or "")
        table = _window_table(source, window, below.event_time or "")
        return self._aggregated(table, plan, "window_time", _assigned() if ordered and window.step_ms else None)

    def _aggregated(
        self, table: str | exp.Expr, plan: WindowAggregate, time: str, condition: exp.Expr | None = None
    ) -> str:
        keys = (*plan.keys, "window_start", "window_end")
        items = [*self.columns(keys), self.named(column(time), WINDOW_TIME), *self.aggregates(plan)]
        select = self.select(items, table, condition)
        select.set("group", exp.Group(expressions=self.columns((*keys, time))))
        return self.add("groups", select)

    def aggregates(self, plan: WindowAggregate) -> list[exp.Expr]:
        """The values of a group."""
        context = AggregateContext(lambda tree: tree, ())
        return [self.named(self.expressions.aggregate(call, context), call.name) for call in plan.calls]

    def windowed(self, plan: WindowRows, condition: exp.Expr | None = None) -> str:
        table = _window_table(self.relation(plan.input), plan.window, plan.input.schema.event_time or "")
        time = plan.input.schema.event_time
        items = [
            # Flink holds it to be a time attribute still, but only while it plans some of the operators above.
            self.named(self.expressions.cast(column(name), TIMESTAMP) if name == time else column(name), name)
            for name in plan.schema.names
            if name != WINDOW_TIME
        ]
        items.append(self.named(column("window_time"), WINDOW_TIME))
        return self.add("windowed", self.select(items, table, condition))

    def interval(self, plan: IntervalJoin) -> str:
        """Flink's interval join. One time attribute goes on: that of the side which is never the earlier one.

        Rows without a match are given out by a timer that the first row of a key to arrive sets, and rows that arrive
        after it, but are earlier, wait for it too: the watermark passes them, and the next operator drops them. So the
        rows of a key arrive in order.
        """
        left, right = self.relation(plan.left), self.relation(plan.right)
        if not plan.inner:
            left = self.sorted(left, list(plan.left.schema.names), tuple(key for key, _ in plan.keys), plan.left.schema)
        own, other = _of("l", plan.left.schema.event_time or ""), _of("r", plan.right.schema.event_time or "")
        at_once = not plan.inner and plan.high_ms == 0
        on: exp.Expr = exp.And(
            this=exp.GTE(this=own, expression=_shifted(other, plan.low_ms)),
            expression=exp.LTE(this=own.copy(), expression=_shifted(other, 2 if at_once else plan.high_ms)),
        )
        if at_once:
            # Within no time, that timer is a millisecond behind the row, and the watermark passed on may be at the row.
            same = (self.expressions.cast(side.copy(), TIMESTAMP) for side in (own, other))
            on = exp.And(this=exp.EQ(this=next(same), expression=next(same)), expression=on)
        for key, match in reversed(plan.keys):
            on = exp.And(this=exp.EQ(this=_of("l", key), expression=_of("r", match)), expression=on)
        time = plan.schema.event_time

        def item(tree: exp.Expr, name: str, origin: str, event_time: str | None) -> exp.Expr:
            plain = origin == event_time and name != time
            return self.named(self.expressions.cast(tree, TIMESTAMP) if plain else tree, name)

        items = [item(_of("l", n), n, n, plan.left.schema.event_time) for n in plan.left.schema.names]
        items += [item(_of("r", o), n, o, plan.right.schema.event_time) for n, o in plan.picks]
        table = exp.Table(this=identifier(left), alias=exp.TableAlias(this=identifier("l")))
        other_table = exp.Table(this=identifier(right), alias=exp.TableAlias(this=identifier("r")))
        select = self.select(items, table)
        select.set("joins", [exp.Join(this=other_table, side=None if plan.inner else "LEFT", on=on)])
        return self.add("joined", select)

    def lookup(self, plan: LookupJoin) -> str:
        """The last matching row as an aggregate over both sides.

        Flink's own temporal join matches NULL keys and loses versions that arrive out of order.
        """
        left = plan.left.schema
        both = self.add(
            "both", exp.Union(this=self._left_rows(plan), expression=self._right_rows(plan), distinct=False)
        )
        keys = tuple(own for own, _ in plan.keys)
        names = [*left.names, _MATCH, _IS_LEFT]
        frame = Frame(rows=plan.strict, start=None)
        if plan.strict:
            sort_schema = Schema((), left.event_time, (_IS_LEFT,))
            both = self.sorted(both, names, keys, sort_schema)
        over = self.attach_over(OverSpec(keys, frame), left)
        latest = self.named(over(fn("LAST_VALUE", column(_MATCH))), _HIT)
        found = self.add("latest", self.select([*self.columns([*left.names, _IS_LEFT]), latest], both))
        picks = [self.named(_field(name), name) for name, _ in plan.picks]
        condition: exp.Expr = exp.EQ(this=column(_IS_LEFT), expression=exp.Literal.number(0 if plan.strict else 1))
        if plan.inner:
            condition = exp.And(this=condition, expression=not_null(_field(_HIT)))
        return self.add("joined", self.select([*self.columns(left.names), *picks], found, condition))

    def _left_rows(self, plan: LookupJoin) -> exp.Select:
        empty = exp.Cast(this=exp.Null(), to=self._match_type(plan))
        marker = exp.Literal.number(0 if plan.strict else 1)
        items = [*self.columns(plan.left.schema.names), self.named(empty, _MATCH), self.named(marker, _IS_LEFT)]
        return self.select(items, self.relation(plan.left))

    def _right_rows(self, plan: LookupJoin) -> exp.Select:
        left, right = plan.left.schema, plan.right.schema
        source = self.relation(plan.right)
        if right.order:
            source = self.sorted(source, list(right.names), tuple(other for _, other in plan.keys), right)
        own = dict(plan.keys)
        items: list[exp.Expr] = []
        for field in left.columns:
            if field.name in own:
                tree: exp.Expr = column(own[field.name])
            elif field.name == left.event_time:
                tree = column(right.event_time or EVENT_TIME)
            else:
                tree = exp.Cast(this=exp.Null(), to=flink_type(field.type))
            items.append(self.named(tree, field.name))
        match = exp.Cast(
            this=fn("ROW", *(column(other) for _, other in plan.picks), exp.true()), to=self._match_type(plan)
        )
        items += [self.named(match, _MATCH), self.named(exp.Literal.number(1 if plan.strict else 0), _IS_LEFT)]
        present: exp.Expr | None = None
        for _, other in plan.keys:
            condition = not_null(column(other))
            present = exp.And(this=present, expression=condition) if present else condition
        return self.select(items, source, present)

    def _match_type(self, plan: LookupJoin) -> exp.DataType:
        return row_type(
            [*((name, plan.right.schema.column(other).type) for name, other in plan.picks), (_HIT, BOOLEAN)]
        )


def _window_table(source: str, window: GroupWindow, time: str) -> WindowTable:
    sizes = [interval_constant(size) for size in (window.step_ms, window.size_ms) if size]
    if window.offset_ms:
        sizes.append(interval_constant(window.offset_ms))
    return WindowTable(kind=window.kind, this=identifier(source), descriptor=identifier(time), expressions=sizes)


def _of(alias: str, name: str) -> exp.Column:
    return exp.Column(this=identifier(name), table=identifier(alias))


def _shifted(time: exp.Expr, milliseconds: int) -> exp.Expr:
    kind = exp.Add if milliseconds >= 0 else exp.Sub
    return kind(this=time.copy(), expression=interval(abs(milliseconds))) if milliseconds else time.copy()


def _field(name: str) -> exp.Expr:
    return exp.Dot(this=column(_HIT), expression=identifier(name))


def _frame(frame: Frame) -> exp.WindowSpec:
    start: str | exp.Expr = "UNBOUNDED"
    if frame.start is not None:
        start = exp.Literal.number(frame.start) if frame.rows else interval(frame.start)
    return exp.WindowSpec(
        kind="ROWS" if frame.rows else "RANGE", start=start, start_side="PRECEDING", end="CURRENT ROW", end_side=None
    )


def _assigned() -> exp.Expr:
    """A condition that always holds, and makes Flink put rows into windows before it aggregates.

    Otherwise it aggregates slices of windows and merges them, newest first, which histories do not survive and which
    FIRST_VALUE and LAST_VALUE cannot do at all.
    """
    return exp.LT(this=column("window_start"), expression=column("window_end"))
