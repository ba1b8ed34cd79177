"""A million orders from Kafka to Redis on a real cluster, all of it broken once: every value is the backfill's."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time as clock
from collections import Counter
from datetime import datetime, timedelta

import duckdb
import pytest
import redis as redis_client
from confluent_kafka import KafkaException

from sqlfeat import Project
from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder, redis_jars
from sqlfeat.stores.redis import RedisStore
from tests.conftest import free_port
from tests.flink_cluster import FlinkCluster
from tests.projects import write_project

pytestmark = pytest.mark.engine
EVENTS, PARTITIONS, STEP_MS, DISORDER = 1_000_000, 4, 10, 3_000
ORDERS_OF_A_USER, BRANDS = 10, 5
BROKEN_EVERY, RARE, TWICE_EVERY, HUGE_EVERY = 1_000, 10, 50, 40_000
HUGE = 900_000
"""Bytes; Kafka takes messages of up to one megabyte unless it is told otherwise."""
PAUSE_SECONDS, PATIENCE_SECONDS = 10, 240
UNFIT = "user_id is not BIGINT"
START = datetime(2024, 1, 1)

PROJECT = """\
name: shop
version: 1
targets:
  dev:
    online: {type: redis, url: "redis://:{{ env_var('SQLFEAT_SECRET_REDIS') }}@127.0.0.1:PORT/0"}
    offline: {type: parquet, path: data/offline}
    stream: {parallelism: 1, checkpoint_interval: 3 seconds}
    kafka:
      brokers: "BROKERS"
      properties: {ssl.key.password: "{{ env_var('SQLFEAT_SECRET_KAFKA') }}"}
"""
SECRETS = {"SQLFEAT_SECRET_REDIS": "open-sesame", "SQLFEAT_SECRET_KAFKA": "speak-friend"}
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
          - {name: note, type: STRING}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
        order_by: [id]
        lateness: 1 minute
        unique_key: [id]
        unique_within: 2 minutes
        history: {format: json, path: data/orders.jsonl}
        stream: {connector: kafka, topic: million, group: shop}
"""
MODELS = {
    "users": """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER w AS orders, SUM(amount) OVER w AS spent, MAX(LENGTH(note)) OVER w AS longest
FROM {{ source('shop', 'orders') }}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW)
""",
    "brands": """\
{{ config(materialized='window', entity='brand') }}
SELECT brand, window_end AS feature_time, COUNT(*) AS orders
FROM TABLE(TUMBLE(TABLE {{ source('shop', 'orders') }}, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
GROUP BY brand, window_start, window_end
""",
}
BROKEN = (
    (b'{"id": %d, "user_id": 1', "not a JSON object"),
    (b'{"id": %d, "note": "\xff"}', "not UTF-8 text"),
    (b'{"id": %d, "user_id": "x", "ts": "2024-01-01 00:00:00.000"}', UNFIT),
    (b"[%d]" + b" " * HUGE, "not a JSON object"),
    (None, "a message without a value"),
)
"""Messages that do not fit, and why; of the last two there are few."""


class Redis:
    """A Redis that keeps what it has when it is restarted."""

    def __init__(self, folder):
        self._folder, self.port = folder, free_port()
        self.start()

    def start(self):
        program = shutil.which("redis-server")
        assert program is not None
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--appendonly", "yes", "--dir", str(self._folder)]
        options += ["--requirepass", SECRETS["SQLFEAT_SECRET_REDIS"]]
        self._process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
        assert any("Ready to accept connections" in line for line in self._process.stdout)

    def stop(self):
        self._process.terminate()
        self._process.communicate()


