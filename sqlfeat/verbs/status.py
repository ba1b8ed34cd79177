"""`sqlfeat status`: what the jobs of a target do."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from sqlfeat.clock import Clock, SystemClock
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.engines.flink.counts import count_lines
from sqlfeat.engines.flink.failures import java_message, own_error
from sqlfeat.engines.flink.meter import BUCKETS_MS, quantile
from sqlfeat.engines.flink.observe import JobFacts, ModelFacts, SourceFacts, observe
from sqlfeat.engines.flink.rest import END_STATES, FlinkRest, Refusal, Unreachable
from sqlfeat.jobs.folder import DEFAULT_JOB, job_folders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.jobs.folder import JobFolder
    from sqlfeat.jobs.record import JobRecord
    from sqlfeat.project.load import LoadedProject

STOPPED = "STOPPED"
"""Ended on purpose."""
LOST = "LOST"
"""Not running, nobody stopped it, and nobody is left to say why: it was killed."""
FAILED = "FAILED"
"""Ended with an error."""
STARTING = "STARTING"
"""Its process lives, and its Flink does not answer yet."""
_TROUBLED = frozenset({FAILED, "FAILING", "RESTARTING"})


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What a job reads: rows since the run's start or its last restart; late and rejected rows since the job's."""

    name: str
    rows: int
    rows_per_second: float
    watermark: str | None
    watermark_lag_seconds: float | None
    late: int
    rejects: int


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What a job writes: counts since the run's start or its last restart.

    Freshness is the time from an event's event time until its row can be read: upper bounds of histogram buckets.
    """

    name: str
    rows: int
    rows_per_second: float
    written: int
    stale: int
    no_key: int
    freshness_p50_ms: float | None
    freshness_p99_ms: float | None
    freshness_ms: dict[str, int]


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job.

    Attributes:
        state: Flink's word for it while Flink knows the job; else `STOPPED`, `FAILED` or `LOST`.
        failure: why it failed, or is being restarted; empty if neither is so.
        resumes_from: the savepoint or checkpoint that `run` would go on from, empty for none.
    """

    job: str
    state: str
    flink_job: str
    address: str
    pid: int
    started: str
    uptime_seconds: float
    restarts: int
    checkpoint_age_seconds: float | None
    checkpoint_bytes: int | None
    checkpoint_ms: int | None
    failed_checkpoints: int
    failure: str
    resumes_from: str
    sources: tuple[SourceStatus, ...]
    models: tuple[ModelStatus, ...]

    @property
    def ended(self) -> bool:
        """Nothing of it is left but what it wrote down."""
        return self.state in {STOPPED, FAILED, LOST}

    def as_json(self) -> dict[str, Any]:
        """The status as `--json` prints it."""
        return asdict(self)


def status(project: LoadedProject, job: str = "", clock: Clock | None = None) -> tuple[JobStatus, ...]:
    """What the jobs of a target do.

    Args:
        project: the loaded project.
        job: name of one of them; all when empty.
        clock: says what time it is.

    Raises:
        SqlfeatError: SF0808, there is no such job.
    """
    found = []
    for folder, record in recorded(project, job):
        found.append(job_status(folder, record, clock or SystemClock()))
    return tuple(found)


def recorded(project: LoadedProject, job: str = "") -> list[tuple[JobFolder, JobRecord]]:
    """The jobs of a target that were ever started.

    Raises:
        SqlfeatError: SF0808, there is none of that name.
    """
    from sqlfeat.verbs.live import state_folder

    state = state_folder(project)
    pairs = [(folder, record) for folder in job_folders(state) if (record := folder.read()) is not None]
    wanted = [(folder, record) for folder, record in pairs if job in {"", folder.name}]
    if job and not wanted:
        raise SqlfeatError(no_job(job, [folder.name for folder, _ in pairs]))
    return wanted


def no_job(job: str, known: Sequence[str]) -> Diagnostic:
    """SF0808."""
    names = f"jobs of this target: {', '.join(known)}" if known else "no job was started in this target"
    notes = tuple(filter(None, (did_you_mean(job, known), names)))
    named = "" if job == DEFAULT_JOB else f" --job {job}"
    help_text = f"start it: `sqlfeat run --streaming{named}`"
    return Diagnostic("SF0808", f"there is no job `{job}`", notes=notes, help=help_text)


def is_running(folder: JobFolder, record: JobRecord | None) -> bool:
    """Whether a job runs, or is being started."""
    if folder.locked():
        return True
    if record is None or record.run.pid:
        return False
    try:
        job = FlinkRest(record.run.address).job(record.run.flink_job)
    except Unreachable:
        return False
    return job is not None and job["state"] not in END_STATES


