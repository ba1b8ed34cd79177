"""The late logs of a target: filled by streaming runs, read by backfills.

They lie beside the offline store, since `clean` empties `target/` and they cannot be computed again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from sqlfeat.clock import SystemClock
from sqlfeat.project.lateness import Late, late_of
from sqlfeat.stores.late_inputs import Inputs, inputs_from_json, inputs_of
from sqlfeat.stores.late_log import FILE, LateLog, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from sqlfeat.clock import Clock
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject

STREAM_LOGS = "target/stream/logs"
"""The `log_dir` of a replay."""
_FOLDER = "_late"
_RUN_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Late events of a source that a backfill leaves out.

    Attributes:
        source: full name.
        events: that are in the late log and in the history.
        unknown: that are in the late log only: the history does not hold what the stream held.
    """

    source: str
    events: int
    unknown: int


def late_log(project: LoadedProject, source: Source) -> LateLog:
    """The late log of a source in the project's target."""
    return LateLog(project.config.root / project.target.offline_path / _FOLDER / source.full_name, source)


def late_log_shown(project: LoadedProject, source: str) -> str:
    """Where the late log of a source is, as a user is told."""
    return (PurePosixPath(project.target.offline_path) / _FOLDER / source / FILE).as_posix()


def note_run(project: LoadedProject, sources: Iterable[Source], logs: Path, clock: Clock | None = None) -> None:
    """Write down, before a run starts, what it will read; `collect_late` finds it there.

    Args:
        project: the loaded project.
        sources: that the run reads.
        logs: the `log_dir` that its models are compiled with.
        clock: for the name of the run.
    """
    name = (clock or SystemClock()).now().strftime("%Y%m%dT%H%M%S%f")
    streams = {source.full_name: _inputs(project, source).as_json() for source in sources if not source.is_static}
    logs.mkdir(parents=True, exist_ok=True)
    (logs / _RUN_FILE).write_text(json.dumps({"run": name, "sources": streams}), encoding="utf-8")


def collect_late(project: LoadedProject, logs: Path, *, ended: bool) -> dict[str, int]:
    """Take what a run has found late so far into the late logs; may be repeated at any time.

    Args:
        project: the loaded project.
        logs: the folder given to `note_run`; nothing happens if there was no run.
        ended: the run has read all its input.

    Returns:
        The number of late events of the run by source.
    """
    file = logs / _RUN_FILE
    if not file.exists():
        return {}
    noted = json.loads(file.read_text(encoding="utf-8"))
    found = {}
    for source in project.config.sources:
        if source.full_name in noted["sources"]:
            run = Run(noted["run"], inputs_from_json(noted["sources"][source.full_name]), _path(project, source), ended)
            found[source.full_name] = late_log(project, source).add(logs / source.full_name / "late", run)
    if ended:
        file.unlink()
    return found


def collect_all_late(project: LoadedProject) -> None:
    """Take over what all runs of the target have found late so far: replays that were killed, and jobs that go on."""
    jobs = project.config.root / project.target.stream.state_path / project.target.name
    for logs in (project.config.root / STREAM_LOGS, *sorted(jobs.glob("*/logs"))):
        collect_late(project, logs, ended=False)


def logs_to_leave_out(
    project: LoadedProject, sources: Iterable[Source], late: Late | None
) -> tuple[tuple[str, str], ...]:
    """The late logs that a backfill leaves out, as `LowerOptions.late_logs`.

    Args:
        project: the loaded project.
        sources: that are read.
        late: overrides what the project says.
    """
    chosen = [s for s in sources if (late or late_of(s, project.target, project.config)) is Late.EXCLUDE]
    logs = [late_log(project, source) for source in chosen if not source.is_static]
    return tuple((log.source.full_name, str(log.path)) for log in logs if log.fit())


def left_out(connection: DuckDBPyConnection, sources: Sequence[Source], logs: dict[str, str]) -> tuple[LeftOut, ...]:
    """How many events the logs leave out, where the views of the sources were created."""
    from sqlfeat.lower.duckdb.sources import late_counts

    found = []
    for source in sources:
        if source.full_name in logs:
            query = late_counts(source, logs[source.full_name])
            ((events, logged),) = connection.execute(query).fetchall()
            found.append(LeftOut(source.full_name, events, logged - events))
    return tuple(counts for counts in found if counts.events or counts.unknown)


def _inputs(project: LoadedProject, source: Source) -> Inputs:
    path = _path(project, source)
    if path is not None:
        return inputs_of(path)
    kafka = source.stream.kafka if source.stream else None
    from_the_beginning = kafka is not None and kafka.startup == "earliest"
    return Inputs(whole=f"topic {source.stream.path}" if source.stream and from_the_beginning else "")


def _path(project: LoadedProject, source: Source) -> Path | None:
    """Where a stream of files lies."""
    stream = source.stream
    return project.config.root / stream.path if stream and stream.connector == "filesystem" else None
