"""GROUP BY by numbers, by names of the select list, and ALL: the expressions that these stand for."""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from sqlfeat.language.registry import AGGREGATES
from sqlfeat.plan.report import Report


def named_keys(select: exp.Select, hidden: Collection[str], report: Report) -> exp.Group | None:
    """GROUP BY with every key written out.

    Args:
        select: of whose select list numbers and names are.
        hidden: names in lower case that are columns, which come before names of the select list.
        report: takes the problems.

    Raises:
        BindError: after reporting a number that no column of the select list has.
    """
    group = select.args.get("group")
    if group is None:
        return None
    if group.args.get("all"):
        keys = [item.unalias() for item in select.expressions if not is_aggregated(item)]
        return exp.Group(expressions=[key.copy() for key in keys])
    items = {item.alias.lower(): item.this for item in select.expressions if isinstance(item, exp.Alias)}

    def meant(node: exp.Expr) -> exp.Expr:
        name = node.name.lower() if isinstance(node, exp.Column) and not node.table else ""
        return exp.Paren(this=items[name].copy()) if name in items and name not in hidden else node

    named: exp.Group = group.transform(meant)
    named.set("expressions", [_numbered(select, key, report) for key in named.expressions])
    return named


def _numbered(select: exp.Select, key: exp.Expr, report: Report) -> exp.Expr:
    if not isinstance(key, exp.Literal) or key.is_string:
        return key
    items, number = select.expressions, int(key.name) if key.name.isdigit() else 0
    if not 0 < number <= len(items):
        raise report.fail(
            "SF0309", key, f"the select list has no column number {key.name}", help=f"write a number up to {len(items)}"
        )
    if any(item.is_star for item in items[:number]):
        raise report.fail("SF0309", key, "columns are not numbered behind `*`", help="write the name of the column")
    chosen: exp.Expr = items[number - 1].unalias().copy()
    return chosen


def is_aggregated(item: exp.Expr) -> bool:
    """Whether it is computed of a group, or of the rows of a window over groups."""
    names = {str(function.this).upper() for function in item.find_all(exp.Anonymous)}
    return item.find(exp.Window) is not None or bool(names & set(AGGREGATES))
