"""The online sink for SQLite: a Python function, for Java comes without SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyflink.table import StatementSet, Table, TableEnvironment

    from sqlfeat.engines.flink.sink import OnlineSink

_TABLE = "sqlfeat__sqlite__"


def add_sqlite(
    environment: TableEnvironment, inserts: StatementSet, rows: Table, sink: OnlineSink, view: str, ttl_ms: int
) -> None:
    """Write rows to SQLite; the arguments are those of `add_redis`."""
    from pyflink.table import DataTypes, Schema, TableDescriptor
    from pyflink.table.expressions import call, col
    from pyflink.table.udf import udf

    from sqlfeat.engines.flink.sqlite_writer import SqliteWriter

    # The function writes, and a table swallows what it gives.
    schema = Schema.new_builder().column("sent", DataTypes.BIGINT()).build()
    swallow = TableDescriptor.for_connector("blackhole").schema(schema).build()
    environment.create_temporary_table(_TABLE + view, swallow)
    writer = udf(SqliteWriter(sink, view, ttl_ms), result_type=DataTypes.BIGINT(), func_type="pandas")
    inserts.add_insert(_TABLE + view, rows.select(call(writer, col("key"), col("version"), col("features"))))
