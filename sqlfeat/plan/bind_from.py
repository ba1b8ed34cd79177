"""The FROM clause: tables, subqueries, window functions and joins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlglot import exp

from sqlfeat.language.dialect import WindowTvf, written
from sqlfeat.language.expr import Column
from sqlfeat.plan.bind_expression import ExpressionBinder
from sqlfeat.plan.bind_join import bind_join
from sqlfeat.plan.bind_unnest import bind_unnest
from sqlfeat.plan.catalog import Catalog
from sqlfeat.plan.intervals import BadInterval, interval_ms
from sqlfeat.plan.join_picks import free_name
from sqlfeat.plan.nodes import GroupWindow, Plan
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import EVENT_TIME, Scope, Visible
from sqlfeat.plan.single_rows import SingleRows
from sqlfeat.plan.static_subqueries import look_up, semi_joins

Ctes = dict[str, Plan]


@dataclass(frozen=True, slots=True)
class From:
    """What FROM gives: the names, and the window function if there is one."""

    scope: Scope
    window: GroupWindow | None = None


class FromBinder:
    """Binds one FROM clause."""

    def __init__(
        self, catalog: Catalog, ctes: Ctes, report: Report, bind_query: Callable[[exp.Expr, Ctes], Plan]
    ) -> None:
        self._catalog = catalog
        self._ctes = ctes
        self._report = report
        self._bind_query = bind_query

    def bind(self, select: exp.Select) -> From:
        """The relation of a SELECT before WHERE."""
        clause = select.args.get("from_")
        if clause is None:
            raise self._report.fail(
                "SF0306", select, "a SELECT without FROM has no events",
                help="write a CASE for a few constants, or declare a table under `tables:`",
            )  # fmt: skip
        if clause.this.args.get("version"):
            raise self._report.fail(
                "SF0408", clause.this, "FOR SYSTEM_TIME is of a join",
                help="write FROM events AS e LEFT JOIN versions FOR SYSTEM_TIME AS OF e.ts AS v ON e.key = v.key",
            )  # fmt: skip
        semi_joins(select, lambda table: self._table(table)[0])
        scope, window = self._table(clause.this)
        for join in [*(clause.this.args.get("joins") or []), *(select.args.get("joins") or [])]:
            if isinstance(join.this, exp.Unnest) and not window:
                scope = self._unnest(scope, join)
                continue
            if join.this.args.get("joins"):
                raise self._report.fail(
                    "SF0408", join, "a join inside a join", help="write the joins one after another"
                )
            right, other_window = self._table(join.this)
            if window or other_window:
                raise self._report.fail(
                    "SF0408", join, "a window function is not joined directly", help="join in a subquery below it"
                )
            scope = bind_join(scope, right, join, self._report)
        return From(look_up(select, scope, lambda table: self._table(table)[0], self._report), window)

    def _unnest(self, scope: Scope, join: exp.Join) -> Scope:
        arrays = join.this.expressions
        if len(arrays) != 1:
            raise self._report.fail(
                "SF0408", join, "UNNEST takes one array", help="write one CROSS JOIN UNNEST for each"
            )
        array = ExpressionBinder(SingleRows(scope, "UNNEST", self._report), self._report).bind(arrays[0])
        if not isinstance(array, Column):
            name = free_name("__array", "", set(scope.plan.schema.names))
            scope = scope.extended([(name, array)])
            array = scope.plan.schema.column(name)
        return bind_unnest(scope, join, array, self._report)

    def _table(self, node: exp.Expr) -> tuple[Scope, GroupWindow | None]:
        match node:
            case WindowTvf():
                return self._window_function(node)
            case exp.Table():
                if node.args.get("pivots") or node.args.get("sample"):
                    raise self._report.fail(
                        "SF0306", node, "PIVOT and SAMPLE are not in the language",
                        help="write COUNT(*) FILTER (WHERE x = 'a') for each column, MOD(id, 100) < 10 for a sample",
                    )  # fmt: skip
                if not isinstance(node.this, exp.Identifier):
                    raise self._report.fail(
                        "SF0306", node, f"`{written(node.this)}` is not in the language in FROM",
                        help="declare a source, or write TABLE(TUMBLE(...)), HOP, CUMULATE or SESSION",
                    )  # fmt: skip
                return self._visible(self._named(node), node.alias or node.name, node), None
            case exp.Subquery():
                return self._visible(self._bind_query(node.this, self._ctes), node.alias or "subquery", node), None
            case exp.Lateral():
                raise self._report.fail(
                    "SF0306", node, "LATERAL is not in the language",
                    help="write ASOF LEFT JOIN for the last row of a stream, CROSS JOIN UNNEST(a) AS t(x) for an array",
                )  # fmt: skip
            case _:
                raise self._report.fail(
                    "SF0306", node, f"`{written(node)}` is not in the language in FROM",
                    help="declare a table under `tables:`, or write a CASE for a few constants",
                )  # fmt: skip

    def _visible(self, plan: Plan, alias: str, node: exp.Expr) -> Scope:
        shown = [column for column in plan.schema.columns if not column.name.startswith("__")]
        names = column_names(node, [column.name for column in shown], self._report)
        return Scope(plan, tuple(Visible(alias, name, column) for name, column in zip(names, shown, strict=True)))

    def _named(self, node: exp.Table) -> Plan:
        if not node.args.get("db") and node.name.lower() in self._ctes:
            return self._ctes[node.name.lower()]
        return self._catalog.relation(node, self._report)

    def _window_function(self, node: WindowTvf) -> tuple[Scope, GroupWindow]:
        table = node.this
        plan = self._bind_query(table.this, self._ctes) if isinstance(table, exp.Subquery) else self._named(table)
        scope = self._visible(plan, node.alias or table.alias or table.name, node)
        self._check_descriptor(node, scope)
        kind = node.args["kind"]
        try:
            sizes = [interval_ms(size, signed=True) for size in node.expressions]
        except BadInterval as problem:
            raise self._report.fail("SF0407", node, f"{kind}: {problem}") from None
        window = self._group_window(kind, sizes, node)
        return scope, replace(window, partition=self._session_keys(node, scope))

    def _session_keys(self, node: WindowTvf, scope: Scope) -> tuple[str, ...]:
        keys = node.args.get("partition_by") or []
        if keys and node.args["kind"] != "SESSION":
            raise self._report.fail(
                "SF0407", node, f"{node.args['kind']} has no PARTITION BY", help="add the key to GROUP BY"
            )
        columns = [key for key in keys if isinstance(key, exp.Column)]
        if len(columns) < len(keys):
            raise self._report.fail(
                "SF0407", node, "SESSION is partitioned by columns", help="compute the key in a subquery"
            )
        return tuple(scope.resolve(column, self._report).name for column in columns)

    def _check_descriptor(self, node: WindowTvf, scope: Scope) -> None:
        name = node.args["descriptor"]
        column = exp.Column(this=name.copy())
        column.parent = node
        event_time = scope.plan.schema.event_time
        if name.name.lower() != EVENT_TIME and scope.resolve(column, self._report).name != event_time:
            raise self._report.fail(
                "SF0401",
                name,
                f"`{name.name}` is not the event time",
                label=f"write `{_shown(event_time)}`" if event_time else "",
            )

    def _group_window(self, kind: str, sizes: list[int], node: WindowTvf) -> GroupWindow:
        forms = {
            "TUMBLE": "TUMBLE(TABLE t, DESCRIPTOR(ts), size[, offset])",
            "HOP": "HOP(TABLE t, DESCRIPTOR(ts), slide, size[, offset])",
            "CUMULATE": "CUMULATE(TABLE t, DESCRIPTOR(ts), step, size[, offset])",
            "SESSION": "SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), gap)",
        }
        needed = 1 if kind in ("TUMBLE", "SESSION") else 2
        if not needed <= len(sizes) <= needed + (kind != "SESSION"):
            raise self._report.fail("SF0407", node, f"{kind} has other arguments", help=f"write {forms[kind]}")
        size, step = sizes[needed - 1], sizes[0] if needed == 2 else 0
        if min(sizes[:needed]) <= 0:
            raise self._report.fail("SF0407", node, f"the windows of {kind} need a length greater than zero")
        if step and size % step:
            other = "step" if kind == "CUMULATE" else "slide"
            raise self._report.fail(
                "SF0407", node, f"the size of {kind} is a whole multiple of its {other}, of which Flink makes it",
                help=f"write a {other} that the size can be divided by",
            )  # fmt: skip
        # Windows repeat, so an offset says the same as what is left of it after whole repetitions.
        offset = sizes[needed] % (step if kind == "HOP" else size) if len(sizes) > needed else 0
        return GroupWindow(kind, size, step, offset)


def column_names(node: exp.Expr, names: list[str], report: Report) -> list[str]:
    """The names of a relation's columns with those of `AS t(a, b)` in place of the first ones.

    Raises:
        BindError: after reporting that there are more names than columns, or one twice.
    """
    alias = node.args.get("alias")
    given = [column.name for column in (alias.args.get("columns") or [] if isinstance(alias, exp.TableAlias) else [])]
    if len(given) > len(names):
        raise report.fail("SF0306", alias, f"`{node.alias}` has {len(names)} columns, and {len(given)} are named")
    result = [*given, *names[len(given) :]]
    if given and len({name.lower() for name in result}) < len(result):
        raise report.fail("SF0307", alias, f"two columns of `{node.alias}` have one name")
    return result


def _shown(event_time: str) -> str:
    """What a user may call the event time: a hidden column has no name of its own."""
    return EVENT_TIME.upper() if event_time.startswith("__") else event_time
