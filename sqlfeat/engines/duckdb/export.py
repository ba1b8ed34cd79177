"""Events of a history before some time, as the JSON lines that Flink reads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.language.trees import fn, text
from sqlfeat.language.types import Kind
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.names import view_name

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from sqlfeat.project.config import Column, Source


def export_events(connection: DuckDBPyConnection, source: Source, cutover: datetime, file: Path) -> int:
    """Write the accepted events of a source before a time, in order of event time; gives their number.

    Args:
        connection: has the view of the source's accepted events.
        source: the declaration.
        cutover: UTC without a zone.
        file: is replaced.
    """
    draft = file.with_name(f".{file.name}")
    copy = exp.Copy(
        this=exp.Subquery(this=_events(source, cutover)),
        kind=False,
        files=[text(str(draft))],
        params=[exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("JSON"))],
    )
    ((rows,),) = connection.execute(copy.sql("duckdb")).fetchall()
    draft.replace(file)
    return int(rows)


def _events(source: Source, cutover: datetime) -> exp.Select:
    time = column(source.event_time or "")
    limit = exp.cast(text(cutover.isoformat(sep=" ", timespec="milliseconds")), "TIMESTAMP")
    order = [exp.Ordered(this=column(name)) for name in (source.event_time or "", *source.order_by)]
    items = [exp.Alias(this=_readable(c), alias=identifier(c.name)) for c in source.columns]
    events = exp.Select(expressions=items, from_=exp.From(this=exp.Table(this=identifier(view_name(source)))))
    events.set("where", exp.Where(this=exp.LT(this=time, expression=limit)))
    return events.order_by(*order, copy=False)


def _readable(field: Column) -> exp.Expr:
    """JSON's numbers cannot hold decimals, and its writer's timestamps are not those that sources have."""
    if field.type.kind is Kind.DECIMAL:
        return exp.Cast(this=column(field.name), to=exp.DataType.build("TEXT"))
    if field.type.kind is Kind.TIMESTAMP:
        return fn("strftime", column(field.name), text("%Y-%m-%d %H:%M:%S.%g"))
    return column(field.name)
