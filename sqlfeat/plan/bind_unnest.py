"""CROSS JOIN UNNEST: one row per element of an array."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Column
from sqlfeat.language.types import BIGINT, Kind
from sqlfeat.plan.join_picks import free_name
from sqlfeat.plan.nodes import Unnest
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope, Visible


def bind_unnest(left: Scope, join: exp.Join, array: Column, report: Report) -> Scope:
    """The left relation with one row per element of an array.

    Args:
        left: the relation; it has the array as a column.
        join: `CROSS JOIN UNNEST(array) [WITH ORDINALITY] AS alias(element[, position])`.
        array: the array.
        report: takes the problems.
    """
    unnest = join.this
    if str(join.args.get("side") or "") or str(join.args.get("kind") or "CROSS") != "CROSS" or join.args.get("on"):
        raise report.fail(
            "SF0408", join, "an array is unnested with CROSS JOIN", help="write CROSS JOIN UNNEST(a) AS t(x)"
        )
    if array.type.kind is not Kind.ARRAY or array.type.element is None:
        raise report.fail("SF0303", unnest, f"UNNEST needs an array, not {array.type}")
    names = (
        [column.name for column in unnest.args["alias"].args.get("columns") or []] if unnest.args.get("alias") else []
    )
    offset = unnest.args.get("offset")
    if isinstance(offset, exp.Identifier):
        names.append(offset.name)
    if len(names) != 1 + bool(offset):
        raise report.fail("SF0408", unnest, "the elements of an array need a name", help="write UNNEST(a) AS t(x)")
    taken = set(left.plan.schema.names)
    element = free_name(names[0], unnest.alias or "element", taken)
    position = free_name(names[1] if offset else "__position", unnest.alias or "position", taken | {element})
    added = (Column(element, array.type.element), Column(position, BIGINT, nullable=False))
    below = left.plan.schema
    order = (*below.order, position) if below.order else ()
    schema = replace(below, columns=(*below.columns, *added), order=order)
    visible = [Visible(unnest.alias, name, column) for name, column in zip(names, added, strict=False)]
    plan = Unnest(left.plan, array.name, element, position, schema)
    return replace(left, plan=plan, visible=(*left.visible, *visible))
