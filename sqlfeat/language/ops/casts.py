"""Casts: those that cannot fail as CAST; the pairs of types are one table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.expr import Call
from sqlfeat.language.operation import Vector
from sqlfeat.language.trees import case, cast, text
from sqlfeat.language.types import DataType, Kind
from sqlfeat.language.typing import is_convertible

_TO_STRING = (Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DATE, Kind.BOOLEAN)


def cast_problem(source: DataType, target: DataType) -> tuple[str, str] | None:
    """Why CAST(source AS target) is refused and what to write, or None if it is accepted."""
    if is_convertible(source, target) or (source.kind, target.kind) == (Kind.TIMESTAMP, Kind.DATE):
        return None
    if target.kind is Kind.STRING:
        if source.kind in _TO_STRING:
            return None
        return f"the engines write {source} differently as text", "keep the value itself as the feature"
    return f"a {source} may not fit {target}, and a cast that fails stops the stream", (
        f"TRY_CAST(... AS {target}), which gives NULL for a value that does not fit"
    )


def lower_cast_duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """CAST for DuckDB."""
    if call.type.kind is Kind.STRING and call.args[0].type.kind is Kind.BOOLEAN:
        return _boolean_text(args[0])
    return cast(args[0], call.type, duckdb=True)


def lower_cast_flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """CAST for Flink; DECIMAL of 16 to 18 digits is rounded twice on its way to DOUBLE unless widened first."""
    source = call.args[0].type
    if call.type.kind is Kind.STRING and source.kind is Kind.BOOLEAN:
        return _boolean_text(args[0])
    if call.type.kind is Kind.DOUBLE and source.kind is Kind.DECIMAL and source.precision > 15:
        wide = exp.DataType.build(f"DECIMAL(38,{source.scale})")
        return cast(exp.Cast(this=args[0].copy(), to=wide), call.type, duckdb=False)
    return cast(args[0], call.type, duckdb=False)


def _boolean_text(tree: exp.Expr) -> exp.Expr:
    return case((tree, text("true")), (exp.Not(this=exp.Paren(this=tree.copy())), text("false")))


VECTORS: tuple[tuple[str, Vector], ...] = (
    ("BIGINT", Vector((7,), 7, ("INT",))),
    ("DOUBLE", Vector((9007199254740993,), 9007199254740992.0, ("BIGINT",))),
    ("DOUBLE", Vector((Decimal("12345678901234.5678"),), 12345678901234.568, ("DECIMAL(18,4)",))),
    ("DECIMAL(12,2)", Vector((7,), Decimal("7.00"), ("INT",))),
    ("STRING", Vector((-7,), "-7", ("BIGINT",))),
    ("STRING", Vector((Decimal("1.50"),), "1.50", ("DECIMAL(9,2)",))),
    ("STRING", Vector((True,), "true", ("BOOLEAN",))),
    ("STRING", Vector((date(2024, 2, 29),), "2024-02-29", ("DATE",))),
    ("DATE", Vector((datetime(2024, 2, 29, 23, 59, 59, 999000),), date(2024, 2, 29), ("TIMESTAMP(3)",))),
)
"""(target type, vector) of CAST."""
