"""GROUP BY: keys, the columns left beside them, aggregates of groups."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import AggregateCall, Column, Expr
from sqlfeat.language.types import TIMESTAMP
from sqlfeat.plan.bind_call import bind_call
from sqlfeat.plan.bind_windows import grouped_again
from sqlfeat.plan.nodes import Plan, Schema, WindowAggregate
from sqlfeat.plan.scope import with_columns
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import WINDOW_TIME

WINDOW_COLUMNS = ("window_start", "window_end", "window_time")


class GroupBinder:
    """Binds what a SELECT groups by and what it makes of the groups."""

    def __init__(self, context: SelectContext) -> None:
        self._context = context
        self._report = context.report
        self._calls: dict[str, AggregateCall] = {}
        self._key_items: list[tuple[str, Expr]] = []
        self._inside_aggregate = False
        self._keys_known = False

    def bind_keys(self, group: exp.Expr | None) -> None:
        """Bind the keys of GROUP BY.

        Raises:
            BindError: after reporting what is wrong.
        """
        self._check_ends(group)
        self._check_group(group)
        context = self._context
        for node in group.expressions if group else []:
            if isinstance(node, exp.Column) and node.name.lower() in WINDOW_COLUMNS:
                continue
            expr = context.key(node)
            name = expr.name if isinstance(expr, Column) else f"__group_{len(context.group_keys) + 1}"
            if not isinstance(expr, Column):
                self._key_items.append((name, expr))
            context.group_keys[_normal(node)] = Column(name, expr.type, expr.nullable)
        self._keys_known = True
        window = context.window
        if window is not None and window.kind == "SESSION" and set(context.group_names) != set(window.partition):
            raise self._report.fail(
                "SF0407",
                group,
                "sessions are grouped by the keys they are partitioned by",
                help="write SESSION(TABLE t PARTITION BY k, ...) and GROUP BY k, window_start, window_end",
            )

    def key(self, node: exp.Expr) -> Column | None:
        """The column of a GROUP BY key, outside of aggregates."""
        if not self._context.grouping or self._inside_aggregate:
            return None
        return self._context.group_keys.get(_normal(node))

    def column(self, node: exp.Column) -> Column:
        """The column a name stands for at this point of the SELECT."""
        context = self._context
        if not context.grouping or self._inside_aggregate:
            return context.scope.resolve(node, self._report)
        name = node.name.lower()
        if name in WINDOW_COLUMNS:
            return Column(WINDOW_TIME if name == "window_time" else name, TIMESTAMP, nullable=False)
        found = context.scope.resolve(node, self._report)
        if found.name in context.group_names or not self._keys_known:
            return found
        raise self._report.fail(
            "SF0309", node, f"column `{node.name}` is neither a GROUP BY key nor in an aggregate",
            help="add it to GROUP BY or aggregate it",
        )  # fmt: skip

    def aggregate(self, node: exp.Expr) -> Column:
        """The column of an aggregate of groups; the same text gives the same column."""
        text = written(node)
        if text in self._calls:
            return self._calls[text].column
        if not self._context.grouping:
            raise self._report.fail(
                "SF0406", node, "an aggregate over a stream needs a window",
                help="add OVER (PARTITION BY ... ORDER BY EVENT_TIME RANGE ...), or GROUP BY over TABLE(TUMBLE(...))",
            )  # fmt: skip
        if self._inside_aggregate:
            raise self._report.fail("SF0309", node, "an aggregate inside an aggregate", help="use a subquery")
        self._inside_aggregate = True
        try:
            call = bind_call(self._context, node, f"__agg_{len(self._calls) + 1}", grouped=True)
        finally:
            self._inside_aggregate = False
        self._calls[text] = call
        return call.column

    def grouped(self, plan: Plan) -> Plan:
        """The relation of the groups."""
        if self._key_items:
            plan = with_columns(plan, self._key_items)
        keys = self._context.group_names
        stamps = tuple(Column(name, TIMESTAMP, nullable=False) for name in ("window_start", "window_end", WINDOW_TIME))
        calls = tuple(self._calls.values())
        columns = (*(plan.schema.column(key) for key in keys), *stamps, *(call.column for call in calls))
        return WindowAggregate(plan, self._context.window, keys, calls, Schema(columns, WINDOW_TIME, ()))

    def _check_ends(self, group: exp.Expr | None) -> None:
        if self._context.window is None and not grouped_again(self._context.scope, group):
            raise self._report.fail(
                "SF0406",
                group,
                "GROUP BY over a stream without a window would never be finished",
                help="group over TABLE(TUMBLE(...)), or use an aggregate OVER a window",
            )

    def _check_group(self, group: exp.Expr | None) -> None:
        for node in group.walk() if group is not None else ():
            if isinstance(node, (exp.Rollup, exp.Cube, exp.GroupingSets)):
                raise self._report.fail(
                    "SF0306", node, "one row per group of several groupings would have no key in some of them",
                    help="write a model of its own for each grouping",
                )  # fmt: skip
        named = {node.name.lower() for node in group.expressions} if group is not None else set()
        if not {"window_start", "window_end"} <= named:
            raise self._report.fail(
                "SF0407",
                group or self._context.select.args["from_"],
                "a row of a window function is in a window; without both its ends in GROUP BY windows would run "
                "together",
                help="write GROUP BY window_start, window_end and the keys",
            )


def _normal(node: exp.Expr) -> str:
    """The SQL with names as they are compared; texts keep their case."""
    copy = node.copy()
    for name in copy.find_all(exp.Identifier):
        name.replace(exp.Identifier(this=name.name.lower(), quoted=True))
    return written(copy)
