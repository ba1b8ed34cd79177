"""Compiled models made by hand, for tests of what runs them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlfeat.language.types import parse_type
from sqlfeat.lower.program import CompiledModel, DuckdbProgram, FlinkProgram, OutputColumn, Role, Statement

NO_FLINK = FlinkProgram((), (), Statement("none", ""), "", ())


def columns(**types: str) -> tuple[OutputColumn, ...]:
    """Columns by name; the role is in the name: `k...` key, `feature_time`, `o...` ORDER, else feature."""
    return tuple(
        OutputColumn(name, parse_type(type_), nullable=True, role=_role(name)) for name, type_ in types.items()
    )


def _role(name: str) -> Role:
    if name == "feature_time":
        return Role.FEATURE_TIME
    return {"k": Role.KEY, "o": Role.ORDER}.get(name[0], Role.FEATURE)


def compiled(
    output: tuple[OutputColumn, ...],
    query: str,
    *,
    name: str = "spend",
    setup: Sequence[str] = (),
    sources: Sequence[Statement] = (),
    rejects: Sequence[Statement] = (),
    reads: Sequence[str] = (),
    fingerprint: str = "1",
) -> CompiledModel:
    """A model with a DuckDB program."""
    program = DuckdbProgram(tuple(setup), tuple(sources), tuple(rejects), query)
    return CompiledModel(name, f"models/{name}.sql", output, program, NO_FLINK, tuple(reads), fingerprint)
