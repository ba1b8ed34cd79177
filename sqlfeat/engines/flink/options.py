"""The options of Flink for jobs that go on: checkpoints, restarts, where Flink is."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlfeat.project.config import StreamTarget

_PROMETHEUS = "org.apache.flink.metrics.prometheus.PrometheusReporterFactory"

ALWAYS = {
    "execution.checkpointing.mode": "EXACTLY_ONCE",
    "execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
    # A store that is restarted is back in seconds; one that is gone must not be asked all the time.
    "restart-strategy.type": "exponential-delay",
    "restart-strategy.exponential-delay.initial-backoff": "500 ms",
    "restart-strategy.exponential-delay.max-backoff": "10 s",
}


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """How a job that goes on runs.

    Attributes:
        name: shown by Flink.
        flink_job: the id that the job shall have, 32 hexadecimal digits.
        address: `host:port` of Flink's REST interface; embedded, where it shall be.
        embedded: Flink lives in this process's Java.
        checkpoints: folder of the checkpoints.
        resume: savepoint or checkpoint to go on from; empty for none.
        stream: what the target says.
    """

    name: str
    flink_job: str
    address: str
    embedded: bool
    checkpoints: Path
    resume: str
    stream: StreamTarget


def live_options(settings: LiveSettings) -> dict[str, str]:
    """Flink's options for a job that goes on; what the target says comes last."""
    options = {
        **ALWAYS,
        "pipeline.name": settings.name,
        # Known before the job runs, so that its checkpoints are found whatever happens to who started it.
        "$internal.pipeline.job-id": settings.flink_job,
        "execution.checkpointing.interval": f"{settings.stream.checkpoint_ms} ms",
        "execution.checkpointing.dir": settings.checkpoints.as_uri(),
        **_place(settings),
    }
    if settings.resume:
        options["execution.state-recovery.path"] = Path(settings.resume).as_uri()
    return {**options, **dict(settings.stream.flink)}


def _place(settings: LiveSettings) -> dict[str, str]:
    host, _, port = settings.address.rpartition(":")
    if not settings.embedded:
        return {"execution.target": "remote", "rest.address": host, "rest.port": port}
    options = {"rest.address": host, "rest.port": port, "rest.bind-address": host, "rest.bind-port": port}
    options["metrics.fetcher.update-interval"] = "1000"
    if settings.stream.metrics_port:
        options["metrics.reporters"] = "prometheus"
        options["metrics.reporter.prometheus.factory.class"] = _PROMETHEUS
        options["metrics.reporter.prometheus.port"] = str(settings.stream.metrics_port)
    return options


def shipped(installation: Path, scratch: Path) -> dict[str, str]:
    """What a cluster needs of this machine: Flink's part of PyFlink, and this package for the Python workers.

    Args:
        installation: the folder of PyFlink.
        scratch: an empty folder; the package is copied there, for Flink puts whole folders on the path of its workers.
    """
    package = Path(__file__).parents[2]
    copied = scratch / "python" / package.name
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    jars = sorted((installation / "opt").glob("flink-python*.jar"))
    return {"pipeline.jars": ";".join(jar.as_uri() for jar in jars), "python.files": str(copied.parent)}
