"""`sqlfeat backfill`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options, slice_options

if TYPE_CHECKING:
    from datetime import datetime

    from sqlfeat.cli.session import Session


@click.command(short_help="Compute the past with DuckDB.")
@slice_options
@click.option("--full-refresh", is_flag=True, help="Forget everything else that is stored of these models.")
@click.option(
    "--late",
    type=click.Choice(["exclude", "include"]),
    help="Leave out or count the events that came too late for the stream; by default as the project says.",
)
@global_options
def backfill(
    session: Session, start: datetime | None, end: datetime | None, full_refresh: bool, late: str | None
) -> None:
    """Compute the past with DuckDB into the offline store, as Parquet by day.

    The slice includes --start and not --end; without them all of history is computed. A day that is computed again
    replaces what was there.
    """
    result = session.project.backfill(**session.selection, start=start, end=end, full_refresh=full_refresh, late=late)
    rows = sum(model.rows for model in result.models)
    seconds = sum(model.seconds for model in result.models)
    rejected = sum(source.rows for source in result.rejected)
    left_out = sum(source.events for source in result.late)
    session.console.result(
        f"backfilled {len(result.models)} models in {seconds:.1f}s: {rows:,} rows, {rejected:,} events rejected"
        + (f", {left_out:,} late events left out" if left_out else "")
    )
