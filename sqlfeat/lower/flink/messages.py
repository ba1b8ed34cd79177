"""The messages of a stream that do not parse: read a second time as they lie, for the reject log.

Flink's JSON format leaves out what it cannot parse and gives nobody the message. Taking fields out of raw text in SQL
instead would parse the message once for every field.
"""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.dialects.flink import FlinkColumn
from sqlfeat.language.trees import case, fn, is_null, not_null, text
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.names import lines_name
from sqlfeat.project.config import Source

MESSAGE, PARTITION, OFFSET = "message", "partition", "offset"
NO_MESSAGE, NO_TEXT, NO_OBJECT = "a message without a value", "not UTF-8 text", "not a JSON object"
MORE = "what stands behind the JSON object was not read"
_MESSAGE_TEXT, _REASON = "message_text", "reason"


def message_columns(source: Source) -> list[exp.Expr]:
    """Columns of the table of messages; Kafka knows where each one lies."""
    columns: list[exp.Expr] = [FlinkColumn(this=identifier(MESSAGE), kind=exp.DataType.build("VARBINARY"))]
    if source.stream and source.stream.kafka:
        for name, kind in ((PARTITION, "INT"), (OFFSET, "BIGINT")):
            columns.append(FlinkColumn(this=identifier(name), kind=exp.DataType.build(kind), metadata=True))
    return columns


def broken_messages(source: Source) -> exp.Select:
    """(source, reason, message) of the messages that do not parse."""
    reason: exp.Expr = column(_REASON)
    if source.stream and source.stream.kafka:
        place = [exp.Cast(this=column(name), to=exp.DataType.build("TEXT")) for name in (PARTITION, OFFSET)]
        reason = fn("CONCAT", reason, text(" (partition "), place[0], text(", offset "), place[1], text(")"))
    select = exp.Select(expressions=[text(source.full_name), reason, fn("COALESCE", column(_MESSAGE_TEXT), text(""))])
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
