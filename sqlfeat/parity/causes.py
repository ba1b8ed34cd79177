"""Why the values of a column differ: what all of its differing pairs have in common, counted by DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.language.trees import fn
from sqlfeat.language.types import Kind
from sqlfeat.parity.bits import from_bits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.lower.program import OutputColumn

LAST_BITS = "1e-9"
"""Doubles that are relatively nearer than this differ by the order in which they were computed."""


class Cause(Enum):
    """The kinds of differences, those first that explain most."""

    LATE = "late"
    DUPLICATES = "duplicates"
    MISSING = "missing"
    NULL = "null"
    FLOAT = "float"
    ORDER = "order"
    TIE = "tie"
    VALUE = "value"


HINTS: Mapping[Cause, str] = {
    Cause.LATE: "events of the late log are not in the history as they came: both sides read other events",
    Cause.DUPLICATES: "one side has more rows of the same event: it is there twice, which a `unique_key` takes care of",
    Cause.MISSING: "rows are on one side only: do stream and history hold the same events?",
    Cause.NULL: "one side has NULL where the other has a value: a field is missing there, or does not fit its type",
    Cause.FLOAT: "only the last bits of DOUBLE values differ: an operation depends on the order of its rows",
    Cause.ORDER: "the same elements are in another order: the order of a tie differs",
    Cause.TIE: "only rows that share key and feature time differ: the order of a tie differs",
    Cause.VALUE: "other values: do stream and history hold the same events?",
}


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of a column's differing pairs are of a kind; a pair may be of several."""

    differing: int
    null: int
    last_bits: int
    reordered: int
    tied: int

    def cause(self) -> Cause:
        """The first kind that all of them are of."""
        kinds = ((self.null, Cause.NULL), (self.last_bits, Cause.FLOAT), (self.reordered, Cause.ORDER))
        all_of = [cause for count, cause in (*kinds, (self.tied, Cause.TIE)) if count == self.differing]
        return all_of[0] if all_of else Cause.VALUE


def counts_of(column: OutputColumn, index: int, differing: exp.Expr, tied: exp.Expr) -> list[exp.Expr]:
    """Aggregates over the pairs that make the `Shares` of a column.

    Args:
        column: the column.
        index: its number: the pairs have it as `l_c<index>` and `r_c<index>`, as bits.
        differing: whether a pair differs in it.
        tied: whether a pair's key and feature time are on a side more than once.
    """
    left, right = exp.column(f"l_c{index}"), exp.column(f"r_c{index}")
    one_null = exp.NEQ(this=exp.Paren(this=left.is_(exp.null())), expression=exp.Paren(this=right.is_(exp.null())))
    kinds = [exp.true(), one_null, _last_bits(column, left, right), _reordered(column, left, right), tied]
    return [
        exp.Count(this=exp.Case().when(exp.and_(differing.copy(), kind.copy()), exp.Literal.number(1)))
        for kind in kinds
    ]


def _last_bits(column: OutputColumn, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    if column.type.kind is not Kind.DOUBLE:
        return exp.false()
    ours, theirs = from_bits(left.copy(), column.type), from_bits(right.copy(), column.type)
    distance = fn("abs", exp.Sub(this=ours, expression=theirs))
    size = fn("greatest", fn("abs", ours.copy()), fn("abs", theirs.copy()))
    near = exp.Mul(this=exp.Literal.number(LAST_BITS), expression=size)
    return exp.LTE(this=distance, expression=near)


def _reordered(column: OutputColumn, left: exp.Expr, right: exp.Expr) -> exp.Expr:
    if column.type.kind is not Kind.ARRAY:
        return exp.false()
    return exp.EQ(this=fn("list_sort", left.copy()), expression=fn("list_sort", right.copy()))
