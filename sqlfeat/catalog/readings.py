"""How to read a feature view: the snippets of its page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.catalog.model import Reading
from sqlfeat.lower.program import Role

if TYPE_CHECKING:
    from sqlfeat.lower.program import CompiledModel


def readings_of(model: CompiledModel, offline_path: str) -> tuple[Reading, ...]:
    """Command line, Python, and the files of the offline store."""
    keys = {column.name: f"<{column.type}>" for column in model.columns if column.role is Role.KEY}
    return (
        Reading("Command line", "the row served now, as JSON", "console", _command(model.name, keys)),
        Reading("Python", "the row served now", "python", _python(model, keys)),
        Reading("History", f"the backfilled rows, below {offline_path}", "sql", _history(model.name, offline_path)),
    )


def _command(name: str, keys: dict[str, str]) -> str:
    arguments = " ".join(f"--key {key}='{value}'" for key, value in keys.items())
    return f"sqlfeat get {name} {arguments} --json"


def _python(model: CompiledModel, keys: dict[str, str]) -> str:
    feature = next(column.name for column in model.columns if column.role is Role.FEATURE)
    return "\n".join(
        [
            "import sqlfeat",
            "",
            'project = sqlfeat.Project(".")',
            f'row = project.get("{model.name}", {json.dumps(keys, ensure_ascii=False)})',
            f"row.feature_time, row.age_seconds, row.features[{json.dumps(feature, ensure_ascii=False)}]",
        ]
    )


def _history(name: str, offline_path: str) -> str:
    pattern = f"{offline_path}/{name}/day=*/part.parquet"
    files = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(pattern)])
    query = exp.select("*").from_(files).order_by(exp.column("feature_time"))
    return query.sql(dialect="duckdb", normalize_functions=False) + ";"
