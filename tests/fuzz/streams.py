"""Random event streams: late, tied, duplicated, sparse, bursty, with NULLs and extreme values.

Many small streams lie one behind the other in one file, told apart by the column `s`; each has weeks of its own, so
that one watermark serves them all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Event = dict[str, Any]

LATENESS = timedelta(minutes=10)
MAX_AHEAD = timedelta(hours=1)
EVENTS = (
    "s BIGINT, id BIGINT, k BIGINT?, g STRING?, i INT?, n BIGINT?, x DOUBLE?, m DECIMAL(12,2)?, t STRING?, b BOOLEAN?, "
    "d DATE?, at TIMESTAMP(3)?, ts TIMESTAMP(3)"
)
CHANGES = "s BIGINT, id BIGINT, k BIGINT?, v BIGINT?, w DOUBLE?, name STRING?, ts TIMESTAMP(3)"
THINGS = "k BIGINT, label STRING?, weight DOUBLE?"
_EPOCH = datetime(1970, 1, 1)
_SECOND_DAY = datetime(1970, 1, 2)
_APART = timedelta(days=37)
_STEPS = (0, 0, 0, 1, 2, 999, 1000, 60_000, 60_000, 600_000, 1_800_000, 3_600_000, 3_600_001, 3_599_999, 7_200_000)
_ARRIVALS = (0, 1, 60_000, 86_400_000, -1, -3_600_000, -3_600_001)
"""After the event, and before it: by a clock that is wrong by an hour at most, and by more."""
_LONG_STEPS = (86_400_000, 86_399_999, 43_200_000, 172_800_000)
_WHOLE = (0, 1, 2, -1, 3, 10, -7, 100, 2**31 - 1, -(2**31))
_BIG = (2**63 - 1, -(2**63), 2**62, -(2**62) - 1, 10**18, 2**53 + 1, 2**32, -(2**32) - 1)
_DOUBLES = (
    0.0, 1.0, -1.0, 0.5, 0.1, 0.2, 0.3, -0.1, 2.5, 1e16, -1e16, 1e15 + 0.3, 1 / 3, 1e-12, 5e-324, 1e-30, 2.0**-96,
    1.5e-29,
    1.7976931348623157e308, -1.7976931348623157e308, 7.9e28, 8e28, -8e28, 1e300, 123456.789, 4503599627370497.5,
)  # fmt: skip
_TEXTS = (
    "a",
    "b",
    "A",
    "",
    " ",
    "ab",
    "a%b",
    "é",
    "ß",
    "\U0001f600",
    "\uffee",
    "a b",
    "'",
    "null",
    "0",
    "x" * 40,
    "Zz",
)


@dataclass(frozen=True)
class Stream:
    """The events of one stream in the order in which they arrive, by source."""

    events: tuple[Event, ...]
    changes: tuple[Event, ...]


def stream(rnd: Random, number: int, *, duplicates: bool, most: int = 60) -> Stream:
    """A stream; all its rows have `s = number`, and its time is number times 37 days after 1970."""
    twice = 0.1 if duplicates else 0.0
    base = _EPOCH + number * _APART + timedelta(milliseconds=rnd.choice((1, 1, 3_600_000, 82_800_000, 12_345_678)))
    keys = rnd.choice(((1,), (1, 2), (1, 2, None), (1, 2, 3, 4), (None,)))
    events = _arrivals(rnd, base, lambda at, identity: _event(rnd, number, identity, rnd.choice(keys), at), most, twice)
    changes = _arrivals(
        rnd, base, lambda at, identity: _change(rnd, number, identity, rnd.choice(keys), at), most // 3, twice
    )
    return Stream(tuple(events), tuple(changes))


def _arrivals(rnd: Random, base: datetime, make: Any, most: int, twice: float) -> list[Event]:
    """Events in order of time, then disturbed: within the lateness, a few beyond it, a few twice."""
    time, rows = base, []
    steps = rnd.choice((_STEPS, (0, 1), (*_STEPS, *_LONG_STEPS), (60_000, 3_600_000), (0, 600_000, 3_600_000)))
    disorder = rnd.choice((0, 0, 300_000, 599_999, 3_600_000))
    for identity in range(1, rnd.randint(0, most) + 1):
        event = make(time, identity)
        rows.append((time + timedelta(milliseconds=rnd.randint(0, disorder)), event))
        if rnd.random() < twice:
            rows.append((time + timedelta(milliseconds=rnd.randint(0, disorder)), event))
        if time - base < timedelta(days=10):
            time += timedelta(milliseconds=rnd.choice(steps))
    return [event for _, event in sorted(rows, key=lambda pair: pair[0])]


def _event(rnd: Random, number: int, identity: int, key: int | None, at: datetime) -> Event:
    return {
        "s": number, "id": identity, "k": key,
        "g": _maybe(rnd, lambda: rnd.choice("xyz")),
        "i": _maybe(rnd, lambda: rnd.choice(_WHOLE)),
        "n": _maybe(rnd, lambda: rnd.choice((*_WHOLE, *_BIG) if rnd.random() < 0.2 else _WHOLE)),
        "x": _maybe(rnd, lambda: _double(rnd)),
        "m": _maybe(rnd, lambda: Decimal(rnd.choice((0, 1, 25, -150, 99999, 10**12 - 1, -(10**12) + 1))).scaleb(-2)),
        "t": _maybe(rnd, lambda: rnd.choice(_TEXTS)),
        "b": _maybe(rnd, lambda: rnd.choice((True, False))),
        "d": _maybe(rnd, lambda: at.date() + timedelta(days=rnd.choice((0, 1, -1, 30))) if at.year > 1970 else
                    date(1970, 1, 2)),
        "at": _maybe(rnd, lambda: at + timedelta(milliseconds=rnd.choice(_ARRIVALS if at > _SECOND_DAY else (0, 1)))),
        "ts": at,
    }  # fmt: skip


def _change(rnd: Random, number: int, identity: int, key: int | None, at: datetime) -> Event:
    return {
        "s": number, "id": identity, "k": key,
        "v": _maybe(rnd, lambda: rnd.choice(_WHOLE)),
        "w": _maybe(rnd, lambda: _double(rnd)),
        "name": _maybe(rnd, lambda: rnd.choice(_TEXTS)),
        "ts": at,
    }  # fmt: skip


def _maybe(rnd: Random, make: Any) -> Any:
    return None if rnd.random() < 0.15 else make()


def _double(rnd: Random) -> float:
    return rnd.choice(_DOUBLES) if rnd.random() < 0.6 else rnd.uniform(-1, 1) * 10.0 ** rnd.randint(-12, 15)


THING_ROWS: tuple[Event, ...] = (
    {"k": 1, "label": "one", "weight": 0.1},
    {"k": 2, "label": None, "weight": 2.5},
    {"k": 4, "label": "four", "weight": None},
    {"k": 7, "label": "", "weight": 1e300},
)


def lines(rows: Iterable[Event]) -> str:
    """The rows as JSON lines."""
    return "".join(json.dumps({name: _json(value) for name, value in row.items()}) + "\n" for row in rows)


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return str(value) if isinstance(value, (date, Decimal)) else value


def one_file(streams: Sequence[Stream], source: str) -> list[Event]:
    """The events of all streams, one stream after the other."""
    return [event for one in streams for event in getattr(one, source)]
