"""Rewrites a plan into primitive operations: macros, FILTER and composite aggregates go, FINITE is added."""

from __future__ import annotations

from dataclasses import replace

from sqlfeat.language.expr import AggregateCall, Call, Column, Expr, Literal, rewrite
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import CompositeAggregate, Macro
from sqlfeat.language.ops.arithmetic import RAW_DOUBLE_OPS
from sqlfeat.language.ops.positional import POSITIONAL, respects_nulls, with_nulls
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import OPERATIONS, aggregate
from sqlfeat.language.types import INT, Kind
from sqlfeat.plan.frames import Parts, lower_frame
from sqlfeat.plan.nodes import (
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    OverSpec,
    Plan,
    Project,
    Schema,
    Union_,
    Unnest,
    WindowAggregate,
    WindowTopN,
)


def expand(plan: Plan) -> Plan:
    """The plan with every expression and aggregate in primitive form; the same columns come out."""
    match plan:
        case Project(input=below, items=items):
            return replace(plan, input=expand(below), items=tuple((name, expand_expr(expr)) for name, expr in items))
        case Filter(input=below, condition=condition):
            return replace(plan, input=expand(below), condition=expand_expr(condition))
        case Over():
            return _expand_over(plan)
        case WindowAggregate():
            return _expand_group(plan)
        case LookupJoin(left=left, right=right) | IntervalJoin(left=left, right=right):
            return replace(plan, left=expand(left), right=expand(right))
        case Unnest(input=below) | WindowTopN(input=below):
            return replace(plan, input=expand(below))
        case Union_(inputs=inputs):
            return replace(plan, inputs=tuple(expand(branch) for branch in inputs))
        case _:
            return plan


def expand_expr(expr: Expr) -> Expr:
    """The expression without macros, with doubles that arithmetic made checked at the end of each chain."""
    return _finite(rewrite(expr, _expand_macro), inside_chain=False)


def _expand_macro(expr: Expr) -> Expr:
    entry = OPERATIONS.get(expr.op) if isinstance(expr, Call) else None
    if isinstance(expr, Call) and isinstance(entry, Macro):
        return rewrite(entry.expand(expr), _expand_macro)
    return expr


def _finite(expr: Expr, *, inside_chain: bool) -> Expr:
    if not isinstance(expr, Call):
        return expr
    chain = expr.op in RAW_DOUBLE_OPS and expr.type.kind is Kind.DOUBLE
    expr = replace(expr, args=tuple(_finite(arg, inside_chain=chain or expr.op == "FINITE") for arg in expr.args))
    return expr if inside_chain or not chain else Call("FINITE", (expr,), expr.type)


def _expand_over(plan: Over) -> Plan:
    calls: list[tuple[AggregateCall, OverSpec]] = []
    results: list[tuple[str, Expr]] = []
    for call, spec in plan.calls:
        parts, result = _expand_framed(call, spec.frame)
        calls += [(part, OverSpec(spec.partition, frame)) for part, frame in parts]
        results.append((call.name, result))
    below = expand(plan.input)
    columns = (*below.schema.columns, *(call.column for call, _ in calls))
    over = Over(below, tuple(calls), replace(plan.schema, columns=columns))
    return _finished(over, results, plan.schema, len(below.schema.columns))


def _expand_group(plan: WindowAggregate) -> Plan:
    calls: list[AggregateCall] = []
    results: list[tuple[str, Expr]] = []
    for call in plan.calls:
        if plan.window.kind == "SESSION" and call.op in POSITIONAL:
            # Sessions merge, and Flink's own first and last values cannot; arrays can. Without NULLs both are the same.
            values, _, element = with_nulls(_without_filter(call), None)
            calls.append(replace(values, args=tuple(map(expand_expr, values.args))))
            results.append((call.name, expand_expr(element)))
            continue
        parts, result = _expand_call(call)
        calls += parts
        results.append((call.name, result))
    kept = len(plan.schema.columns) - len(plan.calls)
    columns = (*plan.schema.columns[:kept], *(call.column for call in calls))
    group = replace(plan, input=expand(plan.input), calls=tuple(calls), schema=replace(plan.schema, columns=columns))
    return _finished(group, results, plan.schema, kept)


def _finished(plan: Plan, results: list[tuple[str, Expr]], schema: Schema, kept: int) -> Plan:
    """The relation with the values composite aggregates have, made from their parts."""
    if all(isinstance(result, Column) and result.name == name for name, result in results):
        return plan
    passed: list[tuple[str, Expr]] = [(column.name, column) for column in schema.columns[:kept]]
    return Project(plan, (*passed, *results), schema)


def _expand_framed(call: AggregateCall, frame: Frame) -> tuple[Parts, Expr]:
    """The primitive aggregates, each over a frame that ends with the current row, and the value made of them."""
    if function := WINDOW_FUNCTIONS.get(call.op):
        expansion = function.expand(replace(call, args=tuple(expand_expr(arg) for arg in call.args)))
        return list(expansion.parts), expand_expr(expansion.result)
    if respects_nulls(call):
        values_call, own_frame, element = with_nulls(replace(call, args=tuple(map(expand_expr, call.args))), frame)
        return [(values_call, own_frame or frame)], expand_expr(element)
    primitives, result = _expand_call(call)
    parts: Parts = []
    values: dict[str, Expr] = {}
    for primitive in primitives:
        lowered, value = lower_frame(primitive, frame)
        parts += lowered
        values[primitive.name] = value
    return parts, rewrite(result, lambda e: values.get(e.name, e) if isinstance(e, Column) else e)


def _expand_call(call: AggregateCall) -> tuple[list[AggregateCall], Expr]:
    call = _without_filter(replace(call, args=tuple(expand_expr(arg) for arg in call.args)))
    if respects_nulls(call):
        values, _, element = with_nulls(call, None)
        return [values], expand_expr(element)
    entry = aggregate(call.op)
    if not isinstance(entry, CompositeAggregate):
        return [call], call.column
    expansion = entry.expand(call)
    parts = [replace(part, args=tuple(expand_expr(arg) for arg in part.args)) for part in expansion.parts]
    return parts, expand_expr(expansion.result)


def _without_filter(call: AggregateCall) -> AggregateCall:
    """FILTER as NULL for the rows left out: Flink has no FILTER with OVER, and these aggregates skip NULL."""
    if call.filter is None:
        return call
    condition = expand_expr(call.filter)
    value: Expr = call.args[0] if call.args else Literal(1, INT)
    kept = Call("CASE", (condition, value, Literal(None, value.type)), value.type, nullable=True)
    return replace(call, args=(kept,), filter=None)
