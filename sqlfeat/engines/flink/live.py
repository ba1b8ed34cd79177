"""A job that goes on: submitted, and watched from its start to its end."""

from __future__ import annotations

import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.failures import failed, java_message
from sqlfeat.engines.flink.gateway import pyflink_home
from sqlfeat.engines.flink.job import merge_options, start_job, wait_for_end
from sqlfeat.engines.flink.options import LiveSettings, live_options, shipped
from sqlfeat.engines.flink.rest import END_STATES, FlinkRest, Refusal, Unreachable, unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from pyflink.table import TableResult

    from sqlfeat.engines.flink.sink import OnlineSink
    from sqlfeat.lower.flink.online_log import LogProgram
    from sqlfeat.lower.program import CompiledModel

POLL_SECONDS = 0.2
START_ATTEMPTS = 3
"""A job that failed so often before its first checkpoint will not run by itself."""
PATIENCE_SECONDS = 30.0
"""How long a cluster may not answer."""

_CANCELLED = "Job was cancelled."


class LiveJob:
    """A job that goes on. Only one thread calls it.

    Args:
        settings: where and how it runs.
        models: compiled with the same options.
        online: the store it writes to.
        log: and the log.
        parallelism: of every operator.
        log_file: where Java logs.
    """

    def __init__(
        self,
        settings: LiveSettings,
        models: Sequence[CompiledModel],
        online: OnlineSink,
        log: LogProgram | None,
        *,
        parallelism: int,
        log_file: Path,
    ) -> None:
        self.settings = settings
        self.rest = FlinkRest(settings.address)
        self._names = ", ".join(model.name for model in models)
        self._log_file = log_file
        self._pause = threading.Event()
        self._silent = 0.0
        # In a thread, as only the main thread is interrupted by Ctrl-C: py4j does not survive that amid a call.
        self._java = ThreadPoolExecutor(1, thread_name_prefix="sqlfeat-flink")
        self._submitted: Future[TableResult] = self._java.submit(self._submit, models, online, log, parallelism)
        self._ended: Future[None] | None = None
        if settings.embedded:
            self._ended = self._java.submit(lambda: wait_for_end(self._submitted.result(), self._names, self._log_file))

    def _submit(
        self, models: Sequence[CompiledModel], online: OnlineSink, log: LogProgram | None, parallelism: int
    ) -> TableResult:
        options = {**merge_options(models), **live_options(self.settings)}
        if self.settings.embedded or online.target.type == "redis":
            return start_job(models, options, self._log_file, parallelism, online, log)
        with tempfile.TemporaryDirectory(prefix="sqlfeat-ship-") as scratch:
            options |= shipped(pyflink_home(), Path(scratch))
            return start_job(models, options, self._log_file, parallelism, online, log)

    def wait_until_started(self) -> None:
        """Until every part of the job runs and its first checkpoint is complete.

        Raises:
            SqlfeatError: SF0801, SF0802, SF09xx; SF0809 when the cluster cannot be reached.
        """
        while not self._submitted.done():
            self._pause.wait(POLL_SECONDS)
        self._submitted.result()
        asked = False
        while not self.over() and not self._has_checkpoint():
            self._give_up_on_restarts()
            if not asked and self._runs():
                asked = True
                self._try(lambda: self.rest.trigger_checkpoint(self.settings.flink_job))
            self._pause.wait(POLL_SECONDS)

    def watch(self, beat: threading.Event, seconds: float) -> bool:
        """Wait for some seconds; gives whether the job is over.

        Raises:
            SqlfeatError: the job failed: SF0802 or SF09xx.
        """
        remaining = seconds
        while not (over := self.over()) and remaining > 0:
            beat.wait(POLL_SECONDS)
            remaining -= POLL_SECONDS
        return over

    def over(self) -> bool:
        """Whether the job ended as it was told to.

        Raises:
            SqlfeatError: it ended otherwise.
        """
        if self._ended is not None:
            return self._ended.done() and self._ended_well(self._ended)
        return self._cluster_is_done()

    @staticmethod
    def _ended_well(ended: Future[None]) -> bool:
        try:
            ended.result()
        except SqlfeatError as error:
            # By `sqlfeat stop --no-savepoint`, which is no failure.
            if _CANCELLED not in error.diagnostics[0].message:
                raise
        return True

    def close(self) -> None:
        """Wait for the threads; the job must be over or live in a cluster."""
        self._java.shutdown()

    def abort(self) -> None:
        """End the job at its last checkpoint: nobody is left who would watch it."""
        if self._submitted.exception() is None:
            self._try(lambda: self.rest.cancel(self.settings.flink_job))

    def _cluster_is_done(self) -> bool:
        try:
            job = self.rest.job(self.settings.flink_job)
        except Unreachable as error:
            self._silent += POLL_SECONDS
            if self._silent > PATIENCE_SECONDS:
                raise unreachable(self.settings.address, error) from None
            return False
        self._silent = 0.0
        if job is None or job["state"] not in END_STATES:
            return False
        if job["state"] == "FAILED":
            raise self._failure()
        return True

    def _failure(self) -> SqlfeatError:
        try:
            cause = self.rest.root_cause(self.settings.flink_job)
        except (Unreachable, Refusal) as error:
            cause = str(error)
        return failed(RuntimeError(cause), self._names, self._log_file)

    def _runs(self) -> bool:
        try:
            job = self.rest.job(self.settings.flink_job)
        except Unreachable:
            return False
        return job is not None and all(vertex["status"] in {"RUNNING", "FINISHED"} for vertex in job["vertices"])

    def _has_checkpoint(self) -> bool:
        try:
            counts = self.rest.checkpoints(self.settings.flink_job)["counts"]
        except (Unreachable, Refusal):
            return False
        return int(counts["completed"]) > 0

    def _give_up_on_restarts(self) -> None:
        try:
            restarts = self.rest.job_metrics(self.settings.flink_job, "numRestarts").get("numRestarts", 0)
        except (Unreachable, Refusal):
            return
        if restarts >= START_ATTEMPTS:
            failure = self._failure()
            self._try(lambda: self.rest.cancel(self.settings.flink_job))
            raise failure

    @staticmethod
    def _try(action: Callable[[], None]) -> None:
        try:
            action()
        except (Unreachable, Refusal):
            return


