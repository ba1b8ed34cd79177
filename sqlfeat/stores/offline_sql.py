"""The queries of the offline store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.engines.duckdb.run import in_slice
from sqlfeat.language.trees import duckdb_type
from sqlfeat.language.types import parse_type
from sqlfeat.lower.program import Slice
from sqlfeat.stores.offline_metadata import StoredView

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ORDINAL = "sqlfeat__ordinal"
_ROW_NUMBER = "file_row_number"


def days_of(connection: DuckDBPyConnection, view: StoredView, table: str) -> dict[date, int]:
    """The number of rows of each day of feature time in a table."""
    day = exp.Cast(this=_column(view.feature_time), to=exp.DataType.build("DATE"))
    query = exp.select(day, exp.Count(this=exp.Star())).from_(table).group_by(exp.Literal.number(1))
    return dict(connection.execute(query.sql("duckdb")).fetchall())


def rows_of_day(view: StoredView, table: str, day: date, stored: Path | None, part: Slice) -> str:
    """The rows of a day in the order to be stored.

    Args:
        view: the feature view.
        table: the new rows.
        day: the day.
        stored: the file of the day whose rows outside `part` are kept.
        part: what was computed.
    """
    start = datetime.combine(day, time())
    new = exp.select(*_columns(view), exp.alias_(exp.column("rowid"), _ORDINAL)).from_(table)
    rows: exp.Query = new.where(in_slice(view.feature_time, Slice(start, start + timedelta(days=1))))
    if stored is not None:
        # Old and new rows are never of the same time, so their numbers are never compared with each other.
        old = exp.select(*_columns(view), exp.alias_(exp.column(_ROW_NUMBER), _ORDINAL)).from_(_files([stored]))
        inside = in_slice(view.feature_time, part)
        rows = exp.union(old.where(exp.not_(inside)) if inside else old, rows, distinct=False)
    ordered = exp.select(*_columns(view)).from_(rows.subquery("day"))
    return ordered.order_by(_column(view.feature_time), exp.column(_ORDINAL)).sql("duckdb")


def read_all(view: StoredView, paths: Sequence[Path]) -> str:
    """All rows of some files in the order they are stored in; also of none."""
    select = _scan(view, paths)
    if paths:
        select = select.order_by(_column(view.feature_time), exp.column(_ROW_NUMBER))
    return select.sql("duckdb")


def scan_all(view: StoredView, paths: Sequence[Path]) -> str:
    """All rows of some files in any order; also of none."""
    return _scan(view, paths).sql("duckdb")


def _scan(view: StoredView, paths: Sequence[Path]) -> exp.Select:
    if not paths:
        nothing = [exp.alias_(_typed(exp.Null(), type_), name, quoted=True) for name, type_ in view.columns]
        return exp.select(*nothing).where(exp.false())
    return exp.select(*_columns(view)).from_(_files(paths))


def last_of_key(view: StoredView, path: Path) -> str:
    """The last row of a key in a file; the values of the key are parameters, text is converted to their types."""
    types = dict(view.columns)
    same = [exp.EQ(this=_column(name), expression=_typed(exp.Placeholder(), types[name])) for name in view.keys]
    select = exp.select(*_columns(view)).from_(_files([path])).where(*same)
    backwards = [exp.Ordered(this=tree, desc=True) for tree in (_column(view.feature_time), exp.column(_ROW_NUMBER))]
    return select.order_by(*backwards).limit(1).sql("duckdb")


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _columns(view: StoredView) -> list[exp.Column]:
    return [_column(name) for name, _ in view.columns]


def _typed(tree: exp.Expr, type_: str) -> exp.Expr:
    return exp.Cast(this=tree, to=duckdb_type(parse_type(type_)))


def _files(paths: Sequence[Path]) -> exp.Table:
    names = exp.Array(expressions=[exp.Literal.string(str(path)) for path in paths])
    options = [
        exp.Kwarg(this=exp.var(_ROW_NUMBER), expression=exp.true()),
        # The folder names are not columns: a feature may be called `day` too.
        exp.Kwarg(this=exp.var("hive_partitioning"), expression=exp.false()),
    ]
    return exp.Table(this=exp.ReadParquet(expressions=[names, *options]))
