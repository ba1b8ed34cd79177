"""`sqlfeat run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlfeat.cli.options import global_options, slice_options
from sqlfeat.cli.parameters import UtcTime
from sqlfeat.console.factory import LogFormat

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session
    from sqlfeat.verbs.live import LiveResult
    from sqlfeat.verbs.stream import StreamedSource, StreamResult


@click.command(short_help="Compute features live with Flink.")
@click.option("--streaming", is_flag=True, help="With Flink, as events come in.")
@click.option("--until-latest", is_flag=True, help="Read topics to where they end now, then end.")
@slice_options
@click.option("--job", default="", metavar="NAME", help="Name of a job over streams that go on; `main` by default.")
@click.option("--detach", is_flag=True, help="Return once such a job runs and its first checkpoint is complete.")
@click.option("--cluster", default="", metavar="HOST:PORT", help="Run such a job on this Flink cluster.")
@click.option("--reset-state", is_flag=True, help="Let such a job begin anew, forgetting the state it has.")
@click.option(
    "--bootstrap", type=UtcTime(), help="Let such a job begin with history up to this time, UTC, then its stream."
)
@global_options
def run(session: Session, **options: Any) -> None:
    """Compute features into the online store of the target.

    With --streaming: in an embedded Flink, from the `stream:` of each source. Streams that end are replayed, and the
    run ends. Streams that go on make a job, which goes on from its last savepoint or checkpoint; Ctrl-C stops it with
    a savepoint.
    """
    from sqlfeat.verbs.live import LiveResult

    log_format = (session.options.log_format or LogFormat.TEXT).value
    result = session.project.run(session.options.select, session.options.exclude, **options, log_format=log_format)
    session.console.result(_live(result, session) if isinstance(result, LiveResult) else _replayed(result))


def _replayed(result: StreamResult) -> str:
    rows = sum(model.counts.rows for model in result.models)
    aside = sum(source.rejects + source.late for source in result.sources)
    sources = "".join(f"\n  {_counts(source)}" for source in result.sources)
    return (
        f"streamed {len(result.models)} models in {result.seconds:.1f}s: {rows:,} rows, {aside:,} events turned aside"
        + sources
    )


def _counts(source: StreamedSource) -> str:
    counts = (("read", source.read), ("accepted", source.accepted), ("late", source.late), ("rejected", source.rejects))
    told = [f"{count:,} {what}" for what, count in counts if count is not None]
    if source.untimed:
        told.append(f"{source.untimed:,} without event time")
    return f"{source.name}: " + ", ".join(told)


def _live(result: LiveResult, session: Session) -> str:
    if result.state == "running":
        return f"job {result.job} runs: {len(result.models)} models, Flink at {result.address}"
    savepoint = f" with savepoint {session.shown(Path(result.savepoint))}" if result.savepoint else ""
    return f"job {result.job} {result.state}{savepoint}"
