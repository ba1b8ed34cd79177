"""`sqlfeat run --streaming` over streams that go on: what is asked for, and whether it may start."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.jobs.changes import check_state
from sqlfeat.jobs.folder import DEFAULT_JOB, JobFolder
from sqlfeat.jobs.record import Definition, JobRecord, define
from sqlfeat.lower.flink.online import online_select
from sqlfeat.lower.flink.online_log import log_program
from sqlfeat.lower.program import Bootstrap, LowerOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.lower.flink.online_log import LogProgram
    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a job that goes on is run.

    Attributes:
        job: its name; jobs of different names know nothing of each other.
        detach: return when it runs.
        cluster: `host:port` of a Flink cluster, over what the target says.
        reset_state: begin anew, whatever state there is.
        bootstrap: begin with windows filled from history up to here, UTC without a zone.
        log_format: `text` or `json`, of what a detached process says.
        variables: what overrides `vars:` of the project, for a process that loads it again.
    """

    job: str = ""
    detach: bool = False
    cluster: str = ""
    reset_state: bool = False
    bootstrap: datetime | None = None
    log_format: str = "text"
    variables: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Of the job."""
        return self.job or DEFAULT_JOB


@dataclass(frozen=True, slots=True)
class LiveResult:
    """What became of a job that goes on.

    Attributes:
        job: its name.
        flink_job: Flink's id of this run.
        models: the feature views it computes.
        address: `host:port` of Flink's REST interface.
        state: `running` when it was detached; else `stopped`, or `finished` when its input ended after all.
        savepoint: what it was stopped with; empty if it runs.
        resumed_from: the savepoint or checkpoint it went on from; empty for a new beginning.
    """

    job: str
    flink_job: str
    models: tuple[str, ...]
    address: str
    state: str
    savepoint: str
    resumed_from: str

    def as_json(self) -> dict[str, Any]:
        """The result as `--json` prints it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job as it will be started."""

    folder: JobFolder
    definition: Definition
    models: tuple[CompiledModel, ...]
    resume: str
    cluster: str
    log: LogProgram | None
    bootstrap: Bootstrap | None = None


def job_folder(project: LoadedProject, name: str) -> JobFolder:
    """The folder of a job of the project's target."""
    return JobFolder(state_folder(project) / name)


def state_folder(project: LoadedProject) -> Path:
    """The folder of the target's jobs."""
    return project.config.root / project.target.stream.state_path / project.target.name


def prepare(project: LoadedProject, names: Sequence[str], live: LiveOptions) -> Prepared:
    """Compile a job and see whether it may start, and from where.

    Raises:
        SqlfeatError: SF0009, the name is none; SF0805, it runs already; SF0806, another definition made its state.
    """
    from sqlfeat.verbs.status import is_running

    if not _NAME.fullmatch(live.name):
        raise SqlfeatError(_no_name(live.name))
    folder = job_folder(project, live.name)
    record = folder.read()
    if is_running(folder, record):
        raise SqlfeatError(runs_already(live.name))
    point = folder.restore_point(record) if record and not live.reset_state else None
    bootstrap = _bootstrap(folder, live, record if point else None)
    root = str(project.config.root)
    options = LowerOptions(log_dir=str(folder.logs), project_dir=root, connect=True, bootstrap=bootstrap)
    models = compile_models(project, names, options)
    # A password that is changed is no change of the definition.
    hidden = project.target.kafka.hidden
    shown = compile_models(project, names, replace(options, connect=False)) if hidden else models
    cutover = bootstrap.cutover.isoformat(sep=" ") if bootstrap else ""
    log = log_program(project.config.name, project.target, models)
    inserts = [online_select(model, project.target.online.type) for model in models]
    definition = define(project, shown, inserts, cutover, [insert.sql for insert in log.inserts] if log else [])
    if record and point:
        check_state(live.name, record.definition, definition, str(point))
    cluster = live.cluster or project.target.stream.cluster
    return Prepared(folder, definition, models, str(point or ""), cluster, log, bootstrap)


def _bootstrap(folder: JobFolder, live: LiveOptions, record: JobRecord | None) -> Bootstrap | None:
    """A job that goes on keeps the cut-over that it began with: Flink's operators are still those."""
    cutover = live.bootstrap
    if cutover is None and record and record.definition.bootstrap:
        cutover = datetime.fromisoformat(record.definition.bootstrap)
    return Bootstrap(cutover, str(folder.history)) if cutover else None


def shown(project: LoadedProject, path: str) -> str:
    """A path below the project as a person reads it."""
    return path.removeprefix(f"{project.config.root}/")


def result_of(record: JobRecord, state: str, savepoint: str) -> LiveResult:
    """The result of a run."""
    models = tuple(model.name for model in record.definition.models)
    run = record.run
    return LiveResult(record.name, run.flink_job, models, run.address, state, savepoint, run.resumed_from)


def _no_name(name: str) -> Diagnostic:
    help_text = "a name has letters, digits, `_` and `-`; a folder is called after it"
    return Diagnostic("SF0009", f"`{name}` cannot be the name of a job", help=help_text)


def runs_already(name: str) -> Diagnostic:
    """SF0805."""
    return Diagnostic(
        "SF0805",
        f"job `{name}` runs already",
        help=f"`sqlfeat status` shows it, `sqlfeat stop --job {name}` stops it; `--job` gives another job a name",
    )
