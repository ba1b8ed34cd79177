"""One SELECT: WHERE, GROUP BY, window functions, QUALIFY and the select list, in the order SQL evaluates them."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Column, Expr, all_of
from sqlfeat.plan.bind_expression import ExpressionBinder
from sqlfeat.plan.bind_from import From
from sqlfeat.plan.bind_group import GroupBinder
from sqlfeat.plan.bind_over import merged_window
from sqlfeat.plan.bind_over_call import OverBinder
from sqlfeat.plan.bind_rank import RankBinder
from sqlfeat.plan.bind_where import bind_where, check_event_time
from sqlfeat.plan.bind_windows import in_windows, is_ungrouped
from sqlfeat.plan.distinct_rows import each_once
from sqlfeat.plan.group_checks import WINDOW_COLUMNS
from sqlfeat.plan.group_names import named_keys
from sqlfeat.plan.nodes import Plan
from sqlfeat.plan.projection import project
from sqlfeat.plan.report import Report
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.select_list import bind_items


class SelectBinder:
    """Binds one SELECT; is itself the `Names` of its expressions."""

    def __init__(self, select: exp.Select, source: From, report: Report) -> None:
        scope, window = source.scope, source.window
        if window and is_ungrouped(select):
            scope, window = in_windows(scope, window, select.args["from_"].this, report), None
        self._context = SelectContext(select, scope, window, report, ExpressionBinder(self, report))
        self._groups = GroupBinder(self._context)
        self._over = OverBinder(self._context)
        self._rank = RankBinder(self._context)

    def bind(self) -> Plan:
        """The plan of the SELECT.

        Raises:
            BindError: after reporting what is wrong.
        """
        context, select = self._context, self._context.select
        self._refuse_clauses()
        windows = {w.this.name.lower(): w for w in select.args.get("windows") or []}
        context.scope = replace(context.scope, windows=windows)
        context.scope = bind_where(context)
        check_event_time(context)
        group = named_keys(select, self._columns(), context.report)
        context.grouping = context.window is not None or group is not None
        if context.grouping:
            self._groups.bind_keys(group)
        items = bind_items(context)
        having = self._having()
        qualify = self._condition("qualify")
        self._check_order()
        return self._assemble(items, having, qualify)

    def replaced(self, node: exp.Expr) -> Column | None:
        """A GROUP BY key, outside of aggregates, or the later of the times of a pair, which is its event time."""
        return self._groups.key(node) or self._groups.grouping(node) or self._later(node)

    def _later(self, node: exp.Expr) -> Column | None:
        scope = self._context.scope
        if scope.later is None or not isinstance(node, exp.Anonymous) or str(node.this).upper() != "GREATEST":
            return None
        if not all(isinstance(item, exp.Column) for item in node.expressions):
            return None
        named = {scope.resolve(item, self._context.report).name for item in node.expressions}
        return scope.plan.schema.column(scope.plan.schema.event_time or "") if named == set(scope.later) else None

    def column(self, node: exp.Column) -> Column:
        """The column a name stands for at this point of the SELECT."""
        return self._groups.column(node)

    def aggregate(self, node: exp.Expr) -> Column:
        """The column of an aggregate; the same text gives the same column."""
        if not isinstance(node, exp.Window):
            return self._groups.aggregate(node)
        self._groups.check_keys(node)
        text = written(node)
        if (known := self._over.known(text)) is not None:
            return known
        window = merged_window(node, self._context.scope.windows, self._context.report)
        if self._groups.several:
            raise self._context.report.fail(
                "SF0306", node, "a window function over several groupings is not in the language: rows of two of them "
                "may have the same keys",
                help="group once, in a subquery, for each of them",
            )  # fmt: skip
        if self._rank.is_rank(window):
            return self._rank.bind(window, text)
        return self._over.bind(node, window, text)

    def _refuse_clauses(self) -> None:
        context = self._context
        if not context.select.expressions:
            raise context.report.fail("SF0300", context.select, "nothing is selected", help="list the columns")
        for clause in ("limit", "offset"):
            if node := context.select.args.get(clause):
                raise context.report.fail(
                    "SF0306", node, f"{clause.upper()} counts rows of a stream that has no last one",
                    help="rank the rows of windows: QUALIFY ROW_NUMBER() OVER (PARTITION BY window_start, window_end "
                    "ORDER BY ...) <= 3",
                )  # fmt: skip

    def _having(self) -> Expr | None:
        """HAVING, with what WHERE says of the windows."""
        own = self._condition("having")
        parts = [self._context.boolean(part) for part in self._context.window_conditions]
        return all_of([*parts, *([own] if own is not None else [])]) if parts else own

    def _condition(self, clause: str) -> Expr | None:
        node = self._context.select.args.get(clause)
        return self._context.boolean(self._without_aliases(node.this)) if node else None

    def _check_order(self) -> None:
        """ORDER BY changes nothing: a view is a set of rows. What it names is there all the same."""
        order = self._context.select.args.get("order")
        for ordered in order.expressions if order else []:
            if not isinstance(ordered.this, exp.Literal):
                self._context.expressions.bind(self._without_aliases(ordered.this))

    def _without_aliases(self, condition: exp.Expr) -> exp.Expr:
        """The condition with names of the select list, where no column has them, replaced by what they stand for."""
        select, hidden = self._context.select, self._columns()
        items = {item.alias.lower(): item.this for item in select.expressions if isinstance(item, exp.Alias)}

        def replaced(node: exp.Expr) -> exp.Expr:
            name = node.name.lower() if isinstance(node, exp.Column) and not node.table else ""
            return exp.Paren(this=items[name].copy()) if name in items and name not in hidden else node

        return condition.transform(replaced)

    def _columns(self) -> set[str]:
        """Names that are columns before they are names of the select list."""
        return {v.name.lower() for v in self._context.scope.visible} | set(WINDOW_COLUMNS)

    def _assemble(self, items: list[tuple[str, Expr]], having: Expr | None, qualify: Expr | None) -> Plan:
        context = self._context
        plan = context.scope.plan
        if context.grouping:
            plan = self._groups.grouped(plan)
        if having is not None:
            plan = context.filtered(plan, having, "having")
        plan = self._over.over(self._rank.ranked(plan))
        if qualify is not None:
            plan = context.filtered(plan, qualify, "qualify")
        plan = project(plan, items)
        distinct = context.select.args.get("distinct")
        return each_once(plan, distinct, context.report) if distinct else plan
