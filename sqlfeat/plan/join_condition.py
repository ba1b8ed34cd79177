"""The ON clause: equal keys, and how far apart the event times of the two sides may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Column
from sqlfeat.language.types import Kind
from sqlfeat.plan.bind_expression import ExpressionBinder
from sqlfeat.plan.intervals import BadInterval, interval_ms
from sqlfeat.plan.join_keys import RIGHT, is_right, key_pairs, unmarked
from sqlfeat.plan.join_on import On, add_key
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope
from sqlfeat.plan.single_rows import SingleRows
from sqlfeat.plan.trace import from_event_time

_MIRRORED: dict[type[exp.Expr], type[exp.Expr]] = {exp.LTE: exp.GTE, exp.LT: exp.GT, exp.GTE: exp.LTE, exp.GT: exp.LT}


def bind_on(left: Scope, right: Scope, join: exp.Join, report: Report) -> On:
    """Bind ON or USING.

    Raises:
        BindError: after reporting a condition that is not one of the language.
    """
    marked = tuple(replace(v, column=replace(v.column, name=RIGHT + v.column.name)) for v in right.visible)
    binder = _OnBinder(replace(left, visible=(*left.visible, *marked)), left, right, report)
    as_of = join_method(join) == "ASOF"
    for identifier in join.args.get("using") or []:
        name = exp.Column(this=identifier.copy())
        name.parent = join
        # Of DuckDB's ASOF joins, the time in USING is the one that may be earlier.
        kind = exp.GTE if as_of else exp.EQ
        binder.equal(left.resolve(name, report).name, right.resolve(name, report).name, kind)
    for condition in _conditions(join.args.get("on")):
        binder.bind(condition)
    binder.versions(join)
    return binder.result


def join_method(join: exp.Join) -> str:
    """ASOF, also of a join FOR SYSTEM_TIME; empty for joins without a method."""
    return "ASOF" if join.this.args.get("version") else str(join.args.get("method") or "")


def _conditions(on: exp.Expr | None) -> Iterator[exp.Expr]:
    if on is None:
        return
    on = on.unnest()
    if isinstance(on, exp.And):
        yield from _conditions(on.this)
        yield from _conditions(on.expression)
    elif isinstance(on, exp.Between):
        for kind, bound in ((exp.GTE, "low"), (exp.LTE, "high")):
            part = kind(this=on.this.copy(), expression=on.args[bound].copy())
            part.parent = on.parent
            yield part
    else:
        yield on


class _OnBinder:
    def __init__(self, both: Scope, left: Scope, right: Scope, report: Report) -> None:
        self.result = On()
        self._both = both
        self._plans = (left.plan, right.plan)
        self._times = (left.plan.schema.event_time, right.plan.schema.event_time)
        self._report = report
        self._expressions = ExpressionBinder(SingleRows(both, "ON", report), report)

    def bind(self, condition: exp.Expr) -> None:
        sides = self._sides(condition)
        if sides is None:
            self._condition(condition)
            return
        kind: type[exp.Expr] = type(condition)
        (first, first_ms), (second, second_ms) = sides
        if first.name.startswith(RIGHT):
            first, second, first_ms, second_ms = second, first, second_ms, first_ms
            kind = _MIRRORED.get(kind, kind)
        other = second.name.removeprefix(RIGHT)
        if kind is exp.EQ and first_ms == second_ms == 0 and first.type == second.type:
            self.equal(first.name, other)
        elif kind is not exp.EQ and (shifts := self._shifts(first.name, other)) is not None:
            self._bound(kind, shifts[1] + second_ms - shifts[0] - first_ms)
        else:
            self._condition(condition)

    def _sides(self, condition: exp.Expr) -> tuple[tuple[Column, int], tuple[Column, int]] | None:
        """A comparison of one column of each side, each with the milliseconds added to it."""
        if not isinstance(condition, (exp.EQ, exp.GTE, exp.GT, exp.LTE, exp.LT)):
            return None
        first, second = self._side(condition.this, condition), self._side(condition.expression, condition)
        if first is None or second is None or is_right(first[0]) == is_right(second[0]):
            return None
        return first, second

    def _shifts(self, *names: str) -> list[int] | None:
        """How many milliseconds two columns are after the event times of their sides; None if they are other values."""
        shifts = list(map(from_event_time, self._plans, names))
        known = [shift for shift in shifts if shift is not None]
        return known if len(known) == len(names) else None

    def _condition(self, condition: exp.Expr) -> None:
        """An equality of expressions of the two sides, or any other condition."""
        bound = self._expressions.bind(condition)
        if bound.type.kind is not Kind.BOOLEAN:
            raise self._report.fail("SF0303", condition, f"a condition is BOOLEAN, not {bound.type}")
        pairs = key_pairs(bound)
        if not pairs:
            self.result.conditions.append((bound, condition))
        for own, other in pairs:
            add_key(self.result, self._plans, own, unmarked(other))

    def equal(self, name: str, other: str, times: type[exp.Expr] = exp.EQ) -> None:
        """Take an equality of columns; of event times, and of the ends of windows, it is a bound.

        Args:
            name: column of the left side.
            other: column of the right side.
            times: how the left event time is to be compared with the right one.
        """
        shifts = self._shifts(name, other)
        if shifts in ([0, 0], [1, 1]):
            self._bound(times, 0)
        else:
            self.result.keys.append((name, other))

    def versions(self, join: exp.Join) -> None:
        """The time of `FOR SYSTEM_TIME AS OF left.event_time`."""
        version = join.this.args.get("version")
        if version is None:
            return
        time = version.expression
        if not isinstance(time, exp.Column) or self._both.resolve(time, self._report).name != self._times[0]:
            raise self._report.fail(
                "SF0408", version, "a version is looked up as of the event time of the left side",
                help=f"write FOR SYSTEM_TIME AS OF left.{self._times[0]}",
            )  # fmt: skip
        self._bound(exp.GTE, 0)

    def _bound(self, kind: type[exp.Expr], limit: int) -> None:
        on = self.result
        if kind is exp.EQ:
            self._bound(exp.GTE, limit)
            self._bound(exp.LTE, limit)
        elif kind in (exp.GTE, exp.GT):
            low = limit + (kind is exp.GT)
            on.low_ms = low if on.low_ms is None else max(low, on.low_ms)
        else:
            high = limit - (kind is exp.LT)
            on.high_ms = high if on.high_ms is None else min(high, on.high_ms)

    def _side(self, node: exp.Expr, condition: exp.Expr) -> tuple[Column, int] | None:
        """A column and the milliseconds added to it."""
        node = node.unnest()
        if isinstance(node, exp.Column):
            return self._both.resolve(node, self._report), 0
        if not isinstance(node, (exp.Add, exp.Sub)):
            return None
        column, shift = node.this.unnest(), node.expression.unnest()
        if not isinstance(column, exp.Column) or not isinstance(shift, exp.Interval):
            return None
        try:
            amount = interval_ms(shift)
        except BadInterval as problem:
            raise self._report.fail("SF0408", condition, f"in a join condition, {problem}") from None
        sign = 1 if isinstance(node, exp.Add) else -1
        return self._both.resolve(column, self._report), sign * amount
