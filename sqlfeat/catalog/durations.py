"""Lengths of time in words."""

from __future__ import annotations

_UNITS = (("day", 86_400_000), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000), ("millisecond", 1))


def in_words(ms: int) -> str:
    """A length of time in its largest whole units.

    >>> in_words(90_000)
    '1 minute 30 seconds'
    >>> in_words(0)
    'none'
    """
    parts = []
    for unit, size in _UNITS:
        count, ms = divmod(ms, size)
        if count:
            parts.append(f"{count:,} {unit}{'s' if count > 1 else ''}")
    return " ".join(parts) or "none"
