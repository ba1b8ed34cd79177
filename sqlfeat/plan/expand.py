"""Rewrites a plan into primitive operations: macros, FILTER and composite aggregates go, FINITE is added."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.language.expr import AggregateCall, Call, Column, Expr, Literal, rewrite
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import composition
from sqlfeat.language.ops.positional import POSITIONAL, respects_nulls, with_nulls
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import aggregate
from sqlfeat.language.types import INT
from sqlfeat.plan.frames import Framed, Parts, lower_frame
from sqlfeat.plan.hoist import Expander, Step, weight
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    OverSpec,
    Plan,
    Project,
    UnionAll,
    Unnest,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)

_LIGHT = 6
"""Nodes of an aggregate's argument that stay in the aggregate; heavier ones of composite aggregates become columns."""

Values = dict[str, Expr]
"""What stands for a column."""


def expand(plan: Plan) -> Plan:
    """The plan with every expression and aggregate in primitive form; the same columns come out."""
    match plan:
        case Project():
            return _expand_project(plan)
        case Filter():
            return _expand_filter(plan)
        case Over():
            return _expand_over(plan)
        case WindowAggregate():
            return _expand_group(plan)
        case LookupJoin(left=left, right=right) | IntervalJoin(left=left, right=right):
            return replace(plan, left=expand(left), right=expand(right))
        case Unnest(input=below) | WindowTopN(input=below) | WindowRows(input=below) | Distinct(input=below):
            return replace(plan, input=expand(below))
        case UnionAll(inputs=inputs):
            return replace(plan, inputs=tuple(expand(branch) for branch in inputs))
        case _:
            return plan


def expand_expr(expr: Expr) -> tuple[tuple[Step, ...], Expr]:
    """An expression alone: the columns to be added to its relation, in order, and what it then is."""
    expander = Expander()
    expanded = expander.expand(expr)
    return expander.steps(), expanded


def _expand_project(plan: Project) -> Project:
    below = expand(plan.input)
    expander = Expander(below.schema.names)
    items = tuple((name, expander.expand(expr)) for name, expr in plan.items)
    return replace(plan, input=expander.below(below), items=items)


def _expand_filter(plan: Filter) -> Plan:
    below = expand(plan.input)
    expander = Expander(below.schema.names)
    condition = expander.expand(plan.condition)
    wide = expander.below(below)
    if wide is below:
        return replace(plan, input=below, condition=condition)
    kept = tuple((column.name, column) for column in plan.schema.columns)
    return Project(Filter(wide, condition, wide.schema), kept, plan.schema)


def _expand_over(plan: Over) -> Plan:
    below = expand(plan.input)
    prepare, shared, then = Expander(below.schema.names), _Shared(), _Shared()
    results: list[tuple[str, Expr]] = []
    for call, spec in plan.calls:
        framed = _expand_framed(call, spec.frame, prepare)
        columns = {part.name: shared.column(part, OverSpec(spec.partition, frame)) for part, frame in framed.parts}
        for part, frame in framed.then:
            over_parts = replace(part, args=tuple(_substituted(arg, columns) for arg in part.args))
            columns[part.name] = then.column(over_parts, OverSpec(spec.partition, frame))
        results.append((call.name, _substituted(framed.value, columns)))
    wide = prepare.below(below)
    over = _over(_over(wide, shared), then)
    return _finished(over, plan, results, as_it_is=wide is below and not then.calls)


def _over(below: Plan, shared: _Shared) -> Plan:
    calls = tuple((call, spec) for call, spec in shared.calls if isinstance(spec, OverSpec))
    columns = (*below.schema.columns, *(call.column for call, _ in calls))
    return Over(below, calls, replace(below.schema, columns=columns)) if calls else below


def _expand_group(plan: WindowAggregate) -> Plan:
    below = expand(plan.input)
    prepare, shared = Expander(below.schema.names), _Shared()
    results: list[tuple[str, Expr]] = []
    for call in plan.calls:
        parts, result = _expand_grouped(call, plan, prepare)
        columns = {part.name: shared.column(part, None) for part in parts}
        results.append((call.name, _substituted(result, columns)))
    calls = tuple(call for call, _ in shared.calls)
    kept = plan.schema.columns[: len(plan.schema.columns) - len(plan.calls)]
    schema = replace(plan.schema, columns=(*kept, *(call.column for call in calls)))
    return _finished(
        replace(plan, input=prepare.below(below), calls=calls, schema=schema), plan, results, as_it_is=True
    )


