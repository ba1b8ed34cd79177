"""`stream:` of a source: where Flink reads it."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.config import KafkaStream, Stream
from sqlfeat.project.formats import read_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.diagnostics.model import Span
    from sqlfeat.project.block import Block
    from sqlfeat.project.config import Column
    from sqlfeat.project.formats import Format
    from sqlfeat.project.yaml_file import Located

STARTUPS = ("earliest", "latest", "timestamp", "group")
KNOWN = ("filesystem", "kafka")
_TOPIC = re.compile(r"[a-zA-Z0-9._-]{1,249}")
_SECRET = re.compile(r"password|secret|jaas|token|credential|keystore\.key", re.IGNORECASE)


def read_stream(source: Block, columns: Sequence[Column]) -> Stream | None:
    """The stream of a source of these columns; None when there is none."""
    block = source.block("stream", "`stream`")
    if block is None:
        return None
    connector = block.located("connector", required=True)
    if connector is None:
        return None  # reported; which other keys belong here cannot be told
    form = read_format(block, connector.value, columns)
    if connector.value == "kafka":
        stream = _read_kafka(block, form)
    elif connector.value == "filesystem":
        stream = _read_filesystem(block, form)
    else:
        stream = _read_other(block, connector, form)
    block.close(_misplaced(connector.value))
    return stream


def _misplaced(connector: str) -> dict[str, str]:
    hints = {
        **dict.fromkeys(("delimiter", "null_literal"), "for `format: csv`"),
        **dict.fromkeys(("schema", "schema_id"), "for `format: avro`"),
    }
    return {**hints, "path": "a topic is named by `topic`"} if connector == "kafka" else hints


def _read_filesystem(block: Block, form: Format) -> Stream:
    path = block.located("path", required=True)
    monitor_ms = block.duration("monitor")
    options = read_options(block)
    return Stream("filesystem", path.value if path else "", form.kind, form.trusted, monitor_ms, options=options)


def _read_other(block: Block, connector: Located[str], form: Format) -> Stream:
    """A connector that is handed through; what its options mean is between the user and Flink."""
    if block.node("options") is None:
        block.file.problem(
            "SF0107",
            f"the connector `{connector.value}` needs `options`",
            connector.span,
            label=did_you_mean(connector.value, KNOWN),
            notes=(f"sqlfeat knows {' and '.join(KNOWN)}; any other is handed to Flink with its options",),
        )
    return Stream(
        connector.value, "", form.kind, form.trusted, options=read_options(block), ends=bool(block.flag("ends")),
        csv=form.csv, avro=form.avro,
    )  # fmt: skip


def _read_kafka(block: Block, form: Format) -> Stream:
    topic = block.located("topic", required=True)
    if topic:
        refuse_topic(block, topic.value, topic.span)
    brokers, group = block.text("brokers"), block.text("group")
    startup = block.choice("startup", STARTUPS, "earliest")
    if startup == "group" and not group:
        block.missing("group")
    kafka = KafkaStream(
        brokers=brokers,
        startup=startup,
        timestamp_ms=_read_timestamp(block, startup),
        group=group,
        idle_timeout_ms=block.duration("idle_timeout"),
        properties=read_properties(block),
    )
    options = read_options(block)
    return Stream(
        "kafka", topic.value if topic else "", form.kind, form.trusted, kafka=kafka, options=options,
        csv=form.csv, avro=form.avro,
    )  # fmt: skip


def _read_timestamp(block: Block, startup: str) -> int:
    written = block.located("timestamp", required=startup == "timestamp")
    if written is None:
        return 0
    if startup != "timestamp":
        hint = "add `startup: timestamp`"
        block.file.problem("SF0108", "`timestamp` is for `startup: timestamp` only", written.span, hint=hint)
    try:
        moment = datetime.fromisoformat(written.value)
    except ValueError:
        block.file.problem(
            "SF0108", f"`{written.value}` is no time", written.span, hint="write it as `2024-01-31 12:00:00`, in UTC"
        )
        return 0
    return round((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp() * 1000)


def refuse_topic(block: Block, topic: str, span: Span) -> None:
    """Report a name that Kafka takes for no topic."""
    if not _TOPIC.fullmatch(topic):
        hint = "letters, digits, `.`, `_` and `-`, at most 249 of them"
        block.file.problem("SF0108", f"`{topic}` cannot be a topic", span, hint=hint)


def read_properties(block: Block) -> tuple[tuple[str, str], ...]:
    """The properties of Kafka's client in a block that is no place for secrets."""
    properties = read_options(block, "properties")
    for name, _ in properties:
        if is_secret(name):
            refuse_secret(block, name)
    return properties


def refuse_secret(block: Block, name: str) -> None:
    """Report a secret that stands in `properties:` of a block."""
    block.file.problem(
        "SF0108",
        f"the property `{name}` is a secret, and this file is no place for one",
        block.key_span("properties"),
        hint="in project.yml, at the target: "
        f"`kafka: {{properties: {{{name}: \"{{{{ env_var('SQLFEAT_SECRET_KAFKA') }}}}\"}}}}`",
    )


def is_secret(name: str) -> bool:
    """Whether a property of Kafka's client holds a secret.

    >>> is_secret("sasl.jaas.config"), is_secret("ssl.truststore.password"), is_secret("security.protocol")
    (True, True, False)
    """
    return _SECRET.search(name) is not None


def read_options(block: Block, key: str = "options") -> tuple[tuple[str, str], ...]:
    """A mapping of options as Flink writes them."""
    return tuple((name, option_text(value)) for name, value in block.free(key).items())


def option_text(value: object) -> str:
    """A value of YAML as Flink writes it.

    >>> option_text(True), option_text(8)
    ('true', '8')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)
