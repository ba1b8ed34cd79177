"""The select list: names of computed columns, `*` and what EXCLUDE, REPLACE and RENAME make of it."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.expr import Expr
from sqlfeat.plan.report import BindError
from sqlfeat.plan.select_context import SelectContext


def bind_items(context: SelectContext) -> list[tuple[str, Expr]]:
    """Names and expressions of the select list; what is wrong with each item is reported.

    Raises:
        BindError: after reporting it.
    """
    items: list[tuple[str, Expr]] = []
    seen: set[str] = set()
    failed = False
    for node in context.select.expressions:
        try:
            for name, expr in _bind_item(context, node):
                if name.lower() in seen:
                    raise context.report.fail(
                        "SF0307", node, f"two columns are named `{name}`", help="give one another name with AS"
                    )
                seen.add(name.lower())
                items.append((name, expr))
        except BindError:
            failed = True
    if failed:
        raise BindError
    return items


def _bind_item(context: SelectContext, node: exp.Expr) -> list[tuple[str, Expr]]:
    if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
        return _star(context, node)
    expr = context.expressions.bind(node)
    name = node.alias if isinstance(node, exp.Alias) else node.name if isinstance(node, exp.Column) else ""
    if not name:
        raise context.report.fail("SF0308", node, "a computed column needs a name", help="add AS name")
    if name.startswith("__"):
        raise context.report.fail("SF0308", node, "names beginning with `__` are the compiler's own")
    return [(name, expr)]


def _star(context: SelectContext, node: exp.Expr) -> list[tuple[str, Expr]]:
    if context.grouping:
        raise context.report.fail("SF0306", node, "`*` has no meaning under GROUP BY", help="list the columns")
    star = node.this if isinstance(node, exp.Column) else node
    alias = node.table.lower() if isinstance(node, exp.Column) else ""
    chosen = [v for v in context.scope.visible if v.is_meant(alias)]
    if not chosen:
        known = sorted({v.alias for v in context.scope.visible})
        raise context.report.unknown("SF0305", node, "relation", alias, known)
    return _changed(context, star, [(v.name, v.column) for v in chosen])


def _changed(context: SelectContext, star: exp.Expr, items: list[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
    """The columns of `*` with what EXCLUDE, REPLACE and RENAME make of them."""
    excluded = {column.name.lower(): column for column in star.args.get("except_") or []}
    replaced = {item.alias.lower(): item for item in star.args.get("replace") or []}
    renamed = {item.this.name.lower(): item for item in star.args.get("rename") or []}
    names = [name for name, _ in items]
    for name, item in (*excluded.items(), *replaced.items(), *renamed.items()):
        if name not in {known.lower() for known in names}:
            raise context.report.unknown("SF0301", item, "column", name, names)
    return [
        (
            renamed[name.lower()].alias if name.lower() in renamed else name,
            context.expressions.bind(replaced[name.lower()].this) if name.lower() in replaced else column,
        )
        for name, column in items
        if name.lower() not in excluded
    ]
