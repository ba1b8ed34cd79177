"""Rows of a unit test that lie in a file: JSON lines, CSV or Parquet."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic
from sqlfeat.engines.duckdb.errors import first_line
from sqlfeat.project.declared_tests import Cell, Row
from sqlfeat.testing.values import cell_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.declared_tests import Rows


def read_fixture(root: Path, rows: Rows, problems: list[Diagnostic]) -> tuple[Row, ...]:
    """The rows, from their file if that is where they are; all of them stand where the file is named.

    Args:
        root: the project directory.
        rows: as declared.
        problems: collects what is wrong with the file (SF0124).
    """
    if rows.fixture is None:
        return rows.rows
    path = root / rows.fixture.value
    read = _READERS.get(path.suffix)
    if read is None:
        message = f"`{rows.fixture.value}` is of no known format"
        problems.append(_problem(message, rows.span, "name a file .jsonl, .csv or .parquet"))
        return ()
    if not path.is_file():
        problems.append(_problem(f"there is no file `{rows.fixture.value}`", rows.span, "a path starts at project.yml"))
        return ()
    try:
        return tuple(_row(values, rows.span) for values in read(path))
    except (OSError, ValueError) as error:
        message = f"`{rows.fixture.value}` cannot be read: {error}"
        problems.append(_problem(message, rows.span, ""))
        return ()


def _problem(message: str, span: Span, help_text: str) -> Diagnostic:
    return Diagnostic("SF0124", message, span, help=help_text)


def _row(values: dict[str, Any], span: Span) -> Row:
    return Row({name: Cell(cell_value(value), span, span) for name, value in values.items()}, span)


def _json_lines(path: Path) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        # Numbers stay as they are written: their column says what they are.
        found = json.loads(line, parse_float=str, parse_int=str)
        if isinstance(found, dict):
            yield found
        else:
            raise ValueError(f"line {number} is not a JSON object")  # noqa: TRY004 - the file's text is wrong


def _csv(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, skipinitialspace=True)
        header = next(reader, [])
        for cells in reader:
            if len(cells) not in (0, len(header)):
                raise ValueError(f"line {reader.line_num} has {len(cells)} cells, the header {len(header)}")
            if cells:
                yield {name: cell or None for name, cell in zip(header, cells, strict=True)}


def _parquet(path: Path) -> Iterable[dict[str, Any]]:
    import duckdb

    try:
        with duckdb.connect(":memory:") as connection:
            found = connection.read_parquet(str(path))
            columns, rows = found.columns, found.fetchall()
    except duckdb.Error as error:
        raise ValueError(first_line(error)) from None
    return [dict(zip(columns, row, strict=True)) for row in rows]


_READERS: dict[str, Callable[[Path], Iterable[dict[str, Any]]]] = {
    ".jsonl": _json_lines,
    ".csv": _csv,
    ".parquet": _parquet,
}
