"""`sqlfeat test`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options
from sqlfeat.diagnostics.model import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.cli.session import Session
    from sqlfeat.testing.result import Finding, TestsResult, Verdict
    from sqlfeat.testing.rows import RowDifference

_FEW = 10
"""Differing rows that are shown of a finding; `--json` has all."""


@click.command(short_help="Test models and what is stored of them.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "flink", "all"]),
    default="duckdb",
    show_default=True,
    help="Where unit tests run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--new", "new", metavar="MODEL", help="Print a first unit test of a model, and run none.")
@global_options
def test(session: Session, engine: str, as_json: bool, new: str | None) -> int:
    """Run the unit tests of models and the tests of stored data.

    Select by model as anywhere, by `test_name:x`, or by `test_type:unit` and `test_type:data`. With --engine all each
    unit test runs on DuckDB and on Flink, and any difference between them is a failure.

    Exits with 1 if a test fails.
    """
    if new is not None:
        session.console.result(session.project.new_test(new).rstrip("\n"))
        return ExitCode.OK
    result = session.project.test(**session.selection, engine=engine)
    session.console.result(json.dumps(result.as_json(), indent=2, ensure_ascii=False) if as_json else _text(result))
    return ExitCode.OK if result.ok else ExitCode.FAILED


def _text(result: TestsResult) -> str:
    lines = [line for outcome in result.tests if outcome.findings for line in _lines(outcome)]
    counts = result.as_json()["counts"]
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count) or "nothing"
    return "\n".join([*lines, f"{'OK' if result.ok else 'FAILED'}: {told}"])


def _lines(outcome: Verdict) -> Iterator[str]:
    yield f"{outcome.status.value.upper()} {outcome.name}  {outcome.span.path}:{outcome.span.line}"
    for finding in outcome.findings:
        yield f"  {finding.message}"
        for row in finding.rows[:_FEW]:
            yield from _row(finding, row)
        if len(finding.rows) > _FEW:
            yield f"    and {len(finding.rows) - _FEW:,} more rows"
        yield from (f"    {detail}" for detail in finding.details)


def _row(finding: Finding, row: RowDifference) -> Iterator[str]:
    left, right = finding.sides
    named = " ".join(f"{name}={value}" for name, value in row.row.items()) or "a row"
    if row.only:
        side, other = (left, right) if row.only == "left" else (right, left)
        missing = (
            f"not given by {other}" if side == "expected" else f"not {other}" if other == "expected" else f"only {side}"
        )
        yield f"    {missing}: {named}"
        return
    yield f"    {named}"
    width = max(len(cell.column) for cell in row.cells)
    for cell in row.cells:
        yield f"      {cell.column:<{width}}  {left} {cell.left}, {right} {cell.right}"
