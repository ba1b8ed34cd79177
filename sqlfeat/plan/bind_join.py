"""Joins: as of the event time, within a time, to static tables, and to the elements of an array."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from sqlfeat.language.expr import Call, Column, Expr, Literal
from sqlfeat.language.registry import operation
from sqlfeat.language.types import BIGINT, STRING, Kind
from sqlfeat.plan.join_condition import On, bind_on, join_method
from sqlfeat.plan.nodes import IntervalJoin, LookupJoin, Project, Scan, Unnest, filtered
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope, Visible


def bind_join(left: Scope, right: Scope, join: exp.Join, report: Report) -> Scope:
    """The left relation with the columns of what the join matches.

    Raises:
        BindError: after reporting why the join is not possible.
    """
    side, method = str(join.args.get("side") or ""), join_method(join)
    _check_kind(side or str(join.args.get("kind") or "") or method, join, report)
    on = bind_on(left, right, join, report)
    right = _merged(right, join)
    inner = side != "LEFT"
    if right.plan.schema.event_time is None:
        _check_static(right, on, join, report)
        return _lookup(left, right, on, inner=inner)
    if method == "ASOF":
        _check_as_of(right, on, join, report)
        return _as_of(left, right, on, report.model.config.state_ttl_ms, inner=inner)
    _check_interval(on, join, report, inner=inner)
    return _interval(left, right, on, inner=inner)


_KINDS = {
    "RIGHT": "swap the two sides and write LEFT JOIN",
    "FULL": "write LEFT JOIN; a right row that meets no left one has no row to be a feature of",
    "SEMI": "write JOIN; a row that meets several would be there several times",
    "ANTI": "write LEFT JOIN and WHERE right.key IS NULL",
    "NATURAL": "name the keys in ON or USING",
    "CROSS": "write JOIN ... ON with an equality of keys",
}  # fmt: skip
"""What to write instead of joins that the language does not have."""


def _check_kind(kind: str, join: exp.Join, report: Report) -> None:
    if kind not in ("", "LEFT", "INNER", "OUTER", "ASOF"):
        raise report.fail(
            "SF0408", join, f"a {kind} join is not in the language", help=_KINDS.get(kind, "use JOIN or LEFT JOIN")
        )


def _merged(right: Scope, join: exp.Join) -> Scope:
    """The right side whose USING keys are reached by its alias only."""
    keys = {key.name.lower() for key in join.args.get("using") or []}
    return replace(right, visible=tuple(replace(v, merged=v.merged or v.name.lower() in keys) for v in right.visible))


@dataclass(frozen=True, slots=True)
class _Picked:
    """Columns taken from the right side under names that are free on the left."""

    picks: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    visible: tuple[Visible, ...]


def _pick(left: Scope, right: Scope, *, inner: bool) -> _Picked:
    taken = set(left.plan.schema.names)
    picks: list[tuple[str, str]] = []
    visible: list[Visible] = []
    for item in right.visible:
        name = _free_name(item.name, item.alias, taken)
        taken.add(name)
        picks.append((name, item.column.name))
        column = Column(name, item.column.type, item.column.nullable or not inner)
        visible.append(replace(item, column=column))
    return _Picked(tuple(picks), tuple(v.column for v in visible), tuple(visible))


def _free_name(name: str, alias: str, taken: set[str]) -> str:
    candidate = name if name not in taken else f"{alias}_{name}"
    while candidate in taken:
        candidate += "_"
    return candidate


def _lookup(left: Scope, right: Scope, on: On, *, inner: bool) -> Scope:
    picked = _pick(left, right, inner=inner)
    below = left.plan.schema
    schema = replace(below, columns=(*below.columns, *picked.columns))
    plan = LookupJoin(left.plan, right.plan, tuple(on.keys), picked.picks, inner, on.low_ms == 1, schema)
    return replace(left, plan=plan, visible=(*left.visible, *picked.visible))


def _as_of(left: Scope, right: Scope, on: On, forgotten_ms: int | None, *, inner: bool) -> Scope:
    """The last right row, unless it is older than the join allows."""
    limits = [limit for limit in (on.high_ms, forgotten_ms) if limit is not None]
    if not limits:
        return _lookup(left, right, on, inner=inner)
    time = right.plan.schema.column(right.plan.schema.event_time or "")
    timed = replace(right, visible=(*right.visible, Visible("", "__matched", time)))
    joined = _lookup(left, timed, on, inner=inner)
    *picked, matched = joined.visible[len(left.visible) :]
    own = left.plan.schema.column(left.plan.schema.event_time or "")
    recent = _call("<=", _call("TIMESTAMPDIFF", _UNIT, matched.column, own), Literal(min(limits), BIGINT))
    plan = joined.plan
    if inner:
        return replace(joined, plan=filtered(plan, recent), visible=joined.visible[:-1])
    cleared = {c.column.name: _call("CASE", recent, c.column, Literal(None, c.column.type)) for c in picked}
    kept = tuple(column for column in plan.schema.columns if column.name != matched.column.name)
    items = tuple((column.name, cleared.get(column.name, column)) for column in kept)
    plan = Project(plan, items, replace(plan.schema, columns=kept))
    return replace(joined, plan=plan, visible=joined.visible[:-1])


_UNIT = Literal("MILLISECOND", STRING)


def _call(name: str, *args: Expr) -> Expr:
    typed = operation(name).typing(args)
    return Call(name, typed.args, typed.type, typed.nullable)


def _interval(left: Scope, right: Scope, on: On, *, inner: bool) -> Scope:
    """A pair has the time of its later row; ties are broken by the left row, then by the right one."""
    assert on.low_ms is not None
    assert on.high_ms is not None
    picked = _pick(left, right, inner=inner)
    own, other = left.plan.schema, right.plan.schema
    hidden = [
        (f"__right_{number}", other.column(name))
        for number, name in enumerate((other.event_time or "", *other.order), 1)
    ]
    columns = tuple(Column(name, column.type, column.nullable or not inner) for name, column in hidden)
    event_time = own.event_time if on.low_ms >= 0 else hidden[0][0]
    ordered = bool(own.order and other.order)
    order = (own.event_time or "", *own.order, *(name for name, _ in hidden)) if ordered else ()
    schema = replace(
        own,
        columns=(*own.columns, *picked.columns, *columns),
        event_time=event_time,
        order=tuple(name for name in order if name != event_time),
    )
    picks = (*picked.picks, *((name, column.name) for name, column in hidden))
    plan = IntervalJoin(left.plan, right.plan, tuple(on.keys), on.low_ms, on.high_ms, picks, inner, schema)
    visible = (*left.visible, *picked.visible)
    if event_time != own.event_time:
        # The right side's event time is the pair's; its visible name stands for the time attribute itself.
        time = schema.column(event_time or "")
        names = {
            v.column.name
            for v, (_, origin) in zip(picked.visible, picked.picks, strict=False)
            if origin == other.event_time
        }
        visible = tuple(replace(v, column=time) if v.column.name in names else v for v in visible)
    return replace(left, plan=plan, visible=visible)


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
    element = _free_name(names[0], unnest.alias or "element", taken)
    position = _free_name(names[1] if offset else "__position", unnest.alias or "position", taken | {element})
    added = (Column(element, array.type.element), Column(position, BIGINT, nullable=False))
    below = left.plan.schema
    order = (*below.order, position) if below.order else ()
    schema = replace(below, columns=(*below.columns, *added), order=order)
    visible = [Visible(unnest.alias, name, column) for name, column in zip(names, added, strict=False)]
    plan = Unnest(left.plan, array.name, element, position, schema)
    return replace(left, plan=plan, visible=(*left.visible, *visible))


def _check_as_of(right: Scope, on: On, join: exp.Join, report: Report) -> None:
    if on.low_ms is None and on.high_ms is not None:
        raise report.fail(
            "SF0408", join, "the right row would be later than the left one: it would know the future",
            help="write left.event_time >= right.event_time",
        )  # fmt: skip
    if on.low_ms not in (0, 1):
        raise report.fail(
            "SF0408", join, "an ASOF join needs `left.event_time >= right.event_time` in ON",
            help="write > for strictly earlier; right.ts >= left.ts - INTERVAL '1' DAY may say how old it may be",
        )  # fmt: skip
    if on.high_ms is not None and on.high_ms < on.low_ms:
        raise report.fail("SF0408", join, "no two event times meet the bounds of this join")
    if not right.plan.schema.order:
        raise report.fail(
            "SF0403",
            join,
            "which of several right rows with the same key and event time is the last is left to chance",
            help="declare `order_by: [event_time, id]` on the right source, with columns that tell such rows apart",
        )


def _check_interval(on: On, join: exp.Join, report: Report, *, inner: bool) -> None:
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
    if on.low_ms < 0 < on.high_ms or (on.low_ms < 0 and not inner):
        raise report.fail(
            "SF0408",
            join,
            "the right row may be later than the left one, whose time the pair would have: it would know the future",
            help="bound the join so that one side is never later, for example right.ts BETWEEN left.ts - "
            "INTERVAL '1' HOUR AND left.ts",
        )


def _check_static(right: Scope, on: On, join: exp.Join, report: Report) -> None:
    plan = right.plan
    unique = {name.lower() for name in plan.source.unique_key} if isinstance(plan, Scan) else set()
    if not unique or {key.lower() for _, key in on.keys} != unique:
        listed = ", ".join(sorted(unique)) or "none declared"
        raise report.fail(
            "SF0408", join, "a static table is joined on its unique key, so that each event meets one row at most",
            help=f"join on all columns of `unique_key` ({listed})",
        )  # fmt: skip
