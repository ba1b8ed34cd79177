"""What a running job does, from Flink's REST interface."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlfeat.engines.flink.counts import Counts
from sqlfeat.engines.flink.meter import BUCKETS_MS, GROUP, bucket_name
from sqlfeat.engines.flink.rest import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlfeat.engines.flink.rest import FlinkRest

_VERTEX = re.compile(r"Source: (?:\S*\.)?(\w+)__raw\b")
"""Begins the name of a vertex that reads a source: what the table is called, for Kafka with where it is registered."""
_SOURCE = re.compile(r"Source__[^.]+\.(numRecordsOut|numRecordsOutPerSecond|currentOutputWatermark)$")
"""Names of operators are cut off in metrics, so which source it is, is seen by the vertex."""
_ASSIGNER = re.compile(r"WatermarkAssigner\[\d+\]\.currentOutputWatermark$")
_MODEL = re.compile(rf"(.*)\.{GROUP}\.model\.(\w+)\.(\w+)$")
_RATE = "numRecordsInPerSecond"
_WANTED = (_SOURCE, _ASSIGNER, _MODEL, re.compile(rf"\.{_RATE}$"))
_NO_WATERMARK = -(2**62)
PATIENCE_SECONDS = 5.0
"""How long metrics of a job that runs are waited for, all vertices together."""
POLL_SECONDS = 0.1


@dataclass(slots=True)
class SourceFacts:
    """Of one source: rows read since the start of the run or its last restart, rate, watermark in epoch ms."""

    rows: float = 0
    rows_per_second: float = 0
    watermark_ms: float | None = None


@dataclass(slots=True)
class ModelFacts:
    """Of one feature view: what became of its rows since the start of the run or its last restart."""

    counts: Counts = field(default_factory=Counts)
    rows_per_second: float = 0
    freshness: list[float] = field(default_factory=lambda: [0.0] * (len(BUCKETS_MS) + 1))


@dataclass(slots=True)
class JobFacts:
    """Of a job."""

    state: str
    uptime_seconds: float
    restarts: int
    checkpoint: dict[str, Any] | None
    """The latest complete one, as Flink describes it."""
    failed_checkpoints: int
    sources: dict[str, SourceFacts] = field(default_factory=dict)
    """By the name of the source with `__` in place of the dot."""
    models: dict[str, ModelFacts] = field(default_factory=dict)


def observe(rest: FlinkRest, flink_job: str) -> JobFacts | None:
    """What a job does; None if Flink does not know it.

    Raises:
        Unreachable: nobody answers.
    """
    job = rest.job(flink_job)
    if job is None:
        return None
    try:
        checkpoints = rest.checkpoints(flink_job)
        restarts = rest.job_metrics(flink_job, "numRestarts").get("numRestarts", 0.0)
        facts = JobFacts(
            state=job["state"],
            uptime_seconds=job["duration"] / 1000,
            restarts=int(restarts),
            checkpoint=checkpoints["latest"]["completed"],
            failed_checkpoints=checkpoints["counts"]["failed"],
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        for vertex in job["vertices"]:
            _add(facts, vertex["name"], _metrics(rest, flink_job, vertex, deadline))
    except Refusal:
        # Between two looks the job ended.
        return None
    return facts


def _metrics(rest: FlinkRest, flink_job: str, vertex: dict[str, Any], deadline: float) -> dict[str, dict[str, float]]:
    """Metrics of a vertex.

    Flink asks its TaskManagers when it is asked, and answers with what it had before: nothing at the first look, and
    for longer when they are busy.
    """
    pause = threading.Event()
    while True:
        found = rest.vertex_metrics(flink_job, vertex["id"], _WANTED)
        if found or vertex["status"] != "RUNNING" or time.monotonic() > deadline:
            return found
        pause.wait(POLL_SECONDS)


def _add(facts: JobFacts, vertex: str, metrics: dict[str, dict[str, float]]) -> None:
    if match := _VERTEX.match(vertex):
        _add_source(facts.sources.setdefault(match[1], SourceFacts()), metrics)
    for view, writer in _add_counters(facts, metrics):
        rate = metrics.get(f"{writer}.{_RATE}", {"sum": 0.0})
        facts.models[view].rows_per_second += rate["sum"]


def _add_source(source: SourceFacts, metrics: dict[str, dict[str, float]]) -> None:
    for name, metric in metrics.items():
        if match := _SOURCE.match(name):
            match match[1]:
                case "numRecordsOut":
                    source.rows += metric["sum"]
                case "numRecordsOutPerSecond":
                    source.rows_per_second += metric["sum"]
                case _:
                    source.watermark_ms = _watermark([metric["min"]])
    # Where the source itself has no watermarks, an operator behind it in the same vertex makes them.
    assigned = _watermark(metric["min"] for name, metric in metrics.items() if _ASSIGNER.match(name))
    source.watermark_ms = source.watermark_ms if assigned is None else assigned


def _watermark(values: Iterable[float]) -> float | None:
    known = [value for value in values if abs(value) < -_NO_WATERMARK]
    return min(known, default=None)


def _add_counters(facts: JobFacts, metrics: dict[str, dict[str, float]]) -> set[tuple[str, str]]:
    """Gives the views that were counted, each with the operator that writes it: a vertex may have several."""
    buckets = {bucket_name(index): index for index in range(len(BUCKETS_MS) + 1)}
    writers = set()
    for name, metric in metrics.items():
        if (match := _MODEL.match(name)) is None:
            continue
        writer, view, counter = match.groups()
        writers.add((view, writer))
        model = facts.models.setdefault(view, ModelFacts())
        if counter in buckets:
            model.freshness[buckets[counter]] += metric["sum"]
        elif counter in Counts.__dataclass_fields__:
            model.counts += Counts(**{counter: int(metric["sum"])})
    return writers
