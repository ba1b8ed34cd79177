"""What the compiler hands to an engine: complete programs, and the columns they give."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlfeat.connectors.artifact import Artifact
from sqlfeat.plan.bound import Slice
from sqlfeat.plan.columns import OutputColumn, Role
from sqlfeat.project.config import History, KafkaStream, KafkaTarget, Source, Stream

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that creates `name`. Two models of a project that create the same name do so with the same text."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of Kafka that a program reads.

    Attributes:
        name: of the topic.
        properties: of Kafka's client, with its brokers; may hold secrets.
        tables: that read it.
    """

    name: str
    properties: tuple[tuple[str, str], ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DuckdbProgram:
    """DuckDB SQL of one feature view.

    Attributes:
        setup: settings and macros; safe to run again.
        sources: one temporary view per source with the accepted events.
        rejects: per source, a view of the rows that do not fit (columns `source`, `reason`, `row`), for the reject log.
        query: a SELECT giving the output columns, in order.
    """

    setup: tuple[str, ...]
    sources: tuple[Statement, ...]
    rejects: tuple[Statement, ...]
    query: str


@dataclass(frozen=True, slots=True)
class FlinkProgram:
    """Flink SQL of one feature view.

    Attributes:
        options: configuration that the results depend on, for example `pipeline.auto-watermark-interval`.
        definitions: temporary tables and views in order of creation; the last one is the view named after the model,
            giving the output columns in order.
        sink: a filesystem table `<model>__out` of JSON lines with the output columns.
        insert: INSERT from the model's view into `sink`.
        log_inserts: INSERTs that fill the reject and late logs of the sources read; the name says which log.
        jars: what reading the sources needs beyond what comes with Flink.
        topics: of Kafka that are read.
        decodes: messages are taken apart by our own format, whose jar is made here.
    """

    options: tuple[tuple[str, str], ...]
    definitions: tuple[Statement, ...]
    sink: Statement
    insert: str
    log_inserts: tuple[Statement, ...]
    jars: tuple[Artifact, ...] = ()
    topics: tuple[Topic, ...] = ()
    decodes: bool = False


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Where the history of a job ends and its stream begins.

    Attributes:
        cutover: UTC; events before it come from history, all others from the stream.
        folder: of the exported histories, absolute; `file` says which.
    """

    cutover: datetime
    folder: str

    def file(self, source: str) -> str:
        """The events of a source before the cut-over: JSON lines in order of event time."""
        return f"{self.folder}/{source}.jsonl"


@dataclass(frozen=True, slots=True)
class LowerOptions:
    """What a run may choose without changing the meaning of a feature.

    Attributes:
        slice: which part of the past.
        output_dir: where Flink's filesystem sinks write (`<dir>/<model>/`).
        log_dir: where reject and late logs are written (`<dir>/<source group>.<source name>/{rejects,late}/`).
        project_dir: what relative paths of streams and histories are relative to. Empty for compiled files, which are
            then portable and run from the project directory; Flink itself resolves a path from where its Java was
            started, and DuckDB from the working directory.
        late_logs: (full name of a source, its late log): DuckDB leaves these events out, exactly as Flink did.
        replays: (full name of a source, JSON lines in order of arrival): Flink reads these in place of the stream.
        histories: (full name of a source, JSON lines): DuckDB reads these in place of the history.
        connect: the statements are run at once, so they may hold the secrets that are needed to connect. Else each of
            these is `***`, as statements are written to files and shown.
        until_latest: a topic ends where it ends when the job starts.
        kafka: the Kafka of the target; set by the compiler.
        deps: jars that the project declares; set by the compiler.
        bootstrap: Flink reads history before it reads the stream.
    """

    slice: Slice = field(default_factory=Slice)
    output_dir: str = "target/streamed"
    log_dir: str = "target/logs"
    project_dir: str = ""
    late_logs: tuple[tuple[str, str], ...] = ()
    replays: tuple[tuple[str, str], ...] = ()
    histories: tuple[tuple[str, str], ...] = ()
    connect: bool = False
    until_latest: bool = False
    kafka: KafkaTarget = field(default_factory=KafkaTarget)
    deps: tuple[Artifact, ...] = ()
    bootstrap: Bootstrap | None = None

    def placed(self, source: Source) -> Source:
        """The source, reading from where this run wants it read."""
        replay = dict(self.replays).get(source.full_name)
        if replay is not None:
            trusted = source.stream is not None and source.stream.trusted
            source = replace(source, stream=Stream("filesystem", replay, "json", trusted))
        elif source.stream is not None and source.stream.kafka is not None:
            source = replace(source, stream=replace(source.stream, kafka=self._connected(source.stream.kafka)))
        history = dict(self.histories).get(source.full_name)
        if history is not None:
            source = replace(source, history=History("json", history))
        if self.project_dir and source.history is not None:
            source = replace(source, history=source.history.below(self.project_dir))
        return source

    def _connected(self, kafka: KafkaStream) -> KafkaStream:
        hidden = () if self.connect else self.kafka.hidden
        shared = {name: HIDDEN if name in hidden else value for name, value in self.kafka.properties}
        return replace(
            kafka,
            brokers=kafka.brokers or self.kafka.brokers,
            properties=tuple({**shared, **dict(kafka.properties)}.items()),
            until_latest=self.until_latest,
        )


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """A feature view, compiled for both engines."""

    name: str
    path: str
    columns: tuple[OutputColumn, ...]
    """Visible columns in the model's order, then the ORDER ones."""
    duckdb: DuckdbProgram
    flink: FlinkProgram
    sources: tuple[str, ...]
    """Full names of the sources read."""
    fingerprint: str
    """SHA-256 of the lowered meaning: the same after a reformat."""
    ttl_ms: int = 0
    """How long after its feature time a row is kept online; 0 is forever."""
    reach: tuple[tuple[str, int | None], ...] = ()
    """(full name of a stream, milliseconds): how far back a row depends on events; None is to the beginning."""


__all__ = [
    "CompiledModel", "DuckdbProgram", "FlinkProgram", "LowerOptions", "OutputColumn", "Role", "Slice", "Statement",
]  # fmt: skip
