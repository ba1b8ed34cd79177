"""`sqlfeat run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options, slice_options

if TYPE_CHECKING:
    from datetime import datetime

    from sqlfeat.cli.session import Session
    from sqlfeat.verbs.stream import StreamedSource


@click.command(short_help="Compute features live with Flink.")
@click.option("--streaming", is_flag=True, help="With Flink, as events come in.")
@slice_options
@global_options
def run(session: Session, streaming: bool, start: datetime | None, end: datetime | None) -> None:
    """Compute features into the online store of the target.

    With --streaming: in an embedded Flink, from the `stream:` of each source. A stream that ends ends the run.
    """
    result = session.project.run(**session.selection, streaming=streaming, start=start, end=end)
    rows = sum(model.counts.rows for model in result.models)
    aside = sum(source.rejects + source.late for source in result.sources)
    sources = "".join(f"\n  {_counts(source)}" for source in result.sources)
    session.console.result(
        f"streamed {len(result.models)} models in {result.seconds:.1f}s: {rows:,} rows, {aside:,} events turned aside"
        + sources
    )


def _counts(source: StreamedSource) -> str:
    counts = (("read", source.read), ("accepted", source.accepted), ("late", source.late), ("rejected", source.rejects))
    return f"{source.name}: " + ", ".join(f"{count:,} {what}" for what, count in counts if count is not None)
