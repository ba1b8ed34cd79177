"""`FROM a, b WHERE a.k = b.k`, and conditions of WHERE beside ON, as joins with their conditions in ON."""

from __future__ import annotations

from sqlglot import exp


def name_joins(tree: exp.Expr) -> None:
    """Give every inner join the conditions of WHERE that compare its table with those before it."""
    for select in list(tree.find_all(exp.Select)):
        where, joins = select.args.get("where"), select.args.get("joins") or []
        if where is None or not any(map(_is_inner, joins)):
            continue
        conditions = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
        seen = {select.args["from_"].this.alias_or_name.lower()}
        for join in joins:
            alias = join.this.alias_or_name.lower()
            mine = conditions if alias and _is_inner(join) else []
            own = [c for c in mine if alias in (of := _aliases(c)) and of - {alias} and of - {alias} <= seen]
            if own:
                conditions = [condition for condition in conditions if condition not in own]
                join.set("on", _all([*filter(None, [join.args.get("on")]), *own]))
            seen.add(alias)
        select.set("where", exp.Where(this=_all(conditions)) if conditions else None)


def _is_inner(join: exp.Join) -> bool:
    kind = str(join.args.get("kind") or "INNER")
    return (
        isinstance(join.this, (exp.Table, exp.Subquery))
        and kind == "INNER"
        and not any(join.args.get(part) for part in ("using", "side", "method"))
        and not join.this.args.get("version")
    )


def _aliases(condition: exp.Expr) -> set[str]:
    """The tables a condition names."""
    return {column.table.lower() for column in condition.find_all(exp.Column)}


def _all(conditions: list[exp.Expr]) -> exp.Expr:
    result = conditions[0]
    for condition in conditions[1:]:
        result = exp.And(this=result, expression=condition)
    return result
