"""A streaming table environment with the options that every job of ours has."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from sqlfeat.engines.flink.gateway import ensure_gateway

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyflink.table import TableEnvironment

BASE_OPTIONS = {
    "table.local-time-zone": "UTC",
    # Each source is parsed, checked and given its watermark once for all feature views that read it, not once for each;
    # planning six feature views took 6 seconds instead of 11.
    "table.optimizer.reuse-optimize-block-with-digest-enabled": "true",
    # Between the steps of a job; with the default of 64 MB a job of some 30 feature views is refused.
    "taskmanager.memory.network.min": "256mb",
    "taskmanager.memory.network.max": "256mb",
    # For the buffers of windows and rankings, which share it; with the default of 128 MB a job of ten such views fails.
    # Taken only as it is needed.
    "taskmanager.memory.managed.size": "1gb",
    "python.executable": sys.executable,
    "python.client.executable": sys.executable,
    # Rows that cross into Python at once, and so at most what one round trip to the online store writes. From 5,000 to
    # 20,000 make no difference; with the default of 1,000 a sink spends its time on round trips.
    "python.fn-execution.arrow.batch.size": "10000",
    "python.fn-execution.bundle.size": "10000",
    # What is not a full batch is written after a quarter of a second, or after a half: Flink looks so often, and passes
    # over a batch that is a moment younger.
    "python.fn-execution.bundle.time": "250",
}

_WORKER_MODE = "_python_worker_execution_mode"
"""PyFlink would run its workers as threads of this process, where they take over logging and change the folder."""


def create_environment(log_file: Path, parallelism: int, options: Mapping[str, str]) -> TableEnvironment:
    """A table environment of its own catalog; the first one of a process starts Java.

    Args:
        log_file: see `ensure_gateway`.
        parallelism: of every operator.
        options: Flink configuration, on top of `BASE_OPTIONS`.
    """
    ensure_gateway(log_file)
    from pyflink.common import Configuration
    from pyflink.table import EnvironmentSettings, TableEnvironment

    configuration = Configuration()
    for key, value in {**BASE_OPTIONS, "parallelism.default": str(parallelism), **options}.items():
        configuration.set_string(key, value)
    settings = EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(configuration).build()
    os.environ[_WORKER_MODE] = "process"
    try:
        return TableEnvironment.create(settings)
    finally:
        del os.environ[_WORKER_MODE]
