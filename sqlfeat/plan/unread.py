"""Refuses what the parser understands and the binder does not read: nothing that is written may be ignored."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.dialect import WindowTvf
from sqlfeat.plan.report import Report

_READ: dict[type[exp.Expr], str] = {
    exp.Select: "with_ expressions from_ joins where group having qualify windows distinct order limit offset",
    exp.Union: "with_ this expression distinct order",
    exp.Subquery: "this alias joins",
    exp.With: "expressions recursive",
    exp.CTE: "this alias",
    exp.Table: "this db alias joins pivots sample version",
    exp.TableAlias: "this columns",
    exp.Unnest: "expressions alias offset",
    exp.Join: "this on using side kind method",
    exp.Group: "expressions all",
    exp.Window: "this partition_by order spec alias over",
    exp.WindowSpec: "kind start start_side end end_side exclude",
    exp.Order: "this expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Anonymous: "this expressions",
    exp.Distinct: "expressions on",
    exp.Cast: "this to",
    exp.TryCast: "this to safe requires_string",
    exp.Between: "this low high symmetric",
    exp.Extract: "this expression",
    exp.Bracket: "this expressions",
    exp.Slice: "this expression step",
    exp.JSONValue: "this path returning on_condition",
    exp.In: "this expressions query unnest field",
    exp.Case: "this ifs default",
    exp.Star: "except_ replace rename",
    WindowTvf: "kind this descriptor expressions partition_by alias joins",
}
"""What the binder reads of each node, or refuses itself; other nodes it refuses as a whole."""


def refuse_unread(tree: exp.Expr, report: Report) -> None:
    """Report every clause that would have no effect."""
    for node in tree.walk():
        read = _READ.get(type(node))
        if read is not None:
            for name in (name for name, value in node.args.items() if value and name not in read.split()):
                _refuse(name, node, report)


def _refuse(name: str, node: exp.Expr, report: Report) -> None:
    value = node.args[name]
    if name == "laterals":
        report.add("SF0306", value[0], "LATERAL VIEW is not in the language", help="write CROSS JOIN UNNEST(a) AS t(x)")
        return
    written = name.strip("_").replace("_", " ").upper()
    place = value if isinstance(value, exp.Expr) else node
    report.add("SF0306", place, f"{written} is not in the language here", help="see the language reference")
