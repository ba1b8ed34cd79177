"""Rules that a model's configuration keeps only as a whole, or only together with other models."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.config import Materialization, ModelProperties, ProjectConfig
from sqlfeat.project.graph import find_cycles
from sqlfeat.templating.functions import disabled_ref, no_entity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlfeat.templating.render import Rendering


def missing_models(properties: list[ModelProperties], models: tuple[str, ...]) -> Iterator[Diagnostic]:
    """Models that YAML describes and no file defines."""
    for entry in properties:
        if entry.name not in models:
            yield Diagnostic(
                "SF0116",
                f"there is no file for model `{entry.name}`",
                entry.span,
                did_you_mean(entry.name, models),
                help=f"add {entry.name}.sql below the model paths, or remove the entry",
            )


def config_rules(config: ProjectConfig, properties: ModelProperties, rendering: Rendering) -> Iterator[Diagnostic]:
    """Rules about `materialized` and `entity` together."""
    materialized, entity = rendering.config.get("materialized"), rendering.config.get("entity")
    somewhere = properties.span if properties.config else None

    def place(word: str) -> Span:
        return rendering.find(word) or somewhere or Span(rendering.path, 1, 1, 2)

    if materialized is None:
        if not _told(rendering, "materialized"):
            choices = ", ".join(m.value for m in Materialization)
            message = f"model `{properties.name}` does not say what it is materialized as"
            hint = "begin the file with `{{ config(materialized='event', entity='...') }}`"
            yield Diagnostic("SF0118", message, place(""), notes=(f"choices: {choices}",), help=hint)
    elif materialized == Materialization.VIEW.value:
        if entity is not None:
            message = f"view `{properties.name}` has an entity, but a view has no features"
            hint = "drop `entity`, or make it a feature view: materialized='event' or 'window'"
            yield Diagnostic("SF0118", message, place(entity), help=hint)
    elif entity is None:
        if not _told(rendering, "entity"):
            names = ", ".join(e.name for e in config.entities) or "none"
            message = f"feature view `{properties.name}` does not say which entity it describes"
            hint = f"add it: config(materialized='{materialized}', entity='...')"
            yield Diagnostic("SF0118", message, place(materialized), notes=(f"entities: {names}",), help=hint)
    elif config.entity(entity) is None:
        yield no_entity(config, entity).at(place(entity))


def _told(rendering: Rendering, key: str) -> bool:
    """Whether a key is missing only because what was written, a wrong value or a misspelt key, was left out."""
    return any(f"`{key}`" in problem.message + problem.label for problem in rendering.problems)


def disabled_problems(enabled: Mapping[str, Rendering]) -> Iterator[Diagnostic]:
    """References to models that are not enabled."""
    for rendering in enabled.values():
        for name, reference in rendering.refs.items():
            if name not in enabled:
                yield disabled_ref(reference)


def cycle_problems(enabled: Mapping[str, Rendering]) -> Iterator[Diagnostic]:
    """Models that read each other in a circle."""
    parents = {name: tuple(read for read in rendering.refs if read in enabled) for name, rendering in enabled.items()}
    for cycle in find_cycles(parents):
        ring = " -> ".join(cycle)
        alone = len(cycle) == 2
        message = f"model `{cycle[0]}` reads itself" if alone else f"models read each other in a circle: {ring}"
        reference = enabled[cycle[0]].refs[cycle[1]]
        yield replace(reference, code="SF0120", message=message, help="take one `ref` out of the circle")
