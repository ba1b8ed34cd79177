"""Joins of two streams within a time. A pair has the time of its later row."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Column, Expr
from sqlfeat.language.types import TIMESTAMP
from sqlfeat.plan.join_on import On, of_one_side
from sqlfeat.plan.join_picks import free_name, pick
from sqlfeat.plan.nodes import IntervalJoin, Plan, Project, Schema, UnionAll
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope


def check_interval(on: On, join: exp.Join, report: Report, *, inner: bool) -> None:
    """Report bounds that cannot be kept.

    Raises:
        BindError: after reporting them.
    """
    if on.low_ms is None or on.high_ms is None:
        raise report.fail(
            "SF0408",
            join,
            "a join of two streams without bounds on both event times would keep rows for ever",
            help="write ASOF LEFT JOIN for the last row, or ON ... AND right.ts BETWEEN left.ts - INTERVAL '1' HOUR "
            "AND left.ts",
        )
    if on.low_ms > on.high_ms:
        raise report.fail("SF0408", join, "no two event times meet the bounds of this join")
    if on.low_ms < 0 and not inner:
        raise report.fail(
            "SF0408",
            join,
            "the other row may come later, and until then one does not know whether there is one",
            help="write JOIN, whose pairs have the time of their later row, or bound the join by the past: "
            "other.ts BETWEEN ts - INTERVAL '1' HOUR AND ts",
        )


def bind_interval(left: Scope, right: Scope, on: On, *, inner: bool) -> Scope:
    """The pairs of a join; ties are broken by the left row, then by the right one."""
    assert on.low_ms is not None
    assert on.high_ms is not None
    if on.low_ms >= 0 or on.high_ms <= 0:
        return _one_sided(left, right, on, on.low_ms, on.high_ms, inner=inner)
    first = _one_sided(left, right, on, 0, on.high_ms, inner=True)
    second = _one_sided(left, right, on, on.low_ms, -1, inner=True)
    below = first.plan.schema
    order = (below.event_time or "", *below.order) if below.order else ()
    time = free_name("__later", "", set(below.names))
    plan = UnionAll(tuple(_timed(half.plan, time, order) for half in (first, second)), _with_time(below, time, order))
    picked = zip(right.visible, first.visible[len(left.visible) :], strict=True)
    other = next((v.column.name for item, v in picked if item.column.name == right.plan.schema.event_time), "")
    return replace(first, plan=plan, later=(left.plan.schema.event_time or "", other))


def outer_interval(left: Scope, right: Scope, on: On, report: Report) -> Scope:
    """Every left row with the right rows that it meets, or alone.

    Raises:
        BindError: after reporting a condition that would have to be asked of every pair.
    """
    right = of_one_side(left, right, on)
    for _, place in on.conditions:
        raise report.fail(
            "SF0408", place, f"`{written(place)}` compares the two sides, and not by `=`: a row of a LEFT join "
            "within a time would stay alone only if no pair met it, and each pair is asked by itself",
            help="write JOIN for the pairs that meet it; or LEFT JOIN by keys and times, and ask the pairs in CASE",
        )  # fmt: skip
    return bind_interval(left.extended(on.left_items), right.extended(on.right_items), on, inner=False)


def _timed(plan: Plan, name: str, order: tuple[str, ...]) -> Project:
    """The pairs of one half, with the time of their later row in a column of that name."""
    time = plan.schema.column(plan.schema.event_time or "")
    passed: list[tuple[str, Expr]] = [(column.name, column) for column in plan.schema.columns]
    return Project(plan, (*passed, (name, time)), _with_time(plan.schema, name, order))


def _with_time(schema: Schema, name: str, order: tuple[str, ...]) -> Schema:
    return Schema((*schema.columns, Column(name, TIMESTAMP, nullable=False)), name, order)


def _one_sided(left: Scope, right: Scope, on: On, low_ms: int, high_ms: int, *, inner: bool) -> Scope:
    picked = pick(left, right, inner=inner)
    own, other = left.plan.schema, right.plan.schema
    known = sum(name.startswith("__right_") for name in own.names)
    hidden = [
        (f"__right_{number}", other.column(name))
        for number, name in enumerate((other.event_time or "", *other.order), known + 1)
    ]
    columns = tuple(Column(name, column.type, column.nullable or not inner) for name, column in hidden)
    event_time = own.event_time if low_ms >= 0 else hidden[0][0]
    ordered = bool(own.order and other.order)
    order = (own.event_time or "", *own.order, *(name for name, _ in hidden)) if ordered else ()
    schema = replace(
        own,
        columns=(*own.columns, *picked.columns, *columns),
        event_time=event_time,
        order=tuple(name for name in order if name != event_time),
    )
    picks = (*picked.picks, *((name, column.name) for name, column in hidden))
    plan = IntervalJoin(left.plan, right.plan, tuple(on.keys), low_ms, high_ms, picks, inner, schema)
    visible = (*left.visible, *picked.visible)
    if event_time != own.event_time or (inner and low_ms == high_ms == 0):
        # The right side's event time is the pair's; its visible name stands for the time attribute itself.
        time = schema.column(event_time or "")
        names = {
            v.column.name
            for v, (_, origin) in zip(picked.visible, picked.picks, strict=False)
            if origin == other.event_time
        }
        visible = tuple(replace(v, column=time) if v.column.name in names else v for v in visible)
    return replace(left, plan=plan, visible=visible)
