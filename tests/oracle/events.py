"""Sources as the oracle sees them: events in order of arrival, which of them are late, and models of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.oracle.query import interpret
from tests.oracle.relation import Field, Relation, Row
from tests.oracle.values import hashable, milliseconds, order_key

if TYPE_CHECKING:
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject

Event = Mapping[str, Any]


def is_ahead(source: Source, event: Event) -> bool:
    """Whether an event claims to be of a time further behind its arrival than the source allows; such are rejected."""
    if source.max_ahead_ms is None:
        return False
    time, arrival = event[source.event_time or ""], event[source.available_at or ""]
    return None not in (time, arrival) and milliseconds(time) > milliseconds(arrival) + source.max_ahead_ms


def late_events(source: Source, events: Iterable[Event]) -> list[Event]:
    """The events that are late when one reader takes them in this order.

    The watermark is the greatest event time so far, less the lateness and the millisecond that Flink takes off; an
    event is in time if it is later than the watermark and a millisecond more, which SESSION needs.
    """
    late: list[Event] = []
    latest: int | None = None
    for event in events:
        if is_ahead(source, event):
            continue
        time = milliseconds(event[source.event_time or ""])
        if latest is not None and time <= latest - source.lateness_ms - 1:
            late.append(event)
        latest = time if latest is None else max(latest, time)
    return late


def relation_of(source: Source, events: Iterable[Event], late: Iterable[Event] = ()) -> Relation:
    """The accepted events of a source: all but those that are ahead, and the late ones, one for one."""
    fields = tuple(Field("", column.name, column.type) for column in source.columns)
    left_out = Counter(_identity(event) for event in late)
    rows: list[Row] = []
    for event in events:
        if is_ahead(source, event):
            continue
        identity = _identity(event)
        if left_out[identity]:
            left_out[identity] -= 1
            continue
        time = milliseconds(event[source.event_time]) if source.event_time else None
        tie = tuple(event[name] for name in source.order_by if name != source.event_time)
        rows.append(Row(tuple(event[field.name] for field in fields), time, tie))
    if missing := +left_out:
        raise AssertionError(f"late events that were never there: {list(missing)[:3]}")
    rows = _first_of_key(source, fields, rows) if source.unique_key and source.event_time else rows
    return Relation(fields, rows, frozenset(n for n, field in enumerate(fields) if field.name == source.event_time))


def _first_of_key(source: Source, fields: Sequence[Field], rows: Iterable[Row]) -> list[Row]:
    """The events that have none with their unique key before them within a time; of the same one, one."""
    places = [number for number, field in enumerate(fields) if field.name in source.unique_key]
    before: dict[Any, list[int]] = {}
    kept: list[Row] = []
    for row in sorted(rows, key=lambda row: (row.place, order_key(row.values))):
        assert row.time is not None
        earlier = before.setdefault(tuple(row.values[place] for place in places), [])
        if all(row.time - time > source.unique_within_ms for time in earlier):
            kept.append(row)
        earlier.append(row.time)
    return kept


def _identity(event: Event) -> tuple[Any, ...]:
    return tuple((name, hashable(value)) for name, value in sorted(event.items()))


def views(project: LoadedProject, sources: Mapping[str, Relation], names: Sequence[str]) -> dict[str, Relation]:
    """The rows of the named models; `sources` are by lower-case full name."""
    known = dict(sources)
    for name in project.order:
        if name in names or any(name in _ancestors(project, wanted) for wanted in names):
            model = project.models[name]
            known[name.lower()] = interpret(model.sql, known, model.config.state_ttl_ms)
    return {name: known[name.lower()] for name in names}


def _ancestors(project: LoadedProject, name: str) -> set[str]:
    parents = set(project.parents.get(name, ()))
    return parents.union(*(_ancestors(project, parent) for parent in parents)) if parents else parents
