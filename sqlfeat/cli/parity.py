"""`sqlfeat parity`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options, slice_options
from sqlfeat.cli.table import table
from sqlfeat.diagnostics.model import ExitCode
from sqlfeat.verbs.files import write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlfeat.cli.session import Session
    from sqlfeat.parity.report import ModelParity, ParityResult, SourceParity


@click.command(short_help="Compare both engines bit by bit.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write details."
)
@slice_options
@global_options
def parity(session: Session, json_file: Path | None, start: datetime | None, end: datetime | None) -> int:
    """Run models on Flink and DuckDB over the same events and compare them bit by bit.

    Exits with 1 if anything differs.
    """
    result = session.project.parity(**session.selection, start=start, end=end)
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
    for example in model.as_json()["examples"][:1]:
        key = " ".join(f"{name}={value}" for name, value in example["key"].items())
        yield f"{model.name}: first at {key}, {example['feature_time']}"
        yield from (
            f"  {engine:<6}  {json.dumps(example[engine], ensure_ascii=False)}" for engine in ("duckdb", "flink")
        )
    if model.hint:
        yield f"  hint: {model.hint}"


def _any_aside(source: SourceParity) -> bool:
    return any((source.duckdb_rejects, source.flink_rejects, source.late))


def _turned_aside(source: SourceParity) -> str:
    rejects = f"rejected: {source.duckdb_rejects:,} by duckdb, {source.flink_rejects:,} by flink"
    return f"{source.name}: {rejects}; late: {source.late:,}"
