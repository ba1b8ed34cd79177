"""`sqlfeat run --streaming`: feature views computed by Flink, into the online store."""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.cluster import check_cluster
from sqlfeat.engines.flink.counts import Counts, count_lines, count_rows, sum_events
from sqlfeat.engines.flink.inputs import check_inputs, check_outputs, sources_read
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.lower.flink.online_log import log_program
from sqlfeat.lower.program import CompiledModel, LowerOptions, Slice
from sqlfeat.stores.late_inputs import read_files
from sqlfeat.stores.online import open_store
from sqlfeat.verbs.attach import run_live
from sqlfeat.verbs.late_events import collect_late, late_log_shown, note_run
from sqlfeat.verbs.live import LiveOptions, LiveResult, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject

WORK_DIR = "target/stream"
LOG_FILE = "target/flink.log"


@dataclass(frozen=True, slots=True)
class StreamedModel:
    """What became of the rows of a feature view."""

    name: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class StreamedSource:
    """Rows of a source that were turned aside; they are in the logs below `target/stream/logs`."""

    name: str
    rejects: int
    """Did not fit the declared types."""
    late: int
    """Came after the watermark; they are in the late log of the target."""
    read: int | None = None
    """Rows of the stream; None if it is of a kind that does not tell."""
    accepted: int | None = None
    """Events that took part."""

    @property
    def untimed(self) -> int:
        """Rows without an event time, where that may be NULL: neither accepted nor turned aside."""
        if self.read is None or self.accepted is None:
            return 0
        return self.read - self.accepted - self.late - self.rejects


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What a streaming run did, once its input ended."""

    models: tuple[StreamedModel, ...]
    sources: tuple[StreamedSource, ...]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """The result as `--json` prints it."""
        return {
            "models": [{"name": m.name, **asdict(m.counts)} for m in self.models],
            "sources": [asdict(s) for s in self.sources],
            "seconds": self.seconds,
        }


def stream(
    project: LoadedProject,
    select: Sequence[str],
    exclude: Sequence[str],
    start: datetime | None,
    end: datetime | None,
    console: Console,
    live: LiveOptions | None = None,
    *,
    until_latest: bool = False,
) -> StreamResult | LiveResult:
    """Run feature views as one Flink job and write their rows to the online store of the target.

    Streams that end are replayed, and so is the run over. Streams that go on make a job with a name and a state.

    Args:
        project: the loaded project.
        select: selectors of the models to run; empty means all.
        exclude: selectors of models to leave out.
        start: write feature times from here on, UTC; events before it are still read as far as windows reach.
        end: and before here.
        console: told what happens.
        live: how a job over streams that go on is run.
        until_latest: end where topics end now.

    Raises:
        SqlfeatError: SF0009, the arguments do not fit the streams; SF0803 or SF0804, a source cannot be streamed;
            SF09xx, the store; SF001x, SF08xx, Flink.
        KeyboardInterrupt: after the job was cancelled; what was written stays and is correct.
    """
    work = project.config.root / WORK_DIR
    names = project.select(select, exclude)
    # All paths in the SQL are absolute: Flink takes a relative one from where Java was started.
    folders = (str(work / "out"), str(work / "logs"), str(project.config.root))
    options = LowerOptions(Slice(start, end), *folders, connect=True, until_latest=until_latest)
    models = compile_models(project, names, options)
    if not models:
        console.warning("no feature view is selected, nothing to run")
        return StreamResult((), (), 0.0)
    check_inputs(project, models)
    check_outputs(project.target)
    streams = [options.placed(source).stream for source in sources_read(project, models)]
    if any(stream and stream.unbounded for stream in streams):
        return _run_live(project, names, (start, end), live or LiveOptions(), console)
    _refuse_live_options(live)
    _check_store(project)
    return _run(project, models, work, console)


def _run_live(
    project: LoadedProject,
    names: Sequence[str],
    part: tuple[datetime | None, datetime | None],
    live: LiveOptions,
    console: Console,
) -> LiveResult:
    if part != (None, None):
        help_text = "leave out `--start` and `--end`; where a stream begins is said in its `stream:`"
        raise SqlfeatError(Diagnostic("SF0009", "a job over streams that go on has no slice of time", help=help_text))
    prepared = prepare(project, names, live)
    if prepared.cluster:
        check_cluster(prepared.cluster, project.target.online)
    _check_store(project)
    return run_live(project, prepared, live, console)


def _refuse_live_options(live: LiveOptions | None) -> None:
    asked = live or LiveOptions()
    given = {
        "--job": asked.job,
        "--detach": asked.detach,
        "--cluster": asked.cluster,
        "--reset-state": asked.reset_state,
        "--bootstrap": asked.bootstrap,
    }
    names = [f"`{name}`" for name, value in given.items() if value]
    if names:
        message = f"{', '.join(names)} needs a stream that goes on, and all streams read here end"
        help_text = "for example `stream: {connector: filesystem, path: data/events, monitor: 1 second}`"
        raise SqlfeatError(Diagnostic("SF0009", message, help=help_text))


def _check_store(project: LoadedProject) -> None:
    """Before Java is started: a store that is down should be known in a moment."""
    store = open_store(project.target.online, project.config.root, project.config.name)
    try:
        store.ping()
    finally:
        store.close()


def _run(project: LoadedProject, models: Sequence[CompiledModel], work: Path, console: Console) -> StreamResult:
    from sqlfeat.engines.flink.job import run_job

    log_file = project.config.root / LOG_FILE
    console.note(f"starting Flink (log: {LOG_FILE})")
    # What a run that was killed had found is kept.
    collect_late(project, work / "logs", ended=False)
    shutil.rmtree(work, ignore_errors=True)
    note_run(project, sources_read(project, models), work / "logs")
    counts_dir = work / "counts"
    counts_dir.mkdir(parents=True)
    for index, model in enumerate(models, 1):
        console.node_started("stream", model.name, index, len(models))
    online = OnlineSink(project.target.online, project.config.root, project.config.name, counts_dir)
    job = run_job(
        models,
        name=project.config.name,
        log_file=log_file,
        parallelism=project.target.parallelism,
        online=online,
        log=log_program(project.config.name, project.target, models),
    )
    for index, model in enumerate(models, 1):
        detail = _detail(job.counts[model.name])
        console.node_finished("stream", model.name, index, len(models), "ok", detail, job.seconds)
    collect_late(project, work / "logs", ended=True)
    streamed = tuple(StreamedModel(model.name, job.counts[model.name]) for model in models)
    return StreamResult(streamed, _turned_aside(project, models, work / "logs", console), job.seconds)


def _detail(counts: Counts) -> str:
    parts = [f"{counts.rows:,} rows"]
    parts += [f"{counts.stale:,} older than the store"] if counts.stale else []
    parts += [f"{counts.no_key:,} without a key"] if counts.no_key else []
    return ", ".join(parts)


def _turned_aside(
    project: LoadedProject, models: Sequence[CompiledModel], logs: Path, console: Console
) -> tuple[StreamedSource, ...]:
    found = tuple(_count(project, source, logs / source.full_name) for source in sources_read(project, models))
    for counts in found:
        if counts.rejects:
            shown = (logs / counts.name / "rejects").relative_to(project.config.root).as_posix()
            console.warning(f"{counts.name}: {counts.rejects:,} rows turned aside, see {shown}")
        if counts.late:
            console.warning(f"{counts.name}: {counts.late:,} late events, see {late_log_shown(project, counts.name)}")
    return found


def _count(project: LoadedProject, source: Source, folder: Path) -> StreamedSource:
    """What became of the rows of a source."""
    rejects, late = count_lines(folder / "rejects"), count_lines(folder / "late")
    stream = source.stream
    in_files = stream is not None and stream.connector == "filesystem"
    read = count_rows(read_files(project.config.root / stream.path)) if stream and in_files else None
    if source.is_static:
        return StreamedSource(source.full_name, rejects, late, read, None if read is None else read - rejects)
    return StreamedSource(source.full_name, rejects, late, read, sum_events(folder / "accepted"))
