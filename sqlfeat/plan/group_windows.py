"""Windows written as functions in GROUP BY become window functions in FROM.

Flink's older `GROUP BY TUMBLE(ts, INTERVAL '1' HOUR)`, and `time_bucket`, `date_trunc` and `FLOOR(ts TO HOUR)`, by
which others group. `TUMBLE_START(...)` and the like, and the grouped expression itself, are columns of the window then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlglot import exp

from sqlfeat.language.dialect import WindowTvf, written
from sqlfeat.plan.group_names import is_aggregated
from sqlfeat.plan.intervals import BadInterval, interval_ms

_BUCKET_ORIGIN_MS = 946_857_600_000
"""A bucket of `time_bucket` begins on Monday 2000-01-03."""
_WEEK_OFFSET_DAYS = 4
"""A week begins on Monday; 1970-01-01 was a Thursday."""
_UNITS = ("SECOND", "MINUTE", "HOUR", "DAY")
_PARTS = {"START": "window_start", "END": "window_end", "ROWTIME": "window_time"}
_KINDS = ("TUMBLE", "HOP", "SESSION")


@dataclass(frozen=True, slots=True)
class _Window:
    kind: str
    time: exp.Column
    sizes: list[exp.Expr]


def move_group_windows(tree: exp.Expr) -> None:
    """Rewrite every SELECT that groups a table by a window, the innermost first: outer ones are copied from them."""
    for select in reversed(list(tree.find_all(exp.Select))):
        group = select.args.get("group")
        source = select.args["from_"].this if select.args.get("from_") and not select.args.get("joins") else None
        if group is None or not isinstance(source, (exp.Table, exp.Subquery)):
            continue
        keys = _keys(select, group)
        found = [(key, window) for key in keys if (window := _window(key)) is not None]
        if len(found) == 1:
            _rewrite(select, source, keys, *found[0])


def _keys(select: exp.Select, group: exp.Group) -> list[exp.Expr]:
    """What is grouped by; a number or an alias is what it stands for in the select list."""
    if group.args.get("all"):
        return [item.unalias() for item in select.expressions if not is_aggregated(item)]
    return [_meant(key, select.expressions) for key in group.expressions]


def _meant(key: exp.Expr, items: list[exp.Expr]) -> exp.Expr:
    if isinstance(key, exp.Literal) and key.name.isdigit() and 0 < int(key.name) <= len(items):
        return items[int(key.name) - 1].unalias()
    named = {item.alias.lower(): item.this for item in items if isinstance(item, exp.Alias)}
    value = named.get(key.name.lower()) if isinstance(key, exp.Column) and not key.table else None
    return value if value is not None and _window(value) else key


def _window(node: exp.Expr | None) -> _Window | None:
    """The window that a key of GROUP BY is, if it is one."""
    if isinstance(node, exp.Floor) and node.args.get("to"):
        return _unit_window(node.args["to"].name, node.this)
    if not isinstance(node, exp.Anonymous):
        return None
    name, args = str(node.this).upper(), node.expressions
    if name in _KINDS and len(args) > 1 and isinstance(args[0], exp.Column):
        return _Window(name, args[0], [arg.copy() for arg in args[1:]])
    if name in ("DATE_TRUNC", "DATETRUNC") and len(args) == 2:
        return _unit_window(args[0].name, args[1])
    if name == "TIME_BUCKET" and len(args) == 2 and isinstance(args[1], exp.Column):
        return _bucket(args[0], args[1], _BUCKET_ORIGIN_MS)
    if name in ("TIME_BUCKET", "DATE_BIN") and len(args) == 3 and isinstance(args[1], exp.Column):
        origin = _origin_ms(args[2])
        return _bucket(args[0], args[1], origin) if origin is not None else None
    return None


def _origin_ms(node: exp.Expr) -> int | None:
    """Milliseconds of a constant timestamp."""
    literal = node.this if isinstance(node, exp.Cast) else node.expression if isinstance(node, exp.Introducer) else node
    try:
        moment = datetime.fromisoformat(literal.name).replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp() * 1000)


def _bucket(size: exp.Expr, time: exp.Column, origin_ms: int) -> _Window | None:
    try:
        offset = origin_ms % interval_ms(size)
    except (BadInterval, ZeroDivisionError):
        return None
    shift = [exp.Interval(this=exp.Literal.string(str(offset)), unit=exp.Var(this="MILLISECOND"))] if offset else []
    return _Window("TUMBLE", time, [size.copy(), *shift])


def _unit_window(unit: str, time: exp.Expr) -> _Window | None:
    unit = unit.upper().removesuffix("S")
    if not isinstance(time, exp.Column):
        return None
    if unit == "WEEK":
        return _Window("TUMBLE", time, [_interval(7, "DAY"), _interval(_WEEK_OFFSET_DAYS, "DAY")])
    return _Window("TUMBLE", time, [_interval(1, unit)]) if unit in _UNITS else None


def _interval(count: int, unit: str) -> exp.Interval:
    return exp.Interval(this=exp.Literal.string(str(count)), unit=exp.Var(this=unit))


def _rewrite(
    select: exp.Select, source: exp.Table | exp.Subquery, keys: list[exp.Expr], key: exp.Expr, window: _Window
) -> None:
    others = [other for other in keys if other is not key]
    text = written(key)
    table = source.copy()
    alias = table.args.get("alias")
    table.set("alias", None)
    if window.kind == "SESSION" and (where := select.args.get("where")):
        # What is left out before sessions are made does not hold two of them together.
        inner = exp.Select(expressions=[exp.Star()], from_=exp.From(this=source.copy()), where=where.copy())
        table = exp.Subquery(this=inner)
        select.set("where", None)
    partition = [other.copy() for other in others] if window.kind == "SESSION" else []
    name = alias.copy() if alias else exp.TableAlias(this=exp.to_identifier(source.alias_or_name))
    tvf = WindowTvf(
        kind=window.kind, this=table, descriptor=window.time.this.copy(), expressions=window.sizes,
        partition_by=partition, alias=name,
    )  # fmt: skip
    tvf.meta.update(key.meta)
    bounds = [_column(name, key) for name in ("window_start", "window_end")]
    select.set("group", exp.Group(expressions=[*(other.copy() for other in others), *bounds]))
    select.args["from_"].set("this", tvf)
    for clause in ("having", "qualify"):
        if node := select.args.get(clause):
            select.set(clause, node.transform(_renamed(text)))
    select.set("expressions", [item.transform(_renamed(text)) for item in select.expressions])


class _renamed:  # noqa: N801 - used as a function
    """Columns of the window in place of the expression that was grouped by and the functions of it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, (exp.Anonymous, exp.Floor)) and written(node) == self._text:
            return _column("window_start", node)
        if isinstance(node, exp.Anonymous):
            kind, _, part = str(node.this).upper().partition("_")
            if kind in _KINDS and part in _PARTS:
                return _column(_PARTS[part], node)
        return node


def _column(name: str, place: exp.Expr) -> exp.Column:
    column = exp.Column(this=exp.to_identifier(name))
    column.meta.update(place.meta)
    return column
