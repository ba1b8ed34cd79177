"""`sqlfeat run --streaming` over streams that go on: a job that is started, watched, and resumed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import threading
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlfeat.clock import SystemClock
from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.inputs import sources_read
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.jobs.changes import check_state
from sqlfeat.jobs.folder import JobFolder
from sqlfeat.jobs.record import Definition, JobRecord, Run, define
from sqlfeat.lower.flink.online import online_select
from sqlfeat.lower.program import Bootstrap, LowerOptions
from sqlfeat.verbs.bootstrap import export_histories
from sqlfeat.verbs.late_events import collect_late, note_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.engines.flink.live import LiveJob
    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import StreamTarget
    from sqlfeat.project.load import LoadedProject

DEFAULT_JOB = "main"
HEARTBEAT_SECONDS = 30.0
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
        raise SqlfeatError(_running(live.name))
    point = folder.restore_point(record) if record and not live.reset_state else None
    bootstrap = _bootstrap(folder, live, record if point else None)
    root = str(project.config.root)
    options = LowerOptions(log_dir=str(folder.logs), project_dir=root, connect=True, bootstrap=bootstrap)
    models = compile_models(project, names, options)
    # A password that is changed is no change of the definition.
    hidden = project.target.kafka.hidden
    shown = compile_models(project, names, replace(options, connect=False)) if hidden else models
    cutover = bootstrap.cutover.isoformat(sep=" ") if bootstrap else ""
    definition = define(project, shown, [online_select(model) for model in models], cutover)
    if record and point:
        check_state(live.name, record.definition, definition, str(point))
    cluster = live.cluster or project.target.stream.cluster
    return Prepared(folder, definition, models, str(point or ""), cluster, bootstrap)


def _bootstrap(folder: JobFolder, live: LiveOptions, record: JobRecord | None) -> Bootstrap | None:
    """A job that goes on keeps the cut-over that it began with: Flink's operators are still those."""
    cutover = live.bootstrap
    if cutover is None and record and record.definition.bootstrap:
        cutover = datetime.fromisoformat(record.definition.bootstrap)
    return Bootstrap(cutover, str(folder.history)) if cutover else None


def run_live(project: LoadedProject, prepared: Prepared, live: LiveOptions, console: Console) -> LiveResult:
    """Start a job, wait until its first checkpoint is complete, and stay with it unless it is detached.

    Args:
        project: the loaded project.
        prepared: the job.
        live: how to run it.
        console: told what happens.

    Raises:
        SqlfeatError: SF080x, SF081x, SF09xx, SF001x.
    """
    if prepared.resume:
        console.note(f"job {live.name} goes on from {shown(project, prepared.resume)}")
    if live.detach and not prepared.cluster:
        from sqlfeat.verbs.detach import detach

        return detach(project, prepared, live, console)
    with prepared.folder.lock() as had:
        if not had:
            raise SqlfeatError(_running(live.name))
        return _attached(project, prepared, live, console)


def shown(project: LoadedProject, path: str) -> str:
    """A path below the project as a person reads it."""
    return path.removeprefix(f"{project.config.root}/")


def _attached(project: LoadedProject, prepared: Prepared, live: LiveOptions, console: Console) -> LiveResult:
    from sqlfeat.engines.flink.live import LiveJob

    record = _record(prepared, live)
    _prepare_files(project, prepared, console)
    prepared.folder.write(record)
    console.note(f"starting Flink (log: {shown(project, str(prepared.folder.flink_log))})")
    settings = _settings(project, prepared, record)
    online = OnlineSink(project.target.online, project.config.root, project.config.name, None)
    job = LiveJob(
        settings,
        prepared.models,
        online,
        parallelism=project.target.parallelism,
        log_file=prepared.folder.flink_log,
    )
    try:
        state = _accompany(project, job, prepared, record, console, detach=live.detach)
    except BaseException:
        job.abort()
        raise
    if state != "running":
        job.close()
        collect_late(project, prepared.folder.logs, ended=False)
    return result_of(record, state, str(prepared.folder.savepoint_of(record.run.flink_job) or ""))


