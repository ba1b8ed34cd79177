"""The syntax of dates and times: EXTRACT, FLOOR(ts TO unit), intervals beside + and -, functions of a unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from sqlglot import exp

from sqlfeat.language.expr import Expr, Literal
from sqlfeat.language.ops.datetime_units import DAY_MS, UNIT_MONTHS, UNIT_MS
from sqlfeat.language.types import BIGINT, DATE, STRING, TIMESTAMP
from sqlfeat.plan.intervals import BadInterval, interval_ms
from sqlfeat.plan.report import BindError

_UNIT_FIRST = frozenset({
    "TIMESTAMPADD", "DATE_ADD", "DATEADD", "TIMESTAMPDIFF", "DATE_DIFF", "DATEDIFF", "DATE_SUB", "DATESUB",
    "DATE_TRUNC", "DATETRUNC", "DATE_PART", "DATEPART",
})  # fmt: skip
"""Functions whose first argument may be a unit without quotes."""


class Binder(Protocol):
    """What binds the operands."""

    def bind(self, node: exp.Expr) -> Expr:
        """The typed expression."""
        ...

    def bind_all(self, nodes: Sequence[exp.Expr]) -> list[Expr]:
        """The typed expressions; what is wrong with each of them is reported."""
        ...

    def call(self, name: str, args: Sequence[Expr], node: exp.Expr) -> Expr:
        """An operation of the registry, applied."""
        ...

    def fail(self, node: exp.Expr, message: str, help_: str = "") -> BindError:
        """Report what is wrong with the types of an expression."""
        ...


_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip


def bind_time(binder: Binder, node: exp.Expr) -> Expr | None:
    """An operator of dates and times, or None if it is none."""
    if type(node) in _COMPARISONS and _is_length(node.this) and _is_length(node.expression):
        sides = [_compared(binder, side) for side in (node.this, node.expression)]
        return binder.call(_COMPARISONS[type(node)], sides, node)
    match node:
        case exp.Extract():
            return binder.call("EXTRACT", [_name(node.this), binder.bind(node.expression)], node)
        case exp.Floor() | exp.Ceil() if unit := node.args.get("to"):
            name = "FLOOR TO" if isinstance(node, exp.Floor) else "CEIL TO"
            return binder.call(name, [_name(unit), binder.bind(node.this)], node)
        case exp.AtTimeZone():
            return binder.call("AT TIME ZONE", [], node)
        case exp.Overlaps():
            return binder.call("OVERLAPS", [], node)
        case exp.Interval():
            return binder.call("INTERVAL", [], node)
        case _:
            return None


def bind_time_function(binder: Binder, name: str, node: exp.Anonymous) -> Expr | None:
    """A function with a unit or an interval among its arguments, or None if it is none."""
    args = node.expressions
    if name in ("DATE_ADD", "DATE_SUB") and len(args) == 2:
        return bind_sum(binder, (exp.Add if name == "DATE_ADD" else exp.Sub)(this=args[0], expression=args[1]), node)
    if name == "DATE" and len(args) == 1:
        return binder.bind(exp.Cast(this=args[0], to=exp.DataType.build("DATE")))
    if name == "TIME_BUCKET" and len(args) == 2 and isinstance(args[0], exp.Interval):
        return binder.call(name, [Literal(_milliseconds(binder, args[0]), BIGINT), binder.bind(args[1])], node)
    if name in _UNIT_FIRST and args and isinstance(args[0], (exp.Column, exp.Var)) and not args[0].args.get("table"):
        return binder.call(name, [_name(args[0]), *binder.bind_all(args[1:])], node)
    return None


def bind_sum(binder: Binder, node: exp.Add | exp.Sub, place: exp.Expr) -> Expr:
    """`+` or `-` of anything: dates and timestamps with intervals and days, else numbers."""
    left, right = node.this, node.expression
    if _is_interval(right):
        return _shifted(binder, left, right, place, backwards=isinstance(node, exp.Sub))
    if isinstance(node, exp.Add) and _is_interval(left):
        return _shifted(binder, right, left, place, backwards=False)
    first, second = binder.bind_all([left, right])
    return _sum(binder, "+" if isinstance(node, exp.Add) else "-", first, second, place)


def _is_length(node: exp.Expr) -> bool:
    """Whether it may be a length of time: an interval, or a difference if the other side is an interval."""
    if _is_interval(node):
        return True
    other = node.parent.expression if node.parent and node.arg_key == "this" else node.parent and node.parent.this
    return isinstance(node.unnest(), exp.Sub) and other is not None and _is_interval(other)


def _compared(binder: Binder, node: exp.Expr) -> Expr:
    """A length of time beside a comparison, in milliseconds."""
    if _is_interval(node):
        unit, count = _length(binder, node)
        if unit not in UNIT_MS:
            raise binder.fail(node, f"a {unit} has no fixed length; compare with days, for example INTERVAL '30' DAY")
        return binder.call("*", [count, Literal(UNIT_MS[unit], BIGINT)], node) if UNIT_MS[unit] > 1 else count
    difference = node.unnest()
    later, earlier = binder.bind_all([difference.this, difference.expression])
    return binder.call("TIMESTAMPDIFF", [Literal("MILLISECOND", STRING), earlier, later], node)


def _sum(binder: Binder, sign: str, left: Expr, right: Expr, place: exp.Expr) -> Expr:
    if left.type == DATE and right.type.is_integer:
        return binder.call("DATE +", [left, _negated(binder, right, place) if sign == "-" else right], place)
    if sign == "+" and left.type.is_integer and right.type == DATE:
        return binder.call("DATE +", [right, left], place)
    if sign == "-" and left.type == right.type == DATE:
        return binder.call("DATE -", [left, right], place)
    if sign == "-" and {left.type, right.type} <= {DATE, TIMESTAMP}:
        return binder.call("TIMESTAMP -", [], place)
    return binder.call(sign, [left, right], place)


def _name(node: exp.Expr) -> Literal:
    return Literal(node.name, STRING)


def _is_interval(node: exp.Expr) -> bool:
    match node:
        case exp.Interval():
            return True
        case exp.Paren() | exp.Neg():
            return _is_interval(node.this)
        case exp.Mul():
            return _is_interval(node.this) or _is_interval(node.expression)
        case _:
            return False


def _shifted(binder: Binder, value: exp.Expr, interval: exp.Expr, place: exp.Expr, *, backwards: bool) -> Expr:
    moment = binder.bind(value)
    unit, count = _length(binder, interval)
    if unit == "MILLISECOND" and moment.type == DATE and isinstance(count, Literal):
        days, rest = divmod(int(str(count.value)), DAY_MS)
        if not rest:
            unit, count = "DAY", Literal(days, BIGINT)
    if backwards:
        count = _negated(binder, count, place)
    return binder.call("TIMESTAMPADD", [Literal(unit, STRING), count, moment], place)


def _negated(binder: Binder, count: Expr, place: exp.Expr) -> Expr:
    if isinstance(count, Literal) and isinstance(count.value, int):
        return Literal(-count.value, BIGINT)
    return binder.call("NEGATE", [count], place)


def _length(binder: Binder, node: exp.Expr) -> tuple[str, Expr]:
    """A length of time as a number of units."""
    match node:
        case exp.Paren():
            return _length(binder, node.this)
        case exp.Neg():
            unit, count = _length(binder, node.this)
            return unit, _negated(binder, count, node)
        case exp.Mul():
            interval, factor = node.this, node.expression
            if not _is_interval(interval):
                interval, factor = factor, interval
            unit, count = _length(binder, interval)
            return _whole_days(unit, count, lambda scaled: binder.call("*", [binder.bind(factor), scaled], node))
        case exp.Interval() if not isinstance(node.this, (exp.Literal, exp.Neg)):
            unit_node = node.args.get("unit")
            return (unit_node.name.upper() if unit_node else "DAY"), binder.bind(node.this)
        case _:
            return _constant(binder, node)


def _whole_days(unit: str, count: Expr, scale: Callable[[Expr], Expr]) -> tuple[str, Expr]:
    """The product, in days if possible so that a DATE can take it."""
    if unit == "MILLISECOND" and isinstance(count, Literal) and not int(str(count.value)) % DAY_MS:
        return "DAY", scale(Literal(int(str(count.value)) // DAY_MS, BIGINT))
    return unit, scale(count)


def _constant(binder: Binder, node: exp.Expr) -> tuple[str, Expr]:
    if (months := _months(node)) is not None:
        return "MONTH", Literal(months, BIGINT)
    return "MILLISECOND", Literal(_milliseconds(binder, node), BIGINT)


def _milliseconds(binder: Binder, node: exp.Expr) -> int:
    try:
        return interval_ms(node, signed=True)
    except BadInterval as error:
        raise binder.fail(node, f"this interval cannot be used: {error}") from None


def _months(node: exp.Expr) -> int | None:
    """Months of `INTERVAL '3' MONTH` or `INTERVAL '1-6' YEAR TO MONTH`."""
    unit, written = node.args.get("unit"), node.this.name.strip()
    if isinstance(unit, exp.IntervalSpan):
        match = re.fullmatch(r"(-?)(\d+)-(\d+)", written)
        months = int(match[2]) * 12 + int(match[3]) if match else 0
        return (-months if match[1] else months) if match else None
    size = UNIT_MONTHS.get(re.sub(r"\(\d+\)$", "", unit.name.upper()).rstrip("S")) if unit else None
    return int(written) * size if size and re.fullmatch(r"-?\d+", written) else None