def stop_job(rest: FlinkRest, flink_job: str, directory: Path, timeout: float = 300.0) -> None:
    """Stop a job with a savepoint, which is in the directory when this returns.

    Raises:
        SqlfeatError: SF0811, Flink could not; the job goes on then.
        Unreachable: nobody answered from the beginning.
    """
    pause = threading.Event()
    try:
        request = rest.stop(flink_job, directory.as_uri())
        for _ in range(int(timeout / POLL_SECONDS)):
            answer = rest.savepoint_state(flink_job, request)
            if answer["status"]["id"] == "COMPLETED":
                break
            pause.wait(POLL_SECONDS)
    except Refusal as error:
        raise _not_stopped(str(error)) from None
    except Unreachable:
        # An embedded Flink is gone as soon as its job is; whether there is a savepoint is seen in the directory.
        if not any(directory.glob("*/_metadata")):
            raise
        return
    if cause := answer.get("operation", {}).get("failure-cause"):
        raise _not_stopped(checkpoint_failure(cause["stack-trace"]))
    if not any(directory.glob("*/_metadata")):
        raise _not_stopped("no savepoint in time")


def checkpoint_failure(stack_trace: str) -> str:
    """Why Flink could not make a savepoint, without the names of all the operators that it was made of."""
    return java_message(stack_trace).rpartition("Failure reason: ")[2]


def _not_stopped(reason: str) -> SqlfeatError:
    return SqlfeatError(
        Diagnostic(
            "SF0811",
            "the job could not be stopped with a savepoint",
            notes=(reason.splitlines()[0][:300],) if reason else (),
            help="`run` goes on from its last checkpoint; `sqlfeat stop --no-savepoint` ends it there if it still runs",
        )
    )