def _accompany(
    project: LoadedProject, job: LiveJob, prepared: Prepared, record: JobRecord, console: Console, *, detach: bool
) -> str:
    """Stay with a job until it ends, or only until it runs; gives its state then."""
    with _terminated_like_interrupted():
        job.wait_until_started()
        prepared.folder.forget_checkpoints(but=record.run.flink_job)
        console.note(f"job {record.name} runs; its first checkpoint is complete")
        if detach:
            return "running"
        try:
            _watch(project, job, prepared.folder, record, console)
        except KeyboardInterrupt:
            console.note("stopping with a savepoint")
            _stop(job, prepared.folder)
            return "stopped"
    return "finished"


def result_of(record: JobRecord, state: str, savepoint: str) -> LiveResult:
    """The result of a run."""
    models = tuple(model.name for model in record.definition.models)
    run = record.run
    return LiveResult(record.name, run.flink_job, models, run.address, state, savepoint, run.resumed_from)


def _prepare_files(project: LoadedProject, prepared: Prepared, console: Console) -> None:
    """Keep what earlier runs of the job found late; a job that begins anew finds it again, and reads its history."""
    logs = prepared.folder.logs
    collect_late(project, logs, ended=False)
    if not prepared.resume:
        shutil.rmtree(logs, ignore_errors=True)
        note_run(project, sources_read(project, prepared.models), logs)
        if prepared.bootstrap is not None:
            export_histories(project, prepared.models, prepared.bootstrap, console)


def _watch(project: LoadedProject, job: LiveJob, folder: JobFolder, record: JobRecord, console: Console) -> None:
    """Until the job ends, with a line every now and then."""
    from sqlfeat.verbs.status import heartbeat

    beat = threading.Event()
    while not job.watch(beat, HEARTBEAT_SECONDS):
        console.note(heartbeat(folder, record))
        collect_late(project, folder.logs, ended=False)


def _stop(job: LiveJob, folder: JobFolder) -> None:
    from sqlfeat.engines.flink.live import stop_job
    from sqlfeat.engines.flink.rest import Unreachable, unreachable

    try:
        stop_job(job.rest, job.settings.flink_job, folder.savepoints(job.settings.flink_job))
    except Unreachable as error:
        raise unreachable(job.settings.address, error) from None


def _settings(project: LoadedProject, prepared: Prepared, record: JobRecord) -> Any:
    from sqlfeat.engines.flink.options import LiveSettings

    stream: StreamTarget = project.target.stream
    return LiveSettings(
        name=f"{project.config.name}/{record.name}",
        flink_job=record.run.flink_job,
        address=record.run.address,
        embedded=not prepared.cluster,
        checkpoints=prepared.folder.checkpoints,
        resume=prepared.resume,
        stream=replace(stream, cluster=prepared.cluster),
    )


def _record(prepared: Prepared, live: LiveOptions) -> JobRecord:
    run = Run(
        flink_job=uuid.uuid4().hex,
        address=prepared.cluster or f"127.0.0.1:{_free_port()}",
        pid=0 if prepared.cluster else os.getpid(),
        started=SystemClock().now().isoformat(timespec="seconds"),
        resumed_from=prepared.resume,
    )
    return JobRecord(live.name, prepared.definition, run)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _terminated_like_interrupted() -> Iterator[None]:
    """Inside, the signal that ends services does what Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    # A detached process is started with Ctrl-C ignored by some shells.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, ignored)


def _no_name(name: str) -> Diagnostic:
    help_text = "a name has letters, digits, `_` and `-`; a folder is called after it"
    return Diagnostic("SF0009", f"`{name}` cannot be the name of a job", help=help_text)


def _running(name: str) -> Diagnostic:
    return Diagnostic(
        "SF0805",
        f"job `{name}` runs already",
        help=f"`sqlfeat status` shows it, `sqlfeat stop --job {name}` stops it; `--job` gives another job a name",
    )
