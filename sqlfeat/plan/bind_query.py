"""Queries: SELECT, UNION ALL and WITH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.language.expr import Column, Expr, Literal
from sqlfeat.language.operation import TypeMismatch
from sqlfeat.language.types import INT, DataType, Kind
from sqlfeat.language.typing import common_type, convert
from sqlfeat.plan.bind_from import Ctes, FromBinder, column_names
from sqlfeat.plan.bind_select import SelectBinder
from sqlfeat.plan.catalog import Catalog
from sqlfeat.plan.distinct_rows import each_once
from sqlfeat.plan.nodes import Plan, Project, Schema, UnionAll
from sqlfeat.plan.projection import project
from sqlfeat.plan.report import BindError, Report

if TYPE_CHECKING:
    from collections.abc import Iterator


class QueryBinder:
    """Binds the query of one model."""

    def __init__(self, catalog: Catalog, report: Report) -> None:
        self._catalog = catalog
        self._report = report

    def bind(self, node: exp.Expr, ctes: Ctes | None = None, *, in_union: bool = False) -> Plan:
        """The plan of a query.

        Args:
            node: the query.
            ctes: the relations that WITH has named around it.
            in_union: it is a branch of UNION, whose NULL columns have the types of the other branches.

        Raises:
            BindError: after reporting what is wrong.
        """
        ctes = dict(ctes or {})
        if clause := node.args.get("with_"):
            if clause.args.get("recursive"):
                raise self._report.fail("SF0306", clause, "WITH RECURSIVE is not in the language")
            for cte in clause.expressions:
                ctes[cte.alias.lower()] = self._renamed(self.bind(cte.this, ctes), cte)
        match node:
            case exp.Subquery():
                return self.bind(node.this, ctes, in_union=in_union)
            case exp.Union():
                return self._union(node, ctes)
            case exp.Select():
                plan = self._select(node, ctes)
                return plan if in_union else self._typed(plan, node)
            case _:
                raise self._report.fail(
                    "SF0306",
                    node,
                    "a model is one SELECT or UNION of them",
                    help="write a join for INTERSECT and EXCEPT",
                )

    def _renamed(self, plan: Plan, cte: exp.CTE) -> Plan:
        """The relation with the names of `WITH t(a, b)`."""
        shown = [column for column in plan.schema.columns if not column.name.startswith("__")]
        names = column_names(cte, [column.name for column in shown], self._report)
        if names == [column.name for column in shown]:
            return plan
        return project(plan, list(zip(names, shown, strict=True)))

    def _select(self, node: exp.Select, ctes: Ctes) -> Plan:
        source = FromBinder(self._catalog, ctes, self._report, self.bind).bind(node)
        return SelectBinder(node, source, self._report).bind()

    def _union(self, node: exp.Union, ctes: Ctes) -> Plan:
        first, *others = _branches(node)
        branches = [self.bind(side, ctes, in_union=True) for side in (first, *map(_named, others))]
        try:
            united = unite(branches)
        except TypeMismatch as mismatch:
            raise self._report.fail("SF0303", node, f"UNION {mismatch}") from None
        self._check_order(node, united)
        self._typed(united, first)
        return each_once(united, node, self._report) if node.args.get("distinct") else united

    def _typed(self, plan: Plan, place: exp.Expr) -> Plan:
        """The plan, after a look for columns of which only NULL is known.

        Raises:
            BindError: after reporting them.
        """
        untyped = [column.name for column in plan.schema.columns if column.type.kind is Kind.NULL]
        for name in untyped:
            item = next((item for item in place.expressions if item.alias_or_name == name), place)
            self._report.add("SF0303", item, f"column `{name}` is NULL without a type", help="write CAST(NULL AS type)")
        if untyped:
            raise BindError
        return plan

    def _check_order(self, node: exp.Union, plan: Plan) -> None:
        """ORDER BY changes nothing: a view is a set of rows. The columns it names are there all the same."""
        known = [name for name in plan.schema.names if not name.startswith("__")]
        order = node.args.get("order")
        for column in order.find_all(exp.Column) if order else ():
            if column.name.lower() not in {name.lower() for name in known}:
                raise self._report.unknown("SF0301", column, "column", column.name, known)


def _branches(union: exp.Union) -> Iterator[exp.Expr]:
    """What is united, with the branches of UNIONs of the same kind inside of it that have no names of their own."""
    for side in (union.this, union.expression):
        same = isinstance(side, exp.Union) and bool(side.args.get("distinct")) is bool(union.args.get("distinct"))
        yield from _branches(side) if same and not side.args.get("with_") else [side]


def _named(branch: exp.Expr) -> exp.Expr:
    """A branch behind the first, whose columns need no names and none of their own."""
    while isinstance(branch, exp.Subquery) and not branch.args.get("with_"):
        branch = branch.this
    if not isinstance(branch, exp.Select):
        return branch
    items = [
        item
        if item.is_star
        else exp.Alias(this=item.unalias(), alias=exp.to_identifier(f"column {number}", quoted=True))
        for number, item in enumerate(branch.expressions, 1)
    ]
    branch.set("expressions", items)
    return branch


def unite(branches: list[Plan]) -> UnionAll:
    """UNION ALL by position; ties between branches are broken by the order of the branches."""
    shown = [[c for c in plan.schema.columns if not c.name.startswith("__")] for plan in branches]
    if len({len(columns) for columns in shown}) != 1:
        raise TypeMismatch(f"has branches of {' and '.join(str(len(columns)) for columns in shown)} columns")
    times = {_position(plan, columns) for plan, columns in zip(branches, shown, strict=False)}
    if len(times) != 1:
        raise TypeMismatch("has the event time in different columns of its branches")
    orders = {tuple(plan.schema.column(name).type for name in plan.schema.order) for plan in branches}
    ordered = len(orders) == 1 and bool(next(iter(orders)))
    targets = [common_type([columns[i].type for columns in shown]) for i in range(len(shown[0]))]
    names = [column.name for column in shown[0]]
    inputs = tuple(
        _branch(plan, list(map(_converted, columns, targets)), names, index, ordered=ordered)
        for index, (plan, columns) in enumerate(zip(branches, shown, strict=False))
    )
    first = inputs[0].schema
    merged = tuple(
        Column(column.name, column.type, any(branch.schema.columns[i].nullable for branch in inputs))
        for i, column in enumerate(first.columns)
    )
    return UnionAll(inputs, Schema(merged, first.event_time, first.order))


def _converted(column: Column, target: DataType) -> Expr:
    return Literal(None, target) if column.type.kind is Kind.NULL else convert(column, target)


def _position(plan: Plan, shown: list[Column]) -> int | None:
    names = [column.name for column in shown]
    return names.index(plan.schema.event_time) if plan.schema.event_time in names else None


def _branch(plan: Plan, values: list[Expr], names: list[str], index: int, *, ordered: bool) -> Plan:
    below = plan.schema
    items = list(zip(names, values, strict=False))
    event_time = None
    if below.event_time:
        positions = [
            i for i, value in enumerate(values) if isinstance(value, Column) and value.name == below.event_time
        ]
        event_time = names[positions[0]] if positions else "__event_time"
        if not positions:
            items.append((event_time, below.column(below.event_time)))
    order: list[str] = []
    if ordered:
        for number, name in enumerate(below.order, 1):
            order.append(f"__order_{number}")
            items.append((order[-1], below.column(name)))
        order.append(f"__order_{len(order) + 1}")
        items.append((order[-1], Literal(index, INT)))
    columns = tuple(Column(name, value.type, value.nullable) for name, value in items)
    return Project(plan, tuple(items), Schema(columns, event_time, tuple(order)))
