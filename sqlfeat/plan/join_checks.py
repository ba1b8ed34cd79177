"""Joins that cannot be made the same on both engines, and what to write instead."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Call, Expr
from sqlfeat.language.types import Kind
from sqlfeat.plan.bind_windows import is_untied
from sqlfeat.plan.join_on import On
from sqlfeat.plan.nodes import Scan
from sqlfeat.plan.report import Report
from sqlfeat.plan.scope import Scope
from sqlfeat.plan.trace import is_grouped

_KINDS = {
    "FULL": "write LEFT JOIN; a right row that meets no left one has no row to be a feature of",
    "SEMI": "write JOIN; a row that meets several would be there several times",
    "ANTI": "write LEFT JOIN and WHERE right.key IS NULL",
    "NATURAL": "name the keys in ON or USING",
    "CROSS": "write JOIN ... ON with an equality of keys",
}  # fmt: skip
"""What to write instead of joins that the language does not have."""


def check_kind(kind: str, method: str, join: exp.Join, report: Report) -> None:
    """Report a kind of join that there is not.

    Raises:
        BindError: after reporting it.
    """
    if kind == "RIGHT" and method == "ASOF":
        raise report.fail(
            "SF0408", join, "an ASOF RIGHT join keeps right rows that no left row looks up, and which these are is "
            "known only when the stream ends",
            help="write ASOF LEFT JOIN, which keeps each left row",
        )  # fmt: skip
    if kind not in ("", "LEFT", "RIGHT", "INNER", "OUTER", "ASOF"):
        raise report.fail(
            "SF0408", join, f"a {kind} join is not in the language", help=_KINDS.get(kind, "use JOIN or LEFT JOIN")
        )


def check_as_of(left: Scope, right: Scope, on: On, join: exp.Join, report: Report) -> None:
    """Report a lookup whose row is not the last one up to the left row's time.

    Raises:
        BindError: after reporting it.
    """
    for condition, place in on.conditions if not join.this.args.get("version") else ():
        if on.low_ms is None and on.high_ms is None and _compares_times(condition):
            raise report.fail(
                "SF0408", place, f"`{written(place)}` does not compare the event times of both sides; that of a row in "
                "a window is the end of the window",
                help="write EVENT_TIME for the time that the rows of a side have, or join below the window",
            )  # fmt: skip
        raise report.fail(
            "SF0408", place, f"`{written(place)}` compares the two sides, and not by `=`: the time is the only "
            "inequality of an ASOF join",
            help="ask the row that is found in WHERE or CASE",
        )  # fmt: skip
    if on.low_ms == -1 and is_grouped(left.plan):
        raise report.fail(
            "SF0408", join, "the row of a window is there when the window ends, before events of that very time",
            help="write > : left.window_end > right.event_time",
        )  # fmt: skip
    if (on.low_ms is None and on.high_ms is not None) or (on.low_ms or 0) < 0:
        raise report.fail(
            "SF0408", join, "the right row would be later than the left one: it would know the future",
            help="write left.event_time >= right.event_time",
        )  # fmt: skip
    if on.low_ms == 2 and is_grouped(right.plan):
        raise report.fail(
            "SF0408", join, "the last window that has ended may have ended at this very time",
            help="write >= : left.event_time >= right.window_end",
        )  # fmt: skip
    if on.low_ms is not None and on.low_ms > 1:
        raise report.fail(
            "SF0408", join, "an ASOF join finds the last row at the event time of the left one, not some time before",
            help="write left.event_time >= right.event_time; an aggregate over UNION ALL of both streams, with a frame "
            "that ends earlier, looks further back",
        )  # fmt: skip
    if on.low_ms not in (0, 1):
        raise report.fail(
            "SF0408", join, "an ASOF join needs `left.event_time >= right.event_time` in ON",
            help="write > for strictly earlier; right.ts >= left.ts - INTERVAL '1' DAY may say how old it may be",
        )  # fmt: skip
    if on.high_ms is not None and on.high_ms < on.low_ms:
        raise report.fail("SF0408", join, "no two event times meet the bounds of this join")
    if not right.plan.schema.order and not is_untied(right.plan, [key for _, key in on.keys]):
        raise report.fail(
            "SF0403",
            join,
            "which of several right rows with the same key and event time is the last is left to chance",
            help="join on all keys of its groups, of which a window has one row each"
            if is_grouped(right.plan)
            else "declare `order_by: [event_time, id]` on the right source, with columns that tell such rows apart",
        )


def _compares_times(condition: Expr) -> bool:
    return (
        isinstance(condition, Call)
        and condition.op in ("<", "<=", ">", ">=")
        and all(arg.type.kind is Kind.TIMESTAMP for arg in condition.args)
    )


def check_left(left: Scope, right: Scope, join: exp.Join, report: Report) -> None:
    """Report rows without a time that would have to wait for others.

    Raises:
        BindError: after reporting them.
    """
    if left.plan.schema.event_time is None:
        both = right.plan.schema.event_time is None
        raise report.fail(
            "SF0408", join, "two static tables are not joined: neither has events" if both else
            "a row of a static table that no event meets has no time",
            help="join the tables to a stream, one after another" if both else
            "write FROM events LEFT JOIN the table, or JOIN",
        )  # fmt: skip


def check_static(right: Scope, on: On, join: exp.Join, report: Report) -> None:
    """Report keys that do not tell the rows of a static table apart.

    Raises:
        BindError: after reporting them.
    """
    if on.right_items:
        raise report.fail(
            "SF0408", join, "a static table is joined on its unique key itself, not on an expression of it",
            help="compute on the side of the events, with the type that the key is declared with",
        )  # fmt: skip
    plan = right.plan
    unique = {name.lower() for name in plan.source.unique_key} if isinstance(plan, Scan) else set()
    if not unique or {key.lower() for _, key in on.keys} != unique:
        listed = ", ".join(sorted(unique)) or "none declared"
        raise report.fail(
            "SF0408", join, "a static table is joined on its unique key, so that each event meets one row at most",
            help=f"join on all columns of `unique_key` ({listed})",
        )  # fmt: skip
