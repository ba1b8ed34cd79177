"""Kafka -> Flink -> Redis: events per second against the same windows written by hand into a blackhole, and freshness.

Run in the project directory: `python -m bench.kafka_to_redis --events 600000`. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_models
from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder, redis_jars
from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.job import merge_options, start_job
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.load import load_project
from tests.conftest import redis_server
from tests.kafka import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.lower.program import CompiledModel

PARTITIONS, USERS, PARALLELISM, WARM_UP = 4, 5_000, 2, 500_000
LATENESS_MS = 1_000
SETTLE_SECONDS = 5
"""From the first row until freshness counts: what came while the job started is written by then."""
START = datetime(2024, 1, 1, tzinfo=timezone.utc)
PROJECT = """\
name: bench
version: 1
targets:
  dev:
    online: {{type: redis, url: "{redis}"}}
    stream: {{parallelism: {parallelism}}}
    kafka: {{brokers: "{brokers}"}}
"""
SOURCE = """\
version: 1
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
sources:
  - name: site
    streams:
      - name: clicks
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: page, type: STRING}
          - {name: amount, type: BIGINT}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 1 second
        order_by: [ts, id]
        stream: {connector: kafka, topic: TOPIC}
"""
MODEL = """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER w AS clicks_1h, SUM(amount) OVER w AS amount_1h, MAX(amount) OVER w AS max_1h
FROM {{ source('site', 'clicks') }}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
"""
BY_HAND = """\
CREATE TEMPORARY TABLE clicks (id BIGINT, user_id BIGINT, page STRING, amount BIGINT, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'kafka', 'topic' = '{topic}', 'properties.bootstrap.servers' = '{brokers}', 'format' = 'json',
  'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset');
