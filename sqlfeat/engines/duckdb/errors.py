"""From what DuckDB raises to a diagnostic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError


@contextmanager
def explained(model: str, path: str) -> Iterator[None]:
    """Turns errors of DuckDB into diagnostics about a model.

    Args:
        model: the name of the feature view being computed.
        path: its file, relative to the project.
    """
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise SqlfeatError(_out_of_memory(model, error)) from None
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.InternalException) as error:
        raise SqlfeatError(_refused(model, path, error)) from None
    except duckdb.Error as error:
        raise SqlfeatError(_failed(model, path, error)) from None


def first_line(error: Exception) -> str:
    r"""What DuckDB says, without its kind and the statement quoted below it.

    >>> first_line(ValueError("Conversion Error: Could not convert 'x'\n\nLINE 1: SELECT ..."))
    "Could not convert 'x'"
    """
    line = str(error).strip().split("\n", 1)[0]
    kind, colon, rest = line.partition(": ")
    return rest if colon and kind.endswith("Error") else line


def _failed(model: str, path: str, error: Exception) -> Diagnostic:
    return Diagnostic(
        "SF0604",
        f"DuckDB failed to compute `{model}`: {first_line(error)}",
        notes=(f"model: {path}",),
        help="a value outside the range of its type is the usual cause; filter it in a view, or declare a wider type",
    )


def _refused(model: str, path: str, error: Exception) -> Diagnostic:
    return Diagnostic(
        "SF9902",
        f"DuckDB does not accept the SQL compiled for `{model}`: {first_line(error)}",
        notes=(f"model: {path}", f"compiled: target/compiled/duckdb/{model}.sql after `sqlfeat compile`"),
        help="this is a bug of sqlfeat: please report it with the compiled file",
    )


def _out_of_memory(model: str, error: Exception) -> Diagnostic:
    return Diagnostic(
        "SF0605",
        f"DuckDB ran out of memory computing `{model}`: {first_line(error)}",
        help="compute a shorter slice of time with --start and --end, or free memory and disk space",
    )
