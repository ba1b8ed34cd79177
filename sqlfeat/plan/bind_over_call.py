"""Aggregates and window functions OVER a window that follows time."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Column, Expr
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import composition
from sqlfeat.language.ops.percentiles import VALUES
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import aggregate as aggregate_entry
from sqlfeat.plan.bind_call import bind_call, is_window_function
from sqlfeat.plan.bind_over import UNBOUNDED, bind_frame, check_order, forgetting, tells_apart
from sqlfeat.plan.bind_windows import event_times, is_untied
from sqlfeat.plan.frames import frame_problem
from sqlfeat.plan.nodes import Over, OverSpec, Plan, Schema
from sqlfeat.plan.scope import with_columns
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import WINDOW_TIME, time_of


class OverBinder:
    """Binds the window functions of a SELECT; each text once."""

    def __init__(self, context: SelectContext) -> None:
        self._context = context
        self._report = context.report
        self._calls: dict[str, tuple[AggregateCall, OverSpec]] = {}
        self._key_items: list[tuple[str, Expr]] = []
        self._inside_over = False

    def known(self, text: str) -> Column | None:
        """The column of a window function bound before."""
        return self._calls[text][0].column if text in self._calls else None

    def bind(self, node: exp.Window, window: exp.Window, text: str) -> Column:
        """The column of a window function.

        Args:
            node: as written.
            window: with what its name in the WINDOW clause adds.
            text: that tells it from others.

        Raises:
            BindError: after reporting what is wrong.
        """
        if self._inside_over:
            raise self._report.fail("SF0309", node, "a window function inside a window function", help="use a subquery")
        self._inside_over = True
        try:
            call, spec = self._call(node, window)
        finally:
            self._inside_over = False
        if (_is_ordered(call) or spec.frame.rows) and self._has_ties(spec.partition):
            raise self._report.fail(
                "SF0403",
                node,
                "the order of events with the same event time is left to chance",
                help="declare `order_by: [event_time, id]` on the source, with columns that tell such events apart",
            )
        self._calls[text] = (call, spec)
        return call.column

    def over(self, plan: Plan) -> Plan:
        """The relation with the columns of all window functions."""
        if self._key_items:
            plan = with_columns(plan, self._key_items)
        if not self._calls:
            return plan
        calls = tuple(self._calls.values())
        schema = plan.schema
        columns = (*schema.columns, *(call.column for call, _ in calls))
        return Over(plan, calls, Schema(columns, schema.event_time, schema.order))

    def _has_ties(self, partition: tuple[str, ...]) -> bool:
        """Whether rows with one event time are in an order left to chance."""
        if self._context.grouping:
            return not set(self._context.group_names) <= set(partition)
        plan = self._context.scope.plan
        return not plan.schema.order and not is_untied(plan, partition)

    def _call(self, node: exp.Window, window: exp.Window) -> tuple[AggregateCall, OverSpec]:
        context = self._context
        plan = context.scope.plan
        times = ("window_end", WINDOW_TIME) if context.grouping else event_times(plan)
        schema = Schema((), time_of(context.window), ()) if context.grouping else plan.schema
        check_order(window, schema, context.expressions.bind, self._report, times)
        apart = tells_apart(window, schema, self._report)
        frame = bind_frame(window, self._report, apart=apart)
        frame = forgetting(frame, self._report.model.config.state_ttl_ms)
        if is_window_function(node.this):
            frame = UNBOUNDED
        spec = OverSpec(self._partition(window), frame)
        name = f"__over_{len(self._calls) + 1}"
        if is_window_function(node.this):
            return self._window_function(node.this, name, apart=apart), spec
        return self._aggregate(node, name, frame), spec

    def _aggregate(self, node: exp.Window, name: str, frame: Frame) -> AggregateCall:
        call = bind_call(self._context, node.this, name, grouped=False)
        for op in _primitives(call):
            if problem := frame_problem(op, frame, distinct=call.distinct):
                raise self._report.fail(
                    "SF0402",
                    node,
                    f"{call.op} cannot have this frame: {problem}",
                    help="leave out the row's whole event time with EXCLUDE GROUP, or write ROWS BETWEEN 5 PRECEDING "
                    "AND 1 PRECEDING",
                )
        self._check_state(call, frame, node)
        return call if frame.native or _fills_empty_frames(call) else replace(call, nullable=True)

    def _check_state(self, call: AggregateCall, frame: Frame, node: exp.Window) -> None:
        """A frame without a far edge may keep a fixed number of values per key, not every value there ever was."""
        if frame.start is None and (call.distinct or {"ARRAY_AGG", VALUES} & set(_primitives(call))):
            remedy = (
                "bound the frame, for example ROWS BETWEEN 99 PRECEDING AND CURRENT ROW; state_ttl ends RANGE alone"
                if frame.rows else
                "bound the frame, for example RANGE BETWEEN INTERVAL '30' DAY PRECEDING AND CURRENT ROW, or say when "
                "the model may forget: config(state_ttl='90 days')"
            )  # fmt: skip
            message = f"{call.op} over a frame without a far edge would keep every value for ever"
            raise self._report.fail("SF0402", node, message, help=remedy)

    def _window_function(self, node: exp.Anonymous, name: str, *, apart: bool) -> AggregateCall:
        written = str(node.this).upper()
        # Rows without peers are ranked as they are numbered.
        function = WINDOW_FUNCTIONS["ROW_NUMBER" if apart and written in ("RANK", "DENSE_RANK") else written]
        args = [self._context.expressions.bind(operand) for operand in node.expressions]
        typed = self._context.expressions.typed(function.name, function.typing, args, node)
        return AggregateCall(name, function.name, typed.args, typed.type, typed.nullable)

    def _partition(self, window: exp.Window) -> tuple[str, ...]:
        """The columns of the keys; the event time is copied, as Flink is given rows again at a later time."""
        context = self._context
        time = time_of(context.window) if context.grouping else context.scope.plan.schema.event_time
        names: list[str] = []
        for node in window.args.get("partition_by") or []:
            expr = self._context.key(node)
            if isinstance(expr, Column) and expr.name != time:
                names.append(expr.name)
                continue
            known = next((name for name, item in self._key_items if item == expr), None)
            name = known or f"__key_{len(self._key_items) + 1}"
            if known is None:
                self._key_items.append((name, expr))
            names.append(name)
        return tuple(names)


def _fills_empty_frames(call: AggregateCall) -> bool:
    """Whether it has a value where no row is in the frame, which happens in frames without the current row."""
    return call.op.startswith("COUNT") or call.op == "ARRAY_AGG"


def _is_ordered(call: AggregateCall) -> bool:
    function = WINDOW_FUNCTIONS.get(call.op)
    return function.ordered if function else aggregate_entry(call.op).ordered


def _primitives(call: AggregateCall) -> list[str]:
    """The aggregates an aggregate is made of."""
    made_of = composition(aggregate_entry(call.op), call)
    return [op for part in made_of.parts for op in _primitives(part)] if made_of else [call.op]
