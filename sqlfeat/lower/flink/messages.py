"""What our own message format gives beside the fields: the messages that it cannot read, for the reject log."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.dialects.flink import FlinkColumn
from sqlfeat.language.trees import fn, text
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.project.config import Source

BROKEN, BROKEN_MESSAGE = "__broken", "__message"
"""Why a message cannot be read, NULL if it can, and the message."""
PARTITION, OFFSET = "partition", "offset"


def decoded_columns(source: Source) -> list[exp.Expr]:
    """Columns beside the fields, in a table of our own format."""
    text_type = exp.DataType.build("TEXT")
    names = (BROKEN, BROKEN_MESSAGE)
    columns: list[exp.Expr] = [FlinkColumn(this=identifier(name), kind=text_type.copy()) for name in names]
    return [*columns, *_place_columns(source)]


def _place_columns(source: Source) -> list[exp.Expr]:
    """Kafka knows where each message lies."""
    if not (source.stream and source.stream.kafka):
        return []
    return [
        FlinkColumn(this=identifier(name), kind=exp.DataType.build(kind), metadata=True)
        for name, kind in ((PARTITION, "INT"), (OFFSET, "BIGINT"))
    ]


def placed(reason: exp.Expr, source: Source) -> exp.Expr:
    """A reason with the place of its message, as far as it has one."""
    if not (source.stream and source.stream.kafka):
        return reason
    place = [exp.Cast(this=column(name), to=exp.DataType.build("TEXT")) for name in (PARTITION, OFFSET)]
    return fn("CONCAT", reason, text(" (partition "), place[0], text(", offset "), place[1], text(")"))
