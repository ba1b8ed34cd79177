"""IN, EXISTS and scalar subqueries over one table, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.language.types import BOOLEAN
from tests.oracle.expressions import Expressions, Value, sql_of
from tests.oracle.values import NotInterpreted

if TYPE_CHECKING:
    from tests.oracle.expressions import Names
    from tests.oracle.relation import Relation, Row


@dataclass(frozen=True)
class Pair:
    """A row of the table of a subquery, and the row that it is asked for."""

    inner: Row
    outer: Any


class _Both:
    """The names of the table, and behind them those around the subquery."""

    def __init__(self, table: Relation, outer: Names) -> None:
        self._table, self._outer = table, outer

    def column(self, node: exp.Column) -> Value:
        try:
            kind, of = self._table.column(node)
        except NotInterpreted:
            value = self._outer.column(node)
            return Value(value.type, lambda pair: value.of(pair.outer))
        return Value(kind, lambda pair: of(pair.inner))

    def aggregate(self, node: exp.Expr) -> Value:
        raise NotInterpreted(f"`{sql_of(node)}` in a subquery")

    def replaced(self, node: exp.Expr) -> Value | None:
        return None


def subquery(node: exp.Expr, outer: Names, table: Callable[[exp.Expr], Relation]) -> Value | None:
    """The value of a subquery; None if the node is none."""
    query = node.args.get("query") if isinstance(node, exp.In) else node.this
    select = query.unnest() if isinstance(query, exp.Subquery) else query
    if not isinstance(node, (exp.In, exp.Exists, exp.Subquery)) or not isinstance(select, exp.Select):
        return None
    if select.args.get("from_") is None:
        raise NotInterpreted(f"`{sql_of(node)}`")
    searched = table(select.args["from_"].this)
    inside = Expressions(_Both(searched, outer))
    where = select.args.get("where")
    condition = inside.value(where.this) if where else None

    def found(row: Any) -> list[Pair]:
        pairs = [Pair(inner, row) for inner in searched.rows]
        return [pair for pair in pairs if condition is None or condition.of(pair) is True]

    if isinstance(node, exp.Exists):
        return Value(BOOLEAN, lambda row: bool(found(row)))
    item = inside.value(select.expressions[0])
    if isinstance(node, exp.Subquery):
        return Value(item.type, lambda row: next((item.of(pair) for pair in found(row)), None))
    asked = Expressions(outer).value(node.this)

    def is_in(row: Any) -> bool | None:
        wanted = asked.of(row)
        return None if wanted is None else wanted in [item.of(pair) for pair in found(row)]

    return Value(BOOLEAN, is_in)
