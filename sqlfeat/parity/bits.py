"""Values as bits: DuckDB compares DOUBLEs by value, so that -0.0 equals 0.0; integers of the same bits do not."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import fn
from sqlfeat.language.types import DataType, Kind


def to_bits(tree: exp.Expr, type_: DataType) -> exp.Expr:
    """The value in a form where equal means the same bits: a DOUBLE is its 64 bits as a BIGINT, also inside arrays.

    >>> from sqlfeat.language.types import DOUBLE
    >>> to_bits(exp.column("x"), DOUBLE).sql("duckdb")
    'CAST(CAST(x AS BIT) AS BIGINT)'
    """
    return _reinterpreted(tree, type_, "BIGINT")


def from_bits(tree: exp.Expr, type_: DataType) -> exp.Expr:
    """The value again."""
    return _reinterpreted(tree, type_, "DOUBLE")


def _reinterpreted(tree: exp.Expr, type_: DataType, target: str) -> exp.Expr:
    if type_.kind is Kind.DOUBLE:
        bits = exp.Cast(this=tree, to=exp.DataType.build("BIT", dialect="duckdb"))
        return exp.Cast(this=bits, to=exp.DataType.build(target, dialect="duckdb"))
    if type_.element is not None and _has_double(type_.element):
        element = exp.Lambda(
            this=_reinterpreted(exp.column("element"), type_.element, target),
            expressions=[exp.to_identifier("element")],
        )
        return fn("list_transform", tree, element)
    return tree


def _has_double(type_: DataType) -> bool:
    return type_.kind is Kind.DOUBLE or (type_.element is not None and _has_double(type_.element))
