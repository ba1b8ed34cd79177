"""The frozen configuration of a project: what the YAML files say, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from pathlib import Path, PurePath
from typing import Any

from sqlfeat.connectors.artifact import Artifact
from sqlfeat.diagnostics.model import Span
from sqlfeat.language.types import DataType
from sqlfeat.project.declared_tests import DataTest, UnitTest
from sqlfeat.project.lateness import Late


@dataclass(frozen=True, slots=True)
class Column:
    """A declared column of a source or an entity key."""

    name: str
    type: DataType
    nullable: bool = True
    description: str = ""
    span: Span | None = None
    minimum: Decimal | None = None
    """A row with a smaller number is rejected."""
    maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Where a source lives as history, read by DuckDB."""

    format: str
    """`parquet`, `csv` or `json`."""
    path: str
    """A file or glob, relative to the project directory."""

    def below(self, root: str) -> History:
        """The history with its path made absolute: DuckDB looks for a relative one in the working directory first."""
        return self if "://" in self.path else History(self.format, str(PurePath(root, self.path)))


NO_FORMAT = "none"
"""Of a connector that gives rows, not messages."""


@dataclass(frozen=True, slots=True)
class KafkaStream:
    """How a topic is read."""

    brokers: str = ""
    """`host:port,host:port`; those of the target when empty."""
    startup: str = "earliest"
    """Where a job without state begins: `earliest`, `latest`, `timestamp` or `group`."""
    timestamp_ms: int = 0
    """For `timestamp`: at messages that Kafka got from then on, milliseconds since 1970."""
    group: str = ""
    """Consumer group: where `group` begins, and where progress is recorded."""
    idle_timeout_ms: int = 0
    """After how long without a message a partition no longer holds back the others; 0 is never."""
    properties: tuple[tuple[str, str], ...] = ()
    """Of Kafka's client; never secrets."""
    until_latest: bool = False
    """Set by a run: end where the topic ends when the job starts."""


@dataclass(frozen=True, slots=True)
class CsvMessages:
    """How CSV is written: one record a message, its fields the declared columns in order."""

    delimiter: str = ","
    null_literal: str = ""
    """A field that is exactly this, without quotes, is NULL."""


@dataclass(frozen=True, slots=True)
class AvroMessages:
    """How Avro is written: one record a message."""

    schema: str
    """See `sqlfeat.project.avro`."""
    schema_id: int = -1
    """Of the header that a schema registry asks for; -1 is no header."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a source lives as a stream, read by Flink."""

    connector: str
    """`filesystem` (replayed once, the job ends with the input), `kafka`, or another that Flink is given."""
    path: str
    """A file or folder, or a topic; empty for a connector that only its options describe."""
    format: str = "json"
    """`json`: one JSON object a line or message; `csv`, `avro`: one record a message; `none`: no messages."""
    trusted: bool = False
    """Skip the check of every field: faster, but a field that does not fit its type becomes NULL."""
    monitor_ms: int = 0
    """How often a folder is looked at for new files; 0 reads what is there and ends."""
    kafka: KafkaStream | None = None
    """Of the connector `kafka`."""
    options: tuple[tuple[str, str], ...] = ()
    """Further options of the connector, as Flink has them."""
    ends: bool = False
    """Of a connector that sqlfeat does not know: whether its input ends."""
    csv: CsvMessages | None = None
    """Of the format `csv`."""
    avro: AvroMessages | None = None
    """Of the format `avro`."""

    @property
    def decoded(self) -> bool:
        """Whether messages are taken apart by our own format, which hands over those that it cannot read."""
        return self.connector != "filesystem" and not self.trusted

    @property
    def unbounded(self) -> bool:
        """Whether the stream goes on: a job that reads it does not end by itself."""
        if self.kafka is not None:
            return not self.kafka.until_latest
        return self.monitor_ms > 0 if self.connector == "filesystem" else not self.ends

    @property
    def place(self) -> str:
        """Where the events lie; a position in one place means nothing in another."""
        return f"{self.connector} {self.path}"


