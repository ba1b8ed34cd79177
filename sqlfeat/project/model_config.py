"""The closed list of what may be configured about a model, and how its layers add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.config import Materialization, ModelConfig
from sqlfeat.project.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlfeat.project.block import Block

CONFIG_KEYS = ("materialized", "entity", "tags", "owner", "enabled", "online", "meta", "state_ttl")
_MATERIALIZATIONS = tuple(m.value for m in Materialization)
_EXPECTED = {
    "materialized": (str, "text"),
    "entity": (str, "text"),
    "owner": (str, "text"),
    "enabled": (bool, "true or false"),
    "online": (dict, "a mapping"),
    "meta": (dict, "a mapping"),
    "state_ttl": (str, "a duration, for example `90 days`"),
}


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """What is wrong with one key of a configuration, before it has a place."""

    code: str
    key: str
    message: str
    on_key: bool = False
    """Whether the key itself is wrong, not its value."""
    label: str = ""
    notes: tuple[str, ...] = ()


def config_problems(values: Mapping[str, Any]) -> Iterator[ConfigProblem]:
    """Check each key of a configuration by itself."""
    for key, value in values.items():
        if key not in CONFIG_KEYS:
            yield ConfigProblem(
                "SF0101",
                key,
                f"unknown key `{key}` in the configuration of a model",
                on_key=True,
                label=did_you_mean(key, CONFIG_KEYS),
                notes=(f"keys of a model's configuration: {', '.join(CONFIG_KEYS)}",),
            )
        elif (expected := _expected(key, value)) is not None:
            yield ConfigProblem("SF0106", key, f"`{key}` must be {expected}, found `{value}`")
        elif key == "materialized" and value not in _MATERIALIZATIONS:
            yield ConfigProblem(
                "SF0108",
                key,
                f"`materialized` cannot be `{value}`",
                label=did_you_mean(value, _MATERIALIZATIONS),
                notes=(f"choices: {', '.join(_MATERIALIZATIONS)}",),
            )
        elif key == "online":
            yield from _online_problems(value)


def _online_problems(online: Mapping[str, Any]) -> Iterator[ConfigProblem]:
    for key, value in online.items():
        if key != "ttl":
            yield ConfigProblem(
                "SF0101", "online", f"unknown key `{key}` in `online`", notes=("keys of `online`: ttl",)
            )
            continue
        try:
            parse_duration(value if isinstance(value, str) else repr(value))
        except ValueError as error:
            yield ConfigProblem("SF0108", "online", str(error))


def _expected(key: str, value: Any) -> str | None:
    if key == "tags":
        fine = isinstance(value, str) or (isinstance(value, list) and all(isinstance(tag, str) for tag in value))
        return None if fine else "text or a list of texts"
    kind, name = _EXPECTED[key]
    if key == "state_ttl" and isinstance(value, str):
        return None if _duration_ms(value) else name
    return None if isinstance(value, kind) else name


def _duration_ms(text: str) -> int | None:
    """Milliseconds of a duration; None if it is none, or nothing."""
    try:
        return parse_duration(text).ms or None
    except ValueError:
        return None


def read_config(block: Block | None) -> dict[str, Any]:
    """A configuration in YAML; the keys that are wrong are reported and left out."""
    if block is None:
        return {}
    nodes = {key: block.node(key) for key in block.keys}
    values = {key: block.file.plain(node) for key, node in nodes.items() if node is not None}
    for problem in config_problems(values):
        span = block.key_span(problem.key) if problem.on_key else block.span_of(problem.key)
        block.file.problem(problem.code, problem.message, span, label=problem.label, notes=problem.notes)
    return without_problems(values)


def without_problems(values: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a configuration that are right."""
    wrong = {problem.key for problem in config_problems(values)}
    return {key: value for key, value in values.items() if key not in wrong}


def merge_config(*layers: Mapping[str, Any]) -> dict[str, Any]:
    """Add up configurations, the weakest first: tags and meta accumulate, anything else is replaced."""
    merged: dict[str, Any] = {}
    for layer in layers:
        tags = [*merged.get("tags", ()), *_tags(layer)]
        meta = {**merged.get("meta", {}), **layer.get("meta", {})}
        merged = {**merged, **layer, "tags": list(dict.fromkeys(tags)), "meta": meta}
    return merged


def _tags(layer: Mapping[str, Any]) -> list[str]:
    tags = layer.get("tags", [])
    return [tags] if isinstance(tags, str) else list(tags)


def folder_config(defaults: tuple[tuple[str, dict[str, Any]], ...], path: str) -> dict[str, Any]:
    """What `defaults:` of project.yml says about a model at `path`: a deeper folder overrides a higher one."""
    layers = [values for folder, values in defaults if path.startswith(f"{folder}/")]
    return merge_config(*reversed(layers))


def model_config(merged: Mapping[str, Any]) -> ModelConfig:
    """The typed configuration; an absent `materialized` reads as a view, its absence is reported elsewhere."""
    online = merged.get("online", {})
    return ModelConfig(
        materialized=Materialization(merged.get("materialized", Materialization.VIEW.value)),
        entity=merged.get("entity"),
        tags=tuple(merged.get("tags", ())),
        owner=merged.get("owner", ""),
        enabled=merged.get("enabled", True),
        meta=dict(merged.get("meta", {})),
        ttl_ms=parse_duration(online["ttl"]).ms if "ttl" in online else None,
        state_ttl_ms=_duration_ms(merged.get("state_ttl", "")),
    )
