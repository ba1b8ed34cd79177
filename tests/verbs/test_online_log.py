"""The log of the online store: its last record of a key is what the store holds, whatever happens to the job."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import redis

from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.orphan import _parent
from sqlfeat.facade import Project
from tests.flink_cluster import FlinkCluster
from tests.jobs.test_jobs import edit
from tests.projects import line_of, write_project

pytestmark = pytest.mark.engine
SECONDS = 90
USERS, PAGES, EVENTS, PARTITIONS = 20, 5, 3_000, 4
SECRET = "open-sesame"
PROJECT = """\
name: logged
version: 1
targets:
  dev:
    default: true
    online: {{type: redis, url: "{redis}", log: {{connector: kafka, topic: rows}}}}
    stream: {{parallelism: 2, checkpoint_interval: 1 second}}
    kafka:
      brokers: "{brokers}"
      properties: {{ssl.key.password: "{{{{ env_var('SQLFEAT_SECRET_KAFKA') }}}}"}}
  files:
    online: {{type: sqlite, path: online.db, log: {{connector: kafka, topic: replayed, brokers: "{brokers}"}}}}
    kafka: {{brokers: "{brokers}"}}
  cluster:
    online: {{type: sqlite, path: online.db, log: {{connector: kafka, topic: cluster_rows}}}}
    stream: {{parallelism: 1, checkpoint_interval: 1 second}}
    kafka: {{brokers: "{brokers}"}}
"""
SOURCE = """\
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
  - {name: page, keys: [{name: page, type: STRING}]}
sources:
  - name: site
    streams:
      - name: clicks
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT}
          - {name: page, type: STRING}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 10 seconds
        order_by: [ts, id]
        history: {format: json, path: data/clicks.jsonl}
        stream: {connector: kafka, topic: logged_clicks}
"""
BY_USER = """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS n
FROM {{ source('site', 'clicks') }}
"""
BY_PAGE = """\
{{ config(materialized='event', entity='page') }}
SELECT page, ts AS feature_time, user_id, id FROM {{ source('site', 'clicks') }}
"""
PAGE_NAMES = ["a,b", 'q"uote', "ü", "back\\slash", "per%cent"]


def events():
    """In disorder of up to 8 seconds, so that none is late; some have no user."""
    chance = random.Random(5)
    made = []
    for number in range(EVENTS):
        at = datetime(2024, 1, 1) + timedelta(milliseconds=100 * number)
        user = None if number % 50 == 0 else chance.randrange(USERS)
        event = {"id": number, "user_id": user, "page": PAGE_NAMES[chance.randrange(PAGES)]}
        event["ts"] = at.isoformat(sep=" ", timespec="milliseconds")
        made.append((100 * number + chance.randrange(8_000), json.dumps(event, ensure_ascii=False).encode()))
    return [line for _, line in sorted(made)]


@pytest.fixture
def project(kafka, redis_url, tmp_path, monkeypatch):
    monkeypatch.setenv("SQLFEAT_SECRET_KAFKA", SECRET)
    bring_jars((pinned()["kafka"],), jar_folder())
    yaml = PROJECT.format(redis=redis_url, brokers=kafka.address)
    lines = b"".join(line + b"\n" for line in events()).decode()
    files = {"project.yml": yaml, "models/shop.yml": SOURCE, "data/clicks.jsonl": lines}
    return Project(write_project(tmp_path, files, by_user=BY_USER, by_page=BY_PAGE))


class Clicks:
    """The events, sent a stretch at a time, from one partition to the next: the order of a page is nobody's."""

    def __init__(self, kafka, topic="logged_clicks"):
        self._kafka, self._topic, self._lines = kafka, topic, events()
        kafka.create_topic(topic, PARTITIONS)

    def send(self, start, end):
        part = [(number % PARTITIONS, line) for number, line in enumerate(self._lines[start:end])]
        self._kafka.produce(self._topic, part)

    def end(self):
        """In each partition an event so late that everything before it is complete; it has neither user nor page."""
        last = json.dumps({"id": -1, "ts": "2024-01-02 00:00:00.000"}).encode()
        self._kafka.produce(self._topic, [(number, last) for number in range(PARTITIONS)])


def until(question):
    deadline = time.monotonic() + SECONDS
    while not question():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def stored(url):
    """What `redis-cli` shows of the project."""
    client = redis.Redis.from_url(url, decode_responses=True)
    rows = {key: client.hgetall(key) for key in client.scan_iter("sqlfeat:logged:*")}
    client.close()
    return rows


def latest(kafka, topic):
    """The last record of each key, as a compacted topic keeps it."""
    return {key.decode(): json.loads(message) for key, message in kafka.records(topic)}


def by_user(kafka):
    """The rows of a feature view that no row of a key comes out of order in."""
    return [json.loads(message) for key, message in kafka.records("rows") if b":by_user:" in key]


def as_stored(message):
    features = json.dumps(message["features"], ensure_ascii=False, separators=(",", ":"))
    return {"feature_time": message["feature_time"], "version": message["version"], "features": features}