class _Shared:
    """The primitive aggregates of one relation: each is computed once, for all that are made of it."""

    def __init__(self) -> None:
        self._names: dict[tuple[AggregateCall, OverSpec | None], str] = {}
        self.calls: list[tuple[AggregateCall, OverSpec | None]] = []

    def column(self, call: AggregateCall, spec: OverSpec | None) -> Column:
        key = (replace(call, name=""), spec)
        if key not in self._names:
            self._names[key] = call.name
            self.calls.append((call, spec))
        return replace(call, name=self._names[key]).column


def _finished(computed: Plan, plan: Over | WindowAggregate, results: list[tuple[str, Expr]], *, as_it_is: bool) -> Plan:
    """The relation with the values composite aggregates have, made from their parts.

    Args:
        computed: has the parts.
        plan: what it stands for.
        results: the value of each aggregate.
        as_it_is: `computed` has no columns that must not be seen.
    """
    if as_it_is and all(isinstance(result, Column) and result.name == name for name, result in results):
        return computed
    finish = Expander(computed.schema.names)
    passed = [(column.name, column) for column in plan.schema.columns[: len(plan.schema.columns) - len(plan.calls)]]
    items = (*passed, *((name, finish.expand(result)) for name, result in results))
    return Project(finish.below(computed), items, plan.schema)


def _expand_grouped(call: AggregateCall, plan: WindowAggregate, prepare: Expander) -> tuple[list[AggregateCall], Expr]:
    if plan.window is not None and plan.window.kind == "SESSION" and call.op in POSITIONAL:
        # Sessions merge, and Flink's own first and last values cannot; arrays can. Without NULLs both are the same.
        values, _, element = with_nulls(_expanded(call, prepare), None)
        return [values], element
    return _expand_call(call, prepare)


def _expand_framed(call: AggregateCall, frame: Frame, prepare: Expander) -> Framed:
    """The primitive aggregates, each over a frame that the engines have, and the value made of them."""
    if function := WINDOW_FUNCTIONS.get(call.op):
        expansion = function.expand(_expanded(call, prepare))
        return Framed(list(expansion.parts), expansion.result, list(expansion.then))
    if respects_nulls(call):
        values_call, own_frame, element = with_nulls(_expanded(call, prepare), frame)
        primitives, result, frame = [values_call], element, own_frame or frame
    else:
        primitives, result = _expand_call(call, prepare)
    parts: Parts = []
    then: Parts = []
    values: Values = {}
    for primitive in primitives:
        framed = lower_frame(primitive, frame)
        parts += framed.parts
        then += framed.then
        values[primitive.name] = framed.value
    return Framed(parts, _substituted(result, values), then)


def _expand_call(call: AggregateCall, prepare: Expander) -> tuple[list[AggregateCall], Expr]:
    call = _expanded(call, prepare)
    if respects_nulls(call):
        values_call, _, element = with_nulls(call, None)
        return [values_call], element
    made_of = composition(aggregate(call.op), call)
    if made_of is None:
        return [call], call.column
    parts: list[AggregateCall] = []
    values: Values = {}
    for part in made_of.parts:
        primitives, values[part.name] = _expand_call(_prepared(part, prepare), prepare)
        parts += primitives
    return parts, _substituted(made_of.result, values)


def _prepared(part: AggregateCall, prepare: Expander) -> AggregateCall:
    args = [prepare.expand(arg) for arg in part.args]
    return replace(part, args=tuple(prepare.column(arg) if weight(arg) > _LIGHT else arg for arg in args))


def _substituted(expr: Expr, values: Values | dict[str, Column]) -> Expr:
    return rewrite(expr, lambda e: values.get(e.name, e) if isinstance(e, Column) else e)


def _expanded(call: AggregateCall, prepare: Expander) -> AggregateCall:
    """Arguments in primitive form, and FILTER as NULL for the rows left out.

    Flink has no FILTER with OVER, and the aggregates that may have one skip NULL.
    """
    args = tuple(prepare.expand(arg) for arg in call.args)
    if call.filter is None:
        return replace(call, args=args)
    condition = prepare.expand(call.filter)
    value: Expr = args[0] if args else Literal(1, INT)
    kept = Call("CASE", (condition, value, Literal(None, value.type)), value.type, nullable=True)
    return replace(call, args=(kept, *args[1:]), filter=None)
