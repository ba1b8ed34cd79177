"""Pieces of Flink SQL that several steps need."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.trees import flink_type
from sqlfeat.language.types import TIMESTAMP, DataType
from sqlfeat.lower.expressions import identifier


def row_type(fields: Sequence[tuple[str, DataType]]) -> exp.DataType:
    """`ROW<...>` with those fields."""
    columns = [exp.ColumnDef(this=identifier(name), kind=flink_type(field)) for name, field in fields]
    return exp.DataType(this=exp.DataType.Type.STRUCT, expressions=columns, nested=True)


def plain_time(tree: exp.Expr, event_time: str | None) -> exp.Expr:
    """The tree with the time attribute read as a plain timestamp.

    Flink's planner fails on `t >= a AND t < b` of a time attribute: it folds the pair into a search whose bounds it
    then casts, and expects them to be constants still.
    """

    def plain(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name == event_time and not isinstance(node.parent, exp.Cast):
            return exp.Cast(this=node.copy(), to=flink_type(TIMESTAMP))
        return node

    return tree.transform(plain)
