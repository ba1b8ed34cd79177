"""The same feature views over the same events on both engines, each result a table of one DuckDB connection."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.lower.program import LowerOptions
from sqlfeat.parity.flink_output import output_files, select_output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.engines.duckdb.run import DuckdbRun
    from sqlfeat.lower.program import CompiledModel, Slice

DUCKDB_TABLE = "parity__duckdb"
FLINK_TABLE = "parity__flink"


@dataclass(frozen=True, slots=True)
class TurnedAside:
    """Rows of a source that an engine's replay did not use."""

    rejects: int = 0
    late: int = 0


def run_options(run_dir: Path, part: Slice, root: Path) -> LowerOptions:
    """Options that make Flink write below `run_dir`; absolute, for Flink takes a path from where Java was started."""
    folders = (str(run_dir / "flink"), str(run_dir / "logs"), str(root))
    return LowerOptions(part, *folders, connect=True, until_latest=True)


def replay_flink(
    models: Sequence[CompiledModel], options: LowerOptions, *, parallelism: int, log_file: Path
) -> dict[str, TurnedAside]:
    """Run all models as one job into files; gives what was turned aside by source.

    Raises:
        SqlfeatError: SF0010 to SF0012, SF0801, SF0802.
    """
    from sqlfeat.engines.flink.counts import count_lines
    from sqlfeat.engines.flink.job import run_job

    run_job(models, name="parity", log_file=log_file, parallelism=parallelism)
    logs = Path(options.log_dir)
    sources = {source for model in models for source in model.sources}
    return {
        source: TurnedAside(count_lines(logs / source / "rejects"), count_lines(logs / source / "late"))
        for source in sorted(sources)
    }


def load_both(run: DuckdbRun, model: CompiledModel, options: LowerOptions) -> None:
    """Compute a model with DuckDB into `DUCKDB_TABLE`, and read what Flink wrote for it into `FLINK_TABLE`.

    Raises:
        SqlfeatError: SF0604, SF0605 or SF9902.
    """
    run.materialize(model, options.slice, DUCKDB_TABLE)
    load_flink_output(run.connection, model, Path(options.output_dir) / model.name)


def load_flink_output(connection: DuckDBPyConnection, model: CompiledModel, folder: Path) -> None:
    """Read the files of Flink's sink into `FLINK_TABLE`."""
    rows = select_output(output_files(folder), model.columns)
    properties = exp.Properties(expressions=[exp.TemporaryProperty()])
    table = exp.to_table(FLINK_TABLE)
    create = exp.Create(this=table, kind="TABLE", replace=True, properties=properties, expression=rows)
    connection.execute(create.sql("duckdb"))
