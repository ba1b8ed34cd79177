"""What a writer tells Flink's metrics: what became of rows, and how fresh they were when they could be read.

Python functions have counters in Flink but no histograms, so the histogram is a counter for each of its buckets.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlfeat.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from pyflink.metrics import MetricGroup

    from sqlfeat.engines.flink.counts import Counts
    from sqlfeat.stores.protocol import OnlineRow

GROUP = "sqlfeat"
BUCKETS_MS = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000)
"""Upper bounds of the histogram of freshness: what was older when it was written is in the bucket above them all."""


def bucket_name(index: int) -> str:
    """The counter of a bucket, by its number.

    >>> bucket_name(0), bucket_name(len(BUCKETS_MS))
    ('freshness_ms_100', 'freshness_ms_more')
    """
    return f"freshness_ms_{BUCKETS_MS[index] if index < len(BUCKETS_MS) else 'more'}"


class Meter:
    """Counts into a metric group of Flink, below `sqlfeat.model.<name>`."""

    def __init__(self, group: MetricGroup, view: str, clock: Clock | None = None) -> None:
        own = group.add_group(GROUP).add_group("model", view)
        names = ("rows", "written", "overtaken", "stale", "no_key")
        self._counters = {name: own.counter(name) for name in names}
        self._buckets = [own.counter(bucket_name(index)) for index in range(len(BUCKETS_MS) + 1)]
        self._clock = clock or SystemClock()

    def count(self, counts: Counts, sent: Sequence[OnlineRow]) -> None:
        """Add what became of one batch; the rows sent to the store can be read from now on."""
        for name, number in asdict(counts).items():
            if number:
                self._counters[name].inc(number)
        found = ages(sent, self._clock.now())
        for counter, number in zip(self._buckets, found, strict=True):
            if number:
                counter.inc(number)


def ages(rows: Iterable[OnlineRow], now: datetime) -> list[int]:
    """How many rows are of each bucket; `now` is UTC."""
    # As text, like feature times: the earliest of each bucket but the last, from the oldest on.
    earliest = [(now - timedelta(milliseconds=bound)).replace(tzinfo=None) for bound in reversed(BUCKETS_MS)]
    bounds = [moment.isoformat(sep=" ", timespec="microseconds") for moment in earliest]
    found = [0] * (len(bounds) + 1)
    for row in rows:
        found[len(bounds) - bisect_right(bounds, row.feature_time + "000")] += 1
    return found


def quantile(counts: Sequence[float], share: float) -> float | None:
    """The upper bound in milliseconds of the bucket in which a share of all rows is reached.

    None when there are no rows; infinite when it is the last bucket.

    >>> quantile([90, 9, 1], 0.5), quantile([90, 9, 1], 0.99)
    (100.0, 250.0)
    """
    total, reached = sum(counts), 0.0
    for index, count in enumerate(counts):
        reached += count
        if total and reached >= share * total:
            return float(BUCKETS_MS[index]) if index < len(BUCKETS_MS) else float("inf")
    return None
