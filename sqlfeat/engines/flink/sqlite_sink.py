"""The online sink for SQLite: a Python function, for Java comes without SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyflink.table import StatementSet, Table, TableEnvironment

    from sqlfeat.engines.flink.sink import OnlineSink
    from sqlfeat.lower.program import CompiledModel

_TABLE = "sqlfeat__sqlite__"


def add_sqlite(
    environment: TableEnvironment, inserts: StatementSet, rows: Table, sink: OnlineSink, model: CompiledModel
) -> None:
    """Write rows to SQLite; the arguments are those of `add_redis`."""
    from pyflink.table import DataTypes, Schema, TableDescriptor
    from pyflink.table.expressions import call, col
    from pyflink.table.udf import udf

    from sqlfeat.engines.flink.sqlite_writer import SqliteWriter

    # The function writes, and a table swallows what it gives.
    schema = Schema.new_builder().column("sent", DataTypes.BIGINT()).build()
    swallow = TableDescriptor.for_connector("blackhole").schema(schema).build()
    environment.create_temporary_table(_TABLE + model.name, swallow)
    writer = udf(SqliteWriter(sink, model.name, model.ttl_ms), result_type=DataTypes.BIGINT(), func_type="pandas")
    inserts.add_insert(_TABLE + model.name, rows.select(call(writer, col("key"), col("version"), col("features"))))
