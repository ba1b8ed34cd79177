"""Where a topic is begun, and a job that is filled from history before it reads one."""

from __future__ import annotations

import json
import random
import time as clock
from datetime import datetime, timedelta, timezone

import duckdb
import pytest

from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder
from sqlfeat.facade import Project
from sqlfeat.stores.online import open_store
from tests.projects import write_project

pytestmark = pytest.mark.engine
SECONDS = 90
NOON = datetime(2024, 1, 31, 12, tzinfo=timezone.utc)
ENTITY = "entities:\n  - {name: user, keys: [{name: user_id, type: BIGINT}]}\nsources:\n  - name: site\n    streams:\n"
TARGET = """\
    stream: {parallelism: 1, checkpoint_interval: 1 second}
    kafka:
      brokers: "BROKERS"
      properties: {ssl.key.password: "{{ env_var('SQLFEAT_SECRET_KAFKA') }}"}
"""
SECRET = "open-sesame"
SOURCE = """\
      - name: NAME
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        order_by: [id]
        lateness: 30 seconds
        history: {format: json, path: data/events.jsonl}
        stream: {connector: kafka, STREAM}
"""
MODEL = """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n
FROM {{ source('site', 'NAME') }}
"""


def project(kafka, folder, **streams):
    bring_jars((pinned()["kafka"],), jar_folder())
    target = TARGET.replace("BROKERS", kafka.address)
    sources = "".join(SOURCE.replace("NAME", name).replace("STREAM", text) for name, text in streams.items())
    files = {
        "project.yml": f"name: site\nversion: 1\ntargets:\n  dev:\n{target}",
        "models/shop.yml": ENTITY + sources,
    }
    return Project(write_project(folder, files, **{f"{name}_n": MODEL.replace("NAME", name) for name in streams}))


@pytest.fixture(autouse=True)
def _secret(monkeypatch):
    monkeypatch.setenv("SQLFEAT_SECRET_KAFKA", SECRET)


def test_where_a_topic_is_begun(kafka, tmp_path):
    """At the messages that Kafka got from a moment on, and behind those that a group has read."""
    shop = project(
        kafka, tmp_path,
        moment="topic: begun, startup: timestamp, timestamp: '2024-01-31 12:00:00'",
        group="topic: begun_csv, format: csv, startup: group, group: readers",
    )  # fmt: skip
    ids = range(20)
    times = [f"2024-01-01 00:00:{number:02}.000" for number in ids]
    as_json = [
        json.dumps({"id": number, "user_id": 1, "ts": ts}).encode() for number, ts in zip(ids, times, strict=True)
    ]
    noon_ms = int(NOON.timestamp() * 1000)
    for topic in ("begun", "begun_csv"):
        kafka.create_topic(topic, 2)
    kafka.produce("begun", [(0, b"{broken"), *((number % 2, as_json[number]) for number in range(8))], noon_ms - 1)
    kafka.produce("begun", [(number % 2, as_json[number]) for number in range(8, 20)], noon_ms)
    as_csv = [f"{number},1,{ts}".encode() for number, ts in zip(ids, times, strict=True)]
    kafka.produce("begun_csv", [(0, b"1"), *((number % 2, as_csv[number]) for number in ids)])
    kafka.commit("readers", "begun_csv", {0: 4})

    result = shop.run(streaming=True, until_latest=True)
    assert shop.get("moment_n", {"user_id": "1"}).features == {"n": 12}
    # Partition 0 without its first four messages, one of them broken; partition 1, where the group never was, whole.
    assert shop.get("group_n", {"user_id": "1"}).features == {"n": 17}
    assert [(source.name, source.rejects) for source in result.sources] == [("site.moment", 0), ("site.group", 0)]


USERS, EVENTS = 50, 4_000
CUTOVER = datetime(2024, 1, 1, 0, 30)


class Events:
    """An event a second, in disorder of twenty seconds; the topic has the later half, history has all."""

    def __init__(self, kafka, root):
        chance = random.Random(4)
        start = datetime(2024, 1, 1)
        made = [
            {"id": number, "user_id": chance.randrange(USERS), "ts": f"{start + timedelta(seconds=number)}.000"}
            for number in range(EVENTS)
        ]
        self._lines = [json.dumps(event).encode() for event in made]
        self._sent = [(number + chance.randrange(20), line) for number, line in enumerate(self._lines)]
        self._kafka, self._root = kafka, root
        kafka.create_topic("filled", 2)
        (root / "data").mkdir()

    def send(self, start, end):
        """Some of the topic; and history up to there."""
        (self._root / "data" / "events.jsonl").write_bytes(b"\n".join(self._lines[:end]))
        part = sorted(self._sent[start:end])
        self._kafka.produce("filled", [(number % 2, line) for number, (_, line) in enumerate(part)])

    def end(self):
        """In each partition an event so late that everything before it is complete."""
        last = json.dumps({"id": -1, "user_id": -1, "ts": "2024-01-02 00:00:00.000"}).encode()
        self._kafka.produce("filled", [(0, last), (1, last)])


def served(shop):
    """The count of every user."""
    store = open_store(shop.loaded.target.online, shop.root, "site")
    rows = {user: store.get("filled_n", f"user_id={user}") for user in range(USERS)}
    store.close()
    return {user: row and json.loads(row.features)["n"] for user, row in rows.items()}


def wanted(shop):
    """The last count of every user in a backfill over everything."""
    shop.backfill()
    files = f"{shop.root}/data/offline/filled_n/**/*.parquet"
    return dict(duckdb.sql(f"SELECT user_id, MAX(n) FROM read_parquet('{files}') GROUP BY 1").fetchall())


def until(question):
    deadline = clock.monotonic() + SECONDS
    while not question():
        assert clock.monotonic() < deadline
        clock.sleep(0.2)


def test_history_then_a_topic(kafka, tmp_path):
    shop = project(kafka, tmp_path, filled="topic: filled, group: filled")
    events = Events(kafka, shop.root)
    events.send(1_500, 3_000)
    started = shop.run(streaming=True, detach=True, bootstrap=CUTOVER)
    try:
        assert started.resumed_from == ""
        # What lies more than lateness and disorder behind the end is served.
        until(lambda: sum(filter(None, served(shop).values())) > 2_900)
        until(lambda: kafka.committed("filled", "filled", 2) == [750, 750])
        # What came from history is not counted, for nobody waits for more of it.
        until(lambda: shop.status()[0].sources[0].rows == 1_500)
        assert shop.status()[0].sources[0].watermark is not None
    finally:
        stopped = shop.stop()

    # It goes on from its savepoint, behind what it has read, and keeps its cut-over.
    events.send(3_000, EVENTS)
    events.end()
    assert shop.run(streaming=True, detach=True).resumed_from.endswith(stopped.savepoint)
    try:
        expected = wanted(shop)
        assert sum(expected.values()) == EVENTS
        until(lambda: served(shop) == expected)
    finally:
        shop.stop()
    assert [file for file in shop.root.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()] == []
