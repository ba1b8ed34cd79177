"""Looking at the history files before anything is computed: are they there, and have they the declared columns?"""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.engines.duckdb.errors import first_line
from sqlfeat.project.config import Column, History, Source

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def check_histories(connection: DuckDBPyConnection, root: Path, sources: Iterable[Source]) -> None:
    """Raise one error with everything that is wrong with the histories of `sources`.

    Raises:
        SqlfeatError: SF0601 no file, SF0602 not readable, SF0603 a declared column is missing, SF0606 no history.
    """
    diagnostics = [problem for source in sources for problem in _problems(connection, root, source)]
    if diagnostics:
        raise SqlfeatError(*diagnostics)


def _problems(connection: DuckDBPyConnection, root: Path, source: Source) -> list[Diagnostic]:
    import duckdb

    if source.history is None:
        return [_undeclared(source)]
    if not _exists(root, source.history.path):
        return [_missing_file(source, source.history)]
    try:
        found = _physical_columns(connection, source.history.below(str(root)))
    except (duckdb.Error, OSError) as error:
        return [_unreadable(source, source.history, error)]
    present = {name.casefold() for name in found}
    return [
        _missing_column(source, source.history, column, found)
        for column in source.columns
        if column.name.casefold() not in present and source.history.format != "json"
    ]


def _exists(root: Path, path: str) -> bool:
    """Whether a file matches; what lies behind a URL is DuckDB's to find out."""
    if "://" in path:
        return True
    matches = glob.iglob(path, root_dir=root, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern
    return next(matches, None) is not None


def _physical_columns(connection: DuckDBPyConnection, history: History) -> list[str]:
    """Names of the columns.

    Lines of JSON have none: an object that lacks a name has NULL there, and a line that is no object is
    rejected as a row.
    """
    if history.format == "parquet":
        return list(connection.read_parquet(history.path).columns)
    if history.format == "csv":
        return list(connection.read_csv(history.path, all_varchar=True).columns)
    return []


def _undeclared(source: Source) -> Diagnostic:
    return Diagnostic(
        "SF0606",
        f"source `{source.full_name}` has no history to read",
        span=source.span,
        help="add `history: {format: parquet, path: ...}` to the source",
    )


def _missing_file(source: Source, history: History) -> Diagnostic:
    return Diagnostic(
        "SF0601",
        f"the history of source `{source.full_name}` is missing: no file matches `{history.path}`",
        span=source.span,
        help="put the file there or correct `history: path:`; paths start at the project directory",
    )


def _unreadable(source: Source, history: History, error: Exception) -> Diagnostic:
    return Diagnostic(
        "SF0602",
        f"the history of source `{source.full_name}` cannot be read as {history.format}: {first_line(error)}",
        span=source.span,
        notes=(f"history: {history.path}",),
        help="correct `history: format:` or write the file again",
    )


def _missing_column(source: Source, history: History, column: Column, found: list[str]) -> Diagnostic:
    return Diagnostic(
        "SF0603",
        f"column `{column.name}` of source `{source.full_name}` is not in its history",
        span=column.span or source.span,
        label=did_you_mean(column.name, found),
        notes=(f"history: {history.path}", f"columns: {', '.join(found)}"),
        help="name the column as the file does, or take it out of the source",
    )
