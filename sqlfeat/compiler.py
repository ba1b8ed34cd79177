"""The compiler: render -> bind -> expand -> prune -> lower, for all models of a project."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.lower.duckdb.program import lower_duckdb
from sqlfeat.lower.flink.program import lower_flink
from sqlfeat.lower.program import CompiledModel, LowerOptions
from sqlfeat.plan.bound import bounded, reaches
from sqlfeat.plan.build import BoundModel, bind_model, too_deep
from sqlfeat.plan.catalog import Catalog
from sqlfeat.plan.expand import expand
from sqlfeat.plan.nodes import Plan, Project, Scan, inputs_of
from sqlfeat.plan.output import FeatureView
from sqlfeat.plan.prune import prune
from sqlfeat.plan.rank_limits import limit_ranks
from sqlfeat.project.config import Source
from sqlfeat.project.load import LoadedProject

PASSES: tuple[Callable[[Project], Plan], ...] = (
    limit_ranks,
    expand,
    lambda plan: prune(plan, set(plan.schema.names)),
)
"""What happens to a bound feature view before an engine is chosen, in order."""


def bind_models(project: LoadedProject, names: Sequence[str]) -> dict[str, BoundModel]:
    """Bind the named models and everything they `ref`.

    Raises:
        SqlfeatError: with the diagnostics of all models.
    """
    wanted = _with_parents(project, names)
    plans: dict[str, Plan | None] = {}
    bound: dict[str, BoundModel] = {}
    problems: list[Diagnostic] = []
    for name in (name for name in project.order if name in wanted):
        model, diagnostics = bind_model(project.models[name], Catalog(project.config, plans, project.order))
        problems += diagnostics
        plans[name] = model.plan if model else None
        if model:
            bound[name] = model
    if problems:
        raise SqlfeatError(*problems)
    return bound


def compile_models(
    project: LoadedProject, names: Sequence[str], options: LowerOptions | None = None
) -> tuple[CompiledModel, ...]:
    """Compile feature views for both engines; staging views among `names` are checked and left out.

    Raises:
        SqlfeatError: with the diagnostics of all models.
    """
    bound = bind_models(project, names)
    chosen = [bound[name] for name in project.order if name in names]
    options = replace(options or LowerOptions(), kafka=project.target.kafka, deps=project.config.deps)
    compiled = tuple(compile_view(model, model.view, options) for model in chosen if model.view)
    return tuple(replace(model, ttl_ms=_ttl_ms(project, model.name)) for model in compiled)


def _ttl_ms(project: LoadedProject, name: str) -> int:
    own = project.models[name].config.ttl_ms
    return project.target.online.ttl_ms if own is None else own


def _with_parents(project: LoadedProject, names: Sequence[str]) -> set[str]:
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += project.parents.get(name, ())
    return wanted


def compile_view(model: BoundModel, view: FeatureView, options: LowerOptions | None = None) -> CompiledModel:
    """Compile a feature view for both engines.

    Args:
        model: what it was bound from.
        view: the model's own, or one that was made of it.
        options: what a run may choose.

    Raises:
        SqlfeatError: SF0300, it is nested too deeply.
    """
    try:
        return _lowered(model, view, options or LowerOptions())
    except RecursionError:
        raise SqlfeatError(too_deep(model.model)) from None


def _lowered(model: BoundModel, view: FeatureView, options: LowerOptions) -> CompiledModel:
    plan = _as_project(view.plan)
    sliced = _as_project(bounded(view.plan, options.slice))
    sources = tuple(sources_of(plan))
    placed = tuple(options.placed(source) for source in sources)
    return CompiledModel(
        name=view.name,
        path=model.model.path,
        columns=view.columns,
        duckdb=lower_duckdb(sliced, view.columns, placed, dict(options.late_logs)),
        flink=lower_flink(view.name, sliced, view.columns, placed, options),
        sources=tuple(source.full_name for source in sources),
        fingerprint=_fingerprint(plan, view, sources),
        reach=tuple(reaches(view.plan).items()),
    )


def _as_project(plan: Plan) -> Project:
    for step in PASSES:
        plan = step(plan)  # type: ignore[arg-type] # the first pass gets the view's Project and passes keep it one
    if isinstance(plan, Project):
        return plan
    return Project(plan, tuple((c.name, c) for c in plan.schema.columns), plan.schema)


def sources_of(plan: Plan) -> list[Source]:
    """The sources a plan reads, each once, in order of first use."""
    if isinstance(plan, Scan):
        return [plan.source]
    found: dict[str, Source] = {}
    for below in inputs_of(plan):
        for source in sources_of(below):
            found.setdefault(source.full_name, source)
    return list(found.values())


def _fingerprint(plan: Project, view: FeatureView, sources: tuple[Source, ...]) -> str:
    """Changes with the meaning: the DuckDB query of the whole past, and what the sources accept."""
    query = lower_duckdb(plan, view.columns, (), {}).query
    accepted = [
        (
            s.full_name,
            s.event_time,
            s.lateness_ms,
            s.order_by,
            s.unique_key,
            [(c.name, str(c.type), c.nullable) for c in s.columns],
        )
        for s in sources
    ]
    return hashlib.sha256(repr((query, accepted)).encode()).hexdigest()
