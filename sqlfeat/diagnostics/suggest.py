"""The nearest known name to one that is not known."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_CUTOFF = 0.6


def closest(name: str, candidates: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """The candidates most like `name`, best first, whatever their case; none rather than a wild guess.

    >>> closest("Amuont", ["amount", "user_id"])
    ('amount',)
    """
    folded: dict[str, str] = {}
    for candidate in candidates:
        folded.setdefault(candidate.casefold(), candidate)
    matches = get_close_matches(name.casefold(), folded, n=limit, cutoff=_CUTOFF)
    return tuple(folded[match] for match in matches)


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """A question naming the closest candidate, or nothing.

    >>> did_you_mean("amuont", ["amount", "user_id"])
    'did you mean `amount`?'
    >>> did_you_mean("zzz", ["amount", "user_id"])
    ''
    """
    best = closest(name, candidates, limit=1)
    return f"did you mean `{best[0]}`?" if best else ""
