"""A DuckDB connection with the settings that every program of ours relies on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def connect(
    root: Path, *, temp_dir: Path | None = None, threads: int | None = None, memory_limit: str | None = None
) -> DuckDBPyConnection:
    """An in-memory database that finds files relative to the project.

    Args:
        root: the project directory; programs name their histories relative to it.
        temp_dir: where DuckDB may spill what does not fit in memory; created when needed.
        threads: workers; all cores by default. The results do not depend on it.
        memory_limit: for example `4GB`; four fifths of the machine by default.

    Raises:
        SqlfeatError: SF0607, the path of the project cannot be given to DuckDB.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "TimeZone": "UTC",
        "file_search_path": _search_path(root),
        # The order of the rows in a stored file is part of what is stored.
        "preserve_insertion_order": "true",
        # Nothing is fetched behind the user's back.
        "autoinstall_known_extensions": "false",
    }
    if temp_dir is not None:
        config["temp_directory"] = str(temp_dir)
    if threads is not None:
        config["threads"] = str(threads)
    if memory_limit is not None:
        config["memory_limit"] = memory_limit
    return duckdb.connect(":memory:", config=config)


def _search_path(root: Path) -> str:
    """DuckDB splits the setting at commas, without a way to quote one, and reads patterns in it as patterns."""
    text = str(root.absolute())
    if found := [character for character in ",*?[" if character in text]:
        message = f"the path of the project directory contains `{found[0]}`, which DuckDB cannot be told: `{text}`"
        raise SqlfeatError(Diagnostic("SF0607", message, help="rename the folder, or start from a symbolic link to it"))
    return text
