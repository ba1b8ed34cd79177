"""The rows of each window in an order: ROW_NUMBER() by something other than time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlglot import exp

from sqlfeat.language.expr import Column, Expr
from sqlfeat.plan.report import Report

RANK = "__rank"
_BOUNDS = ("window_start", "window_end")


@dataclass(frozen=True, slots=True)
class TopN:
    """What a window Top-N ranks by; see `nodes.WindowTopN`."""

    partition: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    rank: str = RANK


def is_ranking(window: exp.Window) -> bool:
    """Whether it is ROW_NUMBER."""
    function = window.this
    return isinstance(function, exp.Anonymous) and str(function.this).upper() == "ROW_NUMBER"


def is_top_n(window: exp.Window) -> bool:
    """Whether OVER ranks the rows of a window, rather than following time."""
    names = {column.name.lower() for column in window.args.get("partition_by") or []}
    return is_ranking(window) and set(_BOUNDS) <= names


def bind_top_n(
    window: exp.Window,
    keys: Sequence[str],
    ties: Sequence[str],
    bind: Callable[[exp.Expr], Expr],
    report: Report,
) -> TopN:
    """The ranking of a window.

    Args:
        window: the ROW_NUMBER() OVER (...).
        keys: GROUP BY keys; together with the window they tell the rows apart.
        ties: the event time of rows that are not grouped, and its tie-breakers, which do so.
        bind: binds an expression.
        report: takes the problems.

    Raises:
        BindError: after reporting what is missing.
    """
    partition = [_column(node, bind, report) for node in window.args.get("partition_by") or []]
    clause = window.args.get("order")
    order = [(_column(o.this, bind, report), bool(o.args.get("desc"))) for o in (clause.expressions if clause else [])]
    order += _ties(order, ties)
    undecided = [key for key in keys if key not in partition and key not in dict(order)]
    if undecided:
        raise report.fail(
            "SF0403", window, "rows that rank the same are in an order left to chance",
            help=f"add {', '.join(undecided)} to the ORDER BY of ROW_NUMBER()",
        )  # fmt: skip
    return TopN(tuple(partition), tuple(order))


def _ties(order: Sequence[tuple[str, bool]], ties: Sequence[str]) -> list[tuple[str, bool]]:
    """What decides between rows that rank the same: the last first if ranked by time and down, else the first."""
    downwards = bool(order) and bool(ties) and order[-1] == (ties[0], True)
    return [(name, downwards) for name in ties if name not in dict(order)]


def _column(node: exp.Expr, bind: Callable[[exp.Expr], Expr], report: Report) -> str:
    column = bind(node)
    if not isinstance(column, Column):
        raise report.fail(
            "SF0306", node, "rows of a window are ranked by columns", help="compute the value in a subquery"
        )
    return column.name
