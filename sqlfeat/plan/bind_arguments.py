"""What an aggregate takes: its arguments, DISTINCT, and whether its order and its FILTER can be kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Expr
from sqlfeat.language.operation import AcceptedAggregate
from sqlfeat.language.ops.positional import POSITIONAL
from sqlfeat.language.registry import aggregate as aggregate_entry
from sqlfeat.language.types import Kind
from sqlfeat.plan.nodes import Plan
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import windows_of


def bind_arguments(
    context: SelectContext, node: exp.Anonymous, function: str, condition: Expr | None, *, grouped: bool
) -> AggregateCall:
    """The call of an aggregate with typed arguments, as yet without a name.

    Args:
        context: the SELECT it stands in.
        node: the plain call.
        function: the entry's name.
        condition: of FILTER.
        grouped: whether it is of the rows of a group, not of a frame.

    Raises:
        BindError: after reporting what is wrong.
    """
    entry = aggregate_entry(function)
    operands, distinct = _operands(context, node, entry)
    args = [context.expressions.bind(operand) for operand in operands]
    typed = context.expressions.typed(entry.name, entry.typing, args, node)
    if distinct and entry.name == "SUM" and typed.type.kind is Kind.DOUBLE:
        raise context.report.fail(
            "SF0306", node, "SUM(DISTINCT ...) of DOUBLE is not in the language: exact sums are made of parts of the "
            "values, which other values share",
            help="write SUM(DISTINCT TRY_CAST(x AS DECIMAL(18,6))), or drop DISTINCT",
        )  # fmt: skip
    if distinct and grouped and entry.name == "SUM" and _hops(context):
        raise context.report.fail(
            "SF0306", node, "SUM(DISTINCT ...) over HOP is not in the language: Flink cannot take a value out of such "
            "a sum as the window moves on",
            help="write TUMBLE or CUMULATE, or COUNT(DISTINCT x)",
        )  # fmt: skip
    if grouped and entry.ordered:
        _check_order(context, node, entry)
    respects_nulls = entry.name in POSITIONAL and not isinstance(node.parent, exp.IgnoreNulls)
    if condition is not None and (entry.keeps_null or respects_nulls):
        raise context.report.fail(
            "SF0306", node, f"{entry.name} with FILTER is not in the language: it would keep a NULL for each row "
            "left out",
            help="filter in a subquery",
        )  # fmt: skip
    nullable = typed.nullable or (condition is not None and not entry.name.startswith("COUNT"))
    return AggregateCall("", entry.name, typed.args, typed.type, nullable, distinct, condition)


_UNMOVED = ("MIN", "MAX", "BOOL_AND", "BOOL_OR")
"""Aggregates to which it is all the same how often a value is there."""
_INSTEAD_OF_DISTINCT = {
    "ARRAY_AGG": "write ARRAY_DISTINCT(ARRAY_AGG(x))",
    "AVG": "write SUM(DISTINCT x) / COUNT(DISTINCT x), of integers or decimals",
}


def _operands(context: SelectContext, node: exp.Anonymous, entry: AcceptedAggregate) -> tuple[Sequence[exp.Expr], bool]:
    """The arguments as written, and whether DISTINCT stands before them."""
    operands: Sequence[exp.Expr] = node.expressions
    distinct = len(operands) == 1 and isinstance(operands[0], exp.Distinct)
    if distinct:
        operands = operands[0].expressions
        if entry.name in _UNMOVED:
            return operands, False
        if not entry.distinct:
            remedy = _INSTEAD_OF_DISTINCT.get(entry.name, "drop DISTINCT")
            raise context.report.fail("SF0306", node, f"{entry.name}(DISTINCT ...) is not in the language", help=remedy)
        if entry.name == "COUNT" and any(isinstance(operand, exp.Tuple) for operand in operands):
            raise context.report.fail(
                "SF0306", node, "COUNT(DISTINCT (a, b)) is not in the language: systems differ on NULL in it",
                help="write COUNT(DISTINCT a, b), which counts rows where neither is NULL",
            )  # fmt: skip
        if entry.name == "COUNT" and len(operands) > 1:
            operands = [_as_one(operands)]
        if not operands or isinstance(operands[0], exp.Star):
            raise context.report.fail("SF0303", node, f"{entry.name}(DISTINCT ...) needs an argument")
    if len(operands) == 1 and isinstance(operands[0], exp.Star) and entry.name == "COUNT":
        operands = []
    return operands, distinct


def _as_one(operands: Sequence[exp.Expr]) -> exp.Expr:
    """One text for several values, NULL if one of them is: each text but the last has its length before it."""
    texts = [exp.Cast(this=operand.copy(), to=exp.DataType.build("TEXT")) for operand in operands]
    parts: list[exp.Expr] = []
    for value in texts[:-1]:
        length = exp.Anonymous(this="LENGTH", expressions=[value.copy()])
        parts += [exp.Cast(this=length, to=exp.DataType.build("TEXT")), exp.Literal.string(":"), value]
    joined = reduce(lambda text, part: exp.DPipe(this=text, expression=part), [*parts, texts[-1]])
    joined.parent = operands[0].parent
    return joined


def _hops(context: SelectContext) -> bool:
    """Whether the groups are of windows that overlap."""
    window = context.window
    below: Plan | None = context.scope.plan
    while window is None and below is not None and (rows := windows_of(below)) is not None:
        window, below = rows.window, rows.input
    return window is not None and window.kind == "HOP"


def _check_order(context: SelectContext, node: exp.Anonymous, entry: AcceptedAggregate) -> None:
    if context.window is None:
        raise context.report.fail(
            "SF0306", node, f"{entry.name} of rows that a subquery put into windows is not in the language: Flink "
            "forgets their order",
            help="aggregate over TABLE(TUMBLE(...)) itself",
        )  # fmt: skip
    if not context.scope.plan.schema.order:
        raise context.report.fail(
            "SF0403", node, "the order of events with the same event time is left to chance",
            help="declare `order_by: [event_time, id]` on the source, with columns that tell such events apart",
        )  # fmt: skip
