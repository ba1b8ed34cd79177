"""What an entry of the operation registry is: one operation, all that is known about it, in one place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from sqlfeat.language.expr import AggregateCall, Call, Expr
from sqlfeat.language.types import DataType

COMPILER_FAMILY = "compiler"
"""The family of operations that only the compiler writes; in SQL they are unknown functions."""


class TypeMismatch(Exception):
    """The arguments do not fit the operation; the text says what fits."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The outcome of type checking: arguments with conversions added, and the result."""

    args: tuple[Expr, ...]
    type: DataType
    nullable: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """Declared to be outside the language: `reason` says why, `instead` what to write."""

    reason: str
    instead: str


@dataclass(frozen=True, slots=True)
class Vector:
    """One proof: the operation applied to `args` (Python values) gives `result` on every engine.

    Attributes:
        args: argument values; `None` is NULL. Timestamps are naive UTC datetimes.
        result: the expected value; doubles are compared bit for bit.
        types: types of the arguments where the values leave them open, as written in YAML.
    """

    args: tuple[Any, ...]
    result: Any
    types: tuple[str, ...]


TypeRule = Callable[[Sequence[Expr]], Typed]
Lowering = Callable[[Call, Sequence[exp.Expr]], exp.Expr]
"""Builds an engine's tree for a call from the trees of its arguments."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A scalar operation.

    Attributes:
        name: upper-case, as written in SQL, or a symbol name such as `+`.
        family: the chapter of the reference it belongs to.
        doc: one sentence for the reference.
        typing: checks and converts the arguments; raises TypeMismatch.
        duckdb, flink: how each engine computes it; a missing one cannot be expressed.
        vectors: values proved on both engines.
        aliases: other spellings.
        example: how it is written.
        repeats: whether a lowering writes an argument several times, so that a heavy one is computed below.
    """

    name: str
    family: str
    doc: str
    typing: TypeRule
    duckdb: Lowering
    flink: Lowering
    vectors: tuple[Vector, ...]
    example: str
    aliases: tuple[str, ...] = ()
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Macro:
    """A scalar operation defined by others, the same on every engine by construction.

    Attributes:
        expand: gives the definition for typed arguments.
    """

    name: str
    family: str
    doc: str
    typing: TypeRule
    expand: Callable[[Call], Expr]
    vectors: tuple[Vector, ...]
    example: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An operation that users may expect and the language refuses."""

    name: str
    family: str
    refused: Refused
    aliases: tuple[str, ...] = ()


Entry = Operation | Macro | Refusal


@dataclass(frozen=True, slots=True)
class AggregateContext:
    """Where an aggregate is computed.

    Attributes:
        over: turns the bare aggregate into one over the window frame; the identity in a GROUP BY.
        order: event time and tie-breakers, for aggregates that depend on the order of rows; empty for the others, and
            on Flink, where the rows come sorted.
    """

    over: Callable[[exp.Expr], exp.Expr]
    order: tuple[exp.Expr, ...]


AggregateLowering = Callable[[AggregateCall, Sequence[exp.Expr], AggregateContext], exp.Expr]
"""Builds an engine's tree for an aggregate from the trees of its arguments."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """A composite aggregate as primitive ones: prepare and merge are the parts, finalize is `result`."""

    parts: tuple[AggregateCall, ...]
    result: Expr


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate that the engines compute themselves.

    Attributes:
        ordered: the value depends on the order of rows, so ties need a tie-breaker.
        mergeable: partial results of disjoint parts can be merged.
        keeps_null: NULL arguments count, so FILTER cannot be turned into NULL.
        distinct: whether DISTINCT may be written.
        compose: for arguments that the engines do not aggregate alike, what it is made of; None for the others.
    """

    name: str
    doc: str
    typing: TypeRule
    duckdb: AggregateLowering
    flink: AggregateLowering
    example: str
    aliases: tuple[str, ...] = ()
    ordered: bool = False
    mergeable: bool = True
    keeps_null: bool = False
    distinct: bool = False
    compose: Callable[[AggregateCall], Expansion | None] | None = None


@dataclass(frozen=True, slots=True)
class CompositeAggregate:
    """An aggregate defined by primitive ones and arithmetic, the same on every engine by construction."""

    name: str
    doc: str
    typing: TypeRule
    expand: Callable[[AggregateCall], Expansion]
    example: str
    aliases: tuple[str, ...] = ()
    ordered: bool = False
    keeps_null: bool = False
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class RefusedAggregate:
    """An aggregate that users may expect and the language refuses."""

    name: str
    refused: Refused
    aliases: tuple[str, ...] = ()


AcceptedAggregate = Aggregate | CompositeAggregate
AggregateEntry = AcceptedAggregate | RefusedAggregate


def composition(entry: Aggregate | CompositeAggregate, call: AggregateCall) -> Expansion | None:
    """What the aggregate is made of for these arguments; None if the engines compute it themselves."""
    if isinstance(entry, CompositeAggregate):
        return entry.expand(call)
    return entry.compose(call) if entry.compose else None
