"""A feature view as a complete Flink SQL program."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from sqlfeat.connectors.jars import needed_jars
from sqlfeat.dialects.flink import FlinkColumn, FlinkOption, FlinkTable, FlinkView
from sqlfeat.language.trees import flink_type, text
from sqlfeat.lower.expressions import column, identifier
from sqlfeat.lower.flink.sources import log_inserts, source_definitions
from sqlfeat.lower.flink.steps import FlinkSteps
from sqlfeat.lower.names import raw_name
from sqlfeat.lower.program import FlinkProgram, LowerOptions, Statement, Topic
from sqlfeat.plan.columns import OutputColumn
from sqlfeat.plan.nodes import Project
from sqlfeat.project.config import Source

OPTIONS = (
    ("pipeline.auto-watermark-interval", "0 ms"),
    ("table.local-time-zone", "UTC"),
)
"""What the values depend on: a watermark after every event makes lateness the same in every run."""
WATCHFUL = ("pipeline.auto-watermark-interval", "10 ms")
"""Flink sees that a partition is idle only when it looks; a topic has a watermark after every event all the same."""


def lower_flink(
    name: str, plan: Project, columns: tuple[OutputColumn, ...], sources: tuple[Source, ...], options: LowerOptions
) -> FlinkProgram:
    """The Flink program of an expanded, pruned feature view."""
    query = FlinkSteps().final(plan, columns)
    view = Statement(name, FlinkView(this=identifier(name), expression=query).sql("flink", pretty=True))
    definitions = [
        part
        for source in sources
        for part in source_definitions(source, options.log_dir, options.project_dir, options.bootstrap)
    ]
    sink = f"{name}__out"
    select = exp.Select(
        expressions=[column(c.name) for c in columns], from_=exp.From(this=exp.Table(this=identifier(name)))
    )
    insert = exp.Insert(this=exp.Table(this=identifier(sink)), expression=select)
    return FlinkProgram(
        options=_options(sources),
        definitions=(*definitions, view),
        sink=_sink(sink, columns, f"{options.output_dir}/{name}"),
        insert=insert.sql("flink", pretty=True),
        log_inserts=tuple(part for source in sources for part in log_inserts(source, options.bootstrap)),
        jars=needed_jars(sources, options.deps),
        topics=tuple(_topics(sources)),
        decodes=any(source.stream is not None and source.stream.decoded for source in sources),
    )


def _options(sources: tuple[Source, ...]) -> tuple[tuple[str, str], ...]:
    if any(s.stream and s.stream.kafka and s.stream.kafka.idle_timeout_ms for s in sources):
        return (WATCHFUL, *OPTIONS[1:])
    return OPTIONS


def _topics(sources: tuple[Source, ...]) -> Iterator[Topic]:
    for source in sources:
        if source.stream and (kafka := source.stream.kafka):
            properties = (("bootstrap.servers", kafka.brokers), *kafka.properties)
            yield Topic(source.stream.path, properties, (raw_name(source),))


def _sink(name: str, columns: tuple[OutputColumn, ...], path: str) -> Statement:
    fields = [FlinkColumn(this=identifier(c.name), kind=flink_type(c.type)) for c in columns]
    pairs = {"connector": "filesystem", "path": path, "format": "json"}
    options = [FlinkOption(this=text(key), expression=text(value)) for key, value in pairs.items()]
    return Statement(name, FlinkTable(this=identifier(name), columns=fields, options=options).sql("flink"))
