"""The logical plan of a model: typed relations, engine-free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlfeat.language.expr import AggregateCall, Call, Column, Expr, conjuncts
from sqlfeat.language.frame import Frame
from sqlfeat.project.config import Source

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a relation.

    Attributes:
        columns: in order; names are unique, those beginning with `__` are hidden from users.
        event_time: the column that is the relation's event time; None for static tables.
        order: hidden columns that break ties on the event time; empty when nothing does.
    """

    columns: tuple[Column, ...]
    event_time: str | None = None
    order: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """The column of exactly that name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """All column names, hidden ones too."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class OverSpec:
    """One window of OVER: keys and frame."""

    partition: tuple[str, ...]
    frame: Frame


@dataclass(frozen=True, slots=True)
class Scan:
    """The accepted events of a source, or a static table."""

    source: Source
    schema: Schema


@dataclass(frozen=True, slots=True)
class Project:
    """New columns from expressions."""

    input: Plan
    items: tuple[tuple[str, Expr], ...]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows for which the condition is true; columns that the condition proves present are not nullable in `schema`."""

    input: Plan
    condition: Expr
    schema: Schema


def filtered(plan: Plan, condition: Expr) -> Filter:
    """The relation with a condition; `x IS NOT NULL` in it makes `x` not nullable."""
    present = {
        negated.args[0].name
        for part in conjuncts(condition)
        if isinstance(part, Call) and part.op == "NOT"
        and isinstance(negated := part.args[0], Call) and negated.op == "IS NULL"
        and isinstance(negated.args[0], Column)
    }  # fmt: skip
    columns = tuple(replace(c, nullable=c.nullable and c.name not in present) for c in plan.schema.columns)
    return Filter(plan, condition, replace(plan.schema, columns=columns))


@dataclass(frozen=True, slots=True)
class Over:
    """The input's columns and one aggregate per call over its window."""

    input: Plan
    calls: tuple[tuple[AggregateCall, OverSpec], ...]
    schema: Schema


@dataclass(frozen=True, slots=True)
class GroupWindow:
    """A window table-valued function.

    Attributes:
        kind: TUMBLE, HOP, CUMULATE or SESSION.
        size_ms: length (SESSION: the gap).
        step_ms: slide of HOP, step of CUMULATE; 0 otherwise.
        offset_ms: shift of the windows' start from the epoch.
        partition: keys a SESSION is of; empty for the other kinds.
    """

    kind: str
    size_ms: int
    step_ms: int = 0
    offset_ms: int = 0
    partition: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowAggregate:
    """Aggregates per window and key. Gives the keys, `window_start`, `window_end`, `__window_time`, the calls.

    Attributes:
        window: None if the rows of the input are in windows already.
    """

    input: Plan
    window: GroupWindow | None
    keys: tuple[str, ...]
    calls: tuple[AggregateCall, ...]
    schema: Schema


@dataclass(frozen=True, slots=True)
class WindowRows:
    """One row per event and window it is in: its columns, `window_start`, `window_end`, `__window_time`."""

    input: Plan
    window: GroupWindow
    schema: Schema


@dataclass(frozen=True, slots=True)
class LookupJoin:
    """Per left row the columns of the one right row that matches: as of its event time, or in a static table.

    Attributes:
        keys: pairs (left column, right column) that must be equal; NULL matches nothing.
        picks: pairs (name in the output, right column).
        inner: drop left rows without a match.
        strict: the right row must be earlier than the left one, not as early.
    """

    left: Plan
    right: Plan
    keys: tuple[tuple[str, str], ...]
    picks: tuple[tuple[str, str], ...]
    inner: bool
    strict: bool
    schema: Schema

    @property
    def static(self) -> bool:
        """Whether the right side is a table without time."""
        return self.right.schema.event_time is None


@dataclass(frozen=True, slots=True)
class IntervalJoin:
    """Pairs of rows with equal keys whose event times differ by no more than a bounded time.

    Attributes:
        keys: pairs (left column, right column) that must be equal; NULL matches nothing.
        low_ms, high_ms: least and greatest (left event time - right event time), milliseconds, both allowed. They have
            the same sign or are zero: the later of the two rows is always on the same side, and a pair's time is its.
        picks: pairs (name in the output, right column).
        inner: drop left rows without a match.
    """

    left: Plan
    right: Plan
    keys: tuple[tuple[str, str], ...]
    low_ms: int
    high_ms: int
    picks: tuple[tuple[str, str], ...]
    inner: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Unnest:
    """One row per element of an array column; rows with an empty or NULL array give none.

    Attributes:
        array: the array column.
        element: name of the column with the element.
        position: name of the column with its position, from 1.
    """

    input: Plan
    array: str
    element: str
    position: str
    schema: Schema


EVERY_ROW = 2**31 - 1
"""The limit of a ranking that has none; Flink ranks the rows of a window up to some number."""


@dataclass(frozen=True, slots=True)
class WindowTopN:
    """The first rows of each window by an order that leaves no ties.

    Attributes:
        partition: `window_start`, `window_end` and further columns.
        order: (column, descending); NULL comes first ascending and last descending.
        limit: how many rows.
        rank: name of the column with the row's number, from 1.
    """

    input: Plan
    partition: tuple[str, ...]
    order: tuple[tuple[str, bool], ...]
    limit: int
    rank: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Distinct:
    """Of the rows that share keys and event time the first: by the relation's order, then by its other columns.

    Rows that share those too are the same row. There are no array columns: the engines do not order them alike.
    """

    input: Plan
    keys: tuple[str, ...]
    schema: Schema

    @property
    def ordering(self) -> tuple[str, ...]:
        """The columns that decide, in turn."""
        below = self.input.schema
        decided = {*self.keys, below.event_time, *below.order}
        order = (*below.order, *(name for name in below.names if name not in decided))
        return order or (below.event_time or "",)


@dataclass(frozen=True, slots=True)
class UnionAll:
    """UNION ALL of relations with the same columns."""

    inputs: tuple[Plan, ...]
    schema: Schema


Plan = (
    Scan
    | Project
    | Filter
    | Over
    | WindowAggregate
    | WindowRows
    | LookupJoin
    | IntervalJoin
    | Unnest
    | WindowTopN
    | Distinct
    | UnionAll
)


def inputs_of(plan: Plan) -> tuple[Plan, ...]:
    """The relations directly below."""
    match plan:
        case Scan():
            return ()
        case LookupJoin(left=left, right=right) | IntervalJoin(left=left, right=right):
            return (left, right)
        case UnionAll(inputs=inputs):
            return inputs
        case _:
            return (plan.input,)


def with_inputs(plan: Plan, change: Callable[[Plan], Plan]) -> Plan:
    """The same relation over changed ones."""
    match plan:
        case Scan():
            return plan
        case LookupJoin(left=left, right=right) | IntervalJoin(left=left, right=right):
            return replace(plan, left=change(left), right=change(right))
        case UnionAll(inputs=inputs):
            return replace(plan, inputs=tuple(change(branch) for branch in inputs))
        case _:
            return replace(plan, input=change(plan.input))