class Orders:
    """The orders in disorder of half a minute, every fiftieth twice, with messages that do not fit among them."""

    def __init__(self):
        chance = random.Random(11)
        sent = [(number + chance.randrange(DISORDER), order(number, chance)) for number in range(EVENTS)]
        sent += [(at + chance.randrange(DISORDER), line) for at, line in sent[::TWICE_EVERY]]
        sent.sort(key=lambda pair: pair[0])
        self.lines = [line for _, line in sent]
        self.rejects = Counter()
        self.ends = [0] * PARTITIONS

    def messages(self, start, end):
        """(partition, message) of a part, the parts to be taken in order; what is to be rejected is noted."""
        for number in range(start, end):
            if number % BROKEN_EVERY == 0:
                yield self._placed(*self._broken(number // BROKEN_EVERY))
            yield self._placed(number % PARTITIONS, self.lines[number])

    def _placed(self, partition, message):
        self.ends[partition] += 1
        return partition, message

    def _broken(self, number):
        partition = number % PARTITIONS
        rare = number % (RARE * len(BROKEN))
        template, reason = BROKEN[number % 3 if rare > 1 else 3 + rare]
        where = f"id {-number}" if reason == UNFIT else f"(partition {partition}, offset {self.ends[partition]})"
        self.rejects[f"{reason} {where}"] += 1
        return partition, template % -number if template else None


def order(number, chance):
    """Most users order ten times within a second and never again; a few notes are as long as Kafka takes them."""
    time = START + timedelta(milliseconds=STEP_MS * number)
    note = "n" * (HUGE if number % HUGE_EVERY == 7 else number % 11)
    user, brand = number // ORDERS_OF_A_USER + chance.randrange(3), chance.randrange(BRANDS)
    ts = time.isoformat(sep=" ", timespec="milliseconds")
    keys = f'"id": {number}, "user_id": {user}, "brand": {brand}'
    return f'{{{keys}, "amount": {number % 97}, "note": "{note}", "ts": "{ts}"}}'.encode()


class Topic:
    """The orders, sent part by part."""

    def __init__(self, kafka, root):
        self._kafka, self._sent = kafka, 0
        kafka.create_topic("million", PARTITIONS)
        self._orders = Orders()
        (root / "data").mkdir()
        (root / "data" / "orders.jsonl").write_bytes(b"\n".join(self._orders.lines))

    @property
    def rejects(self):
        """What must be in the reject log."""
        return self._orders.rejects

    @property
    def ends(self):
        """How many messages each partition has."""
        return self._orders.ends

    def send(self, share):
        end = round(len(self._orders.lines) * share)
        self._kafka.produce("million", self._orders.messages(self._sent, end))
        self._sent = end

    def end(self):
        """In each partition an order so late that everything before it is complete."""
        last = {"id": -1, "user_id": -1, "brand": -1, "amount": 0, "ts": "2024-01-02 00:00:00.000"}
        line = json.dumps(last).encode()
        self._kafka.produce("million", [(partition, line) for partition in range(PARTITIONS)])
        self._orders.ends = [end + 1 for end in self._orders.ends]


def wanted(root):
    """The last row of every key, computed by DuckDB from all orders."""
    Project(root).backfill()
    rows = {}
    for model, key in (("users", "user_id"), ("brands", "brand")):
        files = f"{root}/data/offline/{model}/**/*.parquet"
        names = {"users": ("orders", "spent", "longest"), "brands": ("orders",)}[model]
        columns = ", ".join(f"'{name}': {name}" for name in names)
        query = f"SELECT {key}, arg_max({{{columns}}}, feature_time) FROM read_parquet('{files}') GROUP BY 1"
        rows |= {(model, f"{key}={value}"): features for value, features in duckdb.sql(query).fetchall()}
    return rows


def rejected(root):
    """The reject log: how often each message is in it."""
    found = Counter()
    for file in (root / "data/state/dev/main/logs/shop.orders/rejects").glob("[!.]*"):
        for line in file.read_text("utf-8").splitlines():
            entry = json.loads(line)
            where = f" id {json.loads(entry['row'])['id']}" if entry["reason"] == UNFIT else ""
            found[entry["reason"] + where] += 1
    return found


class Shop:
    """A project with its topic, its Redis and its cluster."""

    def __init__(self, kafka, folder):
        bring_jars((pinned()["kafka"], *redis_jars()), jar_folder())
        self.kafka, self.redis = kafka, Redis(folder)
        project = PROJECT.replace("PORT", str(self.redis.port)).replace("BROKERS", kafka.address)
        self.root = write_project(folder / "shop", {"project.yml": project, "models/shop.yml": SOURCE}, **MODELS)
        self.topic = Topic(kafka, self.root)
        url = Project(self.root).loaded.target.online.url
        self._store, self.client = RedisStore(url, "shop"), redis_client.Redis.from_url(url)
        self._folder = folder
        self.cluster = FlinkCluster(folder / "cluster", slots=1)

    def run(self):
        self.cluster.wait()
        return Project(self.root).run(streaming=True, detach=True, cluster=self.cluster.address)

    def files_with_secrets(self):
        """Logs, records, checkpoints: everything that was written, but for Redis."""
        folders = [self.root, self._folder / "cluster"]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return [str(file) for file in files if any(secret.encode() in file.read_bytes() for secret in SECRETS.values())]

    def until(self, question):
        """Until something is so; meanwhile a TaskManager that ended is started again."""
        deadline = clock.monotonic() + PATIENCE_SECONDS
        while not question():
            assert clock.monotonic() < deadline
            self.cluster.supervise()
            clock.sleep(0.2)

    def until_served(self, share):
        """Until a row of about this share of the orders is in Redis."""
        user = int(EVENTS * share) // ORDERS_OF_A_USER
        self.until(lambda: self._store.get("users", f"user_id={user}"))

    def served(self, rows):
        """The features of many rows, in one round trip."""
        pipeline = self.client.pipeline(transaction=False)
        for row in rows:
            pipeline.hget(self._store.redis_key(*row), "features")
        return {row: found and json.loads(found) for row, found in zip(rows, pipeline.execute(), strict=True)}

    def close(self):
        self.client.close()
        self._store.close()
        self.cluster.close()
        self.redis.stop()


@pytest.fixture
def shop(kafka, tmp_path, monkeypatch):
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    shop = Shop(kafka, tmp_path)
    yield shop
    shop.close()


def break_everything(shop):
    """Each part once, while orders come in."""
    topic, cluster = shop.topic, shop.cluster
    topic.send(0.4)
    shop.until_served(0.2)
    cluster.task_manager.kill()
    topic.send(0.5)
    cluster.restart_task_manager()
    shop.until_served(0.4)

    topic.send(0.6)
    cluster.job_manager.kill()
    topic.send(0.7)
    cluster.restart_job_manager()
    assert shop.run().resumed_from

    shop.until_served(0.6)
    shop.redis.stop()
    shop.redis.start()
    shop.kafka.stop()
    clock.sleep(PAUSE_SECONDS)
    shop.kafka.start()


def test_nothing_is_lost_between_kafka_and_redis(shop):
    topic = shop.topic
    with pytest.raises(KafkaException, match="MSG_SIZE_TOO_LARGE"):
        shop.kafka.produce("million", [(0, b"[" + b" " * 2**20)])
    topic.send(0.2)
    shop.run()
    shop.until_served(0.1)
    break_everything(shop)
    topic.send(1.0)
    topic.end()

    expected = wanted(shop.root)
    last = [("users", f"user_id={(EVENTS - 1) // ORDERS_OF_A_USER}"), ("brands", "brand=0")]
    shop.until(lambda: shop.served(last) == {row: expected[row] for row in last})
    assert shop.served(list(expected)) == expected
    assert sum(row["orders"] for (view, _), row in expected.items() if view == "users") == EVENTS
    assert shop.client.dbsize() == len(expected) > EVENTS / ORDERS_OF_A_USER
    shop.until(lambda: rejected(shop.root).total() >= topic.rejects.total())
    assert rejected(shop.root) == topic.rejects
    shop.until(lambda: shop.kafka.committed("shop", "million", PARTITIONS) == topic.ends)
    assert shop.files_with_secrets() == []
