"""A real Kafka broker for the tests: one process in KRaft mode, from its Maven artefacts, on the loopback interface."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.connectors.artifact import parse_artifact
from sqlfeat.connectors.jars import jar_folder
from sqlfeat.connectors.maven import bring
from sqlfeat.engines.flink.java import find_java_home
from tests.conftest import free_port

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from confluent_kafka import Consumer

VERSION = "4.4.0"
CLUSTER_ID = "c3FsZmVhdC10ZXN0cy0wMA"
START_TIMEOUT_SECONDS = 60.0
SETTINGS = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
controller.listener.names=CONTROLLER
log.dirs={folder}/data
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.retention.ms=-1
"""


class Broker:
    """A broker that can be stopped and started again, keeping its port and its messages.

    Args:
        folder: an empty folder for its settings, messages and log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._classpath = f"{_broker_jars()}/*"
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        text = SETTINGS.format(port=port, controller=free_port(), folder=folder)
        (folder / "server.properties").write_text(text, encoding="utf-8")
        format_ = ["kafka.tools.StorageTool", "format", "--standalone", "--cluster-id", CLUSTER_ID, "--config"]
        subprocess.run(self._java(*format_), check=True, capture_output=True)

    def _java(self, *arguments: str) -> list[str]:
        java = str(find_java_home() / "bin" / "java")
        options = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", self._classpath]
        return [java, *options, *arguments, str(self._folder / "server.properties")]

    def start(self) -> None:
        """Start it and wait until it answers."""
        from confluent_kafka import KafkaException

        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(self._java("kafka.Kafka"), stdout=log, stderr=log)
        admin = self._admin()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while self._process.poll() is None:
            try:
                admin.list_topics(timeout=1.0)
            except KafkaException:
                assert time.monotonic() < deadline, f"Kafka does not answer: see {self._folder}/broker.log"
            else:
                return
        raise AssertionError((self._folder / "broker.log").read_text(encoding="utf-8", errors="replace")[-2000:])

    def stop(self) -> None:
        """Stop it; what was produced stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def create_topic(self, name: str, partitions: int = 4) -> None:
        """Make a topic."""
        from confluent_kafka.admin import NewTopic

        admin = self._admin()  # held until the answer is there
        admin.create_topics([NewTopic(name, partitions, 1)])[name].result()

    def produce(self, topic: str, messages: Iterable[tuple[int, bytes | None]], at_ms: int = 0) -> None:
        """Produce (partition, message) in this order and wait until all have arrived; None is a tombstone.

        Args:
            topic: its name.
            messages: with their partitions.
            at_ms: when Kafka is to say that it got them, milliseconds since 1970; 0 is now.
        """
        from confluent_kafka import Producer

        lost: list[str] = []
        settings = {
            "bootstrap.servers": self.address, "linger.ms": 20, "log_level": 0, "enable.idempotence": True,
            "delivery.report.only.error": True,
        }  # fmt: skip
        producer = Producer(settings, on_delivery=lambda error, _: lost.append(str(error)))
        for partition, message in messages:
            while True:
                try:
                    producer.produce(topic, message, partition=partition, timestamp=at_ms)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(60) == 0
        assert lost == []

    def messages(self, topic: str) -> list[bytes | None]:
        """All messages of a topic, partition by partition."""
        return [message for _, message in self.records(topic)]

    def records(self, topic: str) -> list[tuple[bytes | None, bytes | None]]:
        """Key and message of all records of a topic, partition by partition."""
        from confluent_kafka import TopicPartition

        found: list[tuple[bytes | None, bytes | None]] = []
        with self._consumer("tests") as reader:
            for partition in sorted(reader.list_topics(topic, 10.0).topics[topic].partitions):
                _, end = reader.get_watermark_offsets(TopicPartition(topic, partition), 10.0)
                reader.assign([TopicPartition(topic, partition, 0)])
                for _ in range(end):
                    message = reader.poll(10.0)
                    assert message is not None, f"{topic} gives no message"
                    found.append((message.key(), message.value()))
        return found

    def commit(self, group: str, topic: str, offsets: dict[int, int]) -> None:
        """Say for a group how far it has come in some partitions."""
        from confluent_kafka import TopicPartition

        with self._consumer(group) as reader:
            reader.commit(offsets=[TopicPartition(topic, *place) for place in offsets.items()], asynchronous=False)

    def committed(self, group: str, topic: str, partitions: int) -> list[int]:
        """How far a group has come in each partition."""
        from confluent_kafka import TopicPartition

        with self._consumer(group) as reader:
            places = reader.committed([TopicPartition(topic, number) for number in range(partitions)], 10.0)
        return [place.offset for place in places]

    @contextmanager
    def _consumer(self, group: str) -> Iterator[Consumer]:
        from confluent_kafka import Consumer

        settings = {"bootstrap.servers": self.address, "group.id": group, "enable.auto.commit": False, "log_level": 0}
        reader = Consumer(settings)
        try:
            yield reader
        finally:
            reader.close()

    def _admin(self):  # type: ignore[no-untyped-def]
        from confluent_kafka.admin import AdminClient

        return AdminClient({"bootstrap.servers": self.address, "log_level": 0})


def _broker_jars() -> Path:
    """The folder of Kafka's own jars; brought once for all sessions."""
    folder = jar_folder().parent / f"kafka-{VERSION}"
    if not folder.exists():
        draft = folder.with_name(f".{folder.name}.{os.getpid()}")
        bring([parse_artifact(f"org.apache.kafka:kafka_2.13:{VERSION}")], draft, transitive=True)
        try:
            draft.rename(folder)
        except OSError:
            shutil.rmtree(draft)  # another session was first
    return folder
