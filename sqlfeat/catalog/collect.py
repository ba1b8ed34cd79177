"""Gathers the catalog from a loaded project: what the YAML says, what the compiler finds out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.catalog.checks import model_checks, source_checks
from sqlfeat.catalog.definitions import definitions_of
from sqlfeat.catalog.durations import in_words
from sqlfeat.catalog.model import (
    Binding,
    Catalog,
    ColumnDoc,
    Consumer,
    EntityDoc,
    ModelDoc,
    Script,
    SourceDoc,
    SourceUse,
)
from sqlfeat.catalog.readings import readings_of
from sqlfeat.catalog.uses import source_columns
from sqlfeat.compiler import bind_models, compile_models
from sqlfeat.lower.program import Role
from sqlfeat.project.lateness import late_of
from sqlfeat.verbs.compile import SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.plan.build import BoundModel
    from sqlfeat.project.config import Column, Entity, Source
    from sqlfeat.project.load import LoadedProject
    from sqlfeat.templating.rendered import RenderedModel

_ENGINES = {"duckdb": "DuckDB", "flink": "Flink"}


def collect(project: LoadedProject) -> Catalog:
    """The catalog of all models.

    Raises:
        SqlfeatError: with the diagnostics of all models.
    """
    compiled = {model.name: model for model in compile_models(project, project.order)}
    bound = bind_models(project, project.order)
    collector = _Collector(project, compiled, bound)
    models = tuple(collector.model(project.models[name]) for name in project.order)
    config = project.config
    return Catalog(
        project=config.name,
        target=project.target.name,
        models=models,
        sources=tuple(_source(project, source, models) for source in sorted(config.sources, key=lambda s: s.full_name)),
        entities=tuple(_entity(entity, models) for entity in sorted(config.entities, key=lambda e: e.name)),
    )


@dataclass(frozen=True, slots=True)
class _Collector:
    project: LoadedProject
    compiled: dict[str, CompiledModel]
    bound: dict[str, BoundModel]

    def model(self, model: RenderedModel) -> ModelDoc:
        compiled = self.compiled.get(model.name)
        columns = _outputs(compiled, model) if compiled else _view_columns(self.bound[model.name])
        return ModelDoc(
            name=model.name,
            path=model.path,
            kind=model.config.materialized.value,
            description=model.description,
            owner=model.config.owner,
            tags=model.config.tags,
            meta=model.config.meta,
            entity=model.config.entity if compiled else None,
            keys=columns.get(Role.KEY, ()),
            time=next(iter(columns.get(Role.FEATURE_TIME, ())), None),
            features=columns[Role.FEATURE],
            parents=tuple(sorted(model.refs)),
            children=tuple(sorted(self.project.children[model.name])),
            uses=_uses(self.bound[model.name]),
            template=model.template.strip("\n"),
            sql=model.sql.strip("\n"),
            fingerprint=compiled.fingerprint if compiled else "",
            scripts=_scripts(compiled) if compiled else (),
            readings=readings_of(compiled, self.project.target.offline_path) if compiled else (),
            checks=model_checks(self.project.config, model.name),
        )


def _outputs(compiled: CompiledModel, model: RenderedModel) -> dict[Role, tuple[ColumnDoc, ...]]:
    """The output columns by what they are for."""
    definitions = definitions_of(model.sql)
    by_role: dict[Role, tuple[ColumnDoc, ...]] = {}
    for c in compiled.columns:
        doc = ColumnDoc(c.name, str(c.type), c.nullable, c.description, definitions.get(c.name.lower(), ""))
        by_role[c.role] = (*by_role.get(c.role, ()), doc)
    return by_role


def _view_columns(bound: BoundModel) -> dict[Role, tuple[ColumnDoc, ...]]:
    """The columns of a staging view, all alike."""
    definitions = definitions_of(bound.model.sql)
    descriptions = dict(bound.model.column_descriptions)
    shown = [column for column in bound.plan.schema.columns if not column.name.startswith("__")]
    docs = tuple(
        ColumnDoc(c.name, str(c.type), c.nullable, descriptions.get(c.name, ""), definitions.get(c.name.lower(), ""))
        for c in shown
    )
    return {Role.FEATURE: docs}


def _uses(bound: BoundModel) -> tuple[SourceUse, ...]:
    direct = {f"{group}.{name}" for group, name in bound.model.sources}
    return tuple(SourceUse(name, columns, name in direct) for name, columns in source_columns(bound).items())


def _scripts(compiled: CompiledModel) -> tuple[Script, ...]:
    return tuple(
        Script(engine, _ENGINES[engine], f"target/compiled/{engine}/{compiled.name}.sql", emit(compiled))
        for engine, emit in SCRIPTS.items()
    )


def _source(project: LoadedProject, source: Source, models: Iterable[ModelDoc]) -> SourceDoc:
    deduplicated = source.unique_key and not source.is_static
    return SourceDoc(
        name=source.full_name,
        is_static=source.is_static,
        description=source.description,
        columns=_columns(source.columns),
        event_time=source.event_time or "",
        lateness="" if source.is_static else in_words(source.lateness_ms),
        order_by=source.order_by,
        unique_key=source.unique_key,
        unique_within=in_words(source.unique_within_ms) if deduplicated else "",
        available_at=source.available_at or "",
        max_ahead="" if source.max_ahead_ms is None else in_words(source.max_ahead_ms),
        late="" if source.is_static else late_of(source, project.target, project.config).value,
        bindings=tuple(_bindings(source)),
        consumers=tuple(_consumers(source.full_name, models)),
        meta=source.meta,
        checks=source_checks(source),
    )


def _columns(columns: Iterable[Column]) -> tuple[ColumnDoc, ...]:
    return tuple(ColumnDoc(c.name, str(c.type), c.nullable, c.description) for c in columns)


def _bindings(source: Source) -> Iterable[Binding]:
    if history := source.history:
        yield Binding("History", (("Read by", "DuckDB"), ("Format", history.format), ("Path", history.path)))
    if stream := source.stream:
        facts = [("Read by", "Flink"), ("Connector", stream.connector), ("Format", stream.format)]
        unfit = (
            "no: one that does not fit becomes NULL" if stream.trusted else "yes: a row that does not fit is rejected"
        )
        yield Binding("Stream", (*facts, ("Topic" if stream.kafka else "Path", stream.path), ("Fields checked", unfit)))


def _consumers(source: str, models: Iterable[ModelDoc]) -> Iterable[Consumer]:
    for model in sorted(models, key=lambda m: m.name):
        for use in model.uses:
            if use.source == source:
                yield Consumer(model.name, use.columns, use.direct)


def _entity(entity: Entity, models: Iterable[ModelDoc]) -> EntityDoc:
    views = tuple(sorted(model.name for model in models if model.entity == entity.name))
    return EntityDoc(entity.name, entity.description, _columns(entity.keys), views)
