"""Broken models that compile all the same, on both engines: `python -m tests.fuzz.run_mutants_on_flink 200 --seed 7`.

A mutant is a model nobody would think of; it gives the same rows on DuckDB and on Flink, or a bug is found.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.flink.job import run_job
from sqlfeat.lower.program import LowerOptions
from sqlfeat.templating.rendered import Segment
from tests.fuzz.test_broken_sql import broken
from tests.lower.fixtures import prepare_duckdb, run_on_duckdb
from tests.lower.test_fixtures import streamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlfeat.lower.program import CompiledModel
    from tests.fuzz.test_broken_sql import Victim

BATCH = 25


def survivors(folder: Path, wanted: int, seed: int) -> Iterator[tuple[Victim, str, CompiledModel]]:
    """Mutants that compile to something new."""
    seen: set[str] = set()
    for victim, sql in broken(folder, 1_000_000, seed):
        if len(seen) == wanted:
            return
        try:
            compiled = as_model(victim, sql, f"mutant_{len(seen)}", folder)
        except SqlfeatError:
            continue
        if compiled is not None and compiled.fingerprint not in seen:
            seen.add(compiled.fingerprint)
            yield victim, sql, compiled


def as_model(victim: Victim, sql: str, name: str, folder: Path) -> CompiledModel | None:
    segments = (Segment(0, 0, literal=True, length=len(sql)),)
    model = replace(victim.project.models[victim.name], name=name, sql=sql, template=sql, segments=segments)
    project = replace(
        victim.project,
        models={**victim.project.models, name: model},
        order=(*victim.project.order, name),
        parents={**victim.project.parents, name: victim.project.parents[victim.name]},
    )
    out, logs, root = str(folder / "out"), str(folder / "logs"), str(victim.project.config.root)
    return next(
        iter(compile_models(project, [name], LowerOptions(output_dir=out, log_dir=logs, project_dir=root))), None
    )


def run(batch: Sequence[tuple[Victim, str, CompiledModel]], folder: Path) -> Iterator[str]:
    """What is wrong with the mutants of a batch; a job that fails is taken apart."""
    try:
        run_job([model for _, _, model in batch], name="mutants", log_file=folder / "flink.log", parallelism=1)
    except SqlfeatError as error:
        if len(batch) == 1:
            yield f"Flink: {error.diagnostics[0].message}\n--- {batch[0][1]}"
            return
        middle = len(batch) // 2
        yield from run(batch[:middle], folder)
        yield from run(batch[middle:], folder)
        return
    for victim, sql, model in batch:
        yield from difference(victim, sql, model, folder)


def difference(victim: Victim, sql: str, model: CompiledModel, folder: Path) -> Iterator[str]:
    flink = streamed(model, folder / "out" / model.name)
    with connect(victim.project.config.root, threads=1) as connection:
        prepare_duckdb(connection, [model])
        duckdb = run_on_duckdb(connection, model)
    if duckdb != flink:
        only = [f"only DuckDB: {row}" for row in duckdb if row not in flink]
        only += [f"only Flink: {row}" for row in flink if row not in duckdb]
        yield f"{len(duckdb)} rows on DuckDB, {len(flink)} on Flink\n" + "\n".join(only[:6]) + f"\n--- {sql}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        everyone = list(survivors(folder, options.count, options.seed))
        for start in range(0, len(everyone), BATCH):
            for problem in run(everyone[start : start + BATCH], folder):
                found += 1
                print(f"=== {problem}\n")
    print(f"{len(everyone)} mutants, {found} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
