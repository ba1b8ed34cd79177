"""One SELECT over the rows of its FROM: WHERE, GROUP BY, HAVING, OVER, QUALIFY, the select list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from sqlfeat.language.types import BIGINT, BOOLEAN, STRING, TIMESTAMP
from tests.oracle.aggregates import NAMES, aggregate
from tests.oracle.constants import EVENT_TIME
from tests.oracle.expressions import WINDOW_FUNCTIONS, Expressions, Value, as_type, sql_of
from tests.oracle.ranking import BOUNDS, in_windows, term
from tests.oracle.relation import Field, Relation, Row
from tests.oracle.subqueries import subquery
from tests.oracle.values import NotInterpreted, common, hashable, moment_of
from tests.oracle.windows import FORGETS, Windows, frame_of, in_order

_TIMES = ("now", "origin")
_CLAUSES = ("limit", "offset", "connect", "pivots", "laterals", "cluster", "sort")


class Select:
    """Interprets one SELECT; is itself the `Names` of its expressions."""

    def __init__(
        self,
        node: exp.Select,
        source: Relation,
        windows: Windows | None,
        partition: list[int],
        table: Callable[[exp.Expr], Relation],
    ) -> None:
        self._node = node
        self._table = table
        self._windows = windows
        self._source = in_windows(source, windows) if windows and not _groups(node) else source
        self._partition = partition
        self._rows = list(self._source.rows)
        self._keys: list[tuple[exp.Expr, Value]] = []
        self._grouping = False
        self._inside = False
        self._compiler = Expressions(self)
        self._named = {window.this.name.lower(): window for window in node.args.get("windows") or []}

    def result(self) -> Relation:
        """The rows the SELECT gives."""
        if refused := [clause for clause in _CLAUSES if self._node.args.get(clause)]:
            raise NotInterpreted(f"{refused[0]} of a SELECT")
        self._keep("where")
        if _groups(self._node) and self._windows is not None:
            self._group(self._windows)
        elif _groups(self._node):
            self._group_again()
        self._keep("having")
        self._compute_over()
        # Values of the select list are of the rows before QUALIFY, which sees the same windows.
        items = [item for node in self._node.expressions for item in self._items(node)]
        self._keep("qualify")
        rows = [Row(tuple(value.of(row) for _, value in items), row.time, row.tie) for row in self._rows]
        now, origin = ({n for n, (_, value) in enumerate(items) if self._is_time(value, which)} for which in _TIMES)
        fields = tuple(Field("", name, value.type) for name, value in items)
        return Relation(fields, rows, frozenset(now), frozenset(origin))

    def _compute_over(self) -> None:
        self._over_rows = list(self._rows)

    def _keep(self, clause: str) -> None:
        node = self._node.args.get(clause)
        if node is None:
            return
        condition = self._compiler.value(node.this if clause == "where" else self._without_aliases(node.this))
        self._over_rows = list(self._rows)
        self._rows = [row for row in self._rows if condition.of(row) is True]

    def _without_aliases(self, condition: exp.Expr) -> exp.Expr:
        hidden = {field.name.lower() for field in self._source.fields} | set(BOUNDS)
        items = {item.alias.lower(): item.this for item in self._node.expressions if isinstance(item, exp.Alias)}

        def meant(node: exp.Expr) -> exp.Expr:
            name = node.name.lower() if isinstance(node, exp.Column) and not node.table else ""
            return exp.Paren(this=items[name].copy()) if name in items and name not in hidden else node

        return condition.copy().transform(meant)

    def _items(self, node: exp.Expr) -> list[tuple[str, Value]]:
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            alias = node.table.lower() if isinstance(node, exp.Column) else ""
            chosen = [
                (number, field)
                for number, field in enumerate(self._source.fields)
                if (field.alias.lower() == alias if alias else not field.merged)
            ]
            return [(field.name, self._field(number)) for number, field in chosen]
        name = node.alias if isinstance(node, exp.Alias) else node.name
        return [(name, self._compiler.value(node))]

    def _field(self, number: int) -> Value:
        return Value(self._source.fields[number].type, lambda row: row.values[number], number)

    # Groups -----------------------------------------------------------------------------------------------------------

    def _group(self, windows: Windows) -> None:
        clause = self._node.args.get("group")
        nodes = [n for n in (clause.expressions if clause else []) if n.name.lower() not in BOUNDS]
        keys = [(node, self._compiler.value(node)) for node in nodes]
        groups: dict[Any, list[Row]] = {}
        for start, end, row in windows.cut(self._rows, lambda row: tuple(row.values[i] for i in self._partition)):
            key = tuple(hashable(value.of(row)) for _, value in keys)
            groups.setdefault((start, end, key), []).append(row)
        # Whether an event exactly one gap later belongs to a session is known at its end only.
        lead = 0 if windows.kind == "SESSION" else 1
        self._rows = [
            Row((*key, moment_of(start), moment_of(end), moment_of(end - 1)), end - lead, (), in_order(members))
            for (start, end, key), members in groups.items()
        ]
        self._keys = keys
        self._grouping = True

    def _group_again(self) -> None:
        """Groups of rows that are in windows already, which are among the keys: a group has the time of its rows."""
        keys = [(node, self._compiler.value(node)) for node in self._node.args["group"].expressions]
        groups: dict[Any, list[Row]] = {}
        for row in self._rows:
            groups.setdefault(tuple(hashable(value.of(row)) for _, value in keys), []).append(row)
        if any(len({row.time for row in members}) > 1 for members in groups.values()):
            raise NotInterpreted("groups of rows of several windows")
        self._rows = [Row(key, members[0].time, (), in_order(members)) for key, members in groups.items()]
        self._keys = keys
        self._grouping = True

    def replaced(self, node: exp.Expr) -> Value | None:
        if (asked := subquery(node, self, self._table)) is not None:
            return asked
        if not self._grouping or self._inside:
            return None
        for number, (key, value) in enumerate(self._keys):
            if self._is_key(node, key):
                return Value(value.type, _nth(number))
        return None

    def _is_key(self, node: exp.Expr, key: exp.Expr) -> bool:
        if isinstance(node, exp.Column) and isinstance(key, exp.Column):
            if self._windows and node.name.lower() in BOUNDS:
                return False
            return self._source.find(node) == self._source.find(key)
        mine, other = sql_of(node), sql_of(key)
        return mine == other or (mine.lower() == other.lower() and "'" not in mine)

    def column(self, node: exp.Column) -> Value:
        name = node.name.lower()
        if self._windows and self._grouping and not self._inside and name in BOUNDS:
            ends = name != "window_start"
            return Value(TIMESTAMP, _nth(len(self._keys) + BOUNDS.index(name)), EVENT_TIME if ends else None)
        if self._grouping and not self._inside:
            raise NotInterpreted(f"`{sql_of(node)}`, which is no key of its group")
        number = self._source.find(node)
        return Value(*self._source.column(node), EVENT_TIME if number is None else number)

    # Aggregates -------------------------------------------------------------------------------------------------------

    def aggregate(self, node: exp.Expr) -> Value:
        if isinstance(node, exp.Window):
            return self._over(node)
        if not self._grouping or self._inside:
            raise NotInterpreted(f"the aggregate `{sql_of(node)}` here")
        self._inside = True
        try:
            kind, fold = self._fold(node)
        finally:
            self._inside = False
        return Value(kind.type, _once(lambda row: fold(row.members)))

    def _fold(self, node: exp.Expr) -> tuple[Value, Callable[[Sequence[Row]], Any]]:
        """An aggregate without OVER: what it is of rows."""
        condition: Value | None = None
        if isinstance(node, exp.Filter):
            condition = self._compiler.value(node.expression.this)
            node = node.this
        node, ignore_nulls = _nulls(node)
        name = str(node.this).upper() if isinstance(node, exp.Anonymous) else ""
        if name not in NAMES:
            raise NotInterpreted(f"the aggregate `{sql_of(node)}`")
        value, share, distinct = self._operands(node)
        found = aggregate(name, value.type, share, distinct=distinct, ignore_nulls=ignore_nulls)
        cached = _once(value.of)

        def fold(rows: Sequence[Row]) -> Any:
            return found.fold([cached(row) for row in rows if condition is None or condition.of(row) is True])

        return Value(found.type, cached), fold

    def _operands(self, node: exp.Expr) -> tuple[Value, Any, bool]:
        operands = [operand.this if isinstance(operand, exp.Order) else operand for operand in node.expressions]
        distinct = isinstance(operands[0], exp.Distinct)
        first, *rest = operands[0].expressions if distinct else operands
        if isinstance(first, exp.Star):
            return Value(BOOLEAN, lambda row: True), None, False
        value = self._compiler.value(first)
        if str(node.this).upper() in ("ARG_MAX", "ARG_MIN", "MAX_BY", "MIN_BY", "ARGMAX", "ARGMIN"):
            weight = self._compiler.value(rest[0])
            return Value(value.type, lambda row: (value.of(row), weight.of(row))), None, False
        if distinct and rest and str(node.this).upper() == "COUNT":
            parts = [value, *map(self._compiler.value, rest)]
            return Value(STRING, lambda row: _all_or_none([part.of(row) for part in parts])), None, True
        return value, rest[0].name if rest else None, distinct

    # OVER -------------------------------------------------------------------------------------------------------------

    def _over(self, node: exp.Window) -> Value:
        window = self._merged(node)
        keys = [self._compiler.value(key) for key in window.args.get("partition_by") or []]
        function = node.this
        name = str(function.this).upper() if isinstance(function, exp.Anonymous) else ""
        apart = len(window.args["order"].expressions) > 1 and name in ("RANK", "DENSE_RANK")
        if name == "ROW_NUMBER" or apart:
            return Value(BIGINT, self._each(keys, _row_number, self._ranking(window)))
        if name in WINDOW_FUNCTIONS:
            kind, compute = self._window_function(name, function)
        else:
            value, fold = self._fold(function)
            frame = frame_of(window, node.meta.get(FORGETS))
            kind, compute = value.type, lambda partition, place: fold(frame.of(partition, place))
        return Value(kind, self._each(keys, compute, lambda row: row.place))

    def _each(
        self, keys: list[Value], compute: Callable[[list[Row], int], Any], order: Callable[[Row], Any]
    ) -> Callable[[Row], Any]:
        """The value of each row in its partition, found for all rows when the first is asked for."""
        found: dict[int, Any] = {}

        def of(row: Row) -> Any:
            if not found:
                partitions: dict[Any, list[Row]] = {}
                for other in self._over_rows:
                    partitions.setdefault(tuple(hashable(key.of(other)) for key in keys), []).append(other)
                for members in partitions.values():
                    members.sort(key=order)
                    found.update({id(member): compute(members, place) for place, member in enumerate(members)})
            return found[id(row)]

        return of

    def _merged(self, node: exp.Window) -> exp.Window:
        alias = node.args.get("alias")
        if alias is None:
            return node
        base = self._merged(self._named[alias.name.lower()])
        merged = node.copy()
        for part in ("partition_by", "order", "spec"):
            if not node.args.get(part) and (given := base.args.get(part)):
                merged.set(part, [e.copy() for e in given] if isinstance(given, list) else given.copy())
        return merged

    def _window_function(self, name: str, node: exp.Expr) -> tuple[Any, Callable[[list[Row], int], Any]]:
        if name == "RANK":
            return BIGINT, lambda rows, place: 1 + sum(_earlier(row, rows[place]) for row in rows)
        if name == "DENSE_RANK":
            return BIGINT, lambda rows, place: len({row.time for row in rows if not _earlier(rows[place], row)})
        value, *rest = node.expressions
        back = int(rest[0].name) if rest else 1
        values = [self._compiler.value(value), *(self._compiler.value(other) for other in rest[1:])]
        shared = common([value.type for value in values])
        own, *default = (as_type(value, shared) for value in values)

        def lag(rows: list[Row], place: int) -> Any:
            if place >= back:
                return own.of(rows[place - back])
            return default[0].of(rows[place]) if default else None

        return shared, lag

    def _ranking(self, window: exp.Window) -> Callable[[Row], Any]:
        """What ROW_NUMBER numbers by: the order of events, or values of the rows of a window and then that order.

        NULL is first ascending and last descending. Ranked by time and down, ties are in the opposite order too.
        """
        ordered = window.args["order"].expressions
        terms = [(self._compiler.value(o.this), bool(o.args.get("desc"))) for o in ordered]
        (first, down), (last, back) = terms[0], terms[-1]
        if not down and self._is_time(first, "now"):
            return lambda row: row.place
        back = back and self._is_time(last, "origin")
        return lambda row: (tuple(term((value.of(row),), down) for value, down in terms), term(row.tie, back))

    def _is_time(self, value: Value, which: str) -> bool:
        """Whether it is the event time as it is (`now`), or the one that rows had before they were in windows."""
        return value.field in getattr(self._source, which) or (which == "now" and value.field == EVENT_TIME)


def _nulls(node: exp.Expr) -> tuple[exp.Expr, bool]:
    """The aggregate without IGNORE NULLS, inside or outside of its parentheses, and whether it had it."""
    if isinstance(node, (exp.IgnoreNulls, exp.RespectNulls)):
        return node.this, isinstance(node, exp.IgnoreNulls)
    inner = node.expressions[0] if isinstance(node, exp.Anonymous) and node.expressions else None
    if isinstance(inner, (exp.IgnoreNulls, exp.RespectNulls)):
        return exp.Anonymous(this=node.this, expressions=[inner.this.copy()]), isinstance(inner, exp.IgnoreNulls)
    return node, False


def _earlier(row: Row, now: Row) -> bool:
    assert row.time is not None
    assert now.time is not None
    return row.time < now.time


def _row_number(rows: list[Row], place: int) -> int:
    return place + 1


def _all_or_none(values: list[Any]) -> str | None:
    """Something that tells lists of values apart; None if one of them is."""
    return None if None in values else repr(values)


def _groups(node: exp.Select) -> bool:
    """Whether a SELECT from a window function groups its rows; without GROUP BY they are in windows as they are."""
    return bool(node.args.get("group"))


def _nth(number: int) -> Callable[[Row], Any]:
    return lambda row: row.values[number]


def _once(compute: Callable[[Row], Any]) -> Callable[[Row], Any]:
    """The same value, computed once for each row; rows are kept as long as the SELECT is."""
    known: dict[int, Any] = {}

    def of(row: Row) -> Any:
        if id(row) not in known:
            known[id(row)] = compute(row)
        return known[id(row)]

    return of
