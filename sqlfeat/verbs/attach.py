"""A job that goes on, started in this process and accompanied by it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import threading
import uuid
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlfeat.clock import SystemClock
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.inputs import sources_read
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.jobs.record import JobRecord, Run
from sqlfeat.verbs.bootstrap import export_histories
from sqlfeat.verbs.late_events import collect_late, note_run
from sqlfeat.verbs.live import LiveOptions, LiveResult, Prepared, result_of, runs_already, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.console.protocol import Console
    from sqlfeat.engines.flink.live import LiveJob
    from sqlfeat.engines.flink.options import LiveSettings
    from sqlfeat.jobs.folder import JobFolder
    from sqlfeat.project.load import LoadedProject

HEARTBEAT_SECONDS = 30.0


def run_live(project: LoadedProject, prepared: Prepared, live: LiveOptions, console: Console) -> LiveResult:
    """Start a job, wait until its first checkpoint is complete, and stay with it unless it is detached.

    Args:
        project: the loaded project.
        prepared: the job.
        live: how to run it.
        console: told what happens.

    Raises:
        SqlfeatError: SF080x, SF081x, SF09xx, SF001x; SF0004, the folder of the job cannot be written.
    """
    prepared.folder.create()
    prepared.folder.forget_failure()
    if not prepared.cluster:
        warn_of_taken_port(project.target.stream.metrics_port, console)
    if prepared.resume:
        console.note(f"job {live.name} goes on from {shown(project, prepared.resume)}")
    if live.detach and not prepared.cluster:
        from sqlfeat.verbs.detach import detach

        return detach(project, prepared, live, console)
    with prepared.folder.lock() as had:
        if not had:
            raise SqlfeatError(runs_already(live.name))
        try:
            return _attached(project, prepared, live, console)
        except SqlfeatError as error:
            prepared.folder.note_failure(error)
            raise


def warn_of_taken_port(port: int, console: Console) -> None:
    """Say that a job will have no endpoint for metrics, of which Flink itself says nothing.

    Args:
        port: of the endpoint; 0 is none.
        console: told about it.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            console.warning(f"no metrics for Prometheus: the `metrics_port` {port} cannot be had ({reason})")


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
        prepared.log,
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


def _settings(project: LoadedProject, prepared: Prepared, record: JobRecord) -> LiveSettings:
    from sqlfeat.engines.flink.options import LiveSettings

    return LiveSettings(
        name=f"{project.config.name}/{record.name}",
        flink_job=record.run.flink_job,
        address=record.run.address,
        embedded=not prepared.cluster,
        checkpoints=prepared.folder.checkpoints,
        resume=prepared.resume,
        stream=replace(project.target.stream, cluster=prepared.cluster),
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
