"""What Kafka says about topics, before a job reads them.

A reader that gets no partition has no watermark, so it would hold back the whole job for ever. There must be no more
readers than partitions.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.failures import java_message
from sqlfeat.engines.flink.reflection import array, call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel, Statement, Topic

ADMIN = "org.apache.flink.kafka.shaded.org.apache.kafka.clients.admin.AdminClient"
TIMEOUT_MS = 15_000
READERS = "'scan.parallelism'"
PLAIN = {
    "This server does not host this topic-partition": "Kafka has no topic of that name",
    "Timed out waiting for a node assignment": "nothing there answers as Kafka does: it is another service, or it asks"
    " for TLS or a login, see `security.protocol`",
}
"""What Kafka's client says, for those who do not know it from the inside."""


def fitted(
    definitions: Sequence[Statement],
    models: Iterable[CompiledModel],
    jars: Sequence[Path],
    parallelism: int,
    gateway: Any,
) -> list[Statement]:
    """The definitions, each table of a topic with as many readers as it has partitions at most.

    Args:
        definitions: of tables and views.
        models: they belong to.
        jars: with the connector.
        parallelism: of the job.
        gateway: to the Java that has the connector's classes.

    Raises:
        SqlfeatError: SF0822, Kafka knows no such topic, or does not let us read it.
    """
    partitions: dict[str, int] = {}
    for topic in dict.fromkeys(topic for model in models for topic in model.flink.topics):
        partitions |= dict.fromkeys(topic.tables, _partitions(topic, jars, gateway))
    return [_narrowed(statement, partitions.get(statement.name, parallelism), parallelism) for statement in definitions]


def _narrowed(table: Statement, partitions: int, parallelism: int) -> Statement:
    if partitions >= parallelism or READERS in table.sql:
        return table
    options, end = table.sql[:-2], table.sql[-2:]
    assert end == "\n)", table.sql
    return replace(table, sql="".join([options, ",\n  ", READERS, " = '", str(partitions), "'", end]))


def check_log(topic: Topic, jars: Sequence[Path], gateway: Any) -> None:
    """Check that the topic of a log is there: a job that writes to none waits a minute before it fails.

    Raises:
        SqlfeatError: SF0824, Kafka knows no such topic, or does not let us see it.
    """
    _partitions(topic, jars, gateway, _unwritable)


def _partitions(
    topic: Topic, jars: Sequence[Path], gateway: Any, problem: Callable[[Topic, str], Diagnostic] | None = None
) -> int:
    from py4j.protocol import Py4JJavaError
    from pyflink.util.exceptions import JavaException

    names = gateway.jvm.java.util.ArrayList()
    names.add(topic.name)
    try:
        with _admin(topic, jars, gateway) as admin:
            answer = call(gateway, admin, "describeTopics", ("java.util.Collection", names))
            described = call(gateway, call(gateway, answer, "allTopicNames"), "get")
            return int(call(gateway, described[topic.name], "partitions").size())
    except (Py4JJavaError, JavaException) as error:
        raise SqlfeatError((problem or _unreadable)(topic, _plainly(java_message(str(error))))) from None


def _plainly(message: str) -> str:
    return next((plain for begin, plain in PLAIN.items() if message.startswith(begin)), message)


@contextmanager
def _admin(topic: Topic, jars: Sequence[Path], gateway: Any) -> Iterator[Any]:
    """Kafka's own client, out of the connector: it knows every way to connect."""
    jvm = gateway.jvm
    urls = array(gateway, jvm.java.net.URL, [jvm.java.io.File(str(jar)).toURI().toURL() for jar in jars])
    thread = jvm.java.lang.Thread.currentThread()
    before = thread.getContextClassLoader()
    loader = jvm.java.net.URLClassLoader(urls, before)
    thread.setContextClassLoader(loader)  # Kafka looks for its classes there
    try:
        properties = ("java.util.Properties", _properties(topic, jvm))
        admin = call(gateway, None, "create", properties, loader.loadClass(ADMIN))
        try:
            yield admin
        finally:
            call(gateway, admin, "close")
    finally:
        thread.setContextClassLoader(before)
        loader.close()


def _properties(topic: Topic, jvm: Any) -> Any:
    properties = jvm.java.util.Properties()
    limits = {"default.api.timeout.ms": str(TIMEOUT_MS), "request.timeout.ms": str(TIMEOUT_MS)}
    for name, value in {**limits, **dict(topic.properties)}.items():
        properties.setProperty(name, value)
    return properties


def _unreadable(topic: Topic, reason: str) -> Diagnostic:
    brokers = dict(topic.properties)["bootstrap.servers"]
    return Diagnostic(
        "SF0822",
        f"the topic `{topic.name}` cannot be read: {reason}",
        notes=(f"brokers: {brokers}",),
        help="correct `topic:`, create the topic, or correct `kafka: {properties: ...}` of the target",
    )


def _unwritable(topic: Topic, reason: str) -> Diagnostic:
    brokers = dict(topic.properties)["bootstrap.servers"]
    return Diagnostic(
        "SF0824",
        f"the topic `{topic.name}` of the online store's log cannot be written: {reason}",
        notes=(f"brokers: {brokers}",),
        help="correct `online: {log: {topic: ...}}` of the target, create the topic, or correct `kafka:` of the target",
    )
