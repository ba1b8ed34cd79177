"""`sqlfeat stop`: end a job, keeping what it knows."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.live import stop_job
from sqlfeat.engines.flink.rest import FlinkRest, Refusal, Unreachable, unreachable
from sqlfeat.jobs.folder import DEFAULT_JOB
from sqlfeat.verbs.late_events import collect_late
from sqlfeat.verbs.live import shown
from sqlfeat.verbs.status import is_running, no_job, recorded

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.jobs.folder import JobFolder
    from sqlfeat.jobs.record import JobRecord
    from sqlfeat.project.load import LoadedProject

_POLL_SECONDS = 0.1
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class StopResult:
    """A job that was ended.

    Attributes:
        job: its name.
        savepoint: what `run` goes on from; empty when none was asked for.
    """

    job: str
    savepoint: str

    def as_json(self) -> dict[str, Any]:
        """The result as `--json` prints it."""
        return asdict(self)


def stop(project: LoadedProject, job: str, console: Console, *, savepoint: bool = True) -> StopResult:
    """End a job and wait until it has ended.

    Args:
        project: the loaded project.
        job: its name; the only one when empty.
        console: told what happens.
        savepoint: with one; without it `run` goes on from the last checkpoint.

    Raises:
        SqlfeatError: SF0808, it does not run; SF0809, Flink does not answer; SF0811, no savepoint could be made.
    """
    folder, record = _running(project, job)
    rest, flink_job = FlinkRest(record.run.address), record.run.flink_job
    console.note(f"stopping job {record.name}" + (" with a savepoint" if savepoint else ""))
    try:
        if savepoint:
            stop_job(rest, flink_job, folder.savepoints(flink_job))
        else:
            rest.cancel(flink_job)
            folder.note_stop(flink_job)
    except Unreachable as error:
        raise unreachable(record.run.address, error) from None
    except Refusal as error:
        raise SqlfeatError(Diagnostic("SF0811", f"Flink does not stop job `{record.name}`: {error}")) from None
    _wait_for_end(folder, record)
    collect_late(project, folder.logs, ended=False)
    made: Path | None = folder.savepoint_of(flink_job) if savepoint else None
    return StopResult(record.name, shown(project, str(made or "")))


def _running(project: LoadedProject, job: str) -> tuple[JobFolder, JobRecord]:
    pairs = recorded(project, job)
    running = [(folder, record) for folder, record in pairs if is_running(folder, record)]
    if len(running) == 1:
        return running[0]
    names = [folder.name for folder, _ in (running or pairs)]
    if not pairs:
        raise SqlfeatError(no_job(job or DEFAULT_JOB, []))
    if running:
        raise SqlfeatError(
            Diagnostic("SF0808", f"{len(running)} jobs run: {', '.join(names)}", help="name one with `--job`")
        )
    raise SqlfeatError(
        Diagnostic("SF0808", f"job `{job or ', '.join(names)}` does not run", help="see `sqlfeat status`")
    )


def _wait_for_end(folder: JobFolder, record: JobRecord) -> None:
    """Until nothing of the job runs: an embedded Flink takes a moment to close."""
    pause = threading.Event()
    for _ in range(int(_PATIENCE_SECONDS / _POLL_SECONDS)):
        if not is_running(folder, record):
            return
        pause.wait(_POLL_SECONDS)
