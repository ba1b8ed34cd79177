"""One SELECT: WHERE, GROUP BY, window functions, QUALIFY and the select list, in the order SQL evaluates them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import AggregateCall, Call, Column, Expr, columns_of, conjuncts
from sqlfeat.language.frame import Frame
from sqlfeat.language.operation import RefusedAggregate, TypeMismatch, composition
from sqlfeat.language.ops.percentiles import VALUES
from sqlfeat.language.ops.positional import POSITIONAL
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import AGGREGATES, OPERATIONS
from sqlfeat.language.registry import aggregate as aggregate_entry
from sqlfeat.language.types import BIGINT, BOOLEAN, TIMESTAMP, Kind
from sqlfeat.language.typing import convert
from sqlfeat.plan.bind_expression import ExpressionBinder, is_untyped
from sqlfeat.plan.bind_from import From
from sqlfeat.plan.bind_over import UNBOUNDED, bind_frame, check_order, forgetting, merged_window
from sqlfeat.plan.bind_top import TopN, bind_top_n, is_ranking, is_top_n
from sqlfeat.plan.bind_windows import grouped_again, in_windows, is_ungrouped, is_untied, ranks_windows, row_keys
from sqlfeat.plan.frames import frame_problem
from sqlfeat.plan.nodes import Over, OverSpec, Plan, Project, Schema, WindowAggregate, WindowRows, WindowTopN, filtered
from sqlfeat.plan.rank_uses import misuses_rank
from sqlfeat.plan.report import BindError, Report
from sqlfeat.plan.scope import Scope, with_columns
from sqlfeat.plan.trace import WINDOW_TIME, origin, windows_of

WINDOW_COLUMNS = ("window_start", "window_end", "window_time")


class SelectBinder:
    """Binds one SELECT; is itself the `Names` of its expressions."""

    def __init__(self, select: exp.Select, source: From, report: Report) -> None:
        self._select = select
        self._report = report
        self._scope: Scope = source.scope
        self._window = source.window
        if source.window and is_ungrouped(select):
            self._scope = in_windows(source.scope, source.window, select.args["from_"].this, report)
            self._window = None
        self._expressions = ExpressionBinder(self, report)
        self._grouped: dict[str, Column] = {}
        self._group_calls: dict[str, AggregateCall] = {}
        self._over_calls: dict[str, tuple[AggregateCall, OverSpec]] = {}
        self._key_items: list[tuple[str, Expr]] = []
        self._partition_items: list[tuple[str, Expr]] = []
        self._inside_aggregate = False
        self._inside_over = False
        self._grouping = False
        self._keys_known = False
        self._top: TopN | None = None
        self._top_text = ""

    def bind(self) -> Plan:
        """The plan of the SELECT.

        Raises:
            BindError: after reporting what is wrong.
        """
        self._refuse_clauses()
        windows = {w.this.name.lower(): w for w in self._select.args.get("windows") or []}
        self._scope = replace(self._scope, windows=windows)
        self._bind_where()
        group = self._select.args.get("group")
        self._grouping = self._window is not None or group is not None
        if self._grouping:
            self._bind_keys(group)
        items = self._bind_items()
        having = self._condition("having")
        qualify = self._condition("qualify")
        return self._assemble(items, having, qualify)

    def _refuse_clauses(self) -> None:
        if not self._select.expressions:
            raise self._report.fail("SF0300", self._select, "nothing is selected", help="list the columns")
        reasons = {
            "distinct": ("DISTINCT", "use GROUP BY over a window"),
            "order": ("ORDER BY", "a feature view is a set of rows; drop it"),
            "limit": ("LIMIT", "filter in WHERE"),
            "offset": ("OFFSET", "filter in WHERE"),
        }
        for clause, (name, remedy) in reasons.items():
            if node := self._select.args.get(clause):
                raise self._report.fail("SF0306", node, f"{name} of a SELECT is not in the language", help=remedy)

    def _bind_where(self) -> None:
        if where := self._select.args.get("where"):
            self._refuse_aggregates_in(where)
            condition = convert(self._boolean(where.this), BOOLEAN)
            self._check_sessions(condition, where)
            plan = self._filtered(self._scope.plan, condition, "where")
            present = {c.name: c for c in plan.schema.columns}
            visible = tuple(replace(v, column=present[v.column.name]) for v in self._scope.visible)
            self._scope = replace(self._scope, plan=plan, visible=visible)
        self._check_event_time()

    def _check_sessions(self, condition: Expr, where: exp.Expr) -> None:
        """Rows left out of a session may be what holds it together; whole keys may be left out."""
        window, time = self._window, self._scope.plan.schema.event_time
        if window is None or window.kind != "SESSION":
            return
        decides = [part for part in conjuncts(condition) if not columns_of(part) <= set(window.partition)]
        if any(columns_of(part) != {time} or not _is_presence(part) for part in decides):
            raise self._report.fail(
                "SF0407", where, "WHERE does not say whether sessions are made of all rows or of those that are left",
                help="filter in a subquery below SESSION, or in the aggregates: COUNT(*) FILTER (WHERE ...)",
            )  # fmt: skip

    def _refuse_aggregates_in(self, where: exp.Expr) -> None:
        for node in where.find_all(exp.Window):
            raise self._report.fail("SF0309", node, "WHERE comes before window functions", help="use QUALIFY")

    def _check_event_time(self) -> None:
        schema = self._scope.plan.schema
        if schema.event_time and schema.column(schema.event_time).nullable:
            name = schema.event_time
            self._report.add(
                "SF0404",
                self._select.args["from_"],
                f"event time `{name}` may be NULL, and the model does not say what becomes of such rows",
                help=f"add WHERE {name} IS NOT NULL",
            )

    def _bind_keys(self, group: exp.Expr | None) -> None:
        if self._window is None and not grouped_again(self._scope, group):
            raise self._report.fail(
                "SF0406",
                group,
                "GROUP BY over a stream without a window would never be finished",
                help="group over TABLE(TUMBLE(...)), or use an aggregate OVER a window",
            )
        self._check_group(group)
        for node in group.expressions if group else []:
            if isinstance(node, exp.Column) and node.name.lower() in WINDOW_COLUMNS:
                continue
            expr = self._key(node)
            name = expr.name if isinstance(expr, Column) else f"__group_{len(self._grouped) + 1}"
            if not isinstance(expr, Column):
                self._key_items.append((name, expr))
            self._grouped[_normal(node)] = Column(name, expr.type, expr.nullable)
        self._keys_known = True
        keys = {column.name for column in self._grouped.values()}
        if self._window is not None and self._window.kind == "SESSION" and keys != set(self._window.partition):
            raise self._report.fail(
                "SF0407",
                group,
                "sessions are grouped by the keys they are partitioned by",
                help="write SESSION(TABLE t PARTITION BY k, ...) and GROUP BY k, window_start, window_end",
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
                group or self._select.args["from_"],
                "a row of a window function is in a window; without both its ends in GROUP BY windows would run "
                "together",
                help="write GROUP BY window_start, window_end and the keys",
            )

    def _bind_items(self) -> list[tuple[str, Expr]]:
        items: list[tuple[str, Expr]] = []
        seen: set[str] = set()
        failed = False
        for node in self._select.expressions:
            try:
                for name, expr in self._bind_item(node):
                    if name.lower() in seen:
                        raise self._report.fail(
                            "SF0307", node, f"two columns are named `{name}`", help="give one another name with AS"
                        )
                    seen.add(name.lower())
                    items.append((name, expr))
            except BindError:
                failed = True
        if failed:
            raise BindError
        return items

    def _bind_item(self, node: exp.Expr) -> list[tuple[str, Expr]]:
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            return self._star(node)
        expr = self._expressions.bind(node)
        name = node.alias if isinstance(node, exp.Alias) else node.name if isinstance(node, exp.Column) else ""
        if not name:
            raise self._report.fail("SF0308", node, "a computed column needs a name", help="add AS name")
        if name.startswith("__"):
            raise self._report.fail("SF0308", node, "names beginning with `__` are the compiler's own")
        if expr.type.kind is Kind.NULL:
            raise self._report.fail(
                "SF0303", node, f"column `{name}` is NULL without a type", help="write CAST(NULL AS type)"
            )
        return [(name, expr)]

    def _star(self, node: exp.Expr) -> list[tuple[str, Expr]]:
        if self._grouping:
            raise self._report.fail("SF0306", node, "`*` has no meaning under GROUP BY", help="list the columns")
        star = node.this if isinstance(node, exp.Column) else node
        alias = node.table.lower() if isinstance(node, exp.Column) else ""
        chosen = [v for v in self._scope.visible if v.is_meant(alias)]
        if not chosen:
            raise self._report.unknown(
                "SF0305", node, "relation", alias, sorted({v.alias for v in self._scope.visible})
            )
        return self._changed(star, [(v.name, v.column) for v in chosen])

    def _changed(self, star: exp.Expr, items: list[tuple[str, Expr]]) -> list[tuple[str, Expr]]:
        """The columns of `*` with what EXCLUDE, REPLACE and RENAME make of them."""
        excluded = {column.name.lower(): column for column in star.args.get("except_") or []}
        replaced = {item.alias.lower(): item for item in star.args.get("replace") or []}
        renamed = {item.this.name.lower(): item for item in star.args.get("rename") or []}
        names = [name for name, _ in items]
        for name, item in (*excluded.items(), *replaced.items(), *renamed.items()):
            if name not in {known.lower() for known in names}:
                raise self._report.unknown("SF0301", item, "column", name, names)
        return [
            (
                renamed[name.lower()].alias if name.lower() in renamed else name,
                self._expressions.bind(replaced[name.lower()].this) if name.lower() in replaced else column,
            )
            for name, column in items
            if name.lower() not in excluded
        ]

    def _condition(self, clause: str) -> Expr | None:
        node = self._select.args.get(clause)
        return self._boolean(self._without_aliases(node.this)) if node else None

    def _without_aliases(self, condition: exp.Expr) -> exp.Expr:
        """The condition with names of the select list, where no column has them, replaced by what they stand for."""
        hidden = {v.name.lower() for v in self._scope.visible} | set(WINDOW_COLUMNS)
        items = {item.alias.lower(): item.this for item in self._select.expressions if isinstance(item, exp.Alias)}

        def replaced(node: exp.Expr) -> exp.Expr:
            name = node.name.lower() if isinstance(node, exp.Column) and not node.table else ""
            return exp.Paren(this=items[name].copy()) if name in items and name not in hidden else node

        return condition.transform(replaced)

    def _boolean(self, node: exp.Expr) -> Expr:
        condition = self._expressions.bind(node)
        try:
            return convert(condition, BOOLEAN)
        except TypeMismatch:
            raise self._report.fail("SF0303", node, f"a condition is BOOLEAN, not {condition.type}") from None

    def replaced(self, node: exp.Expr) -> Column | None:
        """A GROUP BY key, outside of aggregates."""
        if not self._grouping or self._inside_aggregate:
            return None
        return self._grouped.get(_normal(node))

    def column(self, node: exp.Column) -> Column:
        """The column a name stands for at this point of the SELECT."""
        if self._grouping and not self._inside_aggregate:
            name = node.name.lower()
            if name in WINDOW_COLUMNS:
                return Column(WINDOW_TIME if name == "window_time" else name, TIMESTAMP, nullable=False)
            found = self._scope.resolve(node, self._report)
            if found.name in {column.name for column in self._grouped.values()} or not self._keys_known:
                return found
            raise self._report.fail(
                "SF0309", node, f"column `{node.name}` is neither a GROUP BY key nor in an aggregate",
                help="add it to GROUP BY or aggregate it",
            )  # fmt: skip
        return self._scope.resolve(node, self._report)

    def aggregate(self, node: exp.Expr) -> Column:
        """The column of an aggregate; the same text gives the same column."""
        text = written(node)
        if text in self._over_calls:
            return self._over_calls[text][0].column
        if text in self._group_calls:
            return self._group_calls[text].column
        if isinstance(node, exp.Window):
            return self._over(node, text)
        return self._grouped_aggregate(node, text)

    def _grouped_aggregate(self, node: exp.Expr, text: str) -> Column:
        if not self._grouping:
            raise self._report.fail(
                "SF0406", node, "an aggregate over a stream needs a window",
                help="add OVER (PARTITION BY ... ORDER BY EVENT_TIME RANGE ...), or GROUP BY over TABLE(TUMBLE(...))",
            )  # fmt: skip
        if self._inside_aggregate:
            raise self._report.fail("SF0309", node, "an aggregate inside an aggregate", help="use a subquery")
        self._inside_aggregate = True
        try:
            call = self._aggregate_call(node, f"__agg_{len(self._group_calls) + 1}", grouped=True)
        finally:
            self._inside_aggregate = False
        self._group_calls[text] = call
        return call.column

    def _over(self, node: exp.Window, text: str) -> Column:
        window = merged_window(node, self._scope.windows, self._report)
        if self._ranks(window):
            return self._rank_in_window(window, text)
        if self._inside_over:
            raise self._report.fail("SF0309", node, "a window function inside a window function", help="use a subquery")
        self._inside_over = True
        try:
            call, spec = self._bind_over(node, window)
        finally:
            self._inside_over = False
        if (_is_ordered(call) or spec.frame.rows) and self._has_ties(spec.partition):
            raise self._report.fail(
                "SF0403",
                node,
                "the order of events with the same event time is left to chance",
                help="declare `order_by: [event_time, id]` on the source, with columns that tell such events apart",
            )
        self._over_calls[text] = (call, spec)
        return call.column

    def _has_ties(self, partition: tuple[str, ...]) -> bool:
        """Whether rows with one event time are in an order left to chance."""
        if self._grouping:
            return not {column.name for column in self._grouped.values()} <= set(partition)
        plan = self._scope.plan
        return not plan.schema.order and not is_untied(plan, partition)

    def _bind_over(self, node: exp.Window, window: exp.Window) -> tuple[AggregateCall, OverSpec]:
        times = ("window_end", WINDOW_TIME) if self._grouping else self._event_times()
        check_order(window, self._current_schema(), self._expressions.bind, self._report, times)
        frame = forgetting(bind_frame(window, self._report), self._report.model.config.state_ttl_ms)
        if _is_window_function(node.this):
            frame = UNBOUNDED
        spec = OverSpec(self._partition(window), frame)
        return self._over_call(node, spec.frame), spec

    def _event_times(self) -> tuple[str, ...]:
        """The event time, and for rows of windows their ends, which are in the same order."""
        plan = self._scope.plan
        time = plan.schema.event_time
        if time is None or origin(plan, time) != WINDOW_TIME:
            return (time or "",)
        ends = (name for name in plan.schema.names if origin(plan, name) == "window_end")
        return (time, *ends)

    def _ranks(self, window: exp.Window) -> bool:
        """Whether OVER ranks the rows of each window, rather than following time."""
        if self._grouping:
            return is_top_n(window)
        if not is_ranking(window) or windows_of(self._scope.plan) is None:
            return False
        columns = [node for node in window.args.get("partition_by") or [] if isinstance(node, exp.Column)]
        names = [self._scope.resolve(column, self._report).name for column in columns]
        first = order.expressions[0] if (order := window.args.get("order")) else None
        if first and not first.args.get("desc") and isinstance(first.this, exp.Column):
            follows_time = self._scope.resolve(first.this, self._report).name in self._event_times()
        else:
            follows_time = False
        return not follows_time and ranks_windows(self._scope.plan, names)

    def _rank_in_window(self, window: exp.Window, text: str) -> Column:
        if self._top is None:
            plan = self._scope.plan
            keys = [column.name for column in self._grouped.values()] if self._grouping else row_keys(plan)
            rows = not self._grouping and isinstance(windows_of(plan), WindowRows)
            if rows and not plan.schema.order:
                raise self._report.fail(
                    "SF0403", window, "rows that rank the same are in an order left to chance",
                    help="declare `order_by: [event_time, id]` on the source, with columns that tell such rows apart",
                )  # fmt: skip
            ties = plan.schema.order if rows else ()
            self._top = bind_top_n(window, keys, ties, self._expressions.bind, self._select, self._report)
            self._top_text = text
        if text != self._top_text:
            raise self._report.fail(
                "SF0402", window, "one SELECT ranks the rows of a window once", help="use a subquery"
            )
        return Column(self._top.rank, BIGINT, nullable=False)

    def _over_call(self, node: exp.Window, frame: Frame) -> AggregateCall:
        name = f"__over_{len(self._over_calls) + 1}"
        function = node.this
        if _is_window_function(function):
            return self._window_function(function, name)
        call = self._aggregate_call(function, name, grouped=False)
        for op in _primitives(call):
            if problem := frame_problem(op, frame, distinct=call.distinct):
                raise self._report.fail(
                    "SF0402",
                    node,
                    f"{call.op} cannot have this frame: {problem}",
                    help="leave out the row's whole event time with EXCLUDE GROUP, or write ROWS BETWEEN 5 PRECEDING "
                    "AND 1 PRECEDING",
                )
        self._check_state(call, frame, node)
        return call

    def _check_state(self, call: AggregateCall, frame: Frame, node: exp.Window) -> None:
        """A frame without a far edge may keep a fixed number of values per key, not every value there ever was."""
        if frame.start is None and (call.distinct or {"ARRAY_AGG", VALUES} & set(_primitives(call))):
            remedy = "write RANGE; state_ttl is a time, and ROWS counts rows" if frame.rows else (
                "bound the frame, for example RANGE BETWEEN INTERVAL '30' DAY PRECEDING AND CURRENT ROW, or say when "
                "the model may forget: config(state_ttl='90 days')"
            )  # fmt: skip
            message = f"{call.op} over a frame without a far edge would keep every value for ever"
            raise self._report.fail("SF0402", node, message, help=remedy)

    def _window_function(self, node: exp.Anonymous, name: str) -> AggregateCall:
        function = WINDOW_FUNCTIONS[str(node.this).upper()]
        args = [self._expressions.bind(operand) for operand in node.expressions]
        typed = self._expressions.typed(function.name, function.typing, args, node)
        return AggregateCall(name, function.name, typed.args, typed.type, typed.nullable)

    def _current_schema(self) -> Schema:
        if not self._grouping:
            return self._scope.plan.schema
        return Schema((), WINDOW_TIME, ())

    def _key(self, node: exp.Expr) -> Expr:
        """A key of a window or a group."""
        expr = self._expressions.bind(node)
        if is_untyped(expr.type):
            raise self._report.fail("SF0303", node, "NULL has no type as a key", help="write CAST(NULL AS type)")
        return expr

    def _partition(self, window: exp.Window) -> tuple[str, ...]:
        names: list[str] = []
        for node in window.args.get("partition_by") or []:
            expr = self._key(node)
            if isinstance(expr, Column):
                names.append(expr.name)
                continue
            known = next((name for name, item in self._partition_items if item == expr), None)
            name = known or f"__key_{len(self._partition_items) + 1}"
            if known is None:
                self._partition_items.append((name, expr))
            names.append(name)
        return tuple(names)

    def _aggregate_call(self, node: exp.Expr, name: str, *, grouped: bool) -> AggregateCall:
        condition: Expr | None = None
        if isinstance(node, exp.Filter):
            condition = self._boolean(node.expression.this)
            node = node.this
        node = _nulls_outside(node)
        ignore_nulls = isinstance(node, exp.IgnoreNulls)
        if isinstance(node, (exp.IgnoreNulls, exp.RespectNulls)):
            node = node.this
        if isinstance(node, exp.WithinGroup):
            node = self._percentile(node)
        if ignore_nulls and _is_window_function(node):
            raise self._report.fail(
                "SF0306", node, f"{str(node.this).upper()} with IGNORE NULLS is not in the language",
                help="write LAST_VALUE(x) IGNORE NULLS OVER (... ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
            )  # fmt: skip
        if not isinstance(node, exp.Anonymous) or str(node.this).upper() not in AGGREGATES:
            raise self._unknown_aggregate(node)
        function = str(node.this).upper()
        if isinstance(AGGREGATES[function], RefusedAggregate):
            self._expressions.bind(node)
        function = aggregate_entry(function).name
        node = self._ordered(node)
        if ignore_nulls and function not in POSITIONAL:
            raise self._report.fail(
                "SF0306", node, f"{function} with IGNORE NULLS is not in the language", help="drop IGNORE NULLS"
            )
        call = replace(self._typed_call(node, function, name, condition, grouped=grouped), ignore_nulls=ignore_nulls)
        if grouped and self._window and self._window.kind == "SESSION" and ignore_nulls and call.args[0].nullable:
            raise self._report.fail(
                "SF0306", node, f"{function} with IGNORE NULLS cannot be kept while sessions merge on Flink",
                help="leave the rows with NULL out in a subquery",
            )  # fmt: skip
        return call

    def _ordered(self, node: exp.Anonymous) -> exp.Anonymous:
        """`F(x)` of `F(x ORDER BY ts)`: event-time order is what aggregates have anyway."""
        operand = node.expressions[0] if len(node.expressions) == 1 else None
        if not isinstance(operand, exp.Order):
            return node
        schema = self._scope.plan.schema
        names = [schema.event_time, *schema.order]
        wanted = [self._expressions.bind(ordered.this) for ordered in operand.expressions]
        given = [column.name if isinstance(column, Column) else None for column in wanted]
        downwards = any(ordered.args.get("desc") for ordered in operand.expressions)
        if downwards or given != names[: len(given)]:
            raise self._report.fail(
                "SF0401", operand, f"`{written(node)}` has another order than that of event time",
                help=f"write ORDER BY {schema.event_time}; ARRAY_REVERSE(ARRAY_AGG(x)) and ARRAY_SORT(ARRAY_AGG(x)) "
                "put an array in another order",
            )  # fmt: skip
        plain = exp.Anonymous(this=node.this, expressions=[operand.this])
        plain.meta.update(node.meta)
        plain.parent = node.parent
        return plain

    def _percentile(self, node: exp.WithinGroup) -> exp.Expr:
        """`F(share) WITHIN GROUP (ORDER BY x)` as `F(x, share)`."""
        (order,) = node.expression.expressions
        if order.args.get("desc"):
            raise self._report.fail(
                "SF0306", node, "WITHIN GROUP orders ascending", help="write 1 - share for the share"
            )
        plain = exp.Anonymous(this=node.this.this, expressions=[order.this, *node.this.expressions])
        plain.meta.update(node.this.meta)
        return plain

    def _unknown_aggregate(self, node: exp.Expr) -> BindError:
        if isinstance(node, exp.Anonymous) and str(node.this).upper() not in OPERATIONS:
            return self._report.unknown("SF0302", node, "aggregate", str(node.this), list(AGGREGATES))
        return self._report.fail(
            "SF0302", node, f"`{written(node)}` is not an aggregate", help="OVER follows an aggregate"
        )

    def _typed_call(
        self, node: exp.Anonymous, function: str, name: str, condition: Expr | None, *, grouped: bool
    ) -> AggregateCall:
        entry = aggregate_entry(function)
        operands: Sequence[exp.Expr] = node.expressions
        distinct = len(operands) == 1 and isinstance(operands[0], exp.Distinct)
        if distinct:
            operands = operands[0].expressions
            if not entry.distinct:
                remedy = "write ARRAY_DISTINCT(ARRAY_AGG(x))" if entry.name == "ARRAY_AGG" else "drop DISTINCT"
                raise self._report.fail(
                    "SF0306", node, f"{entry.name}(DISTINCT ...) is not in the language", help=remedy
                )
            if not operands or isinstance(operands[0], exp.Star):
                raise self._report.fail("SF0303", node, f"{entry.name}(DISTINCT ...) needs an argument")
        if len(operands) == 1 and isinstance(operands[0], exp.Star) and entry.name == "COUNT":
            operands = []
        args = [self._expressions.bind(operand) for operand in operands]
        typed = self._expressions.typed(entry.name, entry.typing, args, node)
        if entry.ordered and grouped and self._window is None:
            raise self._report.fail(
                "SF0306", node, f"{entry.name} of rows that a subquery put into windows is not in the language: Flink "
                "forgets their order",
                help="aggregate over TABLE(TUMBLE(...)) itself",
            )  # fmt: skip
        if entry.ordered and grouped and not self._scope.plan.schema.order:
            raise self._report.fail(
                "SF0403", node, "the order of events with the same event time is left to chance",
                help="declare `order_by: [event_time, id]` on the source, with columns that tell such events apart",
            )  # fmt: skip
        respects_nulls = entry.name in POSITIONAL and not isinstance(node.parent, exp.IgnoreNulls)
        if condition is not None and (entry.keeps_null or respects_nulls):
            raise self._report.fail(
                "SF0306", node, f"{entry.name} with FILTER is not in the language: it would keep a NULL for each row "
                "left out",
                help="filter in a subquery",
            )  # fmt: skip
        nullable = typed.nullable or (condition is not None and not entry.name.startswith("COUNT"))
        return AggregateCall(name, entry.name, typed.args, typed.type, nullable, distinct, condition)

    def _assemble(self, items: list[tuple[str, Expr]], having: Expr | None, qualify: Expr | None) -> Plan:
        plan = self._scope.plan
        if self._grouping:
            plan = self._group(plan)
        if having is not None:
            plan = self._filtered(plan, having, "having")
        if self._top is not None:
            rank = Column(self._top.rank, BIGINT, nullable=False)
            schema = replace(plan.schema, columns=(*plan.schema.columns, rank))
            plan = WindowTopN(plan, self._top.partition, self._top.order, self._top.limit, self._top.rank, schema)
        if self._partition_items:
            plan = with_columns(plan, self._partition_items)
        if self._over_calls:
            calls = tuple(self._over_calls.values())
            columns = (*plan.schema.columns, *(call.column for call, _ in calls))
            plan = Over(plan, calls, replace(plan.schema, columns=columns))
        if qualify is not None:
            plan = self._filtered(plan, qualify, "qualify")
        return project(plan, items)

    def _filtered(self, plan: Plan, condition: Expr, clause: str) -> Plan:
        if misuses_rank(plan, condition):
            raise self._report.fail(
                "SF0306", self._select.args[clause], "the number of a row in its window is in a condition that is no "
                "comparison with a constant, which Flink does not rank by",
                help="write for example place <= 3 in a condition of its own; compute with it in the select list",
            )  # fmt: skip
        return filtered(plan, condition)

    def _group(self, plan: Plan) -> Plan:
        if self._key_items:
            plan = with_columns(plan, self._key_items)
        keys = tuple(dict.fromkeys(column.name for column in self._grouped.values()))
        stamps = tuple(Column(name, TIMESTAMP, nullable=False) for name in ("window_start", "window_end", WINDOW_TIME))
        calls = tuple(self._group_calls.values())
        columns = (*(plan.schema.column(key) for key in keys), *stamps, *(call.column for call in calls))
        return WindowAggregate(plan, self._window, keys, calls, Schema(columns, WINDOW_TIME, ()))


def _nulls_outside(node: exp.Expr) -> exp.Expr:
    """`F(x IGNORE NULLS)` as `F(x) IGNORE NULLS`."""
    operand = node.expressions[0] if isinstance(node, exp.Anonymous) and len(node.expressions) == 1 else None
    if not isinstance(operand, (exp.IgnoreNulls, exp.RespectNulls)):
        return node
    function = exp.Anonymous(this=node.this, expressions=[operand.this])
    function.meta.update(node.meta)
    return type(operand)(this=function)


def _is_presence(condition: Expr) -> bool:
    """Whether it is `x IS NOT NULL`."""
    negated = condition.args[0] if isinstance(condition, Call) and condition.op == "NOT" else None
    return isinstance(negated, Call) and negated.op == "IS NULL"


def _is_window_function(node: exp.Expr) -> bool:
    """Whether it numbers rows or looks back by rows: such functions have no frame, whatever is written."""
    return isinstance(node, exp.Anonymous) and str(node.this).upper() in WINDOW_FUNCTIONS


def _normal(node: exp.Expr) -> str:
    """The SQL with names as they are compared; texts keep their case."""
    copy = node.copy()
    for name in copy.find_all(exp.Identifier):
        name.replace(exp.Identifier(this=name.name.lower(), quoted=True))
    return written(copy)


def _is_ordered(call: AggregateCall) -> bool:
    function = WINDOW_FUNCTIONS.get(call.op)
    return function.ordered if function else aggregate_entry(call.op).ordered


def _primitives(call: AggregateCall) -> list[str]:
    """The aggregates an aggregate is made of."""
    made_of = composition(aggregate_entry(call.op), call)
    return [op for part in made_of.parts for op in _primitives(part)] if made_of else [call.op]


def project(plan: Plan, items: list[tuple[str, Expr]]) -> Project:
    """The select list; event time and tie-breakers stay in the relation, hidden if nothing selects them."""
    below = plan.schema
    result = list(items)
    event_time = _carried(result, below.event_time, plan, "__event_time") if below.event_time else None
    order = tuple(_carried(result, name, plan, f"__order_{i}") for i, name in enumerate(below.order, 1))
    columns = tuple(Column(name, expr.type, expr.nullable) for name, expr in result)
    return Project(plan, tuple(result), Schema(columns, event_time, order))


def _carried(items: list[tuple[str, Expr]], wanted: str, plan: Plan, hidden: str) -> str:
    names = [name for name, expr in items if isinstance(expr, Column) and expr.name == wanted]
    if names:
        return "feature_time" if "feature_time" in names else names[0]
    column = plan.schema.column(wanted)
    name = wanted if wanted.startswith("__") else hidden
    items.append((name, column))
    return name