def job_status(folder: JobFolder, record: JobRecord, clock: Clock) -> JobStatus:
    """What one job does."""
    facts = _facts(folder, record)
    checkpoint = facts.checkpoint or {}
    now_ms = clock.now().timestamp() * 1000
    age = (now_ms - checkpoint["latest_ack_timestamp"]) / 1000 if checkpoint else None
    return JobStatus(
        job=record.name,
        state=facts.state,
        flink_job=record.run.flink_job,
        address=record.run.address,
        pid=record.run.pid,
        started=record.run.started,
        uptime_seconds=facts.uptime_seconds,
        restarts=facts.restarts,
        checkpoint_age_seconds=age,
        checkpoint_bytes=checkpoint.get("state_size"),
        checkpoint_ms=checkpoint.get("end_to_end_duration"),
        failed_checkpoints=facts.failed_checkpoints,
        failure=_failure(folder, record, facts.state) if facts.state in _TROUBLED else "",
        resumes_from=str(folder.restore_point(record) or ""),
        sources=tuple(_source(folder, name, facts, now_ms) for name, _ in record.definition.sources),
        models=tuple(_model(m.name, facts.models.get(m.name, ModelFacts())) for m in record.definition.models),
    )


def _facts(folder: JobFolder, record: JobRecord) -> JobFacts:
    try:
        found = observe(FlinkRest(record.run.address), record.run.flink_job)
    except Unreachable:
        found = None
    if found is not None:
        # A cluster remembers jobs for a while; that it was stopped says more than that it finished or was cancelled.
        stopped = found.state in {"FINISHED", "CANCELED"} and folder.was_stopped(record.run.flink_job)
        return replace(found, state=STOPPED) if stopped else found
    return JobFacts(_state_without_flink(folder, record), 0.0, 0, None, 0)


def _state_without_flink(folder: JobFolder, record: JobRecord) -> str:
    if is_running(folder, record):
        return STARTING
    if folder.was_stopped(record.run.flink_job):
        return STOPPED
    return FAILED if folder.failure() else LOST


def _failure(folder: JobFolder, record: JobRecord, state: str) -> str:
    """As the process that watched the job has it; else as Flink does."""
    if state == FAILED and (error := folder.failure()) is not None:
        return str(error)
    try:
        trace = FlinkRest(record.run.address).root_cause(record.run.flink_job)
    except (Refusal, Unreachable):
        return ""
    own = own_error(trace)
    return f"{own.code}: {own.message}" if own else java_message(trace)


def _source(folder: JobFolder, name: str, facts: JobFacts, now_ms: float) -> SourceStatus:
    found = facts.sources.get(name.replace(".", "__"), SourceFacts())
    watermark = (
        None if found.watermark_ms is None else datetime.fromtimestamp(found.watermark_ms / 1000, tz=timezone.utc)
    )
    logs = folder.logs / name
    return SourceStatus(
        name=name,
        rows=int(found.rows),
        rows_per_second=found.rows_per_second,
        watermark=watermark.isoformat(timespec="milliseconds").replace("+00:00", "Z") if watermark else None,
        watermark_lag_seconds=None if found.watermark_ms is None else (now_ms - found.watermark_ms) / 1000,
        late=count_lines(logs / "late", unfinished=True),
        rejects=count_lines(logs / "rejects", unfinished=True),
    )


def _model(name: str, facts: ModelFacts) -> ModelStatus:
    labels = [*(str(bound) for bound in BUCKETS_MS), "more"]
    return ModelStatus(
        name=name,
        rows=facts.counts.rows,
        rows_per_second=facts.rows_per_second,
        written=facts.counts.written,
        stale=facts.counts.stale,
        no_key=facts.counts.no_key,
        freshness_p50_ms=_finite(quantile(facts.freshness, 0.5)),
        freshness_p99_ms=_finite(quantile(facts.freshness, 0.99)),
        freshness_ms={label: int(count) for label, count in zip(labels, facts.freshness, strict=True)},
    )


def _finite(value: float | None) -> float | None:
    """JSON has no infinity; the last bucket says how many there are."""
    return None if value is None or math.isinf(value) else value


def heartbeat(folder: JobFolder, record: JobRecord, clock: Clock | None = None) -> str:
    """One line about a job."""
    found = job_status(folder, record, clock or SystemClock())
    read = sum(source.rows_per_second for source in found.sources)
    written = sum(model.rows_per_second for model in found.models)
    lags = [s.watermark_lag_seconds for s in found.sources if s.watermark_lag_seconds is not None]
    late, rejects = sum(source.late for source in found.sources), sum(source.rejects for source in found.sources)
    parts = [
        f"{found.job} {found.state}",
        f"up {found.uptime_seconds:.0f}s",
        f"in {read:.0f}/s",
        f"out {written:.0f}/s",
        f"watermark lag {max(lags):.0f}s" if lags else "no watermark yet",
        f"late {late}",
        f"rejects {rejects}",
        f"checkpoint {found.checkpoint_age_seconds or 0:.0f}s ago" if found.checkpoint_age_seconds else "no checkpoint",
        f"restarts {found.restarts}",
    ]
    return "  ".join(parts)
