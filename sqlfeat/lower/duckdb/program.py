"""A feature view as a complete DuckDB program."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

from sqlfeat.lower.duckdb.sources import rejects_view, source_views
from sqlfeat.lower.duckdb.steps import DuckdbSteps
from sqlfeat.lower.program import DuckdbProgram
from sqlfeat.plan.columns import OutputColumn
from sqlfeat.plan.nodes import Project
from sqlfeat.project.config import Source


def lower_duckdb(
    plan: Project, columns: tuple[OutputColumn, ...], sources: tuple[Source, ...], late_logs: Mapping[str, str]
) -> DuckdbProgram:
    """The DuckDB program of an expanded, pruned feature view."""
    query = DuckdbSteps().final(plan, columns)
    return DuckdbProgram(
        setup=prelude(),
        sources=tuple(view for source in sources for view in source_views(source, late_logs.get(source.full_name))),
        rejects=tuple(rejects_view(source) for source in sources),
        query=query.sql("duckdb", pretty=True),
    )


@cache
def prelude() -> tuple[str, ...]:
    """The settings and macros that every program relies on."""
    folder = resources.files("sqlfeat.lower.duckdb")
    texts = [folder.joinpath(name).read_text(encoding="utf-8") for name in ("prelude.sql", "prelude_json.sql")]
    return tuple(statement.strip() for text in texts for statement in text.removesuffix(";\n").split(";\n"))
