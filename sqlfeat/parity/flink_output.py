"""Reading the JSON lines that a Flink job wrote, without losing a digit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.language.trees import duckdb_type, fn, text
from sqlfeat.language.types import DataType, Kind
from sqlfeat.lower.program import OutputColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

_LINE = "json"
"""The column that `read_json_objects` gives."""
_SCALAR = r"[{,]\Q%s\E:([^,}]*)"
_ARRAY = r"[{,]\Q%s\E:(\[[-+0-9.eEnul,\[\]]*\]|null)"


def output_files(folder: Path) -> list[Path]:
    """The finished files of a filesystem sink; names of unfinished ones begin with a dot. None if it wrote no row."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_")))


def select_output(files: Sequence[Path], columns: Sequence[OutputColumn]) -> exp.Select:
    """The rows in some files of JSON lines as columns of their declared types; of no file, no rows."""
    if not files:
        return exp.select(*(_named(exp.Null(), column) for column in columns)).where(exp.false())
    structure = {column.name: _structure(column.type) for column in columns if not _has_decimal(column.type)}
    parsed = fn("from_json_strict", exp.column(_LINE), text(json.dumps(structure, ensure_ascii=False)))
    names = exp.Array(expressions=[exp.Literal.string(str(file)) for file in files])
    form = exp.Kwarg(this=exp.var("format"), expression=text("newline_delimited"))
    lines = exp.Table(this=exp.Anonymous(this="read_json_objects", expressions=[names, form]))
    # At least one column is not a DECIMAL: the feature time.
    rows = exp.select(exp.column(_LINE), exp.alias_(parsed, "parsed")).from_(lines)
    return exp.select(*(_named(_value(column), column) for column in columns)).from_(rows.subquery("lines"))


def _named(tree: exp.Expr, column: OutputColumn) -> exp.Alias:
    value = exp.Cast(this=tree, to=duckdb_type(column.type))
    return exp.Alias(this=value, alias=exp.to_identifier(column.name, quoted=True))


def _value(column: OutputColumn) -> exp.Expr:
    if not _has_decimal(column.type):
        return fn("struct_extract", exp.column("parsed"), text(column.name))
    # DuckDB reads every JSON number with a point as a DOUBLE, so a DECIMAL is cut out of the text. The lines have no
    # blanks between tokens and a quote inside a string is escaped, hence only a key can match `{"name":` or `,"name":`.
    pattern = (_SCALAR if column.type.kind is Kind.DECIMAL else _ARRAY) % json.dumps(column.name, ensure_ascii=False)
    found = fn("regexp_extract", exp.column(_LINE), text(pattern), exp.Literal.number(1))
    return fn("nullif", found, text("null"))


def _structure(type_: DataType) -> Any:
    return [_structure(type_.element)] if type_.element is not None else duckdb_type(type_).sql("duckdb")


def _has_decimal(type_: DataType) -> bool:
    return type_.kind is Kind.DECIMAL or (type_.element is not None and _has_decimal(type_.element))
