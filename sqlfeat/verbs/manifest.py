"""`target/manifest.json`: the project as other programs see it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlfeat.testing.select import select_tests
from sqlfeat.verbs.files import TARGET_DIR, write_if_changed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.clock import Clock
    from sqlfeat.diagnostics.model import Span
    from sqlfeat.lower.program import CompiledModel, OutputColumn
    from sqlfeat.project.config import Column, Entity, Source
    from sqlfeat.project.load import LoadedProject
    from sqlfeat.templating.rendered import RenderedModel

SCHEMA = "sqlfeat/manifest/1"
"""Name and version of the format: a new field leaves it, any other change counts it up."""


def build_manifest(project: LoadedProject, compiled: Sequence[CompiledModel]) -> dict[str, Any]:
    """The manifest without its metadata.

    A model that was not compiled in this run (a view, or not selected) has no types, fingerprint and SQL.
    """
    by_name = {model.name: model for model in compiled}
    parents = {name: _parents(project, name) for name in project.order}
    return {
        "project": {"name": project.config.name, "target": project.target.name},
        "models": {name: _model(project, project.models[name], by_name.get(name)) for name in project.order},
        "sources": {source.full_name: _source(source) for source in project.config.sources},
        "entities": {entity.name: _entity(entity) for entity in project.config.entities},
        "tests": _tests(project),
        "parent_map": parents,
        "child_map": _inverse(parents),
    }


def write_manifest(manifest: dict[str, Any], root: Path, clock: Clock) -> Path:
    """Write the manifest unless only its metadata would change; gives its path."""
    from sqlfeat import __version__

    path = root / TARGET_DIR / "manifest.json"
    metadata = {
        "schema": SCHEMA,
        "sqlfeat_version": __version__,
        "generated_at": clock.now().isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    held = read_manifest(path)
    if held is None or {**held, "metadata": None} != {**_plain(manifest), "metadata": None}:
        write_if_changed(path, _dump({"metadata": metadata, **manifest}))
    return path


def read_manifest(path: Path) -> dict[str, Any] | None:
    """A manifest, or None if there is none that can be read."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return held if isinstance(held, dict) else None


def _dump(value: Any) -> str:
    # `meta` is free-form YAML, where a date is a date.
    return json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n"


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """As it would be read back."""
    plain: dict[str, Any] = json.loads(_dump(value))
    return plain


def _model(project: LoadedProject, model: RenderedModel, compiled: CompiledModel | None) -> dict[str, Any]:
    config = model.config
    direct = [f"{group}.{name}" for group, name in model.sources]
    return {
        "name": model.name,
        "path": model.path,
        "description": model.description,
        "materialized": config.materialized.value,
        "entity": config.entity,
        "tags": list(config.tags),
        "owner": config.owner,
        "meta": config.meta,
        "columns": [_output(c) for c in compiled.columns] if compiled else _described(model),
        "depends_on": {"models": list(project.parents[model.name]), "sources": direct},
        "sources": list(compiled.sources) if compiled else direct,
        "fingerprint": compiled.fingerprint if compiled else None,
        "compiled": _compiled_paths(model.name) if compiled else None,
    }


def _compiled_paths(name: str) -> dict[str, str]:
    return {engine: f"{TARGET_DIR}/compiled/{engine}/{name}.sql" for engine in ("duckdb", "flink")}


def _output(column: OutputColumn) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": str(column.type),
        "nullable": column.nullable,
        "role": column.role.value,
        "description": column.description,
    }


def _described(model: RenderedModel) -> list[dict[str, Any]]:
    """Columns as the YAML knows them."""
    unknown = {"type": None, "nullable": None, "role": None}
    return [{"name": name, **unknown, "description": text} for name, text in model.column_descriptions]


def _source(source: Source) -> dict[str, Any]:
    stream, history = source.stream, source.history
    return {
        "group": source.group,
        "name": source.name,
        "description": source.description,
        "columns": [_column(column) for column in source.columns],
        "event_time": source.event_time,
        "lateness_ms": source.lateness_ms,
        "order_by": list(source.order_by),
        "unique_key": list(source.unique_key),
        "unique_within_ms": source.unique_within_ms if source.unique_key and not source.is_static else None,
        "max_ahead_ms": source.max_ahead_ms,
        "late": source.late.value if source.late else None,
        "available_at": source.available_at,
        "stream": stream and {"connector": stream.connector, "format": stream.format, "path": stream.path},
        "history": history and {"format": history.format, "path": history.path},
        "meta": source.meta,
    }


def _entity(entity: Entity) -> dict[str, Any]:
    keys = [_column(key) for key in entity.keys]
    return {"name": entity.name, "description": entity.description, "keys": keys}


def _tests(project: LoadedProject) -> list[dict[str, Any]]:
    """The tests that `sqlfeat test` would run."""
    chosen = select_tests(project, (), ())
    unit = [_test(test.name, "unit", test.model.value, test.span) for test in chosen.unit]
    return unit + [_test(test.name, "data", test.owner, test.span) for test in chosen.data]


def _test(name: str, kind: str, target: str, span: Span) -> dict[str, Any]:
    return {"name": name, "type": kind, "target": target, "file": span.path, "line": span.line}


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": str(column.type),
        "nullable": column.nullable,
        "description": column.description,
    }


def _parents(project: LoadedProject, name: str) -> list[str]:
    """Models by name, sources as `source:group.name`, the way a selection writes them."""
    sources = [f"source:{group}.{source}" for group, source in project.models[name].sources]
    return [*project.parents[name], *sources]


def _inverse(parents: dict[str, list[str]]) -> dict[str, list[str]]:
    children: dict[str, list[str]] = {name: [] for name in parents}
    for child, names in parents.items():
        for name in names:
            children.setdefault(name, []).append(child)
    return children
