"""The OVER clause: keys, order and frame of a window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Column, Expr
from sqlfeat.language.frame import Frame
from sqlfeat.plan.intervals import BadInterval, interval_ms
from sqlfeat.plan.nodes import Schema
from sqlfeat.plan.report import Report

UNBOUNDED = Frame(rows=False, start=None)
MOST_ROWS = 1_000_000
"""Of a counted frame; Flink keeps them all, and counts wrongly near the end of BIGINT."""


def merged_window(
    node: exp.Window, named: dict[str, exp.Window], report: Report, seen: tuple[str, ...] = ()
) -> exp.Window:
    """The window with what its name in the WINDOW clause adds.

    Args:
        node: the window.
        named: definitions of the WINDOW clause.
        report: takes the problems.
        seen: names that led here.
    """
    alias = node.args.get("alias")
    if alias is None:
        return node
    base = named.get(alias.name.lower())
    if base is None:
        raise report.unknown("SF0305", alias, "window", alias.name, sorted(named))
    name = alias.name.lower()
    if name in seen:
        raise report.fail("SF0305", alias, f"window `{alias.name}` is defined by itself", help="write its definition")
    base = merged_window(base, named, report, (*seen, name))
    merged = node.copy()
    merged.meta.update(node.meta)
    merged.set("alias", None)
    for part in ("partition_by", "order", "spec"):
        if not node.args.get(part) and base.args.get(part):
            merged.set(part, base.args[part].copy() if part != "partition_by" else [e.copy() for e in base.args[part]])
    merged.parent = node.parent
    return merged


def check_order(
    node: exp.Window, schema: Schema, bind: Callable[[exp.Expr], Expr], report: Report, times: tuple[str, ...]
) -> None:
    """ORDER BY must be the event time, ascending; the source's tie-breakers may follow.

    Args:
        node: the window.
        schema: of the relation below.
        bind: binds an ORDER BY expression.
        report: takes the problems.
        times: columns that count as the event time.
    """
    order = node.args.get("order")
    if order is None:
        raise report.fail(
            "SF0401",
            node,
            "a window needs ORDER BY the event time",
            help="write OVER (PARTITION BY ... ORDER BY EVENT_TIME ...)",
        )
    first, *rest = order.expressions
    column = bind(first.this)
    if not isinstance(column, Column) or column.name not in times:
        raise report.fail(
            "SF0401",
            first,
            f"a window is ordered by the event time, not by `{written(first.this)}`",
            help=_ranking(node)
            if _function(node) in _NUMBERS
            else f"write ORDER BY {schema.event_time or 'EVENT_TIME'}",
        )
    for position, ordered in enumerate(rest):
        tie = bind(ordered.this)
        expected = schema.order[position] if position < len(schema.order) else None
        if not isinstance(tie, Column) or tie.name != expected:
            raise report.fail(
                "SF0401",
                ordered,
                f"`{written(ordered.this)}` is not the source's tie-breaker",
                help="declare it in the source's `order_by`; ties are broken the same way in every window",
            )
    for ordered in order.expressions:
        if ordered.args.get("desc"):
            raise report.fail(
                "SF0401", ordered, "a window looks back in time, so its order is ascending", help=_ascending(node)
            )


_NUMBERS = ("ROW_NUMBER", "RANK", "DENSE_RANK")
_RANKED = (
    "rank the rows of a window function, which ends: PARTITION BY window_start, window_end; over all time a row would "
    "lose its place later"
)
_ROWS_OF_WINDOW = (
    "write ROW_NUMBER(), by which alone Flink ranks the rows of a window, with columns in ORDER BY that tell rows apart"
)
_SIMPLE = (None, "UNBOUNDED", "CURRENT ROW")


def _ranking(window: exp.Window) -> str:
    """What to write for a rank by something other than time."""
    keys = {column.name.lower() for column in window.args.get("partition_by") or []}
    return _ROWS_OF_WINDOW if {"window_start", "window_end"} <= keys else _RANKED


_TURNED = {
    "FIRST_VALUE": "write LAST_VALUE and drop DESC",
    "LAST_VALUE": "write FIRST_VALUE and drop DESC",
    "ROW_NUMBER": "a row is the last of its key only until the next; the online store keeps the last of each key by "
    "itself, an ASOF join finds it, and a window function keeps the last of each window: PARTITION BY window_start, "
    "window_end, key",
}


def _ascending(window: exp.Window) -> str:
    """What to write instead of DESC."""
    return _TURNED.get(_function(window), "drop DESC")


def _function(window: exp.Window) -> str:
    function = window.this.this if isinstance(window.this, (exp.IgnoreNulls, exp.Filter)) else window.this
    return str(function.this).upper() if isinstance(function, exp.Anonymous) else ""


def tells_apart(node: exp.Window, schema: Schema, report: Report) -> bool:
    """Whether ORDER BY names all that tells rows of one event time apart, so that no two rows are peers.

    Raises:
        BindError: after reporting that it names some of it, and that the frame takes in peers.
    """
    named = len(node.args["order"].expressions) - 1
    spec = node.args.get("spec")
    counts = is_lag_or_number(node) or (spec is not None and str(spec.args["kind"]).upper() == "ROWS")
    if 0 < named < len(schema.order) and not counts:
        raise report.fail(
            "SF0402", node, "ORDER BY names some of what tells rows of one event time apart, and the frame takes in "
            "the rows that it does not",
            help=f"write ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW, or ORDER BY {schema.event_time} alone",
        )  # fmt: skip
    return named > 0


def is_lag_or_number(node: exp.Window) -> bool:
    """Whether it looks at rows by their number, to which peers are nothing."""
    return _function(node) in ("ROW_NUMBER", "LAG")


def bind_frame(node: exp.Window, report: Report, *, apart: bool = False) -> Frame:
    """The frame; RANGE UNBOUNDED PRECEDING if none is written, as the standard has it.

    Args:
        node: the window.
        report: takes the problems.
        apart: no two rows are peers, so that RANGE and GROUPS reach to the row itself as ROWS does.
    """
    spec = node.args.get("spec")
    if spec is None:
        return replace(UNBOUNDED, rows=apart)
    kind = str(spec.args["kind"]).upper()
    if apart and kind != "ROWS":
        return _of_single_rows(spec, node, report)
    if kind == "GROUPS" and not all(spec.args.get(side) in _SIMPLE for side in ("start", "end")):
        raise report.fail(
            "SF0402", node, "a frame of GROUPS counts event times, which Flink has no frame for",
            help="write RANGE with a time, or ROWS with a number of rows",
        )  # fmt: skip
    # To the beginning, and to the current row, GROUPS reaches as far as RANGE does.
    rows = kind == "ROWS"
    start = _bound(spec, "start", rows, node, report)
    end = _bound(spec, "end", rows, node, report) if spec.args.get("end") else 0
    if end is None or (start is not None and start < end):
        raise report.fail("SF0402", node, "the frame ends before it begins")
    frame = _excluding(Frame(rows, start, end), spec, node, report)
    if frame.start is not None and frame.start < frame.end:
        raise report.fail("SF0402", node, "the frame is always empty", help="drop EXCLUDE, or begin the frame earlier")
    return frame


def _of_single_rows(spec: exp.Expr, node: exp.Window, report: Report) -> Frame:
    """A frame of RANGE or GROUPS whose rows have no peers."""
    if spec.args.get("start") != "UNBOUNDED" or spec.args.get("end", "CURRENT ROW") not in ("CURRENT ROW", None):
        raise report.fail(
            "SF0402", node, "a frame of RANGE with a time is ordered by the event time alone",
            help="drop the other columns of ORDER BY, or write ROWS",
        )  # fmt: skip
    excluded = spec.args.get("exclude")
    word = str(excluded.name if isinstance(excluded, exp.Expr) else excluded or "").upper()
    return Frame(rows=True, start=None, end=1 if word in ("CURRENT ROW", "GROUP") else 0)


def forgetting(frame: Frame, state_ttl_ms: int | None) -> Frame:
    """The frame of a model that forgets: RANGE without a far edge reaches back as far as the model remembers."""
    if state_ttl_ms is None or frame.rows or frame.start is not None:
        return frame
    return replace(frame, start=max(state_ttl_ms, frame.end))


def _excluding(frame: Frame, spec: exp.Expr, node: exp.Window, report: Report) -> Frame:
    """The frame with its EXCLUDE clause; leaving out all rows of the event time is a frame that ends before it."""
    excluded = spec.args.get("exclude")
    match str(excluded.name if isinstance(excluded, exp.Expr) else excluded or "").upper():
        case "" | "NO OTHERS":
            return frame
        case "CURRENT ROW" if frame.end == 0:
            return Frame(rows=True, start=frame.start, end=1) if frame.rows else replace(frame, exclude_current=True)
        case "GROUP" if frame.end == 0 and not frame.rows:
            return replace(frame, end=1)
        case other:
            raise report.fail(
                "SF0402",
                node,
                f"EXCLUDE {other} does not fit this frame",
                help="use EXCLUDE CURRENT ROW or EXCLUDE GROUP with RANGE",
            )


def _bound(spec: exp.Expr, side: str, rows: bool, node: exp.Window, report: Report) -> int | None:
    value, direction = spec.args.get(side), str(spec.args.get(f"{side}_side") or "").upper()
    if value == "CURRENT ROW":
        return 0
    if direction == "FOLLOWING":
        raise report.fail(
            "SF0402", node, "a frame may not look at events after the row", help="end it with CURRENT ROW or PRECEDING"
        )
    if value == "UNBOUNDED":
        return None
    if rows:
        return _row_count(value, node, report)
    try:
        return interval_ms(value or exp.Null())
    except BadInterval as problem:
        raise report.fail(
            "SF0402",
            node,
            f"the frame of RANGE is an interval: {problem}",
            help="for example RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW",
        ) from None


def _row_count(value: exp.Expr | None, node: exp.Window, report: Report) -> int:
    if isinstance(value, exp.Literal) and not value.is_string and value.name.isdigit():
        if int(value.name) <= MOST_ROWS:
            return int(value.name)
        message = f"the frame of ROWS has at most {MOST_ROWS} rows"
        raise report.fail("SF0402", node, message, help="write UNBOUNDED PRECEDING")
    raise report.fail(
        "SF0402",
        node,
        "the frame of ROWS is a number of rows",
        help="for example ROWS BETWEEN 4 PRECEDING AND CURRENT ROW",
    )
