"""A job from Kafka to Redis on a real cluster, everything killed once: at the end every value is the backfill's."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time as clock
from datetime import datetime, timedelta

import duckdb
import pytest

from sqlfeat import Project
from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder
from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.online import open_store
from tests.conftest import free_port
from tests.flink_cluster import FlinkCluster
from tests.projects import write_project

pytestmark = pytest.mark.engine
EVENTS, PARTITIONS, STEP_MS, DISORDER = 100_000, 4, 36, 1_000
SECONDS = 120
START = datetime(2024, 1, 1)

PROJECT = """\
name: shop
version: 1
targets:
  dev:
    online: {type: redis, url: "URL"}
    offline: {type: parquet, path: data/offline}
    stream: {parallelism: 1, checkpoint_interval: 1 second}
    kafka: {brokers: "BROKERS"}
"""
SOURCE = """\
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
  - {name: brand, keys: [{name: brand, type: BIGINT}]}
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: brand, type: BIGINT, nullable: false}
          - {name: amount, type: BIGINT}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
        order_by: [id]
        lateness: 1 minute
        history: {format: json, path: data/orders.jsonl}
        stream: {connector: kafka, topic: orders}
"""
MODELS = {
    "users": """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER w AS orders, SUM(amount) OVER w AS spent
FROM {{ source('shop', 'orders') }}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
""",
    "brands": """\
{{ config(materialized='event', entity='brand') }}
SELECT brand, ts AS feature_time,
  COUNT(*) OVER (PARTITION BY brand ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS orders
FROM {{ source('shop', 'orders') }}
""",
}


class Redis:
    """A Redis that keeps what it has when it is restarted."""

    def __init__(self, folder):
        self._folder, self.port = folder, free_port()
        self.start()

    def start(self):
        program = shutil.which("redis-server")
        assert program is not None
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--dir", str(self._folder)]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
        assert any("Ready to accept connections" in line for line in self._process.stdout)

    def stop(self):
        self._process.terminate()
        self._process.communicate()


def events():
    """An hour, in disorder of half a minute; most users order four times and never again."""
    chance = random.Random(11)
    made = [(number + chance.randrange(DISORDER), event(number, chance)) for number in range(EVENTS)]
    return [order for _, order in sorted(made, key=lambda pair: pair[0])]


def event(number, chance):
    time = START + timedelta(milliseconds=STEP_MS * number)
    return {
        "id": number,
        "user_id": number // 4 + chance.randrange(3),
        "brand": chance.randrange(5),
        "amount": chance.randrange(100),
        "ts": time.isoformat(sep=" ", timespec="milliseconds"),
    }


class Topic:
    """The events, sent part by part."""

    def __init__(self, kafka, root):
        self._kafka, self._sent = kafka, 0
        kafka.create_topic("orders", PARTITIONS)
        self._lines = [json.dumps(order).encode() for order in events()]
        (root / "data").mkdir()
        (root / "data" / "orders.jsonl").write_bytes(b"\n".join(self._lines))

    def send(self, share):
        end = int(EVENTS * share)
        part = enumerate(self._lines[self._sent : end], self._sent)
        self._kafka.produce("orders", [(number % PARTITIONS, line) for number, line in part])
        self._sent = end

    def end(self):
        """In each partition an order so late that everything before it is complete."""
        last = {"id": -1, "user_id": -1, "brand": -1, "amount": 0, "ts": "2024-01-02 00:00:00.000"}
        line = json.dumps(last).encode()
        self._kafka.produce("orders", [(partition, line) for partition in range(PARTITIONS)])


def until(question):
    deadline = clock.monotonic() + SECONDS
    while not question():
        assert clock.monotonic() < deadline
        clock.sleep(0.2)


def features(store, row):
    found = store.get(*row)
    return json.loads(found.features) if found else None


def wanted(root):
    """The last row of every key, computed by DuckDB from all orders."""
    Project(root).backfill()
    rows = {}
    for model, key in (("users", "user_id"), ("brands", "brand")):
        files = f"{root}/data/offline/{model}/**/*.parquet"
        columns = {"users": "{'orders': orders, 'spent': spent}", "brands": "{'orders': orders}"}[model]
        query = f"SELECT {key}, arg_max({columns}, feature_time) FROM read_parquet('{files}') GROUP BY 1"
        rows |= {(model, f"{key}={value}"): features for value, features in duckdb.sql(query).fetchall() if value >= 0}
    return rows


def test_nothing_is_lost_between_kafka_and_redis(kafka, tmp_path):
    bring_jars((pinned()["kafka"],), jar_folder())
    redis = Redis(tmp_path)
    target = OnlineTarget("redis", url=f"redis://127.0.0.1:{redis.port}/0")
    project = PROJECT.replace("URL", target.url).replace("BROKERS", kafka.address)
    root = write_project(tmp_path / "shop", {"project.yml": project, "models/shop.yml": SOURCE}, **MODELS)
    topic, store = Topic(kafka, root), open_store(target, root, "shop")
    cluster = FlinkCluster(tmp_path / "cluster", slots=1)
    try:
        topic.send(0.2)
        cluster.wait()
        Project(root).run(streaming=True, detach=True, cluster=cluster.address)
        until(lambda: store.get("users", "user_id=3000"))

        cluster.task_manager.kill()
        topic.send(0.4)
        cluster.restart_task_manager()
        until(lambda: store.get("users", "user_id=8000"))

        cluster.job_manager.kill()
        topic.send(0.6)
        cluster.restart_job_manager()
        cluster.wait()
        assert Project(root).run(streaming=True, detach=True, cluster=cluster.address).resumed_from

        kafka.stop()
        redis.stop()
        redis.start()
        kafka.start()
        topic.send(1.0)
        topic.end()
        expected = wanted(root)
        last = [(view, key) for view, key in expected if key in {"user_id=24999", "brand=0"}]
        until(lambda: all(features(store, row) == expected[row] for row in last))
        assert {row: features(store, row) for row in expected} == expected
        assert len(expected) > 20_000
    finally:
        store.close()
        cluster.close()
        redis.stop()
