"""Refuses what the parser understands and the binder does not read: nothing that is written may be ignored."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.dialect import WindowTvf
from sqlfeat.plan.report import Report

_READ: dict[type[exp.Expr], frozenset[str]] = {
    exp.Select: frozenset(
        "with_ expressions from_ joins where group having qualify windows distinct order limit offset".split()
    ),
    exp.Union: frozenset(("with_", "this", "expression", "distinct")),
    exp.Subquery: frozenset(("this", "alias", "joins")),
    exp.With: frozenset(("expressions", "recursive")),
    exp.CTE: frozenset(("this", "alias")),
    exp.Table: frozenset(("this", "db", "alias", "joins", "pivots", "sample")),
    exp.TableAlias: frozenset(("this", "columns")),
    exp.Unnest: frozenset(("expressions", "alias", "offset")),
    exp.Join: frozenset(("this", "on", "using", "side", "kind", "method")),
    exp.Group: frozenset(("expressions",)),
    exp.Window: frozenset(("this", "partition_by", "order", "spec", "alias", "over")),
    exp.WindowSpec: frozenset(("kind", "start", "start_side", "end", "end_side", "exclude")),
    exp.Order: frozenset(("this", "expressions")),
    exp.Ordered: frozenset(("this", "desc", "nulls_first")),
    exp.Anonymous: frozenset(("this", "expressions")),
    exp.Distinct: frozenset(("expressions",)),
    exp.Cast: frozenset(("this", "to")),
    exp.TryCast: frozenset(("this", "to", "safe", "requires_string")),
    exp.Between: frozenset(("this", "low", "high")),
    exp.In: frozenset(("this", "expressions", "query", "unnest", "field")),
    exp.Case: frozenset(("this", "ifs", "default")),
    exp.Column: frozenset(("this", "table", "db", "catalog")),
    exp.Star: frozenset(("except_", "replace", "rename")),
    WindowTvf: frozenset(("kind", "this", "descriptor", "expressions", "partition_by", "alias", "joins")),
}


def refuse_unread(tree: exp.Expr, report: Report) -> None:
    """Report every clause that would have no effect."""
    for node in tree.walk():
        read = _READ.get(type(node))
        for name, value in node.args.items() if read is not None else ():
            if value and read is not None and name not in read:
                what = name.strip("_").replace("_", " ").upper()
                place = value if isinstance(value, exp.Expr) else node
                report.add("SF0306", place, f"{what} is not in the language here", help="see the language reference")
