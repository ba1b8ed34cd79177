"""SELECT DISTINCT and UNION: each row once."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.types import Kind
from sqlfeat.plan.nodes import Distinct, Plan
from sqlfeat.plan.report import Report
from sqlfeat.plan.trace import WINDOW_TIME, origin


def each_once(plan: Plan, place: exp.Expr, report: Report) -> Distinct:
    """The rows of a relation, of equal ones the first. They are equal only if their event times are.

    Raises:
        BindError: after reporting rows that would have to be compared with all there ever were.
    """
    schema = plan.schema
    if place.args.get("on"):
        raise report.fail(
            "SF0306", place, "DISTINCT ON is not in the language", help="write QUALIFY ROW_NUMBER() OVER (PARTITION BY "
            "key ORDER BY EVENT_TIME) = 1 for the first row of each key",
        )  # fmt: skip
    time = schema.event_time
    if time is not None and origin(plan, time) == WINDOW_TIME:
        raise report.fail(
            "SF0306", place, "rows of windows are not compared with each other",
            help="write GROUP BY window_start, window_end and the columns",
        )  # fmt: skip
    if time is None or time.startswith("__"):
        raise report.fail(
            "SF0306", place, "rows without their event time would be compared with all there ever were",
            help="select the event time too, or write GROUP BY over TABLE(TUMBLE(...))",
        )  # fmt: skip
    shown = [column for column in schema.columns if not column.name.startswith("__")]
    for column in shown:
        if column.type.kind is Kind.ARRAY:
            raise report.fail(
                "SF0306", place, f"rows with an array, such as `{column.name}`, are not compared with each other",
                help="make each row once before the array is made",
            )  # fmt: skip
    return Distinct(plan, tuple(column.name for column in shown if column.name != time), schema)
