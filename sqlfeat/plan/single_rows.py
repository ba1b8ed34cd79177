"""The names of expressions that see one row at a time: those in ON and UNNEST."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.expr import Column
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope


class SingleRows:
    """The columns of a scope, without aggregates."""

    def __init__(self, scope: Scope, clause: str, report: Report) -> None:
        self._scope = scope
        self._clause = clause
        self._report = report

    def column(self, node: exp.Column) -> Column:
        """The column a name stands for."""
        return self._scope.resolve(node, self._report)

    def aggregate(self, node: exp.Expr) -> Column:
        """None: reported.

        Raises:
            BindError: always.
        """
        raise self._report.fail("SF0408", node, f"{self._clause} sees single rows", help="aggregate in a subquery")

    def replaced(self, node: exp.Expr) -> Column | None:  # noqa: ARG002 - of the protocol
        """None: no expression has a column already."""
        return None
