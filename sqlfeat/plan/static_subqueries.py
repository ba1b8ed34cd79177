"""`IN`, `EXISTS` and scalar subqueries over static tables, as lookups of the row with the table's unique key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.registry import AGGREGATES
from sqlfeat.language.types import BOOLEAN
from sqlfeat.plan.bind_join import bind_join
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope
from sqlfeat.plan.static_views import static_view

_Subquery = exp.In | exp.Exists | exp.Subquery


@dataclass(frozen=True, slots=True)
class _Asked:
    """A subquery over a static table.

    Attributes:
        node: where it stands.
        select: the subquery.
        table: its table, under a name that only the compiler uses.
        key: a column that is there if a row is found.
    """

    node: _Subquery
    select: exp.Select
    table: Scope
    key: exp.Column


def semi_joins(select: exp.Select, table: Callable[[exp.Table], Scope]) -> None:
    """Write SEMI and ANTI joins to static tables as EXISTS in WHERE."""
    for join in list(select.args.get("joins") or []):
        kind, on = str(join.args.get("kind") or ""), join.args.get("on")
        if kind not in ("SEMI", "ANTI") or not on or not isinstance(join.this, exp.Table):
            continue
        if table(join.this).plan.schema.event_time is not None:
            continue
        searched = exp.Select(
            expressions=[exp.Literal.number(1)], from_=exp.From(this=join.this.copy()), where=exp.Where(this=on.copy())
        )
        found: exp.Expr = exp.Exists(this=searched)
        condition = found if kind == "SEMI" else exp.Not(this=found)
        where = select.args.get("where")
        both = exp.And(this=exp.Paren(this=where.this), expression=condition) if where else condition
        join.pop()
        select.set("where", exp.Where(this=both))


def look_up(select: exp.Select, scope: Scope, table: Callable[[exp.Table], Scope], report: Report) -> Scope:
    """The relation with what the subqueries of a SELECT find; they themselves become expressions of it.

    Args:
        select: changed in place.
        scope: the relation of its FROM.
        table: binds the table of a subquery.
        report: takes the problems.

    Raises:
        BindError: after reporting a subquery that finds several rows.
    """
    clauses = [part for name, part in select.args.items() if name not in ("from_", "joins", "with_")]
    nodes = [n for part in clauses for item in (part if isinstance(part, list) else [part]) for n in _within(item)]
    known: dict[str, exp.Expr] = {}
    for number, node in enumerate(nodes, 1):
        text = written(node)
        if text in known:
            node.replace(known[text].copy())
            continue
        if (asked := _asked(node, f"__in_{number}", table, report)) is None:
            continue
        join = exp.Join(this=asked.select.args["from_"].this.copy(), side="LEFT", on=_condition(asked, report))
        join.parent = node.parent
        scope = bind_join(scope, asked.table, join, report)
        known[text] = _answer(asked)
        node.replace(known[text].copy())
    return scope


def _within(part: object) -> list[_Subquery]:
    """The subqueries of a clause that stand in no other SELECT."""
    if not isinstance(part, exp.Expr):
        return []
    found = [n for n in part.find_all(exp.In, exp.Exists, exp.Subquery) if isinstance(n, _Subquery)]
    found = [n for n in found if not isinstance(n.parent, exp.In)]
    top = part.parent_select if not isinstance(part, exp.Select) else part
    return [n for n in found if n.parent_select is top]


def _asked(node: _Subquery, alias: str, table: Callable[[exp.Table], Scope], report: Report) -> _Asked | None:
    """What a node asks of a static table; None if it asks something else."""
    query = node.args.get("query") if isinstance(node, exp.In) else node.this
    select = query.unnest() if isinstance(query, exp.Subquery) else query
    source = select.args.get("from_") if isinstance(select, exp.Select) else None
    if not isinstance(select, exp.Select) or source is None or not isinstance(source.this, exp.Table):
        return None
    scope = table(source.this)
    if scope.plan.schema.event_time is not None:
        return None
    if not _is_plain(node, select):
        raise report.fail(
            "SF0306", node, "a subquery over a static table finds the one row with a unique key: it is a SELECT of a "
            "column FROM the table WHERE its key is given",
            help="write a JOIN for more columns; compute what is the same for all events when the table is made",
        )  # fmt: skip
    columns = {v.name.lower() for v in scope.visible}
    select = select.copy()
    for column in list(select.find_all(exp.Column)):
        own = column.table.lower() == source.this.alias_or_name.lower()
        if own or (not column.table and column.name.lower() in columns):
            column.set("table", exp.to_identifier(alias))
    hidden = replace(scope, visible=tuple(replace(v, alias=alias, merged=True) for v in scope.visible))
    view = static_view(scope.plan)
    unique = view.key if view else ()
    return _Asked(node, select, hidden, exp.column([*unique, *columns][0], table=alias))


def _is_plain(node: _Subquery, select: exp.Select) -> bool:
    """Whether it takes rows of one table as they are."""
    given = {name for name, value in select.args.items() if value}
    source = select.args["from_"].this
    computed = [n for item in select.expressions for n in item.find_all(exp.Window, exp.Anonymous)]
    return (
        given <= {"expressions", "from_", "where", "distinct"}
        and not source.args.get("joins")
        and (len(select.expressions) == 1 or isinstance(node, exp.Exists))
        and not any(isinstance(n, exp.Window) or str(n.this).upper() in AGGREGATES for n in computed)
        and (isinstance(node, exp.In) or bool(given & {"where"}))
    )


def _condition(asked: _Asked, report: Report) -> exp.Expr | None:
    """What makes a row of the table the one that is meant."""
    where = asked.select.args.get("where")
    condition: exp.Expr | None = where.this if where else None
    if not isinstance(asked.node, exp.In):
        return condition
    value = asked.select.expressions[0].unalias()
    known = {v.name.lower(): v.column for v in asked.table.visible}
    if isinstance(value, exp.Column) and (column := known.get(value.name.lower())) and column.nullable:
        raise report.fail(
            "SF0408", asked.node, f"`{value.name}` of the table may be NULL, and of NULL one does not know what it is",
            help="declare the column `nullable: false`, or write EXISTS",
        )  # fmt: skip
    equal = exp.EQ(this=asked.node.this.copy(), expression=value.copy())
    return exp.And(this=equal, expression=exp.Paren(this=condition)) if condition else equal


def _answer(asked: _Asked) -> exp.Expr:
    """What stands for the subquery."""
    found = exp.Not(this=exp.Is(this=asked.key.copy(), expression=exp.Null()))
    match asked.node:
        case exp.Exists():
            return exp.Paren(this=found)
        case exp.In():
            missing = exp.Is(this=asked.node.this.copy(), expression=exp.Null())
            nothing = exp.Cast(this=exp.Null(), to=exp.DataType.build(str(BOOLEAN)))
            return exp.Case(ifs=[exp.If(this=missing, true=nothing)], default=found)
        case _:
            return exp.Case(ifs=[exp.If(this=found, true=asked.select.expressions[0].unalias().copy())])
