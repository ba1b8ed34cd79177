"""`sqlfeat parity`: the same events through both engines, the results compared bit by bit."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_models
from sqlfeat.lower.program import Slice
from sqlfeat.parity.arrival import Arrival, arranged
from sqlfeat.parity.compare import compare
from sqlfeat.parity.replay import (
    DUCKDB_TABLE,
    FLINK_TABLE,
    TurnedAside,
    load_both,
    replay_flink,
    run_options,
)
from sqlfeat.parity.report import ModelParity, ParityResult, Replay, SourceParity, likely_cause
from sqlfeat.stores.late_inputs import Inputs
from sqlfeat.stores.late_log import LateLog, Run
from sqlfeat.verbs.backfill import sources_of, write_rejects
from sqlfeat.verbs.late_events import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlfeat.console.protocol import Console
    from sqlfeat.engines.duckdb.run import DuckdbRun
    from sqlfeat.lower.program import CompiledModel, LowerOptions
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject

__all__ = ["ParityResult", "compare_models", "parity"]

RUNS = "target/parity"
REPORT = "report.json"


def parity(
    project: LoadedProject,
    select: Sequence[str],
    exclude: Sequence[str],
    start: datetime | None,
    end: datetime | None,
    console: Console,
    *,
    arrival: Arrival | None = None,
    parallelism: int | None = None,
) -> ParityResult:
    """Replay the streams of feature views through Flink, their histories through DuckDB, and compare.

    What Flink wrote is kept below `target/parity/` if anything differs.

    Args:
        project: the loaded project.
        select: selectors of the models; empty means all.
        exclude: selectors of models to leave out.
        start: compare feature times from here on, UTC without a zone; None from the beginning.
        end: and before here; None to the end.
        console: told what happens.
        arrival: the order in which events arrive; None is the order they came in.
        parallelism: of the Flink job; None is the target's.

    Raises:
        SqlfeatError: what stops either engine; differences are in the result instead.
    """
    root = project.config.root
    with _run_folder(root / RUNS) as run_dir:
        options = run_options(run_dir, Slice(start, end), root)
        models = compile_models(project, project.select(select, exclude), options)
        replay = Replay(arrival or Arrival(), parallelism or project.target.parallelism)
        result = _replay_and_compare(project, models, options, replay, console)
        report = json.dumps(result.as_json(), indent=2, ensure_ascii=False) + "\n"
        (run_dir.parent / REPORT).write_text(report, encoding="utf-8")
    if result.ok:
        shutil.rmtree(run_dir)
    else:
        console.note(f"the rows of Flink are kept in {run_dir.relative_to(root)}/flink")
    return result


def compare_models(
    run: DuckdbRun,
    models: Sequence[CompiledModel],
    options: LowerOptions,
    sources: Sequence[Source],
    console: Console,
) -> tuple[ModelParity, ...]:
    """Compare what Flink wrote for some models with what DuckDB computes for them.

    Args:
        run: where DuckDB computes.
        models: compiled with `options`.
        options: say where Flink wrote, and what it found late.
        sources: that the models read.
        console: told of every model.
    """
    compared = []
    for index, model in enumerate(models, 1):
        started = time.perf_counter()
        console.node_started("parity", model.name, index, len(models))
        load_both(run, model, options)
        found = compare(run.connection, model.columns, DUCKDB_TABLE, FLINK_TABLE)
        hint = likely_cause(found, _unknown(run, model, sources, options)) if found.mismatches else ""
        compared.append(ModelParity(model.name, found, hint))
        status = "fail" if found.mismatches else "ok"
        detail = f"{found.duckdb_rows:,} rows, {found.mismatches:,} mismatches"
        console.node_finished("parity", model.name, index, len(models), status, detail, time.perf_counter() - started)
        if hint:
            console.warning(f"{model.name}: {hint}")
    return tuple(compared)


def _unknown(run: DuckdbRun, model: CompiledModel, sources: Sequence[Source], options: LowerOptions) -> dict[str, int]:
    """Late events that the history does not have, of the sources that a model reads."""
    read = [source for source in sources if source.full_name in model.sources]
    return {counts.source: counts.unknown for counts in left_out(run.connection, read, dict(options.late_logs))}


def _replay_and_compare(
    project: LoadedProject,
    models: Sequence[CompiledModel],
    options: LowerOptions,
    replay: Replay,
    console: Console,
) -> ParityResult:
    from sqlfeat.engines.duckdb.connection import connect
    from sqlfeat.engines.duckdb.preflight import check_histories
    from sqlfeat.engines.duckdb.run import DuckdbRun
    from sqlfeat.engines.flink.inputs import check_inputs
    from sqlfeat.verbs.stream import LOG_FILE

    if not models:
        console.warning("no feature view is selected, nothing to compare")
        return ParityResult(())
    sources = sources_of(project, models)
    root = project.config.root
    with connect(root, temp_dir=root / "target" / "tmp") as connection:
        check_histories(connection, root, sources)
        check_inputs(project, models)
        replays = arranged(connection, root, sources, replay.arrival, Path(options.log_dir).parent / "replay")
        options = replace(options, replays=replays)
        models = compile_models(project, [model.name for model in models], options)
        console.note(f"replaying {len(models)} feature views through Flink (log: {LOG_FILE})")
        aside = replay_flink(models, options, parallelism=replay.parallelism, log_file=root / LOG_FILE)
        late = _late_logs(sources, Path(options.log_dir), aside)
        if late:
            options = replace(options, late_logs=late)
            models = compile_models(project, [model.name for model in models], options)
        run = DuckdbRun(connection)
        compared = compare_models(run, models, options, sources, console)
        names = [source.full_name for source in sources]
        rejected = {r.source: r.rows for r in write_rejects(run, Path(options.log_dir) / "duckdb", names)}
    found = tuple(_source(name, rejected.get(name, 0), aside.get(name, TurnedAside())) for name in names)
    _tell(found, console)
    return ParityResult(compared, found, replay)


def _late_logs(sources: Sequence[Source], logs: Path, aside: Mapping[str, TurnedAside]) -> tuple[tuple[str, str], ...]:
    """What Flink found late in this replay, each source's as one Parquet file."""
    found = []
    for source in sources:
        if aside[source.full_name].late:
            log = LateLog(logs / source.full_name / "log", source)
            log.add(logs / source.full_name / "late", Run("replay", Inputs()))
            found.append((source.full_name, str(log.path)))
    return tuple(found)


def _source(name: str, rejects: int, aside: TurnedAside) -> SourceParity:
    return SourceParity(name, duckdb_rejects=rejects, flink_rejects=aside.rejects, late=aside.late)


def _tell(sources: Sequence[SourceParity], console: Console) -> None:
    for source in sources:
        if not source.ok:
            counts = f"DuckDB {source.duckdb_rejects:,}, Flink {source.flink_rejects:,}"
            console.warning(f"{source.name}: the engines rejected different rows: {counts}")
        elif source.flink_rejects:
            console.warning(f"{source.name}: {source.flink_rejects:,} rows rejected by both engines")
        if source.late:
            console.note(f"{source.name}: {source.late:,} late events")


@contextmanager
def _run_folder(runs: Path) -> Iterator[Path]:
    """An empty folder, gone again after an error; of earlier ones, large as they are, only the last is kept."""
    runs.mkdir(parents=True, exist_ok=True)
    earlier = sorted((path for path in runs.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    for path in earlier[:-1]:
        shutil.rmtree(path)
    folder = runs / str(int(earlier[-1].name) + 1 if earlier else 1)
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder)
        raise
