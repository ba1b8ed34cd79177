"""The functions of the template context, for the rendering of one model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.durations import Duration, parse_duration
from sqlfeat.project.model_config import config_problems, merge_config, without_problems
from sqlfeat.templating.fault import TemplateFault
from sqlfeat.templating.values import ABSENT, lookup_doc, lookup_env, lookup_var, strict, text_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlfeat.project.config import Entity, ProjectConfig
    from sqlfeat.templating.library import MacroLibrary
    from sqlfeat.templating.trace import Trace


@dataclass(frozen=True, slots=True)
class Scope:
    """What all models of a project share while they are rendered.

    Attributes:
        models: the names of all models.
        environ: the variables of the environment.
    """

    config: ProjectConfig
    models: tuple[str, ...]
    library: MacroLibrary
    docs: Mapping[str, str]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EntityKeys:
    """What `entity(name)` gives: `.keys` is the list of names; printed, it is the keys with commas between."""

    name: str
    keys: list[str]

    def __str__(self) -> str:
        return ", ".join(quote(key) for key in self.keys)


@dataclass(slots=True)
class ModelFunctions:
    """The functions, and what they learned while the model was rendered.

    Attributes:
        scope: the project.
        trace: knows which part of the template is running.
        config: what is configured about the model so far.
        refs: the models named, with the place of the first `ref`.
        sources: the sources named.
        config_span: place of the `config()` call.
        problems: what is wrong, where rendering could go on.
        notes: what `log` was given.
    """

    scope: Scope
    trace: Trace
    config: dict[str, Any]
    refs: dict[str, Diagnostic] = field(default_factory=dict)
    sources: dict[tuple[str, str], None] = field(default_factory=dict)
    config_span: Span | None = None
    problems: list[Diagnostic] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def context(self) -> dict[str, Callable[..., Any]]:
        """The functions by name."""
        functions: dict[str, Callable[..., Any]] = {
            "ref": self._ref,
            "source": self._source,
            "config": self._config,
            "var": self._var,
            "env_var": self._env_var,
            "entity": self._entity,
            "entity_keys": self._entity_keys,
            "doc": self._doc,
            "log": self._log,
            "raise_error": self._raise_error,
            "duration": self._duration,
        }
        return {name: strict(name, function) for name, function in functions.items()}

    def _report(self, fault: TemplateFault) -> None:
        place = self.trace.here(fault.word)
        self.problems.append(fault.at(place.span, place.notes))

    def _ref(self, name: Any) -> str:
        name = text_argument("ref", "the name of a model", name)
        if name not in self.scope.models:
            names = sorted(self.scope.models)
            hint = "a model is a .sql file below the model paths; its name is the file's"
            self._report(
                TemplateFault(
                    "SF0206", f"there is no model `{name}`", word=name, label=did_you_mean(name, names), help=hint
                )
            )
        elif name not in self.refs:
            span, notes = self.trace.here(name)
            self.refs[name] = Diagnostic("SF0216", f"model `{name}`", span, notes=notes)
        return quote(name)

    def _source(self, group: Any, name: Any) -> str:
        group = text_argument("source", "the name of a source", group)
        name = text_argument("source", "the name of a stream or table", name)
        if self.scope.config.source(group, name) is None:
            self._report(self._no_source(group, name))
        self.sources.setdefault((group, name))
        return f"{quote(group)}.{quote(name)}"

    def _no_source(self, group: str, name: str) -> TemplateFault:
        declared = self.scope.config.sources
        inside = [s.name for s in declared if s.group == group]
        if inside:
            message, word, names = f"source `{group}` has no stream or table `{name}`", name, inside
        else:
            message, word, names = f"there is no source `{group}`", group, sorted({s.group for s in declared})
        notes = (f"declared: {', '.join(s.full_name for s in declared) or 'none'}",)
        return TemplateFault("SF0207", message, word=word, label=did_you_mean(word, names), notes=notes)

    def _config(self, **values: Any) -> str:
        here = self.trace.here()
        if self.config_span is not None:
            first = self.config_span
            note = f"first called at {first.path}:{first.line}:{first.col}"
            raise TemplateFault("SF0203", "`config` is called twice", notes=(note,), help="give all keys in one call")
        self.config_span = here.span
        for problem in config_problems(values):
            word = problem.key if problem.on_key else str(values[problem.key])
            self._report(
                TemplateFault(problem.code, problem.message, word=word, label=problem.label, notes=problem.notes)
            )
        self.config = merge_config(self.config, without_problems(values))
        return ""

    def _var(self, name: Any, default: Any = ABSENT) -> Any:
        return lookup_var(self.scope.config.vars, name, default)

    def _env_var(self, name: Any, default: Any = ABSENT) -> Any:
        return lookup_env(self.scope.environ, name, default, secrets=False)

    def _doc(self, name: Any) -> str:
        return lookup_doc(self.scope.docs, name)

    def _entity(self, name: Any) -> EntityKeys:
        entity = self._declared(text_argument("entity", "the name of an entity", name))
        return EntityKeys(entity.name, [key.name for key in entity.keys])

    def _declared(self, name: str) -> Entity:
        entity = self.scope.config.entity(name)
        if entity is None:
            raise no_entity(self.scope.config, name)
        return entity

    def _entity_keys(self) -> str:
        name = self.config.get("entity")
        if name is None:
            hint = "put `{{ config(..., entity='...') }}` before it, or name the keys: `by='...'`"
            raise TemplateFault("SF0214", "no entity is configured whose keys could be taken", help=hint)
        return str(self._entity(name))

    def _log(self, message: Any) -> str:
        span = self.trace.here().span
        self.notes.append(f"{span.path}:{span.line}: {message}" if span else str(message))
        return ""

    @staticmethod
    def _raise_error(message: Any) -> str:
        raise TemplateFault("SF0210", str(message))

    @staticmethod
    def _duration(length: Any) -> Duration:
        text = text_argument("duration", "a length of time", length)
        try:
            duration = parse_duration(text)
        except ValueError as error:
            raise TemplateFault("SF0211", str(error), word=text) from None
        if duration.count == 0:
            raise TemplateFault("SF0211", "a window cannot have no length", word=text)
        return duration


def no_entity(config: ProjectConfig, name: str) -> TemplateFault:
    """The fault of naming an entity that is not declared."""
    names = [entity.name for entity in config.entities]
    return TemplateFault(
        "SF0118",
        f"there is no entity `{name}`",
        word=name,
        label=did_you_mean(name, names),
        notes=(f"entities: {', '.join(names) or 'none'}",),
        help="declare it under `entities:` in a .yml file below the models",
    )


def disabled_ref(reference: Diagnostic) -> Diagnostic:
    """The diagnostic of a `ref` to a model that is not enabled."""
    return replace(reference, message=f"{reference.message} is disabled", help="enable it, or do without it")


def quote(name: str) -> str:
    """An SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
