"""The log of an online store: the SQL that writes its rows to a topic, too.

The key of a message is that of the row in Redis, the message is JSON put together as text: its parts are text already.
Of one entity key no row follows a newer one, so the last message of a key is the row that the store holds. See
docs/decisions/0018.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.dialects.flink import Flink, FlinkColumn, FlinkOption, FlinkTable
from sqlfeat.language.trees import flink_type, fn, not_null, number, text
from sqlfeat.language.types import STRING
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.flink.online import entity_json, online_rows
from sqlfeat.lower.program import Statement, Topic
from sqlfeat.stores.keys import store_key
from sqlfeat.stores.version import FEATURE_TIME_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import Target

LOG_TABLE = "sqlfeat__log"
_KEY, _MESSAGE = "key", "message"
_ARRIVAL, _NEWEST, _ENTITY = "arrival", "newest", "entity"


@dataclass(frozen=True, slots=True)
class LogProgram:
    """What writes the log of a job.

    Attributes:
        table: the topic as a table; its statement may hold secrets.
        inserts: one for each feature view.
        topic: with what it takes to connect.
    """

    table: Statement
    inserts: tuple[Statement, ...]
    topic: Topic


def log_program(project: str, target: Target, models: Sequence[CompiledModel]) -> LogProgram | None:
    """What writes the rows of models to the log of the target; None if it has none.

    Args:
        project: its name, first part of every key.
        target: where the job runs.
        models: of the job.
    """
    log = target.online.log
    if log is None:
        return None
    properties = {**dict(target.kafka.properties), **dict(log.properties)}
    properties["bootstrap.servers"] = log.brokers or target.kafka.brokers
    topic = Topic(log.topic, tuple(properties.items()), (LOG_TABLE,))
    inserts = tuple(Statement(f"log of {model.name}", log_insert(project, model)) for model in models)
    return LogProgram(_table(topic), inserts, topic)


def _table(topic: Topic) -> Statement:
    columns = [FlinkColumn(this=identifier(name), kind=flink_type(STRING)) for name in (_KEY, _MESSAGE)]
    pairs = {
        "connector": "kafka",
        "topic": topic.name,
        "key.format": "raw",
        "key.fields": _KEY,
        "value.format": "raw",
        "value.fields-include": "EXCEPT_KEY",
        "sink.delivery-guarantee": "at-least-once",
        **{f"properties.{name}": value for name, value in topic.properties},
    }
    options = [FlinkOption(this=text(name), expression=text(value)) for name, value in pairs.items()]
    table = FlinkTable(this=identifier(LOG_TABLE), columns=columns, options=options)
    return Statement(LOG_TABLE, table.sql("flink", pretty=True))


def log_insert(project: str, model: CompiledModel) -> str:
    """The INSERT of the rows of a model."""
    rows = _never_back(online_rows(model, entity_json(model, _ENTITY)))
    select = exp.select(_message_key(project, model), _message(project, model)).from_(rows.subquery())
    select = select.where(exp.EQ(this=column("version"), expression=column(_NEWEST)))
    return exp.Insert(this=exp.Table(this=identifier(LOG_TABLE)), expression=select).sql(dialect=Flink)


def _never_back(rows: exp.Select) -> exp.Select:
    """With each row the greatest version of its key so far, in order of arrival.

    Rows of a key may come from several parts of the job, so they are brought together first.
    """
    kept = [column(name) for name in ("key", "version", "features", _ENTITY)]
    arriving = exp.select(*kept, exp.alias_(fn("PROCTIME"), _ARRIVAL, quoted=True)).from_(rows.subquery())
    arriving = arriving.where(exp.and_(not_null(column("key")), not_null(column("version"))))
    newest = exp.Window(
        this=fn("MAX", column("version")),
        partition_by=[column("key")],
        order=exp.Order(expressions=[exp.Ordered(this=column(_ARRIVAL), nulls_first=True)]),
        spec=exp.WindowSpec(kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW"),
        over="OVER",
    )
    return exp.select(*kept, exp.alias_(newest, _NEWEST, quoted=True)).from_(arriving.subquery())


def _message_key(project: str, model: CompiledModel) -> exp.Expr:
    head, _, tail = store_key(project, model.name, "\0").partition("\0")
    return fn("CONCAT", text(head), column("key"), text(tail))


def _message(project: str, model: CompiledModel) -> exp.Expr:
    # Neither a name nor a version holds a character that JSON escapes.
    feature_time = fn("SUBSTRING", column("version"), number(1), number(FEATURE_TIME_WIDTH))
    return fn(
        "CONCAT",
        text(f'{{"project":"{project}","model":"{model.name}","entity":'),
        column(_ENTITY),
        text(',"feature_time":"'),
        feature_time,
        text('","version":"'),
        column("version"),
        text('","features":'),
        column("features"),
        text("}"),
    )
