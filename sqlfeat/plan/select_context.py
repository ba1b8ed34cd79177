"""What the parts of one SELECT share while it is bound."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from sqlfeat.language.expr import Column, Expr
from sqlfeat.language.operation import TypeMismatch
from sqlfeat.language.types import BOOLEAN
from sqlfeat.language.typing import convert
from sqlfeat.plan.bind_expression import ExpressionBinder, is_untyped
from sqlfeat.plan.nodes import Filter, GroupWindow, Plan, filtered
from sqlfeat.plan.rank_uses import keeps_no_rank
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope


@dataclass(slots=True)
class SelectContext:
    """One SELECT and how far it is bound.

    Attributes:
        select: its SQL.
        scope: the relation so far, and the names for its columns.
        window: the window function in FROM that it groups by; None without.
        report: takes the problems.
        expressions: binds expressions where the SELECT stands now.
        grouping: whether it gives a row per group.
        window_conditions: those of WHERE that are about the windows, and asked of the groups.
        group_keys: columns of the GROUP BY keys by their SQL.
    """

    select: exp.Select
    scope: Scope
    window: GroupWindow | None
    report: Report
    expressions: ExpressionBinder
    grouping: bool = False
    window_conditions: list[exp.Expr] = field(default_factory=list)
    group_keys: dict[str, Column] = field(default_factory=dict)

    @property
    def group_names(self) -> tuple[str, ...]:
        """Names of the columns that tell the groups of a window apart, each once."""
        return tuple(dict.fromkeys(column.name for column in self.group_keys.values()))

    def boolean(self, node: exp.Expr) -> Expr:
        """The condition.

        Raises:
            BindError: after reporting that it is none.
        """
        condition = self.expressions.bind(node)
        try:
            return convert(condition, BOOLEAN)
        except TypeMismatch:
            raise self.report.fail("SF0303", node, f"a condition is BOOLEAN, not {condition.type}") from None

    def key(self, node: exp.Expr) -> Expr:
        """A key of a window or a group.

        Raises:
            BindError: after reporting that it has no type.
        """
        expr = self.expressions.bind(node)
        if is_untyped(expr.type):
            raise self.report.fail("SF0303", node, "NULL has no type as a key", help="write CAST(NULL AS type)")
        return expr

    def filtered(self, plan: Plan, condition: Expr, clause: str) -> Filter:
        """The rows of a relation that a clause keeps."""
        if keeps_no_rank(plan, condition):
            raise self.report.fail(
                "SF0402", self.select.args[clause], "the first row of a window has the number 1, so this keeps none",
                help="write <= 1",
            )  # fmt: skip
        return filtered(plan, condition)