def wanted(project):
    """The rows of `by_user` in a backfill over everything."""
    project.backfill(["by_user"])
    files = f"{project.root}/data/offline/by_user/**/*.parquet"
    rows = duckdb.sql(f"SELECT user_id, CAST(feature_time AS TEXT), n FROM read_parquet('{files}')").fetchall()
    return Counter((user, f"{at}.000"[:23] if "." not in at else f"{at:0<23}", n) for user, at, n in rows if user)


def test_the_log_is_what_was_written(project, kafka, redis_url):
    kafka.create_topic("rows", 3)
    clicks = Clicks(kafka)
    clicks.send(0, 1_000)
    project.run(streaming=True, detach=True)
    try:
        until(lambda: len(by_user(kafka)) > 850)
        project.stop()
        before = Counter(kafka.records("rows"))
        clicks.send(1_000, 2_000)
        project.run(streaming=True, detach=True)
        until(lambda: len(by_user(kafka)) > 1_800)
        (running,) = project.status()
        os.kill(running.pid, signal.SIGKILL)
        until(lambda: project.status()[0].state == "LOST")
        clicks.send(2_000, EVENTS)
        clicks.end()
        project.run(streaming=True, detach=True)
        until(lambda: any("04:59.900" in row["feature_time"] for row in stored(redis_url).values()))
    finally:
        project.stop()

    rows, log = stored(redis_url), latest(kafka, "rows")
    assert len(rows) == USERS + PAGES
    assert {key: as_stored(message) for key, message in log.items()} == rows
    found = {(row["entity"]["user_id"], row["feature_time"], row["features"]["n"]) for row in by_user(kafka)}
    assert wanted(project).keys() - found == set()
    assert set(before.values()) == {1}, "a stop with a savepoint writes nothing twice"
    assert [file for file in project.root.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()] == []


def in_file(path):
    """What `sqlite3` shows of the project, under the names that Redis has for it."""
    query = "SELECT model, key, feature_time, version, features FROM online_rows WHERE project = 'logged'"
    with closing(sqlite3.connect(path)) as connection:
        return {
            f"sqlfeat:logged:{model}:{{{key}}}": {"feature_time": at, "version": version, "features": features}
            for model, key, at, version, features in connection.execute(query)
        }


def below(process):
    """The processes that a process started, and those that these started."""
    everyone = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [one for one in everyone if process in ancestors(one)]


def ancestors(process):
    while process > 1:
        process, _ = _parent(process)
        yield process


def runs(process):
    """Whether a process is more than an entry that nobody has asked about."""
    with suppress(OSError):
        return bool(Path(f"/proc/{process}/cmdline").read_bytes())
    return False


def test_a_cluster_whose_task_manager_is_killed(project, kafka, tmp_path):
    """SQLite is a store for a cluster of this machine; the Python workers end with their TaskManager."""
    edit(project.root, "models/shop.yml", "logged_clicks", "cluster_clicks")
    kafka.create_topic("cluster_rows", 3)
    clicks = Clicks(kafka, "cluster_clicks")
    clicks.send(0, 1_500)
    shop, store = Project(project.root, target="cluster"), project.root / "online.db"
    cluster = FlinkCluster(tmp_path / "cluster", slots=1)
    try:
        cluster.wait()
        shop.run(streaming=True, detach=True, cluster=cluster.address)
        until(lambda: len(kafka.records("cluster_rows")) > 1_000)
        workers = below(cluster.task_manager.pid)
        assert workers
        cluster.task_manager.kill()
        until(lambda: not any(map(runs, workers)))
        cluster.restart_task_manager()
        clicks.send(1_500, EVENTS)
        clicks.end()
        until(lambda: any("04:59.900" in row["feature_time"] for row in in_file(store).values()))
        shop.stop()
    finally:
        cluster.close()
    log = latest(kafka, "cluster_rows")
    assert len(log) == USERS + PAGES
    assert {key: as_stored(message) for key, message in log.items()} == in_file(store)


def test_a_replay_is_logged_too(project, kafka):
    edit(project.root, "models/shop.yml", "{connector: kafka, topic: logged_clicks}",
         "{connector: filesystem, path: data/clicks.jsonl}")  # fmt: skip
    shop = Project(project.root, target="files")
    with pytest.raises(SqlfeatError) as caught:
        shop.run(streaming=True)
    (missing,) = caught.value.diagnostics
    assert line_of(missing, project.root) == (
        "SF0824 | the topic `replayed` of the online store's log cannot be written: Kafka has no topic of that"
        f" name | brokers: {kafka.address}"
        " | help: correct `online: {log: {topic: ...}}` of the target, create the topic, or correct `kafka:` of the"
        " target"
    )
    kafka.create_topic("replayed", 2)
    shop.run(streaming=True)
    log = latest(kafka, "replayed")
    assert len(log) == USERS + PAGES
    key = "sqlfeat:logged:by_page:{page=a%2Cb}"
    assert log[key]["entity"] == {"page": "a,b"}
    online = shop.get("by_page", {"page": "a,b"})
    assert online.features == log[key]["features"]
