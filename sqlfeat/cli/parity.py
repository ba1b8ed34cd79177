"""`sqlfeat parity`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlfeat.cli.options import global_options, slice_options
from sqlfeat.cli.parameters import Length
from sqlfeat.cli.table import table
from sqlfeat.diagnostics.model import ExitCode
from sqlfeat.verbs.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

    from sqlfeat.cli.session import Session
    from sqlfeat.parity.report import ModelParity, ParityResult, SourceParity


@click.command(short_help="Compare both engines bit by bit.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write details."
)
@slice_options
@click.option("--parallelism", type=click.IntRange(1, 128), metavar="N", help="Of Flink; by default the target's.")
@click.option("--shuffle", is_flag=True, help="Hold events up at random, as far as their lateness allows.")
@click.option(
    "--disorder", type=Length(), metavar="LENGTH", help="Hold events up at random, by at most this: '10 minutes'."
)
@click.option("--seed", type=int, default=0, metavar="N", help="Of --shuffle and --disorder; 0 by default.")
@global_options
def parity(
    session: Session,
    json_file: Path | None,
    parallelism: int | None,
    shuffle: bool,
    disorder: timedelta | None,
    seed: int,
    start: datetime | None,
    end: datetime | None,
) -> int:
    """Run models on Flink and DuckDB over the same events and compare them bit by bit.

    Events come to Flink in the order of `available_at` where a source declares it, else as they lie. No order within
    the lateness may change a value: --shuffle tries one, another with each --seed. Exits with 1 if anything differs.
    """
    if shuffle and disorder is not None:
        raise click.UsageError("--shuffle and --disorder exclude each other: the lateness bounds one, you the other")
    result = session.project.parity(
        **session.selection,
        start=start,
        end=end,
        parallelism=parallelism,
        shuffle=shuffle,
        disorder=disorder,
        seed=seed,
    )
    if json_file is not None:
        write_if_changed(json_file, json.dumps(result.as_json(), indent=2, ensure_ascii=False) + "\n")
        session.console.note(f"details: {session.shown(json_file)}")
    session.console.result(_text(result))
    return ExitCode.OK if result.ok else ExitCode.FAILED


def _text(result: ParityResult) -> str:
    rows: list[tuple[str, ...]] = [("model", "duckdb rows", "flink rows", "mismatches", "")]
    rows += [_row(model) for model in result.models]
    facts = [fact for model in result.models for fact in _facts(model)]
    facts += [_turned_aside(source) for source in result.sources if _any_aside(source)]
    return "\n".join([table(rows, right=(1, 2, 3)), *facts, "OK" if result.ok else "FAILED"])


def _row(model: ModelParity) -> tuple[str, ...]:
    compared = model.comparison
    counts = (compared.duckdb_rows, compared.flink_rows, compared.mismatches)
    differing = (f"{name}: {count:,}" for name, count in compared.columns.items() if count)
    return (model.name, *(f"{count:,}" for count in counts), ", ".join(differing))


def _facts(model: ModelParity) -> Iterator[str]:
    """The first differing row of a model, and the likely cause."""
    report = model.as_json()
    for example in report["examples"][:1]:
        yield f"{model.name}: first at {_place(example)}"
        yield from (
            f"  {engine:<6}  {json.dumps(example[engine], ensure_ascii=False)}" for engine in ("duckdb", "flink")
        )
    if model.hint:
        yield f"  hint: {model.hint}"
    for column, found in report["causes"].items():
        first = found["first"]
        values = ", ".join(f"{engine} {json.dumps(first[engine][column])}" for engine in ("duckdb", "flink"))
        yield f"  {column}: {found['mismatches']:,} differ ({found['cause']}), first at {_place(first)}: {values}"


def _place(example: dict[str, Any]) -> str:
    key = " ".join(f"{name}={value}" for name, value in example["key"].items())
    return f"{key}, {example['feature_time']}"


def _any_aside(source: SourceParity) -> bool:
    return any((source.duckdb_rejects, source.flink_rejects, source.late))


def _turned_aside(source: SourceParity) -> str:
    rejects = f"rejected: {source.duckdb_rejects:,} by duckdb, {source.flink_rejects:,} by flink"
    return f"{source.name}: {rejects}; late: {source.late:,}"
