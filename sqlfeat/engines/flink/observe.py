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

_SOURCE = re.compile(r"Source__(\w+)__raw\[\d+\]\.(numRecordsOut|numRecordsOutPerSecond|currentOutputWatermark)$")
_ASSIGNER = re.compile(r"WatermarkAssigner\[\d+\]\.currentOutputWatermark$")
_MODEL = re.compile(rf"{GROUP}\.model\.(\w+)\.(\w+)$")
_WANTED = f"__raw[ WatermarkAssigner[ {GROUP}.model. numRecordsInPerSecond"
_PYTHON_RATE = re.compile(r"PythonCalc\[\d+\]\.numRecordsInPerSecond$")
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
            _add(facts, _metrics(rest, flink_job, vertex, deadline))
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


def _add(facts: JobFacts, metrics: dict[str, dict[str, float]]) -> None:
    _add_source(facts, metrics)
    views = _add_counters(facts, metrics)
    rate = sum(metric["sum"] for name, metric in metrics.items() if _PYTHON_RATE.search(name))
    for view in views:
        facts.models[view].rows_per_second += rate


def _add_source(facts: JobFacts, metrics: dict[str, dict[str, float]]) -> None:
    found: dict[str, SourceFacts] = {}
    for name, metric in metrics.items():
        if match := _SOURCE.search(name):
            source = found.setdefault(match[1], SourceFacts())
            match match[2]:
                case "numRecordsOut":
                    source.rows += metric["sum"]
                case "numRecordsOutPerSecond":
                    source.rows_per_second += metric["sum"]
                case _:
                    source.watermark_ms = _watermark([metric["min"]])
    # Where the source itself has no watermarks, an operator behind it in the same vertex makes them.
    assigned = _watermark(metric["min"] for name, metric in metrics.items() if _ASSIGNER.search(name))
    for name, source in found.items():
        source.watermark_ms = source.watermark_ms if assigned is None else assigned
        facts.sources[name] = source


def _watermark(values: Iterable[float]) -> float | None:
    known = [value for value in values if abs(value) < -_NO_WATERMARK]
    return min(known, default=None)


def _add_counters(facts: JobFacts, metrics: dict[str, dict[str, float]]) -> set[str]:
    buckets = {bucket_name(index): index for index in range(len(BUCKETS_MS) + 1)}
    views = set()
    for name, metric in metrics.items():
        if (match := _MODEL.search(name)) is None:
            continue
        views.add(match[1])
        model = facts.models.setdefault(match[1], ModelFacts())
        if match[2] in buckets:
            model.freshness[buckets[match[2]]] += metric["sum"]
        elif match[2] in Counts.__dataclass_fields__:
            model.counts += Counts(**{match[2]: int(metric["sum"])})
    return views
