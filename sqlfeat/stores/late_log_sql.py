"""The queries of the late log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.language.trees import duckdb_type, fn, number, text
from sqlfeat.language.types import TIMESTAMP, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.language.types import DataType
    from sqlfeat.project.config import Source

WATERMARK = "__watermark"
_RUN, _COPY = "__run", "__copy"


def parts(source: Source, files: Sequence[Path]) -> str:
    """The events in Flink's JSON lines, with their declared types, in order of event time."""
    columns = _columns(source)
    if not files:
        nothing = exp.select(*(_typed(exp.Null(), name, type_) for name, type_ in columns))
        return nothing.where(exp.false()).sql("duckdb")
    written = [
        exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=text(_written(type_)))
        for name, type_ in columns
    ]
    form = exp.EQ(this=exp.var("format"), expression=text("newline_delimited"))
    shape = exp.EQ(this=exp.var("columns"), expression=exp.Struct(expressions=written))
    lines = exp.Table(this=fn("read_json", _names(files), form, shape))
    select = exp.select(*(_typed(_column(name), name, type_) for name, type_ in columns)).from_(lines)
    return select.order_by(_column(source.event_time or ""), _column(WATERMARK)).sql("duckdb")


def merged(source: Source, runs: Sequence[Path]) -> str:
    """The events of all runs, each as often as in the run that has it most often."""
    columns = [name for name, _ in _columns(source)]
    event = [_column(name) for name in columns if name != WATERMARK]
    rows = exp.select(
        *map(_column, columns), exp.column(_RUN), exp.alias_(_number([exp.column(_RUN), *event], WATERMARK), _COPY)
    ).from_(_rows(source, runs).subquery("events"))
    newest = _number([*event, exp.column(_COPY)], _RUN, descending=True)
    select = exp.select(*map(_column, columns)).from_(rows.subquery("copies"))
    select.set("qualify", exp.Qualify(this=exp.EQ(this=newest, expression=number(1))))
    return select.order_by(_column(source.event_time or ""), _column(WATERMARK)).sql("duckdb")


def fits(source: Source, path: Path) -> bool:
    """Whether a log has the declared columns, with their types."""
    import duckdb

    relation = duckdb.read_parquet(str(path))
    found = list(zip(relation.columns, map(str, relation.types), strict=True))
    return found == [(name, _stored(type_)) for name, type_ in _columns(source)]


def _stored(type_: DataType) -> str:
    """The type as DuckDB names that of a column."""
    import duckdb

    return str(duckdb.sqltype(duckdb_type(type_).sql("duckdb")))


def _rows(source: Source, runs: Sequence[Path]) -> exp.Select:
    """The events of each run; a column that was declared only later is NULL in what ran before."""
    names = exp.EQ(this=exp.var("union_by_name"), expression=exp.true())
    number_of = exp.EQ(this=exp.var("filename"), expression=text(_RUN))
    files = exp.Table(this=fn("read_parquet", _names(runs), names, number_of))
    known = _known(runs)
    items = [_typed(_column(n) if n in known else exp.Null(), n, type_) for n, type_ in _columns(source)]
    return exp.select(*items, exp.column(_RUN)).from_(files)


def _known(runs: Sequence[Path]) -> set[str]:
    import duckdb

    return {name for run in runs for name in duckdb.read_parquet(str(run)).columns}


def _number(partition: list[exp.Expr], order: str, *, descending: bool = False) -> exp.Window:
    ordered = exp.Ordered(this=_column(order), desc=descending, nulls_first=not descending)
    return exp.Window(
        this=exp.RowNumber(), partition_by=[column.copy() for column in partition],
        order=exp.Order(expressions=[ordered]), over="OVER",
    )  # fmt: skip


def _columns(source: Source) -> list[tuple[str, DataType]]:
    return [*((column.name, column.type) for column in source.columns), (WATERMARK, TIMESTAMP)]


def _written(type_: DataType) -> str:
    """Decimals are text in the lines, since JSON numbers would lose digits."""
    return "VARCHAR" if type_.kind is Kind.DECIMAL else duckdb_type(type_).sql("duckdb")


def _typed(tree: exp.Expr, name: str, type_: DataType) -> exp.Alias:
    value = exp.TryCast(this=tree, to=duckdb_type(type_))
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _names(files: Sequence[Path]) -> exp.Array:
    return exp.Array(expressions=[exp.Literal.string(str(file)) for file in files])
