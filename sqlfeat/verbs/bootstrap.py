"""`run --streaming --bootstrap`: the histories of a job's sources, as Flink will read them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_models
from sqlfeat.engines.flink.inputs import sources_read
from sqlfeat.lower.program import LowerOptions
from sqlfeat.verbs.late_events import logs_to_leave_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.console.protocol import Console
    from sqlfeat.lower.program import Bootstrap, CompiledModel
    from sqlfeat.project.load import LoadedProject


def export_histories(
    project: LoadedProject, models: Sequence[CompiledModel], bootstrap: Bootstrap, console: Console
) -> None:
    """Write what the histories hold before the cut-over, the events of the late logs left out.

    Args:
        project: the loaded project.
        models: that the job computes.
        bootstrap: the cut-over, and where to write.
        console: told how many events there are.

    Raises:
        SqlfeatError: SF0601 to SF0603 and SF0606, a history cannot be read.
    """
    from sqlfeat.engines.duckdb.connection import connect
    from sqlfeat.engines.duckdb.export import export_events
    from sqlfeat.engines.duckdb.preflight import check_histories
    from sqlfeat.engines.duckdb.run import DuckdbRun

    root, folder = project.config.root, Path(bootstrap.folder)
    streams = [source for source in sources_read(project, models) if not source.is_static]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with connect(root, temp_dir=root / "target" / "tmp") as connection:
        check_histories(connection, root, streams)
        options = replace(LowerOptions(), late_logs=logs_to_leave_out(project, streams, None))
        run = DuckdbRun(connection)
        for model in compile_models(project, [model.name for model in models], options):
            run.prepare(model)
        for source in streams:
            events = export_events(connection, source, bootstrap.cutover, Path(bootstrap.file(source.full_name)))
            console.note(f"{source.full_name}: {events:,} events of history before {bootstrap.cutover}")
