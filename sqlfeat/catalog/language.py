"""The reference of the language, read off the operation registry: what is accepted, what is refused and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.language.operation import COMPILER_FAMILY, AggregateEntry, Entry, Refusal, RefusedAggregate
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS, WindowFunction
from sqlfeat.language.registry import AGGREGATES, OPERATIONS
from sqlfeat.language.types import REFUSED_SPELLINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

AGGREGATE_CHAPTER = "aggregates"
WINDOW_CHAPTER = "window functions"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An operation of the language.

    Attributes:
        notes: what to know when writing it, a few words each.
        vectors: how many examples are proved on both engines.
    """

    name: str
    example: str
    doc: str
    aliases: tuple[str, ...]
    notes: tuple[str, ...]
    vectors: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """An operation that does not compile."""

    name: str
    aliases: tuple[str, ...]
    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A family of operations, each list in the order of the registry."""

    title: str
    accepted: tuple[Accepted, ...]
    refused: tuple[Rejected, ...]


TYPES = (
    ("BOOLEAN", "TRUE, FALSE."),
    ("INT", "Whole numbers of 32 bits."),
    ("BIGINT", "Whole numbers of 64 bits."),
    ("DECIMAL(p,s)", "Exact decimal numbers: p digits, at most 38, of which s after the point."),
    ("DOUBLE", "Floating point of 64 bits; always finite, with a single zero."),
    ("STRING", "Unicode text of any length."),
    ("DATE", "A day."),
    ("TIMESTAMP(3)", "A point in time, UTC, to the millisecond."),
    ("ARRAY<t>", "Values of one type in order."),
)
"""How each type is written, and what it holds; NULL belongs to all of them."""


def refused_types() -> tuple[tuple[str, str], ...]:
    """Types that users may expect, and what to declare instead."""
    return tuple(REFUSED_SPELLINGS.items())


def chapters() -> tuple[Chapter, ...]:
    """The chapters: families of scalar operations as the registry has them, then aggregates and window functions."""
    by_family: dict[str, list[Any]] = defaultdict(list)
    for entry in _unique(OPERATIONS.values()):
        if entry.family == COMPILER_FAMILY:
            continue
        by_family[entry.family].append(entry)
    by_family[AGGREGATE_CHAPTER] += [e for e in _unique(AGGREGATES.values()) if e.name.isidentifier()]
    by_family[WINDOW_CHAPTER] += _unique(WINDOW_FUNCTIONS.values())
    return tuple(_chapter(title, entries) for title, entries in by_family.items())


def _unique(entries: Iterable[Any]) -> list[Any]:
    """An entry is registered once for each of its names."""
    return list({id(entry): entry for entry in entries}.values())


def _chapter(title: str, entries: list[Entry | AggregateEntry | WindowFunction]) -> Chapter:
    return Chapter(
        title,
        tuple(_accepted(e) for e in entries if not isinstance(e, (Refusal, RefusedAggregate))),
        tuple(
            Rejected(e.name, e.aliases, e.refused.reason, e.refused.instead)
            for e in entries
            if isinstance(e, (Refusal, RefusedAggregate))
        ),
    )


def _accepted(entry: Any) -> Accepted:
    return Accepted(
        name=entry.name,
        example=entry.example,
        doc=entry.doc,
        aliases=getattr(entry, "aliases", ()),
        notes=tuple(_notes(entry)),
        vectors=len(getattr(entry, "vectors", ())),
    )


def _notes(entry: Any) -> Iterator[str]:
    """Properties that not every kind of entry has."""
    if getattr(entry, "distinct", False):
        yield "DISTINCT may be written"
    if getattr(entry, "ordered", False):
        yield "depends on the order of rows: the source needs `order_by`"
    if getattr(entry, "window_only", False):
        yield "needs OVER"
