"""What the offline store knows about a feature view besides its rows: columns, and what was computed when."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlfeat.lower.program import CompiledModel, Role, Slice

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Computed:
    """A stretch of time that was computed from one definition; None is unbounded."""

    start: datetime | None
    end: datetime | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class StoredView:
    """A stored feature view.

    Attributes:
        fingerprint: of the definition used last.
        columns: (name, type) of the visible columns.
        keys: names of the entity's key columns.
        feature_time: name of the feature time column.
        computed: stretches of time in order, without overlap.
    """

    name: str
    fingerprint: str
    columns: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    feature_time: str
    computed: tuple[Computed, ...] = ()

    def after(self, part: Slice, before: StoredView | None) -> StoredView:
        """This view with `part` computed now, on top of what `before` has."""
        old = before.computed if before else ()
        computed = replace_range(old, Computed(part.start, part.end, self.fingerprint))
        return StoredView(self.name, self.fingerprint, self.columns, self.keys, self.feature_time, computed)

    def outdated(self) -> tuple[Computed, ...]:
        """Stretches that an older definition computed."""
        return tuple(stretch for stretch in self.computed if stretch.fingerprint != self.fingerprint)


def stored_view(model: CompiledModel) -> StoredView:
    """What will be stored of a model; the ORDER columns are not."""
    visible = [column for column in model.columns if column.role is not Role.ORDER]
    return StoredView(
        model.name,
        model.fingerprint,
        tuple((column.name, str(column.type)) for column in visible),
        tuple(column.name for column in visible if column.role is Role.KEY),
        next(column.name for column in visible if column.role is Role.FEATURE_TIME),
    )


def replace_range(old: Iterable[Computed], new: Computed) -> tuple[Computed, ...]:
    """The stretches after `new` was computed: it cuts what it overlaps and joins what it touches.

    >>> day = [datetime(2013, 1, n) for n in range(1, 5)]
    >>> a, b = Computed(day[0], day[2], "x"), Computed(day[1], day[3], "x")
    >>> replace_range([a], b) == (Computed(day[0], day[3], "x"),)
    True
    """
    pieces = [piece for stretch in old for piece in _without(stretch, new)]
    merged: list[Computed] = []
    for piece in sorted([*pieces, new], key=lambda stretch: _low(stretch.start)):
        last = merged[-1] if merged else None
        if last and last.fingerprint == piece.fingerprint and last.end == piece.start and last.end is not None:
            merged[-1] = Computed(last.start, piece.end, piece.fingerprint)
        else:
            merged.append(piece)
    return tuple(merged)


def _without(stretch: Computed, cut: Computed) -> list[Computed]:
    left = Computed(stretch.start, _earlier(stretch.end, cut.start), stretch.fingerprint)
    right = Computed(_later(stretch.start, cut.end), stretch.end, stretch.fingerprint)
    pieces = [left] if cut.start is not None else []
    pieces += [right] if cut.end is not None else []
    return [piece for piece in pieces if _low(piece.start) < _high(piece.end)]


def _earlier(end: datetime | None, start: datetime | None) -> datetime | None:
    return end if start is None else start if end is None else min(start, end)


def _later(start: datetime | None, end: datetime | None) -> datetime | None:
    return start if end is None else end if start is None else max(start, end)


def _low(bound: datetime | None) -> tuple[int, str]:
    return (0, "") if bound is None else (1, bound.isoformat(timespec="microseconds"))


def _high(bound: datetime | None) -> tuple[int, str]:
    return (2, "") if bound is None else _low(bound)


def to_json(view: StoredView) -> str:
    """The text of the metadata file."""
    content = {
        "version": _VERSION,
        "model": view.name,
        "fingerprint": view.fingerprint,
        "columns": [{"name": name, "type": type_} for name, type_ in view.columns],
        "keys": list(view.keys),
        "feature_time": view.feature_time,
        "computed": [
            {"start": _text(stretch.start), "end": _text(stretch.end), "fingerprint": stretch.fingerprint}
            for stretch in view.computed
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def from_json(text: str) -> StoredView:
    """Read what `to_json` wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        content = json.loads(text)
        if content["version"] != _VERSION:
            raise ValueError(f"version {content['version']} of the file is unknown")
        return StoredView(
            content["model"],
            content["fingerprint"],
            tuple((column["name"], column["type"]) for column in content["columns"]),
            tuple(content["keys"]),
            content["feature_time"],
            tuple(_computed(stretch) for stretch in content["computed"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{error} is missing or wrong") from None


def _computed(stretch: Mapping[str, Any]) -> Computed:
    return Computed(_time(stretch["start"]), _time(stretch["end"]), stretch["fingerprint"])


def _text(bound: datetime | None) -> str | None:
    return None if bound is None else bound.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
