from __future__ import annotations

from dataclasses import replace

from sqlfeat.cli.session import Session
from sqlfeat.cli.status import _text
from sqlfeat.verbs.status import JobStatus, ModelStatus, SourceStatus

ORDERS = SourceStatus("shop.orders", 81_204, 96.6, "2024-01-01T10:58:59.999Z", 6.4, 3, 0)
SPEND = ModelStatus("spend", 60_113, 71.2, 58_340, 0, 0, 5_000.0, None, {"5000": 59_000, "more": 1_113})
RUNNING = JobStatus(
    job="main",
    state="RUNNING",
    flink_job="f8e3",
    address="127.0.0.1:40613",
    pid=4183,
    started="2026-01-01T00:00:00+00:00",
    uptime_seconds=842.0,
    restarts=1,
    checkpoint_age_seconds=4.2,
    checkpoint_bytes=26_506,
    checkpoint_ms=44,
    failed_checkpoints=0,
    failure="",
    resumes_from="state/chk-7",
    sources=(ORDERS,),
    models=(SPEND,),
)


def test_a_job_that_runs():
    assert (
        _text(RUNNING, Session())
        == """\
main  RUNNING
  flink         127.0.0.1:40613 f8e3 pid 4183
  up            14m 2s
  restarts      1
  checkpoint    4s ago, 26,506 bytes in 44 ms, 0 failed
  resumes from  state/chk-7
  source         rows  rows/s  watermark lag  late  rejects
  shop.orders  81,204      97             6s     3        0
  model    rows  rows/s  written  stale  no key  fresh p50    p99
  spend  60,113      71   58,340      0       0   5,000 ms  above"""
    )


def test_a_job_that_has_just_started():
    quiet = replace(SPEND, freshness_ms={"5000": 0, "more": 0}, freshness_p50_ms=None)
    job = replace(
        RUNNING,
        checkpoint_age_seconds=None,
        failed_checkpoints=2,
        sources=(replace(ORDERS, watermark=None, watermark_lag_seconds=None),),
        models=(quiet,),
    )
    lines = _text(job, Session()).splitlines()
    assert lines[4] == "  checkpoint    none yet, 2 failed"
    assert lines[7] == "  shop.orders  81,204      97              -     3        0"
    assert lines[9] == "  spend  60,113      71   58,340      0       0          -    -"


def test_a_job_on_a_cluster_that_was_stopped():
    job = replace(RUNNING, state="STOPPED", pid=0, uptime_seconds=0.0, resumes_from="")
    assert _text(job, Session()) == "main  STOPPED\n  started  2026-01-01T00:00:00+00:00"


def test_a_job_that_failed():
    failed = replace(RUNNING, state="FAILED", uptime_seconds=0.0, failure="SF0902: the online store is away")
    assert (
        _text(failed, Session())
        == """\
main  FAILED
  started       2026-01-01T00:00:00+00:00
  failure       SF0902: the online store is away
  resumes from  state/chk-7"""
    )
