"""The messages of a stream that do not parse, for the reject log.

JSON is read a second time as it lies: Flink's format leaves out what it cannot parse and gives nobody the message, and
taking fields out of raw text in SQL would parse the message once for every field. Our own format, which reads CSV and
Avro, gives a row for a message that it cannot read.
"""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.dialects.flink import FlinkColumn
from sqlfeat.language.trees import case, flink_coalesce, fn, is_null, not_null, text
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.names import lines_name
from sqlfeat.project.config import Source

MESSAGE, PARTITION, OFFSET = "message", "partition", "offset"
NO_MESSAGE, NO_TEXT, NO_OBJECT = "a message without a value", "not UTF-8 text", "not a JSON object"
BROKEN, BROKEN_MESSAGE = "__broken", "__message"
"""Columns of our own format: why a message cannot be read, NULL if it can, and the message."""
MORE = "what stands behind the JSON object was not read"
_MESSAGE_TEXT, _REASON = "message_text", "reason"


def message_columns(source: Source) -> list[exp.Expr]:
    """Columns of the table of messages as they lie."""
    return [FlinkColumn(this=identifier(MESSAGE), kind=exp.DataType.build("VARBINARY")), *_place_columns(source)]


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


def broken_messages(source: Source) -> exp.Select:
    """(source, reason, message) of the messages that do not parse."""
    reason = placed(column(_REASON), source)
    select = exp.Select(expressions=[text(source.full_name), reason, flink_coalesce(column(_MESSAGE_TEXT), text(""))])
    select.set("from_", exp.From(this=_judged(source).subquery()))
    select.set("where", exp.Where(this=not_null(column(_REASON))))
    return select


def _judged(source: Source) -> exp.Select:
    decoded = fn("DECODE", column(MESSAGE), text("UTF-8"))
    no = text(NO_OBJECT)
    reason = case(
        (is_null(column(MESSAGE)), text(NO_MESSAGE)),
        (exp.NEQ(this=fn("ENCODE", decoded, text("UTF-8")), expression=column(MESSAGE)), text(NO_TEXT)),
        (exp.Not(this=exp.Paren(this=_is_one_object(decoded))), case((_is_object(decoded), text(MORE)), default=no)),
    )
    items: list[exp.Expr] = [exp.Alias(this=decoded.copy(), alias=identifier(_MESSAGE_TEXT))]
    items.append(exp.Alias(this=reason, alias=identifier(_REASON)))
    items += [column(str(part.this.this)) for part in message_columns(source)[1:]]
    return exp.Select(expressions=items, from_=exp.From(this=exp.Table(this=identifier(lines_name(source)))))


def _is_one_object(decoded: exp.Expr) -> exp.Expr:
    """Wrapped, for Flink's IS JSON does not look behind the first value: what stands there would be lost."""
    wrapped = fn("CONCAT", text('{"m":'), decoded, text("}"))
    return exp.And(this=fn("REGEXP", decoded, text(r"^\s*\{")), expression=_is_object(wrapped))


def _is_object(document: exp.Expr) -> exp.Expr:
    return exp.Is(this=document.copy(), expression=exp.Var(this="JSON OBJECT"))
