"""Joins: as of the event time, and to static tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlglot import exp

from sqlfeat.language.expr import Column
from sqlfeat.plan.nodes import LookupJoin, Scan, Schema
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope, Visible

_MIRRORED = {exp.LTE: exp.GTE, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.GT: exp.LT}
_RIGHT = "right:"
"""Marks columns of the right side while ON is resolved; cannot be part of a column name."""


@dataclass(slots=True)
class _On:
    keys: list[tuple[str, str]]
    strict: bool | None = None


def bind_join(left: Scope, right: Scope, join: exp.Join, report: Report) -> Scope:
    """The left relation with the columns of the one matching right row."""
    side, method = str(join.args.get("side") or ""), str(join.args.get("method") or "")
    if side not in ("", "LEFT") or str(join.args.get("kind") or "") not in ("", "INNER", "OUTER"):
        raise report.fail("SF0408", join, f"a {side or join.args.get('kind')} join is not in the language", help="use JOIN or LEFT JOIN")
    on = _bind_on(left, right, join, report)
    static = right.plan.schema.event_time is None
    if static:
        _check_static(right, on, join, report)
    elif method != "ASOF":
        raise report.fail(
            "SF0408",
            join,
            "a join of two streams without a time condition would keep both for ever",
            help="write ASOF LEFT JOIN ... ON keys AND left.event_time >= right.event_time",
        )
    elif on.strict is None:
        raise report.fail("SF0408", join, "an ASOF join needs `left.event_time >= right.event_time` in ON")
    elif not right.plan.schema.order:
        raise report.fail(
            "SF0403",
            join,
            "which of several right rows with the same key and event time is the last is left to chance",
            help="declare `order_by: [event_time, id]` on the right source, with columns that tell such rows apart",
        )
    return _joined(left, right, on, inner=side != "LEFT")


def _joined(left: Scope, right: Scope, on: _On, *, inner: bool) -> Scope:
    taken = set(left.plan.schema.names)
    picks: list[tuple[str, str]] = []
    visible: list[Visible] = []
    columns: list[Column] = []
    for item in right.visible:
        name = _free_name(item.name, item.alias, taken)
        taken.add(name)
        column = Column(name, item.column.type, item.column.nullable or not inner)
        picks.append((name, item.column.name))
        columns.append(column)
        visible.append(Visible(item.alias, item.name, column))
    below = left.plan.schema
    schema = replace(below, columns=(*below.columns, *columns))
    plan = LookupJoin(left.plan, right.plan, tuple(on.keys), tuple(picks), inner, bool(on.strict), schema)
    return replace(left, plan=plan, visible=(*left.visible, *visible))


def _free_name(name: str, alias: str, taken: set[str]) -> str:
    candidate = name if name not in taken else f"{alias}_{name}"
    while candidate in taken:
        candidate += "_"
    return candidate


def _bind_on(left: Scope, right: Scope, join: exp.Join, report: Report) -> _On:
    marked = [replace(v, column=replace(v.column, name=_RIGHT + v.column.name)) for v in right.visible]
    both = replace(left, visible=(*left.visible, *marked))
    result = _On([])
    for identifier in join.args.get("using") or []:
        name = exp.Column(this=identifier.copy())
        name.parent = join
        result.keys.append((left.resolve(name, report).name, right.resolve(name, report).name))
    for condition in _conditions(join.args.get("on")):
        _bind_condition(condition, both, left.plan.schema, right.plan.schema, result, report)
    if not result.keys:
        raise report.fail("SF0408", join, "a join needs an equality of keys in ON", help="write ON left.key = right.key")
    return result


def _conditions(on: exp.Expression | None) -> Iterator[exp.Expression]:
    if on is None:
        return
    on = on.unnest()
    if isinstance(on, exp.And):
        yield from _conditions(on.this)
        yield from _conditions(on.expression)
    else:
        yield on


def _bind_condition(
    condition: exp.Expression, both: Scope, left: Schema, right: Schema, result: _On, report: Report
) -> None:
    sides = [condition.args.get("this"), condition.args.get("expression")]
    if not isinstance(condition, (exp.EQ, exp.GTE, exp.GT, exp.LTE, exp.LT)) or not all(
        isinstance(side, exp.Column) for side in sides
    ):
        raise report.fail(
            "SF0408", condition, f"`{condition.sql()}` is not a join condition of the language",
            help="ON compares columns of the two sides; filter in WHERE or in a subquery",
        )  # fmt: skip
    first, second = (both.resolve(side, report) for side in sides if isinstance(side, exp.Column))
    kind: type[exp.Expression] = type(condition)
    if first.name.startswith(_RIGHT):
        first, second, kind = second, first, _MIRRORED.get(kind, kind)
    if first.name.startswith(_RIGHT) or not second.name.startswith(_RIGHT):
        raise report.fail("SF0408", condition, "a join condition compares one column of each side")
    if first.type != second.type:
        raise report.fail("SF0303", condition, f"`{condition.sql()}` compares {first.type} with {second.type}")
    other = second.name.removeprefix(_RIGHT)
    if kind is exp.EQ:
        result.keys.append((first.name, other))
    elif kind in (exp.GTE, exp.GT) and (first.name, other) == (left.event_time, right.event_time):
        result.strict = kind is exp.GT
    else:
        raise report.fail(
            "SF0408", condition, "the time condition of an ASOF join compares the event times of both sides",
            help=f"write left.{left.event_time} >= right.{right.event_time}",
        )  # fmt: skip


def _check_static(right: Scope, on: _On, join: exp.Join, report: Report) -> None:
    plan = right.plan
    unique = {name.lower() for name in plan.source.unique_key} if isinstance(plan, Scan) else set()
    if not unique or {key.lower() for _, key in on.keys} != unique:
        listed = ", ".join(sorted(unique)) or "none declared"
        raise report.fail(
            "SF0408", join, "a static table is joined on its unique key, so that each event meets one row at most",
            help=f"join on all columns of `unique_key` ({listed})",
        )  # fmt: skip
    if on.strict is not None:
        raise report.fail("SF0408", join, "a static table has no time to compare")
