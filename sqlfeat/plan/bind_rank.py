"""ROW_NUMBER() that ranks the rows of each window, rather than following time."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Column
from sqlfeat.language.types import BIGINT
from sqlfeat.plan.bind_top import TopN, bind_top_n, is_ranking, is_top_n
from sqlfeat.plan.bind_windows import event_times, ranks_windows, row_keys
from sqlfeat.plan.group_checks import check_no_sessions
from sqlfeat.plan.nodes import EVERY_ROW, Plan, WindowRows, WindowTopN
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import windows_of


class RankBinder:
    """Binds the ranking of a SELECT, of which there is one."""

    def __init__(self, context: SelectContext) -> None:
        self._context = context
        self._top: TopN | None = None
        self._text = ""

    def is_rank(self, window: exp.Window) -> bool:
        """Whether OVER ranks the rows of each window."""
        if self._context.grouping:
            return is_top_n(window)
        scope, report = self._context.scope, self._context.report
        if not is_ranking(window) or windows_of(scope.plan) is None:
            return False
        columns = [node for node in window.args.get("partition_by") or [] if isinstance(node, exp.Column)]
        names = [scope.resolve(column, report).name for column in columns]
        first = order.expressions[0] if (order := window.args.get("order")) else None
        if first and not first.args.get("desc") and isinstance(first.this, exp.Column):
            follows_time = scope.resolve(first.this, report).name in event_times(scope.plan)
        else:
            follows_time = False
        return not follows_time and ranks_windows(scope.plan, names)

    def bind(self, window: exp.Window, text: str) -> Column:
        """The column with the number of the row in its window.

        Raises:
            BindError: after reporting what is wrong.
        """
        if self._top is None:
            self._top, self._text = self._bind(window), text
        if text != self._text:
            raise self._context.report.fail(
                "SF0402", window, "one SELECT ranks the rows of a window once", help="use a subquery"
            )
        return Column(self._top.rank, BIGINT, nullable=False)

    def ranked(self, plan: Plan) -> Plan:
        """The rows of each window, with their numbers."""
        if self._top is None:
            return plan
        rank = Column(self._top.rank, BIGINT, nullable=False)
        schema = replace(plan.schema, columns=(*plan.schema.columns, rank))
        return WindowTopN(plan, self._top.partition, self._top.order, EVERY_ROW, self._top.rank, schema)

    def _bind(self, window: exp.Window) -> TopN:
        context = self._context
        check_no_sessions(context, window)
        plan = context.scope.plan
        keys = context.group_names if context.grouping else row_keys(plan)
        rows = not context.grouping and isinstance(windows_of(plan), WindowRows)
        if rows and not plan.schema.order:
            raise context.report.fail(
                "SF0403", window, "rows that rank the same are in an order left to chance",
                help="declare `order_by: [event_time, id]` on the source, with columns that tell such rows apart",
            )  # fmt: skip
        ties = plan.schema.order if rows else ()
        return bind_top_n(window, keys, ties, context.expressions.bind, context.report)
