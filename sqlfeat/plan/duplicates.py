"""Duplicates of a stream: the first event of a key is kept, whatever order they arrive in.

An event is a duplicate if another one with its `unique_key` is before it, by no more than `unique_within` of event
time. Before means: earlier, or as early and first by `order_by`, then by the other columns. Asking for a stretch of
time, not for all of the past, lets the state of a key go when that time is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.language.expr import AggregateCall, Call, Literal
from sqlfeat.language.frame import Frame
from sqlfeat.language.types import BIGINT, BOOLEAN
from sqlfeat.plan.nodes import Distinct, Filter, Over, OverSpec, Plan, Project, Schema

if TYPE_CHECKING:
    from sqlfeat.project.config import Source

_COPIES = "__copies"


def without_duplicates(plan: Plan, source: Source) -> Plan:
    """The events of a stream that are no duplicates, with the same columns.

    Args:
        plan: its accepted events.
        source: its declaration.
    """
    keys = tuple(column.name for name in source.unique_key if (column := source.column(name)))
    once = Distinct(plan, keys, plan.schema)
    # One is left of each instant: in a frame that ends with it, it is alone or not the first.
    copies = AggregateCall(_COPIES, "COUNT", (), BIGINT, nullable=False)
    frame = Frame(rows=False, start=source.unique_within_ms)
    wide = Schema((*plan.schema.columns, copies.column), plan.schema.event_time, plan.schema.order)
    counted = Over(once, ((copies, OverSpec(keys, frame)),), wide)
    first = Filter(counted, Call("=", (copies.column, Literal(1, BIGINT)), BOOLEAN, nullable=False), wide)
    return Project(first, tuple((column.name, column) for column in plan.schema.columns), plan.schema)