CREATE TEMPORARY TABLE nowhere (user_id BIGINT, ts TIMESTAMP(3), clicks_1h BIGINT, amount_1h BIGINT, max_1h BIGINT)
WITH ('connector' = 'blackhole');
INSERT INTO nowhere
SELECT user_id, ts, COUNT(*) OVER w, SUM(amount) OVER w, MAX(amount) OVER w FROM clicks
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
"""


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_500_000)
    parser.add_argument("--rounds", type=int, default=3, help="each of both jobs; the medians count")
    parser.add_argument("--seconds", type=int, default=20, help="of the measurement of freshness; 0 leaves it out")
    arguments = parser.parse_args()
    bring_jars((pinned()["kafka"], *redis_jars()), jar_folder())
    with servers() as (root, broker, redis):
        fill(broker, "small", WARM_UP)
        fill(broker, "large", WARM_UP + arguments.events)
        rates = throughput(root, broker, arguments.events, arguments.rounds)
        found = {"events per second": rates, "ratio": round(rates["sqlfeat"] / rates["by hand"], 2)}
        if arguments.seconds:
            found["freshness, seconds"] = freshness(root, broker, redis, arguments.seconds)
        print(json.dumps(found, indent=2))


def throughput(root: Path, broker: Broker, events: int, rounds: int) -> dict[str, int]:
    """Events per second of both jobs: medians over rounds, in which they take turns, each in a Java of its own."""
    rates: dict[str, list[float]] = {name: [] for name in JOBS}
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as fresh:
        for number in range(rounds):
            for name in JOBS:
                short, long = fresh.submit(seconds_of, name, root, broker.address).result()
                rates[name].append(events / (long - short))
                took = f"({short:.1f} s, {long:.1f} s)"
                print(f"round {number + 1}: {name} {rates[name][-1]:,.0f}/s {took}", file=sys.stderr)
    return {name: round(median(found)) for name, found in rates.items()}


def seconds_of(name: str, root: Path, brokers: str) -> tuple[float, float]:
    """Of a job over the small topic, and of one over the large topic: their difference leaves out starts and ends."""
    JOBS[name](root, brokers, "small")  # warms Java up
    return JOBS[name](root, brokers, "small"), JOBS[name](root, brokers, "large")


@contextmanager
def servers() -> Iterator[tuple[Path, Broker, str]]:
    """A project, a broker and a Redis of our own."""
    with tempfile.TemporaryDirectory(prefix="sqlfeat-bench-") as folder:
        root = Path(folder)
        for name in ("kafka", "redis", "models"):
            (root / name).mkdir()
        broker = Broker(root / "kafka")
        try:
            broker.start()
            with redis_server(root / "redis") as port:
                url = f"redis://127.0.0.1:{port}/0"
                text = PROJECT.format(redis=url, brokers=broker.address, parallelism=PARALLELISM)
                (root / "project.yml").write_text(text, encoding="utf-8")
                (root / "models" / "clicks.sql").write_text(MODEL, encoding="utf-8")
                yield root, broker, url
        finally:
            broker.stop()


def message(number: int, user: int, at: datetime) -> bytes:
    """An event."""
    event = {"id": number, "user_id": user, "page": f"/page/{number % 97}", "amount": number % 1000}
    return json.dumps({**event, "ts": at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"}).encode()


def fill(broker: Broker, topic: str, count: int) -> None:
    """A topic of events 10 ms apart, each user in one partition."""
    broker.create_topic(topic, PARTITIONS)
    users = [number * 7919 % USERS for number in range(count)]
    events = (message(n, user, START + timedelta(milliseconds=10 * n)) for n, user in enumerate(users))
    broker.produce(topic, ((user % PARTITIONS, event) for user, event in zip(users, events, strict=True)))


def by_hand(root: Path, brokers: str, topic: str) -> float:
    """Seconds of the job that somebody would write without sqlfeat."""
    environment = create_environment(root / "flink.log", PARALLELISM, {})
    environment.execute_sql(f"ADD JAR '{jar_folder() / pinned()['kafka'].file_name}'")
    *tables, insert = BY_HAND.format(topic=topic, brokers=brokers).split(";\n")
    for table in tables:
        environment.execute_sql(table)
    start = time.perf_counter()
    environment.execute_sql(insert).wait()
    return time.perf_counter() - start


def models_of(root: Path, topic: str, *, until_latest: bool) -> tuple[tuple[CompiledModel, ...], OnlineSink]:
    """The compiled model, and where it writes."""
    (root / "models" / "site.yml").write_text(SOURCE.replace("TOPIC", topic), encoding="utf-8")
    project = load_project(root)
    logs = tempfile.mkdtemp(dir=root)
    options = LowerOptions(log_dir=logs, project_dir=str(root), connect=True, until_latest=until_latest)
    # Another name for every run: a store that holds newer rows has less to do.
    return compile_models(project, ["clicks"], options), OnlineSink(project.target.online, root, Path(logs).name, None)


def compiled(root: Path, _: str, topic: str) -> float:
    """Seconds of the job that sqlfeat runs."""
    models, sink = models_of(root, topic, until_latest=True)
    start = time.perf_counter()
    start_job(models, merge_options(models), root / "flink.log", PARALLELISM, sink).wait()
    return time.perf_counter() - start


JOBS = {"by hand": by_hand, "sqlfeat": compiled}


def freshness(root: Path, broker: Broker, url: str, seconds: int) -> dict[str, float]:
    """From event time until a row can be read, at 1,000 events a second, each of its own user."""
    import redis
    from confluent_kafka import Producer

    broker.create_topic("fresh", PARTITIONS)
    models, sink = models_of(root, "fresh", until_latest=False)
    job = start_job(models, merge_options(models), root / "flink.log", PARALLELISM, sink)
    client, producer = redis.Redis.from_url(url), Producer({"bootstrap.servers": broker.address, "linger.ms": 1})
    waiting: dict[int, datetime] = {}
    ages: list[tuple[datetime, float]] = []
    number = 0

    def look() -> None:
        pipeline = client.pipeline(transaction=False)
        for user in waiting:
            pipeline.exists(f"sqlfeat:{sink.project_name}:clicks:{{user_id={user}}}")
        there = pipeline.execute()
        now = datetime.now(timezone.utc)
        for user, found in zip(list(waiting), there, strict=True):
            if found:
                made = waiting.pop(user)
                ages.append((made, (now - made).total_seconds()))

    begin = time.perf_counter()
    settled: datetime | None = None
    while settled is None or datetime.now(timezone.utc) < settled + timedelta(seconds=seconds):
        due = int((time.perf_counter() - begin) * 1000)
        burst = range(number, max(number, due))
        now = datetime.now(timezone.utc)
        for user in burst:
            producer.produce("fresh", message(user, user, now), partition=user % PARTITIONS)
        producer.poll(0)
        waiting.update(dict.fromkeys(burst, now))
        number = burst.stop
        look()
        if ages and settled is None:
            settled = now + timedelta(seconds=SETTLE_SECONDS)
    producer.flush()
    job.get_job_client().cancel().result()
    steady = sorted(age for made, age in ages if settled and made >= settled)
    return {
        "lateness": LATENESS_MS / 1000,
        **{f"p{p}": round(steady[len(steady) * p // 100], 2) for p in (50, 90, 99)},
        "rows": len(steady),
    }


if __name__ == "__main__":
    main()
