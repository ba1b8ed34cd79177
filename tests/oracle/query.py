"""Queries: FROM with joins and window functions, UNION ALL, WITH."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlglot import exp, parse_one

from sqlfeat.language.dialect import Sqlfeat, WindowTvf
from sqlfeat.language.types import BIGINT
from sqlfeat.plan.spellings import respell
from tests.oracle.expressions import interval_ms, sql_of
from tests.oracle.relation import Field, Relation, Row
from tests.oracle.select import Select
from tests.oracle.values import NotInterpreted, common, converted, hashable
from tests.oracle.windows import FORGETS, Windows

Relations = Mapping[str, Relation]
_NOT_INTERPRETED: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Table: ("version",), exp.Star: ("except_", "replace", "rename"), exp.Order: ("this",),
}  # fmt: skip


def interpret(sql: str, relations: Relations, state_ttl_ms: int | None = None) -> Relation:
    """The rows that a query of the authoring dialect gives.

    Args:
        sql: rendered, so sources are names in two parts and refs are names.
        relations: what they are, by lower-case name: `group.source` or `model`.
        state_ttl_ms: how far back windows without a far edge and as-of joins reach; None is to the beginning.

    Raises:
        NotInterpreted: the oracle does not know some part of it.
    """
    tree = parse_one(sql, dialect=Sqlfeat)
    respell(tree)
    for node in tree.walk():
        if unknown := [name for name in _NOT_INTERPRETED.get(type(node), ()) if node.args.get(name)]:
            raise NotInterpreted(f"{unknown[0]} of {type(node).__name__}")
        if state_ttl_ms is not None and isinstance(node, (exp.Window, exp.Join)):
            node.meta[FORGETS] = state_ttl_ms
    return _query(tree, dict(relations))


def _query(node: exp.Expr, known: dict[str, Relation]) -> Relation:
    if clause := node.args.get("with_"):
        known = dict(known)
        for cte in clause.expressions:
            names = [column.name for column in cte.args["alias"].args.get("columns") or []]
            known[cte.alias.lower()] = _query(cte.this, known).renamed(names)
    match node:
        case exp.Subquery():
            return _query(node.this, known)
        case exp.Union():
            united = _union([_query(branch, known) for branch in _branches(node)])
            return _each_once(united) if _distinct(node) else united
        case exp.Select():
            selected = _select(node, known)
            return _each_once(selected) if _distinct(node) else selected
    raise NotInterpreted(f"`{sql_of(node)}`")


def _distinct(node: exp.Expr) -> bool:
    return bool(node.args.get("distinct"))


def _each_once(relation: Relation) -> Relation:
    """Of equal rows of one time the first."""
    kept: dict[Any, Row] = {}
    for row in sorted(relation.rows, key=lambda row: row.place):
        kept.setdefault((row.time, hashable(list(row.values))), row)
    return replace(relation, rows=list(kept.values()))


def _branches(union: exp.Union) -> Iterator[exp.Expr]:
    for side in (union.this, union.expression):
        one = isinstance(side, exp.Union) and not side.args.get("with_") and _distinct(side) is _distinct(union)
        yield from _branches(side) if one else [side]


def _union(branches: list[Relation]) -> Relation:
    """By position; of rows that tie in everything, those of the earlier branch come first."""
    types = [common([f.type for f in column]) for column in zip(*(b.fields for b in branches), strict=True)]
    rows = [
        Row(tuple(map(converted, row.values, (f.type for f in branch.fields), types)), row.time, (*row.tie, number))
        for number, branch in enumerate(branches)
        for row in branch.rows
    ]
    return Relation(tuple(Field("", f.name, t) for f, t in zip(branches[0].fields, types, strict=True)), rows)


def _select(node: exp.Select, known: dict[str, Relation]) -> Relation:
    table = node.args["from_"].this
    joins = [*(table.args.get("joins") or []), *(node.args.get("joins") or [])]
    if isinstance(table, WindowTvf):
        if joins:
            raise NotInterpreted("a join of a window function")
        source = _table(table.this, known)
        source = source.called(table.alias or table.this.alias or table.this.name)
        keys = [source.find(key) for key in table.args.get("partition_by") or []]
        windows = Windows(table.args["kind"], tuple(interval_ms(size) for size in table.expressions))
        partition = [key for key in keys if key is not None]
        return Select(node, source, windows, partition, lambda searched: _table(searched, known)).result()
    relation = _table(table, known)
    for join in joins:
        relation = _join(relation, join, known)
    return Select(node, relation, None, [], lambda searched: _table(searched, known)).result()


def _table(node: exp.Expr, known: dict[str, Relation]) -> Relation:
    match node:
        case exp.Table():
            name = ".".join(part for part in (node.db, node.name) if part).lower()
            if name not in known:
                raise NotInterpreted(f"the relation {name}")
            found = known[name].called(node.alias or node.name)
        case exp.Subquery():
            found = _query(node.this, known).called(node.alias or "subquery")
        case _:
            raise NotInterpreted(f"`{sql_of(node)}` in FROM")
    alias = node.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return found.renamed([column.name for column in columns or []])


def _join(left: Relation, join: exp.Join, known: dict[str, Relation]) -> Relation:
    side, kind = str(join.args.get("side") or ""), str(join.args.get("kind") or "")
    if isinstance(join.this, exp.Unnest) and kind == "CROSS" and not side:
        return _unnest(left, join.this)
    if kind in ("SEMI", "ANTI"):
        right = _table(join.this, known)
        pairs = _Pairs(left, right, join)
        kept = [row for row in left.rows if any(pairs.match(row, other) for other in right.rows) is (kind == "SEMI")]
        return replace(left, rows=kept)
    if side not in ("", "LEFT", "RIGHT") or kind not in ("", "INNER", "OUTER"):
        raise NotInterpreted(f"a {side} {kind} join")
    right = _table(join.this, known)
    if side == "RIGHT":
        return _turned(left, right, join)
    pairs = _Pairs(left, right, join)
    rows: list[Row] = []
    for row in left.rows:
        found = [other for other in right.rows if pairs.match(row, other)]
        if str(join.args.get("method") or "") == "ASOF":
            found = [other for other in sorted(found, key=lambda other: other.place)[-1:] if _known(row, other, join)]
        rows += [_pair(row, other) for other in found]
        if not found and side == "LEFT":
            rows.append(_without(row, right))
    using = {key.name.lower() for key in join.args.get("using") or []}
    fields = (*left.fields, *(replace(f, merged=f.name.lower() in using) for f in right.fields))
    looked_up = str(join.args.get("method") or "") == "ASOF" or any(row.time is None for row in right.rows)
    return Relation(fields, [_as_left(row) for row in rows] if looked_up else rows)


def _known(row: Row, other: Row, join: exp.Join) -> bool:
    """Whether a model that forgets still knows the row that it finds."""
    forgets_ms = join.meta.get(FORGETS)
    assert row.time is not None
    assert other.time is not None
    return forgets_ms is None or row.time - other.time <= forgets_ms


def _turned(left: Relation, right: Relation, join: exp.Join) -> Relation:
    """A RIGHT join: every right row with the left rows it meets, or alone."""
    if join.args.get("using"):
        raise NotInterpreted("a RIGHT join with USING")
    pairs, rows = _Pairs(left, right, join), []
    nothing = tuple(None for _ in left.fields)
    for other in right.rows:
        found = [_pair(other, row) for row in left.rows if pairs.match(row, other)]
        rows += found or [_without(other, left)]
    width = len(right.fields)
    for row in rows:
        row.values = (*(row.values[width:] or nothing), *row.values[:width])
    looked_up = any(row.time is None for row in left.rows)
    return Relation((*left.fields, *right.fields), [_as_left(row) for row in rows] if looked_up else rows)


def _pair(left: Row, right: Row) -> Row:
    """Two rows joined: at the time of the later, in the order of the left rows and then of the right ones."""
    pair = Row((*left.values, *right.values), None, ())
    if right.time is None or left.time is None:
        pair.time, pair.tie = left.time, left.tie
    else:
        pair.time, pair.tie = max(left.time, right.time), (left.time, *left.tie, right.time, *right.tie)
    pair.members = [left]
    return pair


def _as_left(pair: Row) -> Row:
    """What was looked up for a row has its place."""
    (left,) = pair.members
    return Row(pair.values, left.time, left.tie)


def _without(left: Row, right: Relation) -> Row:
    row = Row((*left.values, *(None for _ in right.fields)), left.time, (left.time, *left.tie))
    row.members = [left]
    return row


class _Pairs:
    """The condition of a join: equalities of columns, and comparisons of columns shifted by intervals."""

    def __init__(self, left: Relation, right: Relation, join: exp.Join) -> None:
        self._both = Relation((*left.fields, *right.fields), [])
        self._tests: list[tuple[type[exp.Expr], Any, Any]] = []
        using = join.args.get("using") or []
        for key in using:
            column = exp.Column(this=key.copy())
            first, second = left.column(column)[1], right.column(column)[1]
            width = len(left.fields)
            as_of = key is using[-1] and str(join.args.get("method") or "") == "ASOF" and not join.args.get("on")
            self._tests.append((exp.GTE if as_of else exp.EQ, first, _behind(second, width)))
        if join.args.get("on"):
            self._add(join.args["on"])

    def _add(self, node: exp.Expr) -> None:
        match node:
            case exp.Paren():
                self._add(node.this)
            case exp.And():
                self._add(node.this)
                self._add(node.expression)
            case exp.Between():
                self._tests.append((exp.GTE, self._side(node.this), self._side(node.args["low"])))
                self._tests.append((exp.LTE, self._side(node.this), self._side(node.args["high"])))
            case exp.EQ() | exp.GTE() | exp.GT() | exp.LTE() | exp.LT():
                self._tests.append((type(node), self._side(node.this), self._side(node.expression)))
            case _:
                self._tests.append((exp.EQ, self._side(node), lambda _: True))

    def _side(self, node: exp.Expr) -> Any:
        from tests.oracle.expressions import Expressions

        return Expressions(_Columns(self._both)).value(node).of

    def match(self, left: Row, right: Row) -> bool:
        both = Row((*left.values, *right.values), left.time)
        for kind, first, second in self._tests:
            a, b = first(both), second(both)
            if a is None or b is None or not _HOLDS[kind](a, b):
                return False
        return True


def _behind(of: Any, width: int) -> Any:
    return lambda row: of(Row(row.values[width:], row.time))


_HOLDS: dict[type[exp.Expr], Any] = {
    exp.EQ: lambda a, b: a == b, exp.GTE: lambda a, b: a >= b, exp.GT: lambda a, b: a > b,
    exp.LTE: lambda a, b: a <= b, exp.LT: lambda a, b: a < b,
}  # fmt: skip


class _Columns:
    """Names of columns only."""

    def __init__(self, relation: Relation) -> None:
        self._relation = relation

    def column(self, node: exp.Column) -> Any:
        from tests.oracle.expressions import Value

        return Value(*self._relation.column(node))

    def aggregate(self, node: exp.Expr) -> Any:
        raise NotInterpreted(f"`{sql_of(node)}` in ON")

    def replaced(self, node: exp.Expr) -> Any:
        return None


def _unnest(left: Relation, node: exp.Unnest) -> Relation:
    from tests.oracle.expressions import Expressions

    value = Expressions(_Columns(left)).value(node.expressions[0])
    array, of = value.type, value.of
    alias = node.args["alias"]
    names = [column.name for column in alias.args.get("columns") or []]
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):
        names.append(offset.name)
    assert array.element is not None
    fields = [Field(alias.name, name, kind) for name, kind in zip(names, (array.element, BIGINT), strict=False)]
    rows = [
        Row((*row.values, *((element, position)[: len(fields)])), row.time, (*row.tie, position))
        for row in left.rows
        for position, element in enumerate(of(row) or [], 1)
    ]
    return Relation((*left.fields, *fields), rows)
