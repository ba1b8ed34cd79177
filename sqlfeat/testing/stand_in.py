"""Rows given in the place of a model: a source that has its columns, so that nothing above it is computed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.language.expr import Column, Literal
from sqlfeat.plan.nodes import Plan, Project, Scan, Schema
from sqlfeat.plan.trace import WINDOW_TIME, origin
from sqlfeat.project.config import Column as Declared
from sqlfeat.project.config import Source
from sqlfeat.testing.feeds import Feed, RowReader
from sqlfeat.testing.values import listed_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.language.expr import Expr
    from sqlfeat.project.declared_tests import Given, Row

_ORDER = "listed__"
"""Begins the names of columns that users do not give: they follow from the place of a row and from its window."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A model replaced: its rows, and the scan of them that takes the place of its plan."""

    feed: Feed
    plan: Project


def stand_in(given: Given, rows: Sequence[Row], plan: Plan, day: date, problems: list[Diagnostic]) -> StandIn | None:
    """Replace a model by its given rows; None if what it hides cannot be made up.

    Args:
        given: names the model.
        rows: of it, in order of arrival, which is also the order of ties.
        plan: of the model.
        day: of bare times.
        problems: collects what is wrong.
    """
    shown = [column for column in plan.schema.columns if not column.name.startswith("__")]
    visible = Source(
        group="ref",
        name=given.input.name,
        columns=tuple(Declared(column.name, column.type, column.nullable) for column in shown),
        event_time=plan.schema.event_time,
        lateness_ms=0,
        order_by=(),
        unique_key=(),
        available_at=None,
        stream=None,
        history=None,
    )
    values = RowReader(given.input.name, visible, day, problems, strict=True).read(rows, given.defaults)
    try:
        hidden = _hidden(plan, values, day)
    except ValueError as reason:
        message = f"rows of `{given.input.name}` cannot be given: {reason}"
        help_text = "give the rows of the sources that it reads"
        problems.append(Diagnostic("SF0121", message, given.input.span, help=help_text))
        return None
    return _assembled(visible, plan, values, hidden)


def _hidden(plan: Plan, rows: Sequence[dict[str, Any]], day: date) -> dict[str, list[Any]]:
    """The columns that the plan carries along, with a value for each row.

    Raises:
        ValueError: there is no telling what they would be.
    """
    schema = plan.schema
    found: dict[str, list[Any]] = {}
    for name in schema.order:
        if name.startswith("__"):
            type_ = schema.column(name).type
            found[name] = [listed_value(type_, number, day) for number in range(1, len(rows) + 1)]
    time = schema.event_time
    if time is not None and time.startswith("__"):
        found[time] = _window_times(plan, time, rows)
    return found


def _window_times(plan: Plan, time: str, rows: Sequence[dict[str, Any]]) -> list[Any]:
    """The event time of rows of windows, which is a millisecond before the window's end."""
    shown = [column.name for column in plan.schema.columns if not column.name.startswith("__")]
    end = next((name for name in shown if origin(plan, name) == "window_end"), None)
    if time != WINDOW_TIME or end is None:
        raise ValueError("its event time is not among its columns")
    return [_just_before(row.get(end)) for row in rows]


def _just_before(text: Any) -> str | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text) - timedelta(milliseconds=1)
    except ValueError:
        return None  # the reader of rows has said so
    return moment.isoformat(sep=" ", timespec="milliseconds")


def _assembled(visible: Source, plan: Plan, rows: Sequence[dict[str, Any]], hidden: dict[str, list[Any]]) -> StandIn:
    schema = plan.schema
    names = {name: _ORDER + name.strip("_") if name in hidden else name for name in schema.names}
    made = tuple(Declared(names[name], schema.column(name).type, nullable=False) for name in hidden)
    time = names[schema.event_time] if schema.event_time else None
    full = [row | {names[name]: values[index] for name, values in hidden.items()} for index, row in enumerate(rows)]
    order = tuple(names[name] for name in schema.order)
    source = replace(visible, columns=(*visible.columns, *made), event_time=time, order_by=order)
    source = replace(source, lateness_ms=_reach(full, time))
    scanned = tuple(Column(column.name, column.type, column.nullable) for column in source.columns)
    known = {column.name: column for column in scanned}
    items: list[tuple[str, Expr]] = [
        (column.name, known[names[column.name]] if names[column.name] in known else Literal(None, column.type))
        for column in schema.columns
    ]
    scan = Scan(source, Schema(scanned, time, order))
    return StandIn(Feed(visible.name, source, tuple(full)), Project(scan, tuple(items), schema))


def _reach(rows: Sequence[dict[str, Any]], time: str | None) -> int:
    """A lateness that lets every row in: what is late was left out further up."""
    try:
        times = [datetime.fromisoformat(row[time]) for row in rows if time and row.get(time)]
    except ValueError:
        return 0
    return int((max(times) - min(times)) / timedelta(milliseconds=1)) if times else 0
