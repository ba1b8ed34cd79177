"""Loads a project: its YAML, its macros, its models rendered and in order."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import metadata
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.project.config import ModelProperties, ProjectConfig, Target
from sqlfeat.project.files import find_files, find_models
from sqlfeat.project.graph import children_of, topological_order
from sqlfeat.project.model_config import folder_config, merge_config, model_config
from sqlfeat.project.model_rules import config_rules, cycle_problems, disabled_problems, missing_models
from sqlfeat.project.names_in_tests import missing_names
from sqlfeat.project.project_file import ProjectFile, ProjectRequest, read_project_file
from sqlfeat.project.properties import read_properties
from sqlfeat.project.select import Selector
from sqlfeat.templating.docs import read_docs
from sqlfeat.templating.functions import Scope
from sqlfeat.templating.library import load_library, read_template
from sqlfeat.templating.render import Rendering, render_model
from sqlfeat.templating.rendered import RenderedModel
from sqlfeat.templating.strings import description_renderer, target_renderer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class LoadedProject:
    """A project that is in order as far as it can be told without reading its SQL.

    Attributes:
        config: what the YAML files say.
        target: the target to run in.
        models: the enabled models by name, upstream first.
        order: their names, upstream first.
        parents: the models each model reads.
        notes: what templates said with `log()`, for the console.
    """

    config: ProjectConfig
    target: Target
    models: dict[str, RenderedModel]
    order: tuple[str, ...]
    parents: dict[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def children(self) -> dict[str, tuple[str, ...]]:
        """The models that read each model."""
        return children_of(self.parents)

    def select(self, select: Sequence[str] = (), exclude: Sequence[str] = ()) -> tuple[str, ...]:
        """The names a selection means, upstream first; all when nothing is selected.

        Raises:
            SqlfeatError: the selection is malformed or selects nothing.
        """
        return Selector(self.models, self.parents).select(select, exclude)


def load_project(
    root: Path,
    target: str | None = None,
    variables: dict[str, Any] | None = None,
    *,
    environ: Mapping[str, str] = os.environ,
) -> LoadedProject:
    """Load the project in a directory.

    Args:
        root: the directory of project.yml.
        target: name of the target to run in; the default one when None.
        variables: override `vars:`.
        environ: what `env_var()` reads.

    Raises:
        SqlfeatError: with everything that is wrong, phase by phase: first project.yml, then the other YAML files and
            the macros, then the models.
    """
    problems: list[Diagnostic] = []
    request = ProjectRequest(target, variables or {}, _version(), target_renderer(environ))
    project = read_project_file(root, request, problems)
    _raise(problems)
    assert project is not None
    scope, files = _read_scope(root, project, environ, problems)
    _raise(problems)
    renderings = _render(root, files, scope, problems)
    return _assemble(scope.config, project.targets.chosen, renderings, problems)


def _version() -> str:
    try:
        return metadata.version("sqlfeat")
    except metadata.PackageNotFoundError:  # run from a checkout
        return "0"


def _raise(problems: list[Diagnostic]) -> None:
    if problems:
        raise SqlfeatError(*dict.fromkeys(problems))


def _read_scope(
    root: Path, project: ProjectFile, environ: Mapping[str, str], problems: list[Diagnostic]
) -> tuple[Scope, dict[str, Path]]:
    """Everything but the models themselves, and their files by name."""
    docs = read_docs(root, find_files(root, project.model_paths, ".md"), problems)
    yaml_files = find_files(root, project.model_paths, ".yml", ".yaml")
    properties = read_properties(root, yaml_files, description_renderer(docs, project.vars), problems)
    library = load_library(root, find_files(root, project.macro_paths, ".sql"), problems)
    models = find_models(root, project.model_paths, problems)
    problems += missing_models(properties.models, tuple(models))
    config = ProjectConfig(
        root=root,
        name=project.name,
        vars=project.vars,
        targets=project.targets.by_name,
        default_target=project.targets.default,
        model_paths=project.model_paths,
        macro_paths=project.macro_paths,
        sources=tuple(properties.sources),
        entities=tuple(properties.entities),
        properties=tuple(properties.models),
        defaults=project.defaults,
        deps=project.deps,
        late=project.late,
        unit_tests=tuple(properties.unit_tests),
    )
    problems += missing_names(config, tuple(models))
    return Scope(config, tuple(models), library, docs, environ), models


@dataclass(slots=True)
class _Renderings:
    """The enabled models."""

    by_name: dict[str, Rendering] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _render(root: Path, files: dict[str, Path], scope: Scope, problems: list[Diagnostic]) -> _Renderings:
    found = _Renderings()
    for name, file in files.items():
        text = read_template(root, file, problems)
        path = file.relative_to(root).as_posix()
        outside = merge_config(folder_config(scope.config.defaults, path), _properties(scope.config, name).config)
        rendering = render_model(path, text, scope, outside)
        if rendering.config.get("enabled", True):
            found.by_name[name] = rendering
            found.notes += rendering.notes
            problems += [*rendering.problems, *_rules(scope.config, name, rendering)]
    return found


def _rules(config: ProjectConfig, name: str, rendering: Rendering) -> tuple[Diagnostic, ...]:
    # A rendering that broke off may not have come to its config(): no word about what is missing there.
    broken = rendering.problems and rendering.config_span is None
    return () if broken else tuple(config_rules(config, _properties(config, name), rendering))


def _properties(config: ProjectConfig, name: str) -> ModelProperties:
    return next((p for p in config.properties if p.name == name), ModelProperties(name))


def _assemble(config: ProjectConfig, target: str, renderings: _Renderings, problems: list[Diagnostic]) -> LoadedProject:
    by_name = renderings.by_name
    problems += disabled_problems(by_name)
    problems += cycle_problems(by_name)
    _raise(problems)
    parents = {name: tuple(rendering.refs) for name, rendering in by_name.items()}
    order = topological_order(parents)
    return LoadedProject(
        config=config,
        target=config.targets[target],
        models={name: _model(_properties(config, name), by_name[name]) for name in order},
        order=order,
        parents=parents,
        notes=tuple(renderings.notes),
    )


def _model(properties: ModelProperties, rendering: Rendering) -> RenderedModel:
    span: Span | None = rendering.config_span
    return RenderedModel(
        name=properties.name,
        path=rendering.path,
        template=rendering.text,
        sql=rendering.sql,
        config=model_config(rendering.config),
        refs=tuple(rendering.refs),
        sources=rendering.sources,
        segments=rendering.segments,
        description=properties.description,
        column_descriptions=properties.columns,
        config_span=span,
    )
