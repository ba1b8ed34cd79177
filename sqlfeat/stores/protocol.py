"""What an online store is: the latest row of each entity key, written monotonically."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Protocol

from sqlfeat.stores.version import FEATURE_TIME_WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """The row of one entity key in one feature view.

    Attributes:
        key: the canonical text of the key (see `sqlfeat.stores.keys`).
        version: sortable text: feature time, then the ORDER columns (see `sqlfeat.stores.version`).
        features: a JSON object with the feature columns.
    """

    key: str
    version: str
    features: str

    @property
    def feature_time(self) -> str:
        """The feature time as text, `YYYY-MM-DD HH:MM:SS.mmm` UTC: the head of the version."""
        return self.version[:FEATURE_TIME_WIDTH]

    def expires_ms(self, ttl_ms: int) -> int | None:
        """When the row is forgotten, milliseconds since 1970: so long after its feature time; None is never.

        Of the event, not of the write: so whether a row can be read depends on nothing but the row and the time, in
        whatever order and however often rows are written.

        >>> OnlineRow("k=1", "1970-01-01 00:00:01.500 p1", "{}").expires_ms(250)
        1750
        """
        if not ttl_ms:
            return None
        moment = datetime.fromisoformat(self.feature_time).replace(tzinfo=timezone.utc)
        return (moment - _EPOCH) // timedelta(milliseconds=1) + ttl_ms


class OnlineStore(Protocol):
    """Latest values by (project, view, key), to be read; a store object belongs to one project.

    Every method raises `SqlfeatError` SF0902 when the store cannot be reached.
    """

    def get(self, view: str, key: str) -> OnlineRow | None:
        """The row of a key; None if there is none, or it is forgotten."""
        ...

    def ping(self) -> None:
        """Check that the store can be written to."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


def latest_rows(rows: Iterable[tuple[str, str, str]]) -> list[OnlineRow]:
    """The rows that matter of a batch of (key, version, features).

    These are per key the one of the greatest version, of several the last.

    >>> latest_rows([("k", "2", "b"), ("k", "1", "a"), ("k", "2", "c")])
    [OnlineRow(key='k', version='2', features='c')]
    """
    latest: dict[str, tuple[str, str, str]] = {}
    for row in rows:
        held = latest.get(row[0])
        if held is None or row[1] >= held[1]:
            latest[row[0]] = row
    return [OnlineRow(*row) for row in latest.values()]
