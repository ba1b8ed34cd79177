"""`WHERE rn <= 3` above a subquery with ROW_NUMBER, as Flink writes Top-N, becomes QUALIFY in the subquery."""

from __future__ import annotations

from sqlglot import exp

_LIMITS = (exp.LTE, exp.LT, exp.EQ)
_BOUNDS = {"window_start", "window_end"}


def move_rank_limits(tree: exp.Expr) -> None:
    """Rewrite every SELECT whose WHERE limits the number that its subquery gives to the rows of a window."""
    for select in list(tree.find_all(exp.Select)):
        where, inner = select.args.get("where"), _inner(select, tree)
        if where is None or inner is None or inner.args.get("qualify"):
            continue
        ranks = {item.alias.lower() for item in inner.expressions if isinstance(item, exp.Alias) and _ranks(item.this)}
        conditions = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
        limits = [condition for condition in conditions if _limited(condition) in ranks]
        if limits:
            inner.set("qualify", exp.Qualify(this=limits[0].copy()))
            for column in inner.args["qualify"].find_all(exp.Column):
                column.set("table", None)


def _inner(select: exp.Select, tree: exp.Expr) -> exp.Select | None:
    """The SELECT below, if nothing else reads it."""
    source = select.args["from_"].this if select.args.get("from_") and not select.args.get("joins") else None
    if isinstance(source, exp.Subquery):
        return source.this if isinstance(source.this, exp.Select) else None
    if not isinstance(source, exp.Table) or source.args.get("db"):
        return None
    named = [cte.this for cte in tree.find_all(exp.CTE) if cte.alias.lower() == source.name.lower()]
    readers = [table for table in tree.find_all(exp.Table) if table.name.lower() == source.name.lower()]
    return named[0] if len(named) == len(readers) == 1 and isinstance(named[0], exp.Select) else None


def _ranks(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Window) or not isinstance(node.this, exp.Anonymous):
        return False
    names = {column.name.lower() for column in node.args.get("partition_by") or []}
    return str(node.this.this).upper() == "ROW_NUMBER" and names >= _BOUNDS


def _limited(condition: exp.Expr) -> str | None:
    """The column that a condition limits by a constant."""
    if not isinstance(condition, _LIMITS) or not isinstance(condition.expression, exp.Literal):
        return None
    return condition.this.name.lower() if isinstance(condition.this, exp.Column) else None
