"""Where a source is read: the options of Flink's connectors."""

from __future__ import annotations

from sqlfeat.language.types import Kind
from sqlfeat.project.config import NO_FORMAT, KafkaStream, Source, Stream

FORMAT = "sqlfeat"
"""Flink's name of our own format."""


def table_options(source: Source, stream: Stream) -> dict[str, str]:
    """Options of the table that reads the events."""
    options = {**_place(stream), **_watermark(source, stream)}
    if stream.format == NO_FORMAT:
        return options
    if stream.decoded:
        return options | _decoded(source, stream)
    options |= {"format": stream.format, "json.ignore-parse-errors": "true"}
    if stream.connector != "filesystem":
        # Flink's faster JSON reader stops at the last field that it knows, so it takes messages that break off behind
        # it, and makes NULLs of fields that stand behind a repeated one.
        options["json.decode.json-parser.enabled"] = "false"
    return options


def _decoded(source: Source, stream: Stream) -> dict[str, str]:
    """Our own format; see `sqlfeat/connectors/message_format`."""
    options = {"format": FORMAT, f"{FORMAT}.kind": stream.format}
    bounded = any(field.minimum is not None or field.maximum is not None for field in source.columns)
    if bounded or source.max_ahead_ms is not None:
        # The log shows the row as it came, and only SQL knows which one is beyond a limit.
        options[f"{FORMAT}.texts"] = "true"
    if stream.avro is None:
        options[f"{FORMAT}.fields"] = ",".join(f.name for f in source.columns if f.type.kind is not Kind.ARRAY)
    if stream.csv is not None:
        options |= {
            f"{FORMAT}.delimiter": stream.csv.delimiter,
            f"{FORMAT}.null-literal": stream.csv.null_literal,
        }
    if stream.avro is not None:
        options[f"{FORMAT}.schema"] = stream.avro.schema
        if stream.avro.schema_id >= 0:
            options[f"{FORMAT}.schema-id"] = str(stream.avro.schema_id)
    return options


def lines_options(stream: Stream) -> dict[str, str]:
    """Options of the table that reads the same files as lines, for the reject log."""
    return {**_place(stream), "format": "raw"}


def _place(stream: Stream) -> dict[str, str]:
    options = {"connector": stream.connector}
    if stream.kafka is not None:
        options |= {"topic": stream.path, **_kafka(stream.kafka)}
    elif stream.path:
        options["path"] = stream.path
    if stream.monitor_ms:
        options["source.monitor-interval"] = f"{stream.monitor_ms} ms"
    return {**options, **dict(stream.options)}


def _kafka(kafka: KafkaStream) -> dict[str, str]:
    modes = {"earliest": "earliest-offset", "latest": "latest-offset", "group": "group-offsets"}
    options = {"properties.bootstrap.servers": kafka.brokers}
    options["scan.startup.mode"] = modes.get(kafka.startup, kafka.startup)
    if kafka.startup == "timestamp":
        options["scan.startup.timestamp-millis"] = str(kafka.timestamp_ms)
    if kafka.group:
        # A group that is new begins with the oldest message; without this it would fail the job.
        options |= {"properties.group.id": kafka.group, "properties.auto.offset.reset": "earliest"}
    if kafka.until_latest:
        options["scan.bounded.mode"] = "latest-offset"
    return {**options, **{f"properties.{name}": value for name, value in kafka.properties}}


def _watermark(source: Source, stream: Stream) -> dict[str, str]:
    """Kafka makes the watermark itself, of each partition; like everywhere, after every event."""
    if stream.kafka is None or source.is_static:
        return {}
    options = {"scan.watermark.emit.strategy": "on-event"}
    if stream.kafka.idle_timeout_ms:
        options["scan.watermark.idle-timeout"] = f"{stream.kafka.idle_timeout_ms} ms"
    return options
