"""What GROUP BY must name so that groups come to an end."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.plan.bind_windows import grouped_again
from sqlfeat.plan.grouping_sets import groupings_of
from sqlfeat.plan.nodes import GroupWindow
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import windows_of

WINDOW_COLUMNS = ("window_start", "window_end", "window_time")
MOST_GROUPINGS = 16


def check_group(context: SelectContext, group: exp.Expr | None) -> None:
    """Report groups that have no end, or too many groupings.

    Raises:
        BindError: after reporting them.
    """
    if context.window is None and not grouped_again(context.scope, group):
        raise context.report.fail(
            "SF0406",
            group,
            "GROUP BY over a stream without a window would never be finished",
            help="group over TABLE(TUMBLE(...)), or use an aggregate OVER a window",
        )
    if context.window is None:
        check_no_sessions(context, group or context.select)
    if group is not None and any(group.args.get(form) for form in ("rollup", "cube", "totals")):
        raise context.report.fail(
            "SF0306", group, "groupings are named by their keys", help="write ROLLUP(a, b) or CUBE(a, b)"
        )
    groupings = groupings_of(group)
    if len(groupings) > MOST_GROUPINGS:
        raise context.report.fail(
            "SF0306", group, f"there are {len(groupings)} groupings, each an aggregation of the stream; "
            f"{MOST_GROUPINGS} are the most",
            help="name those that are needed in GROUPING SETS",
        )  # fmt: skip
    for keys in groupings:
        if not _ends_of(context.window) & {node.name.lower() for node in keys}:
            raise context.report.fail(
                "SF0407",
                group or context.select.args["from_"],
                "a row of a window function is in a window; without its ends in GROUP BY windows would run together",
                help="write GROUP BY window_start, window_end and the keys",
            )


def _ends_of(window: GroupWindow | None) -> set[str]:
    """The ends of a window that tell it from the others of its key, each by itself."""
    return {"window_end"} if window is not None and window.kind == "CUMULATE" else {"window_start", "window_end"}


def check_sessions(context: SelectContext, group: exp.Expr | None, *, several: bool) -> None:
    """Report groups of sessions that are of other keys than those are.

    Raises:
        BindError: after reporting them.
    """
    window = context.window
    if window is None or window.kind != "SESSION":
        return
    if several or set(context.group_names) != set(window.partition):
        raise context.report.fail(
            "SF0407",
            group,
            "sessions are grouped by the keys they are partitioned by",
            help="write SESSION(TABLE t PARTITION BY k, ...) and GROUP BY k, window_start, window_end",
        )


def check_no_sessions(context: SelectContext, place: exp.Expr) -> None:
    """Report rows of sessions that are put together by their ends.

    Raises:
        BindError: after reporting them.
    """
    windows = windows_of(context.scope.plan)
    window = context.window or (windows.window if windows else None)
    if window is not None and window.kind == "SESSION":
        raise context.report.fail(
            "SF0407", place, "each session has ends of its own, so no rows of others are to be put beside it",
            help="name its window_end AS ended in a subquery, and group TABLE(TUMBLE(TABLE t, DESCRIPTOR(ended), ...))",
        )  # fmt: skip
