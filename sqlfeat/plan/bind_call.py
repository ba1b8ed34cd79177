"""One aggregate: its function and what FILTER, IGNORE NULLS, ORDER BY and WITHIN GROUP make of it."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import AggregateCall, Column, Expr
from sqlfeat.language.operation import RefusedAggregate
from sqlfeat.language.ops.positional import POSITIONAL
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import AGGREGATES, OPERATIONS
from sqlfeat.language.registry import aggregate as aggregate_entry
from sqlfeat.plan.bind_arguments import bind_arguments
from sqlfeat.plan.report import BindError
from sqlfeat.plan.select_context import SelectContext


def bind_call(context: SelectContext, node: exp.Expr, name: str, *, grouped: bool) -> AggregateCall:
    """The typed call of an aggregate.

    Args:
        context: the SELECT it stands in.
        node: the aggregate, without OVER.
        name: of the column that will hold it.
        grouped: whether it is of the rows of a group, not of a frame.

    Raises:
        BindError: after reporting what is wrong.
    """
    condition: Expr | None = None
    if isinstance(node, exp.Filter):
        condition = context.boolean(node.expression.this)
        node = node.this
    node = _nulls_outside(node)
    ignore_nulls = isinstance(node, exp.IgnoreNulls)
    if isinstance(node, (exp.IgnoreNulls, exp.RespectNulls)):
        node = node.this
    if isinstance(node, exp.WithinGroup):
        node = _within_group(context, node)
    if ignore_nulls and is_window_function(node):
        raise context.report.fail(
            "SF0306", node, f"{str(node.this).upper()} with IGNORE NULLS is not in the language",
            help="write LAST_VALUE(x) IGNORE NULLS OVER (... ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
        )  # fmt: skip
    if not isinstance(node, exp.Anonymous) or str(node.this).upper() not in AGGREGATES:
        raise _unknown_aggregate(context, node)
    function = str(node.this).upper()
    if isinstance(AGGREGATES[function], RefusedAggregate):
        context.expressions.bind(node)
    function = aggregate_entry(function).name
    node = _ordered(context, node)
    if ignore_nulls and function not in POSITIONAL:
        raise context.report.fail(
            "SF0306", node, f"{function} with IGNORE NULLS is not in the language", help="drop IGNORE NULLS"
        )
    arguments = bind_arguments(context, node, function, condition, grouped=grouped)
    call = replace(arguments, name=name, ignore_nulls=ignore_nulls)
    if grouped and context.window and context.window.kind == "SESSION" and ignore_nulls and call.args[0].nullable:
        raise context.report.fail(
            "SF0306", node, f"{function} with IGNORE NULLS cannot be kept while sessions merge on Flink",
            help="leave the rows with NULL out in a subquery",
        )  # fmt: skip
    return call


def is_window_function(node: exp.Expr) -> bool:
    """Whether it numbers rows or looks back by rows: such functions have no frame, whatever is written."""
    return isinstance(node, exp.Anonymous) and str(node.this).upper() in WINDOW_FUNCTIONS


def _nulls_outside(node: exp.Expr) -> exp.Expr:
    """`F(x IGNORE NULLS)` as `F(x) IGNORE NULLS`."""
    operand = node.expressions[0] if isinstance(node, exp.Anonymous) and len(node.expressions) == 1 else None
    if not isinstance(operand, (exp.IgnoreNulls, exp.RespectNulls)):
        return node
    return type(operand)(this=_replaced(node, [operand.this]))


def _ordered(context: SelectContext, node: exp.Anonymous) -> exp.Anonymous:
    """`F(x)` of `F(x ORDER BY ts)`: event-time order is what aggregates have anyway."""
    operand = node.expressions[-1] if node.expressions else None
    if not isinstance(operand, exp.Order):
        return node
    schema = context.scope.plan.schema
    names = [schema.event_time, *schema.order]
    wanted = [context.expressions.bind(ordered.this) for ordered in operand.expressions]
    given = [column.name if isinstance(column, Column) else None for column in wanted]
    downwards = any(ordered.args.get("desc") for ordered in operand.expressions)
    if downwards or given != names[: len(given)]:
        raise context.report.fail(
            "SF0401", operand, f"`{written(node)}` has another order than that of event time",
            help=f"write ORDER BY {schema.event_time}; ARRAY_REVERSE(ARRAY_AGG(x)) and ARRAY_SORT(ARRAY_AGG(x)) "
            "put an array in another order",
        )  # fmt: skip
    # `F(ORDER BY ts)` orders nothing, and is refused for its number of arguments.
    return _replaced(node, [*node.expressions[:-1], *filter(None, [operand.this])])


def _within_group(context: SelectContext, node: exp.WithinGroup) -> exp.Expr:
    """`F(share) WITHIN GROUP (ORDER BY x)` as `F(x, share)`; of texts, `F(x, ',' ORDER BY ts)`."""
    function, orders = node.this, node.expression.expressions
    entry = AGGREGATES.get(str(function.this).upper())
    if entry is not None and entry.name == "STRING_AGG" and function.expressions:
        *operands, last = function.expressions
        return _replaced(function, [*operands, exp.Order(this=last, expressions=orders)])
    if len(orders) > 1:
        raise context.report.fail("SF0306", node, "WITHIN GROUP orders by one value", help="drop the others")
    if orders[0].args.get("desc"):
        raise context.report.fail("SF0306", node, "WITHIN GROUP orders ascending", help="write 1 - share for the share")
    return _replaced(function, [orders[0].this, *function.expressions])


def _replaced(node: exp.Expr, operands: list[exp.Expr]) -> exp.Anonymous:
    """The function with other operands."""
    function = exp.Anonymous(this=node.this, expressions=operands)
    function.meta.update(node.meta)
    function.parent = node.parent
    return function


def _unknown_aggregate(context: SelectContext, node: exp.Expr) -> BindError:
    if isinstance(node, exp.Anonymous) and str(node.this).upper() not in OPERATIONS:
        return context.report.unknown("SF0302", node, "aggregate", str(node.this), list(AGGREGATES))
    return context.report.fail(
        "SF0302", node, f"`{written(node)}` is not an aggregate", help="OVER follows an aggregate"
    )