@dataclass(frozen=True, slots=True)
class Source:
    """A declared event stream, or a static table when `event_time` is None."""

    group: str
    """First argument of `source()`."""
    name: str
    """Second argument of `source()`."""
    columns: tuple[Column, ...]
    event_time: str | None
    lateness_ms: int
    """How far out of order events may come, milliseconds; an event further behind is late."""
    order_by: tuple[str, ...]
    """Tie-breaker columns after the event time; empty when the source declares none."""
    unique_key: tuple[str, ...]
    """What tells the rows of a static table apart; of a stream, events that share it are duplicates."""
    available_at: str | None
    stream: Stream | None
    history: History | None
    description: str = ""
    meta: dict[str, Any] = field(default_factory=dict)
    span: Span | None = None
    late: Late | None = None
    """What a backfill does with late events; None when the source does not say."""
    unique_within_ms: int = 86_400_000
    """How long after an event another one with its unique key is a duplicate, milliseconds of event time."""
    tests: tuple[DataTest, ...] = ()
    """Promises about its history."""
    max_ahead_ms: int | None = None
    """By how much an event time may be ahead of `available_at`, milliseconds; what is further ahead is rejected."""

    @property
    def full_name(self) -> str:
        """`group.name`, as diagnostics print it."""
        return f"{self.group}.{self.name}"

    @property
    def is_static(self) -> bool:
        """A table without event time: joined by its unique key, the same at all times."""
        return self.event_time is None

    def column(self, name: str) -> Column | None:
        """The column of that name, case-insensitively."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Entity:
    """What features describe: one or more key columns."""

    name: str
    keys: tuple[Column, ...]
    description: str = ""
    span: Span | None = None


class Materialization(Enum):
    """What becomes of a model."""

    VIEW = "view"
    """Inlined staging: no table, no features."""
    EVENT = "event"
    """A feature view with one row per event."""
    WINDOW = "window"
    """A feature view with one row per closed window."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What `config()` in the model, its properties in YAML and the folder defaults say together."""

    materialized: Materialization
    entity: str | None = None
    tags: tuple[str, ...] = ()
    owner: str = ""
    enabled: bool = True
    meta: dict[str, Any] = field(default_factory=dict)
    ttl_ms: int | None = None
    """How long after its feature time a row is kept online; None is what the target says."""
    state_ttl_ms: int | None = None
    """Event time after which windows without a far edge and as-of joins forget; None is never."""


@dataclass(frozen=True, slots=True)
class ModelProperties:
    """Documentation of a model from YAML."""

    name: str
    description: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    """(column name, description)."""
    span: Span | None = None
    config: dict[str, Any] = field(default_factory=dict)
    """`config:` of the entry, weaker than `config()` in the model."""
    tests: tuple[DataTest, ...] = ()
    """Promises about what is stored of it."""


@dataclass(frozen=True, slots=True)
class OnlineLog:
    """The topic that rows are also written to when they are written online."""

    topic: str
    brokers: str = ""
    """`host:port,host:port`; those of the target when empty."""
    properties: tuple[tuple[str, str], ...] = ()
    """Of Kafka's client; never secrets."""


@dataclass(frozen=True, slots=True)
class OnlineTarget:
    """The online store of a target."""

    type: str
    """`sqlite` or `redis`."""
    path: str = ""
    """SQLite file, relative to the project directory."""
    url: str = ""
    """Redis URL, for example `redis://127.0.0.1:6379/0`."""
    ttl_ms: int = 0
    """How long after its feature time a row is forgotten, where the model says nothing; 0 is never."""
    log: OnlineLog | None = None
    """None writes no log."""


@dataclass(frozen=True, slots=True)
class StreamTarget:
    """How jobs that go on run in a target: `stream:` of the target."""

    checkpoint_ms: int = 10_000
    """Between the starts of two checkpoints: how far a job that is killed has to go back."""
    state_path: str = "data/state"
    """Folder of checkpoints, savepoints and records of jobs, relative to the project directory."""
    cluster: str = ""
    """`host:port` of a Flink cluster's REST address; empty runs jobs in a Flink of their own."""
    metrics_port: int = 0
    """Where Prometheus finds the metrics of an embedded Flink; 0 is nowhere."""
    flink: tuple[tuple[str, str], ...] = ()
    """Further options of Flink, as they are."""


@dataclass(frozen=True, slots=True)
class KafkaTarget:
    """The Kafka of a target: `kafka:` of the target."""

    brokers: str = ""
    """For every stream that names none."""
    properties: tuple[tuple[str, str], ...] = ()
    """Of Kafka's client, secrets included."""
    hidden: tuple[str, ...] = ()
    """Those of them whose values must not be written down or shown."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place to run in: `targets:` of project.yml."""

    name: str
    online: OnlineTarget
    offline_path: str
    """Folder of the Parquet offline store, relative to the project directory."""
    parallelism: int = 2
    """Parallelism of the Flink job."""
    stream: StreamTarget = field(default_factory=StreamTarget)
    late: Late | None = None
    """What backfills do with late events; None when the target does not say."""
    kafka: KafkaTarget = field(default_factory=KafkaTarget)


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """project.yml plus every YAML file below `models/`."""

    root: Path
    name: str
    vars: dict[str, Any]
    targets: dict[str, Target]
    default_target: str
    model_paths: tuple[str, ...]
    macro_paths: tuple[str, ...]
    sources: tuple[Source, ...]
    entities: tuple[Entity, ...]
    properties: tuple[ModelProperties, ...]
    defaults: tuple[tuple[str, dict[str, Any]], ...] = ()
    """(folder, config) of `defaults:`, longest folder first."""
    deps: tuple[Artifact, ...] = ()
    """Jars that Flink needs beyond those that sqlfeat knows of."""
    late: Late | None = None
    """What backfills do with late events, where neither source nor target says."""
    unit_tests: tuple[UnitTest, ...] = ()

    def source(self, group: str, name: str) -> Source | None:
        """The source that `source(group, name)` names."""
        return next((s for s in self.sources if (s.group, s.name) == (group, name)), None)

    def entity(self, name: str) -> Entity | None:
        """The entity of that name."""
        return next((e for e in self.entities if e.name == name), None)
