"""Why a row does not fit its source's declaration: one rule for both engines."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.trees import case, double, is_null, not_null, text
from sqlfeat.language.types import DataType, Kind
from sqlfeat.project.config import Column, Source

EPOCH = "1970-01-01 00:00:00.000"
"""Timestamps up to this one are rejected as event times: Flink's calendar functions are wrong before it, and its
windows drop a first event of exactly this time without a word, taking it for one that they had before."""

Field = Callable[[Column], exp.Expr]


Later = Callable[[exp.Expr, int], exp.Expr]
"""A time some milliseconds later."""


def is_ahead(source: Source, parsed: Field, later: Later) -> exp.Expr | None:
    """Whether an event claims to be of a time that lies too far behind its arrival; None if the source sets no limit.

    A clock that is wrong by a year would make everything late that comes after it. There is no other clock to ask than
    the one that notes arrivals: the wall clock differs from run to run.
    """
    time = source.column(source.event_time) if source.event_time else None
    arrival = source.column(source.available_at) if source.available_at else None
    if source.max_ahead_ms is None or time is None or arrival is None:
        return None
    return exp.GT(this=parsed(time), expression=later(parsed(arrival), source.max_ahead_ms))


def _outside(field: Column, parsed: Field) -> list[tuple[exp.Expr, str]]:
    """Whether a number is outside of its declared range, and what is then the matter with it."""
    limits = [(exp.LT, field.minimum, "less"), (exp.GT, field.maximum, "greater")]
    return [
        (
            kind(this=parsed(field), expression=_constant(limit, field.type)),
            f"{field.name} is {word} than {_shown(limit)}",
        )
        for kind, limit, word in limits
        if limit is not None
    ]


def _shown(limit: Decimal) -> str:
    plain = format(limit, "f")
    return plain if len(plain) <= 18 else format(limit, "e")


def _constant(limit: Decimal, kind: DataType) -> exp.Expr:
    if kind.kind is Kind.DOUBLE:
        return double(float(limit))
    literal = exp.Literal.number(format(abs(limit), "f"))
    return exp.Neg(this=literal) if limit < 0 else literal


def reason_of(
    source: Source, raw: Field, parsed: Field, ahead: exp.Expr | None = None, there: Field | None = None
) -> exp.Expr:
    """The reason a row is rejected, NULL if it fits.

    Args:
        source: the declaration.
        raw: the field as it lies.
        parsed: the field as its declared type, NULL if it does not fit.
        ahead: whether the event time is ahead of the arrival by more than is allowed; None where nothing limits it.
        there: what is NULL if a field is missing, misfits aside; the field as it lies by default.
    """
    there = there or raw
    branches: list[tuple[exp.Expr, exp.Expr]] = []
    if ahead is not None:
        branches.append((ahead, text(f"{source.event_time} is further ahead of {source.available_at} than max_ahead")))
    for field in source.columns:
        if field.type.kind is not Kind.STRING:
            misfit = exp.And(this=not_null(raw(field)), expression=is_null(parsed(field)))
            branches.append((misfit, text(f"{field.name} is not {field.type}")))
        branches += [(outside, text(reason)) for outside, reason in _outside(field, parsed)]
        if not field.nullable:
            branches.append((is_null(there(field)), text(f"{field.name} is missing")))
        if field.name == source.event_time:
            epoch = exp.Introducer(this=exp.Var(this="TIMESTAMP"), expression=text(EPOCH))
            early = exp.LTE(this=parsed(field).copy(), expression=epoch)
            branches.append((early, text(f"{field.name} is not after 1970-01-01 00:00:00")))
    return case(*branches) if branches else exp.Cast(this=exp.Null(), to=exp.DataType.build("TEXT"))
