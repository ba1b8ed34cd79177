"""A job on a real cluster whose parts are killed one after the other: at the end every value is the backfill's."""

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
from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.online import open_store
from tests.conftest import free_port
from tests.flink_cluster import FlinkCluster
from tests.projects import write_project

pytestmark = pytest.mark.engine
MINUTES, EVENTS_A_MINUTE, SECONDS = 60, 400, 120
START = datetime(2024, 1, 1)

FILES = {
    "project.yml": """\
name: shop
version: 1
targets:
  dev:
    online: {type: redis, url: "URL"}
    offline: {type: parquet, path: data/offline}
    stream: {parallelism: 1, checkpoint_interval: 1 second}
""",
    "models/shop.yml": """\
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
        lateness: 25 minutes
        history: {format: json, path: "data/in/*.jsonl"}
        stream: {connector: filesystem, path: data/in, monitor: 100 ms}
""",
}
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


class Stream:
    """Orders of an hour, a file for each minute, in disorder; most users order four times and never again."""

    def __init__(self, root):
        self._folder, self._next = root / "data", 0
        (self._folder / "in").mkdir(parents=True)
        chance = random.Random(7)
        numbers = range(MINUTES * EVENTS_A_MINUTE)
        orders = [self._order(number, chance) for number in numbers]
        orders.sort(key=lambda order: order["arrival"])
        size = EVENTS_A_MINUTE
        self._files = [orders[at : at + size] for at in range(0, len(orders), size)]

    def _order(self, number, chance):
        time = START + timedelta(milliseconds=number * 60_000 // EVENTS_A_MINUTE)
        return {
            "id": number,
            "user_id": number // 4 + chance.randrange(3),
            "brand": chance.randrange(5),
            "amount": chance.randrange(100),
            "ts": time.isoformat(sep=" ", timespec="milliseconds"),
            "arrival": number + chance.randrange(2 * EVENTS_A_MINUTE),
        }

    def arrive(self, until):
        """The files before this one."""
        for number in range(self._next, min(until, len(self._files))):
            self._write(f"{number:03}.jsonl", self._files[number])
        self._next = until

    def end(self):
        """An order so late that everything before it is complete."""
        last = {"id": -1, "user_id": -1, "brand": -1, "amount": 0, "ts": "2024-01-02 00:00:00.000"}
        self._write("end.jsonl", [last])

    def _write(self, name, orders):
        (self._folder / name).write_text("".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8")
        (self._folder / name).rename(self._folder / "in" / name)


def until(question):
    deadline = clock.monotonic() + SECONDS
    while not question():
        assert clock.monotonic() < deadline
        clock.sleep(0.2)


def has_read_all(root):
    """The watermark is that of the last order, and nothing is read any more between two checkpoints."""
    (before,) = Project(root).status()
    until(lambda: Project(root).status()[0].resumes_from != before.resumes_from)
    (now,) = Project(root).status()
    still = [status.sources[0].rows for status in (before, now)]
    return now.sources[0].watermark == "2024-01-01T00:34:59.848Z" and still[0] == still[1]


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


def test_nothing_is_lost_and_nothing_counted_twice(tmp_path):
    redis = Redis(tmp_path)
    target = OnlineTarget("redis", url=f"redis://127.0.0.1:{redis.port}/0")
    root = tmp_path / "shop"
    write_project(root, FILES | {"project.yml": FILES["project.yml"].replace("URL", target.url)}, **MODELS)
    stream = Stream(root)
    store = open_store(target, root, "shop")
    cluster = FlinkCluster(tmp_path / "cluster", slots=1)
    try:
        # Files that are found together are read in any order, so never more than the lateness has room for.
        stream.arrive(20)
        cluster.wait()
        Project(root).run(streaming=True, detach=True, cluster=cluster.address)
        until(lambda: Project(root).status()[0].sources[0].rows == 20 * EVENTS_A_MINUTE)
        stream.arrive(40)
        until(lambda: store.get("users", "user_id=1000"))

        cluster.task_manager.kill()
        stream.arrive(45)
        cluster.restart_task_manager()
        until(lambda: store.get("users", "user_id=1800"))
        (status,) = Project(root).status()
        assert status.restarts >= 1

        cluster.job_manager.kill()
        stream.arrive(50)
        cluster.restart_job_manager()
        cluster.wait()
        assert Project(root).run(streaming=True, detach=True, cluster=cluster.address).resumed_from

        redis.stop()
        stream.arrive(55)
        redis.start()
        stream.arrive(MINUTES + 2)
        until(lambda: has_read_all(root))
        stream.end()
        expected = wanted(root)
        last = [(view, key) for view, key in expected if key in {"user_id=5999", "brand=0"}]
        until(lambda: all(features(store, row) == expected[row] for row in last))
        assert {row: features(store, row) for row in expected} == expected
        assert len(expected) > 5_000
        assert Project(root).stop().savepoint
    finally:
        store.close()
        cluster.close()
        redis.stop()
