"""`where:` of a data test: a condition in the language of models, over the columns of what is tested."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_view
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.lower.names import view_name
from sqlfeat.plan.build import bind_model
from sqlfeat.plan.catalog import Catalog
from sqlfeat.project.config import Column, Materialization, ModelConfig, ProjectConfig, Source
from sqlfeat.templating.rendered import RenderedModel, Segment
from sqlfeat.testing.prepare import as_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.language.types import DataType
    from sqlfeat.project.yaml_file import Located

_BEFORE = 'SELECT * FROM "tested"."rows" WHERE ('
_AFTER = "\n)"  # a comment at the end of the condition does not swallow the bracket

ALL_ROWS = "tested__rows"
"""The view that the query reads."""


def rows_where(
    condition: Located[str], types: Mapping[str, DataType], config: ProjectConfig, problems: list[Diagnostic]
) -> str | None:
    """DuckDB SQL giving the rows of `ALL_ROWS` for which a condition is true; None after a problem.

    Args:
        condition: as written.
        types: the columns.
        config: of the project.
        problems: collects what is wrong with it, as with the SQL of a model.
    """
    columns = tuple(Column(name, type_) for name, type_ in types.items())
    source = Source("tested", "rows", columns, None, 0, (), (), None, None, None)
    assert view_name(source) == ALL_ROWS
    try:
        bound, found = bind_model(_model(condition), Catalog(replace(config, sources=(source,)), {}))
        if bound is not None:
            return compile_view(bound, as_view(bound)).duckdb.query
    except SqlfeatError as error:
        found = error.diagnostics
    problems += [replace(problem, span=condition.span) for problem in found]
    return None


def _model(condition: Located[str]) -> RenderedModel:
    sql = _BEFORE + condition.value + _AFTER
    return RenderedModel(
        name="tested",
        path=condition.span.path,
        template=sql,
        sql=sql,
        config=ModelConfig(Materialization.VIEW),
        refs=(),
        sources=(("tested", "rows"),),
        segments=(Segment(0, 0, True, len(sql)),),
    )
