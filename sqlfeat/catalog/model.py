"""What the catalog says, apart from how it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ColumnDoc:
    """A column of a source, of an entity's key or of a model.

    Attributes:
        definition: the expression behind it as the model has it; empty where there is none to show.
    """

    name: str
    type: str
    nullable: bool
    description: str = ""
    definition: str = ""


@dataclass(frozen=True, slots=True)
class SourceUse:
    """What a model takes from a source, directly or through the views it is built on.

    Attributes:
        source: full name of the source.
        columns: those of its columns that the model depends on.
        direct: whether the model itself names the source.
    """

    source: str
    columns: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, slots=True)
class Script:
    """The SQL of a model for an engine.

    Attributes:
        engine: `duckdb` or `flink`.
        title: the engine's name for people.
        path: where `sqlfeat compile` writes it.
    """

    engine: str
    title: str
    path: str
    sql: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a feature view: a snippet and what it gives."""

    title: str
    note: str
    language: str
    code: str


@dataclass(frozen=True, slots=True)
class CheckDoc:
    """A test of a model or source.

    Attributes:
        kind: `unit` or `data`.
        text: what it is for, or what it promises; Markdown.
        place: `file:line`.
    """

    name: str
    kind: str
    text: str
    place: str


@dataclass(frozen=True, slots=True)
class ModelDoc:
    """A model. One that is a view has no key, no feature time, no scripts and no fingerprint.

    Attributes:
        kind: `event`, `window` or `view`.
        keys: key columns.
        time: the column `feature_time`.
        features: the features; of a view all its columns.
        parents: models it names with `ref`.
        children: models that name it.
        uses: the sources behind it.
        sql: the rendered template.
        scripts: what it compiles to.
        readings: how to get its features.
        checks: its tests.
    """

    name: str
    path: str
    kind: str
    description: str
    owner: str
    tags: tuple[str, ...]
    meta: dict[str, Any]
    entity: str | None
    keys: tuple[ColumnDoc, ...]
    time: ColumnDoc | None
    features: tuple[ColumnDoc, ...]
    parents: tuple[str, ...]
    children: tuple[str, ...]
    uses: tuple[SourceUse, ...]
    template: str
    sql: str
    fingerprint: str = ""
    scripts: tuple[Script, ...] = ()
    readings: tuple[Reading, ...] = ()
    checks: tuple[CheckDoc, ...] = ()

    @property
    def is_view(self) -> bool:
        """Whether it is staging, inlined into the models that name it."""
        return self.kind == "view"

    @property
    def direct_sources(self) -> tuple[str, ...]:
        """Full names of the sources it names itself."""
        return tuple(use.source for use in self.uses if use.direct)


@dataclass(frozen=True, slots=True)
class Consumer:
    """A model that reads a source, and which of its columns."""

    model: str
    columns: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the events of a source are found: facts in order, by label."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SourceDoc:
    """A source.

    Attributes:
        name: full name, `group.name`.
        lateness: a length of time in words; empty for a static table.
        unique_within: how long copies of an event are duplicates, in words; empty without a unique key.
        max_ahead: how far an event time may be ahead of its arrival, in words; empty without a limit.
        late: what a backfill does with late events, `exclude` or `include`; empty for a static table.
        bindings: as history and as stream.
    """

    name: str
    is_static: bool
    description: str
    columns: tuple[ColumnDoc, ...]
    event_time: str
    lateness: str
    order_by: tuple[str, ...]
    unique_key: tuple[str, ...]
    unique_within: str
    available_at: str
    max_ahead: str
    late: str
    bindings: tuple[Binding, ...]
    consumers: tuple[Consumer, ...]
    meta: dict[str, Any] = field(default_factory=dict)
    checks: tuple[CheckDoc, ...] = ()

    @property
    def kind(self) -> str:
        """`stream` or `table`."""
        return "table" if self.is_static else "stream"


@dataclass(frozen=True, slots=True)
class EntityDoc:
    """An entity and the feature views about it."""

    name: str
    description: str
    keys: tuple[ColumnDoc, ...]
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """A project as its readers see it; models upstream first, the rest as declared."""

    project: str
    target: str
    models: tuple[ModelDoc, ...]
    sources: tuple[SourceDoc, ...]
    entities: tuple[EntityDoc, ...]

    @property
    def views(self) -> tuple[ModelDoc, ...]:
        """The feature views by name: what can be served."""
        return tuple(sorted((m for m in self.models if not m.is_view), key=lambda m: m.name))

    @property
    def staging(self) -> tuple[ModelDoc, ...]:
        """The staging views by name."""
        return tuple(sorted((m for m in self.models if m.is_view), key=lambda m: m.name))

    @property
    def features(self) -> int:
        """How many features there are."""
        return sum(len(model.features) for model in self.views)
