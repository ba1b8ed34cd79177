"""A job in a process of its own, which owns the Flink that it runs in."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.gateway import python_environment
from sqlfeat.engines.flink.rest import FlinkRest, Refusal, Unreachable
from sqlfeat.verbs.live import LiveOptions, LiveResult, Prepared, result_of, shown

if TYPE_CHECKING:
    from sqlfeat.console.protocol import Console
    from sqlfeat.project.load import LoadedProject

_POLL_SECONDS = 0.2
_LAST_LINES = 8


def detach(project: LoadedProject, prepared: Prepared, live: LiveOptions, console: Console) -> LiveResult:
    """Start the process and wait until the job's first checkpoint is complete.

    Raises:
        SqlfeatError: what the process ended with instead; SF0810, it did not say what.
    """
    folder = prepared.folder
    with folder.run_log.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            _command(project, prepared, live),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=python_environment(),
        )
    console.note(f"job {live.name} starts in process {process.pid} (log: {shown(project, str(folder.run_log))})")
    pause = threading.Event()
    while process.poll() is None:
        record = folder.read()
        if record and record.run.pid == process.pid and _has_checkpoint(record.run.address, record.run.flink_job):
            # It goes on without us, and is not waited for.
            process.returncode = 0
            return result_of(record, "running", "")
        pause.wait(_POLL_SECONDS)
    raise folder.failure() or SqlfeatError(_not_started(project, prepared))


def _command(project: LoadedProject, prepared: Prepared, live: LiveOptions) -> list[str]:
    names = [argument for model in prepared.models for argument in ("--select", model.name)]
    options = ["--project-dir", str(project.config.root), "--target", project.target.name]
    options += ["--log-format", live.log_format]
    variables = ["--vars", json.dumps(dict(live.variables))] if live.variables else []
    reset = ["--reset-state"] if live.reset_state else []
    bootstrap = ["--bootstrap", live.bootstrap.isoformat()] if live.bootstrap else []
    command = [sys.executable, "-m", "sqlfeat", *options, *variables, *names]
    return [*command, "run", "--streaming", "--job", live.name, *reset, *bootstrap]


def _has_checkpoint(address: str, flink_job: str) -> bool:
    try:
        return int(FlinkRest(address).checkpoints(flink_job)["counts"]["completed"]) > 0
    except (Unreachable, Refusal):
        return False


def _not_started(project: LoadedProject, prepared: Prepared) -> Diagnostic:
    lines = prepared.folder.run_log.read_text(encoding="utf-8", errors="replace").splitlines()
    return Diagnostic(
        "SF0810",
        f"job `{prepared.folder.name}` did not start",
        notes=tuple(line.strip() for line in lines[-_LAST_LINES:] if line.strip()),
        help=f"see `{shown(project, str(prepared.folder.run_log))}`",
    )
