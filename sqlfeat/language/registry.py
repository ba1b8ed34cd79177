"""The operation registry: everything the language knows, by name."""

from __future__ import annotations

from sqlfeat.language.operation import (
    COMPILER_FAMILY,
    AcceptedAggregate,
    AggregateEntry,
    Entry,
    Macro,
    Operation,
    Refusal,
    RefusedAggregate,
)
from sqlfeat.language.ops import (
    aggregates,
    arithmetic,
    arrays,
    collected,
    conditionals,
    datetime,
    elementwise,
    hashing,
    json,
    kernel,
    letters,
    like,
    logic,
    math,
    narrowing,
    percentiles,
    positional,
    refusals,
    regular_expressions,
    statistics,
    string_macros,
    strings,
    text_codes,
    vectors,
)

FAMILIES: tuple[tuple[Entry, ...], ...] = (
    arithmetic.OPERATIONS,
    kernel.OPERATIONS,
    logic.OPERATIONS,
    logic.MACROS,
    math.OPERATIONS,
    math.MACROS,
    math.REFUSALS,
    datetime.OPERATIONS,
    datetime.MACROS,
    datetime.REFUSALS,
    arrays.OPERATIONS,
    arrays.MACROS,
    arrays.REFUSALS,
    vectors.OPERATIONS,
    vectors.MACROS,
    conditionals.MACROS,
    conditionals.REFUSALS,
    json.OPERATIONS,
    json.MACROS,
    json.REFUSALS,
    strings.OPERATIONS,
    string_macros.MACROS,
    string_macros.REFUSALS,
    letters.OPERATIONS,
    text_codes.OPERATIONS,
    like.OPERATIONS,
    like.MACROS,
    like.REFUSALS,
    regular_expressions.OPERATIONS,
    regular_expressions.MACROS,
    regular_expressions.REFUSALS,
    narrowing.MACROS,
    hashing.OPERATIONS,
    hashing.MACROS,
    hashing.REFUSALS,
    refusals.REFUSALS,
)

AGGREGATE_FAMILIES: tuple[tuple[AggregateEntry, ...], ...] = (
    aggregates.AGGREGATES,
    positional.AGGREGATES,
    aggregates.COMPOSITES,
    statistics.AGGREGATES,
    percentiles.AGGREGATES,
    percentiles.REFUSED,
    collected.COMPOSITES,
    elementwise.COMPOSITES,
    refusals.REFUSED_AGGREGATES,
)


def _by_name() -> dict[str, Entry]:
    entries: dict[str, Entry] = {}
    for entry in (entry for family in FAMILIES for entry in family):
        if isinstance(entry, (Operation, Macro)) and not entry.vectors:
            raise ValueError(f"operation {entry.name} has no vectors, so nothing proves it")
        for name in (entry.name, *entry.aliases):
            if name in entries:
                raise ValueError(f"operation {name} is registered twice")
            entries[name] = entry
    return entries


def _aggregates_by_name() -> dict[str, AggregateEntry]:
    entries: dict[str, AggregateEntry] = {}
    for entry in (entry for family in AGGREGATE_FAMILIES for entry in family):
        for name in (entry.name, *entry.aliases):
            if name in entries:
                raise ValueError(f"aggregate {name} is registered twice")
            entries[name] = entry
    return entries


def _is_function(name: str, entry: Entry) -> bool:
    """Whether the operation is written `NAME(...)`, and not with an operator, a keyword, or by the compiler alone."""
    return name.isidentifier() and name not in _KEYWORDS and entry.family != COMPILER_FAMILY


_KEYWORDS = frozenset({"AND", "OR", "NOT", "IN", "BETWEEN", "CASE", "LIKE", "NEGATE"})

OPERATIONS = _by_name()
AGGREGATES = _aggregates_by_name()
FUNCTIONS = {name: entry for name, entry in OPERATIONS.items() if _is_function(name, entry)}
"""Operations that users write as functions."""


def operation(name: str) -> Operation | Macro:
    """The accepted operation of that name; the name must be known to be one."""
    entry = OPERATIONS[name]
    if isinstance(entry, Refusal):
        raise KeyError(name)
    return entry


def aggregate(name: str) -> AcceptedAggregate:
    """The accepted aggregate of that name; the name must be known to be one."""
    entry = AGGREGATES[name]
    if isinstance(entry, RefusedAggregate):
        raise KeyError(name)
    return entry
