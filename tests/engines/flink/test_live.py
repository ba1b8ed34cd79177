"""What Flink says about a job that goes on; how such jobs live is in tests/cli/test_jobs.py."""

from __future__ import annotations

from sqlfeat.engines.flink.live import checkpoint_failure

WHY = (
    "org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint triggering task Source: s__raw[1] -> Calc[2]"
    " (1/1) of job 0542 is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required"
    " tasks are currently running."
)
TRACE = f"java.util.concurrent.CompletionException: {WHY}\n\tat a.B.c(B.java:1)\nCaused by: {WHY}\n\t... 3 more\n"


def test_why_there_is_no_savepoint():
    assert checkpoint_failure(TRACE) == "Not all required tasks are currently running."
    assert checkpoint_failure("java.io.IOException: the disk is full\n\tat a.B.c(B.java:1)\n") == "the disk is full"
