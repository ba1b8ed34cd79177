"""`sqlfeat backfill`: the past, computed by DuckDB and stored as Parquet."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.console.protocol import Console
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.lower.program import CompiledModel, LowerOptions, Slice
from sqlfeat.project.config import Source
from sqlfeat.stores.offline import OfflineStore, Written
from sqlfeat.stores.offline_metadata import Computed
from sqlfeat.verbs.late_events import LeftOut, collect_all_late, left_out, logs_to_leave_out

if TYPE_CHECKING:
    from sqlfeat.engines.duckdb.run import DuckdbRun
    from sqlfeat.project.lateness import Late
    from sqlfeat.project.load import LoadedProject

LOG_DIR = "target/logs/backfill"
_TABLE = "sqlfeat__result"


@dataclass(frozen=True, slots=True)
class BackfilledModel:
    """A feature view that was stored: rows and days of this run, and how long it took."""

    name: str
    rows: int
    days: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """How many rows of a source's history do not fit its declaration, and the file that lists them."""

    source: str
    rows: int
    log: Path


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What a backfill did."""

    models: tuple[BackfilledModel, ...]
    rejected: tuple[RejectedRows, ...]
    """Sources with rejected rows only."""
    late: tuple[LeftOut, ...] = ()
    """Sources with late events that were left out."""

    def __str__(self) -> str:
        """One line a model."""
        return "\n".join(f"{model.name}: {model.rows:,} rows, {model.days:,} days" for model in self.models)


def backfill(
    project: LoadedProject,
    select: Sequence[str],
    exclude: Sequence[str],
    start: datetime | None,
    end: datetime | None,
    console: Console,
    full_refresh: bool = False,
    late: Late | None = None,
) -> BackfillResult:
    """Compute feature views over [start, end) and replace exactly that part of the offline store.

    Args:
        project: the project.
        select: which models, see `LoadedProject.select`.
        exclude: which of them not.
        start: first feature time, UTC without a zone; None is the beginning of history.
        end: first feature time behind the slice, UTC; None is the end of history.
        console: told of the progress and of rejected rows.
        full_refresh: forget everything else that is stored of these models.
        late: what to do with the events in the late logs; None is what the project says.

    Raises:
        SqlfeatError: with the diagnostics of all models that failed; the others are stored.
    """
    from sqlfeat.compiler import compile_models

    collect_all_late(project)
    late_logs = logs_to_leave_out(project, project.config.sources, late)
    root = str(project.config.root)
    options = LowerOptions(slice=Slice(start, end), log_dir=LOG_DIR, project_dir=root, late_logs=late_logs)
    models = compile_models(project, project.select(select, exclude), options)
    if not models:
        console.warning("no feature view is selected, nothing to backfill")
    sources = sources_of(project, models)
    store = OfflineStore.of(project)
    return backfill_models(models, sources, project.config.root, store, options, console, full_refresh=full_refresh)


def backfill_models(
    models: Sequence[CompiledModel],
    sources: Sequence[Source],
    root: Path,
    store: OfflineStore,
    options: LowerOptions,
    console: Console,
    *,
    full_refresh: bool = False,
) -> BackfillResult:
    """The same for models that are compiled already, `sources` being those they read and `options` theirs."""
    from sqlfeat.engines.duckdb.connection import connect
    from sqlfeat.engines.duckdb.preflight import check_histories
    from sqlfeat.engines.duckdb.run import DuckdbRun

    failures: list[Diagnostic] = []
    done: list[BackfilledModel] = []
    with connect(root, temp_dir=root / "target" / "tmp") as connection:
        check_histories(connection, root, sources)
        job = _Job(DuckdbRun(connection), store, options.slice, console, full_refresh)
        for index, model in enumerate(models, 1):
            try:
                done.append(job.run_model(model, index, len(models)))
            except SqlfeatError as error:
                failures.extend(error.diagnostics)
        rejected = write_rejects(job.run, root / options.log_dir, [source.full_name for source in sources])
        late = left_out(connection, sources, dict(options.late_logs)) if done else ()
    for source in rejected:
        console.warning(f"{source.source}: {source.rows:,} rows rejected, see {_shown(source.log, root)}")
    _tell_late(late, console)
    if failures:
        raise SqlfeatError(*dict.fromkeys(failures))
    return BackfillResult(tuple(done), tuple(rejected), late)


def _tell_late(late: Sequence[LeftOut], console: Console) -> None:
    for source in late:
        if source.events:
            console.note(f"{source.source}: {source.events:,} late events left out, see --late")
        if source.unknown:
            console.warning(f"{source.source}: {source.unknown:,} events of the late log are not in the history")


def sources_of(project: LoadedProject, models: Sequence[CompiledModel]) -> list[Source]:
    """The sources that some models read, each once, in the order they are declared in."""
    used = {name for model in models for name in model.sources}
    return [source for source in project.config.sources if source.full_name in used]


def write_rejects(run: DuckdbRun, log_dir: Path, sources: Sequence[str]) -> list[RejectedRows]:
    """Write the reject logs of the sources read; gives those that have rejects."""
    from sqlfeat.stores.reject_log import RejectLogs

    with RejectLogs(log_dir, sources) as logs:
        for reject in run.rejects():
            logs.add(reject.source, reject.reason, reject.row)
    return [RejectedRows(source, rows, logs.path(source)) for source, rows in logs.counts.items() if rows]


@dataclass(frozen=True, slots=True)
class _Job:
    """What all models of a backfill have in common."""

    run: DuckdbRun
    store: OfflineStore
    part: Slice
    console: Console
    full_refresh: bool

    def run_model(self, model: CompiledModel, index: int, total: int) -> BackfilledModel:
        started = time.perf_counter()
        self.console.node_started("backfill", model.name, index, total)
        try:
            written = self._store(model)
        except SqlfeatError as error:
            self._finished(model, index, total, "fail", error.diagnostics[0].message, started)
            raise
        seconds = self._finished(model, index, total, "ok", f"{written.rows:,} rows, {written.days:,} days", started)
        if written.outdated:
            stretches = ", ".join(map(_stretch, written.outdated))
            self.console.warning(f"{model.name}: rows from an older definition remain stored: {stretches}")
        return BackfilledModel(model.name, written.rows, written.days, seconds)

    def _store(self, model: CompiledModel) -> Written:
        self.run.materialize(model, self.part, _TABLE)
        try:
            return self.store.write(self.run.connection, model, _TABLE, self.part, full_refresh=self.full_refresh)
        finally:
            self.run.drop(_TABLE)

    def _finished(self, model: CompiledModel, index: int, total: int, status: str, detail: str, since: float) -> float:
        seconds = time.perf_counter() - since
        self.console.node_finished("backfill", model.name, index, total, status, detail, seconds)
        return seconds


def _stretch(computed: Computed) -> str:
    return f"{computed.start or 'the beginning'} to {computed.end or 'the end'}"


def _shown(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
