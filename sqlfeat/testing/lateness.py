"""Which events are late: the rule of the documents, as a walk over the events of one source in order of arrival.

Flink at parallelism 1 with a watermark after every event decides the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event as it arrives.

    Attributes:
        time: its event time; None if it has none that can be read.
        rejected: whether it does not fit its source. Such a row is never late, but its time, if it has one, counts as
            seen: what is wrong with it is only found out behind the watermark.
    """

    time: datetime | None
    rejected: bool = False


def late_flags(arrivals: Iterable[Arrival], lateness_ms: int) -> Iterator[bool]:
    """For each event whether it is late: further behind the greatest event time seen before it than the lateness.

    >>> times = [datetime(2024, 1, 1, 10, minute) for minute in (0, 5, 4, 3)]
    >>> list(late_flags(map(Arrival, times), lateness_ms=60_000))
    [False, False, False, True]
    """
    lateness = timedelta(milliseconds=lateness_ms)
    greatest: datetime | None = None
    for arrival in arrivals:
        if arrival.time is None:
            yield False
            continue
        # Subtracted this way round, no time is too early to compute with.
        yield not arrival.rejected and greatest is not None and greatest - arrival.time > lateness
        greatest = arrival.time if greatest is None else max(greatest, arrival.time)
