"""`sqlfeat status`."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.get import duration
from sqlfeat.cli.options import global_options
from sqlfeat.cli.table import table

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session
    from sqlfeat.verbs.status import JobStatus, ModelStatus, SourceStatus

WATCH_SECONDS = 2.0


@click.command(short_help="What the jobs do.")
@click.option("--job", default="", metavar="NAME", help="Which one; all by default.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object a line, one line for each job.")
@click.option("--watch", is_flag=True, help="Again every two seconds, until Ctrl-C.")
@global_options
def status(session: Session, job: str, as_json: bool, watch: bool) -> None:
    """Show the jobs of the target over streams that go on: state, throughput, lag, checkpoints, restarts."""
    _show(session, job, as_json=as_json)
    while watch:
        threading.Event().wait(WATCH_SECONDS)
        if not as_json:
            session.console.result("")
        _show(session, job, as_json=as_json)


def _show(session: Session, job: str, *, as_json: bool) -> None:
    found = session.project.status(job)
    if as_json:
        text = "\n".join(json.dumps(one.as_json(), ensure_ascii=False) for one in found)
    else:
        text = "\n\n".join(_text(one, session) for one in found) or "no job was started in this target"
    if text:
        session.console.result(text)


def _text(job: JobStatus, session: Session) -> str:
    facts = [("flink", f"{job.address} {job.flink_job}" + (f" pid {job.pid}" if job.pid else ""))]
    if job.ended:
        facts = [("started", job.started)]
    if job.uptime_seconds:
        facts += [
            ("up", duration(job.uptime_seconds)),
            ("restarts", str(job.restarts)),
            ("checkpoint", _checkpoint(job)),
        ]
    if job.failure:
        facts.append(("failure", job.failure))
    if job.resumes_from:
        facts.append(("resumes from", session.shown(Path(job.resumes_from))))
    blocks = [f"{job.job}  {job.state}", table(facts, indent="  ")]
    if job.uptime_seconds:
        blocks += [_sources(job.sources), _models(job.models)]
    return "\n".join(blocks)


def _checkpoint(job: JobStatus) -> str:
    if job.checkpoint_age_seconds is None:
        return f"none yet, {job.failed_checkpoints} failed"
    age, size = duration(job.checkpoint_age_seconds), f"{job.checkpoint_bytes or 0:,} bytes"
    return f"{age} ago, {size} in {job.checkpoint_ms} ms, {job.failed_checkpoints} failed"


def _sources(sources: tuple[SourceStatus, ...]) -> str:
    head = ("source", "rows", "rows/s", "watermark lag", "late", "rejects")
    rows = [
        (s.name, f"{s.rows:,}", f"{s.rows_per_second:,.0f}", _lag(s), f"{s.late:,}", f"{s.rejects:,}") for s in sources
    ]
    return table([head, *rows], right=[1, 2, 3, 4, 5], indent="  ")


def _lag(source: SourceStatus) -> str:
    return "-" if source.watermark_lag_seconds is None else duration(max(source.watermark_lag_seconds, 0))


def _models(models: tuple[ModelStatus, ...]) -> str:
    head = ("model", "rows", "rows/s", "written", "stale", "no key", "fresh p50", "p99")
    rows = [
        (
            m.name,
            f"{m.rows:,}",
            f"{m.rows_per_second:,.0f}",
            f"{m.written:,}",
            f"{m.stale:,}",
            f"{m.no_key:,}",
            _bound(m, m.freshness_p50_ms),
            _bound(m, m.freshness_p99_ms),
        )
        for m in models
    ]
    return table([head, *rows], right=[1, 2, 3, 4, 5, 6, 7], indent="  ")


def _bound(model: ModelStatus, milliseconds: float | None) -> str:
    if not any(model.freshness_ms.values()):
        return "-"
    return f"{milliseconds:,.0f} ms" if milliseconds is not None else "above"
