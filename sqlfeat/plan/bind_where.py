"""WHERE, and what it may not leave out."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, all_of, columns_of, conjuncts
from sqlfeat.language.registry import AGGREGATES
from sqlfeat.plan.group_checks import WINDOW_COLUMNS
from sqlfeat.plan.scope import Scope
from sqlfeat.plan.select_context import SelectContext


def bind_where(context: SelectContext) -> Scope:
    """The relation behind WHERE, with the names for its columns.

    Raises:
        BindError: after reporting what is wrong.
    """
    scope = context.scope
    where = context.select.args.get("where")
    if where is None:
        return scope
    for node in where.find_all(exp.Window):
        raise context.report.fail("SF0309", node, "WHERE comes before window functions", help="use QUALIFY")
    for node in where.find_all(exp.Anonymous):
        if str(node.this).upper() in AGGREGATES:
            raise context.report.fail("SF0309", node, "WHERE comes before aggregates", help="use HAVING, or a subquery")
    rows = [part for part in _parts(where.this) if not _asks_windows(context, part)]
    context.window_conditions = [part for part in _parts(where.this) if part not in rows]
    if not rows:
        return scope
    condition = all_of([context.boolean(part) for part in rows])
    _check_sessions(context, condition, where)
    plan = context.filtered(scope.plan, condition, "where")
    present = {c.name: c for c in plan.schema.columns}
    visible = tuple(replace(v, column=present[v.column.name]) for v in scope.visible)
    return replace(scope, plan=plan, visible=visible)


def _parts(condition: exp.Expr) -> list[exp.Expr]:
    """The conditions that AND joins."""
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        return [*_parts(condition.this), *_parts(condition.expression)]
    return [condition]


def _asks_windows(context: SelectContext, condition: exp.Expr) -> bool:
    """Whether it is about the windows that rows will be in, and is asked of the groups."""
    if context.window is None:
        return False
    known = {v.name.lower() for v in context.scope.visible}
    names = {column.name.lower() for column in condition.find_all(exp.Column)}
    of_windows = (names & set(WINDOW_COLUMNS)) - known
    if of_windows and names - of_windows:
        raise context.report.fail(
            "SF0407", condition, "a condition is about rows or about the windows they are in",
            help="part it with AND, or filter in HAVING or in a subquery",
        )  # fmt: skip
    return bool(of_windows)


def check_event_time(context: SelectContext) -> None:
    """Report an event time that may be NULL."""
    schema = context.scope.plan.schema
    if schema.event_time and schema.column(schema.event_time).nullable:
        name = schema.event_time
        context.report.add(
            "SF0404",
            context.select.args["from_"],
            f"event time `{name}` may be NULL, and the model does not say what becomes of such rows",
            help=f"add WHERE {name} IS NOT NULL",
        )


def _check_sessions(context: SelectContext, condition: Expr, where: exp.Expr) -> None:
    """Rows left out of a session may be what holds it together; whole keys may be left out."""
    window, time = context.window, context.scope.plan.schema.event_time
    if window is None or window.kind != "SESSION":
        return
    decides = [part for part in conjuncts(condition) if not columns_of(part) <= set(window.partition)]
    if any(columns_of(part) != {time} or not _is_presence(part) for part in decides):
        raise context.report.fail(
            "SF0407", where, "WHERE does not say whether sessions are made of all rows or of those that are left",
            help="filter in a subquery below SESSION, or in the aggregates: COUNT(*) FILTER (WHERE ...)",
        )  # fmt: skip


def _is_presence(condition: Expr) -> bool:
    """Whether it is `x IS NOT NULL`."""
    negated = condition.args[0] if isinstance(condition, Call) and condition.op == "NOT" else None
    return isinstance(negated, Call) and negated.op == "IS NULL"
