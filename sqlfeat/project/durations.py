"""Lengths of time as a user writes them: `5 minutes`, `1 hour`, `500 ms`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNITS = {
    "ms": 1,
    "millisecond": 1,
    "second": 1_000,
    "minute": 60_000,
    "hour": 3_600_000,
    "day": 86_400_000,
    "week": 604_800_000,
}
_SLUGS = {"ms": "ms", "millisecond": "ms", "second": "s", "minute": "m", "hour": "h", "day": "d", "week": "w"}


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time.

    Attributes:
        count: the number as written.
        unit: the unit in the singular: ms, second, minute, hour, day or week.
    """

    count: int
    unit: str

    @property
    def ms(self) -> int:
        """Milliseconds."""
        return self.count * _UNITS[self.unit]

    @property
    def slug(self) -> str:
        """The short form for column names: `7d`, `30m`."""
        return f"{self.count}{_SLUGS[self.unit]}"

    @property
    def interval_unit(self) -> str:
        """The unit of an SQL interval of this length; SQL has neither weeks nor milliseconds."""
        return {"ms": "SECOND", "millisecond": "SECOND", "week": "DAY"}.get(self.unit, self.unit.upper())

    @property
    def interval_count(self) -> str:
        """The number in an SQL interval of this length, to go with `interval_unit`."""
        if _UNITS[self.unit] == 1:
            return f"{self.count // 1000}.{self.count % 1000:03}"
        return str(self.count * 7 if self.unit == "week" else self.count)


def parse_duration(text: str) -> Duration:
    """Parse a length of time.

    Args:
        text: a whole number, a blank and a unit, for example `5 minutes`.

    Raises:
        ValueError: the text is none; the message says how to write one.
    """
    match = re.fullmatch(r"(\d{1,9}) +(ms|(millisecond|second|minute|hour|day|week)s?)", text.strip(), re.ASCII)
    if not match:
        raise ValueError(
            f"`{text}` is not a duration: write a whole number and ms, seconds, minutes, hours, days or weeks,"
            " for example `5 minutes`"
        )
    return Duration(int(match[1]), match[3] or match[2])
