"""A topic read live: into the online store and files, against a backfill of the same events."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from datetime import datetime, timedelta

import duckdb
import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.job import merge_options, start_job
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.facade import Project
from sqlfeat.lower.program import LowerOptions
from sqlfeat.stores.online import open_store

pytestmark = pytest.mark.engine

USERS, EVENTS, PARTITIONS = 20, 6_000, 4
START = datetime(2024, 1, 1)
PROJECT = """\
name: clicks
version: 1
targets:
  dev:
    default: true
    online: {{type: redis, url: "{redis}"}}
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
          - {name: amount, type: DOUBLE}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 10 seconds
        order_by: [ts, id]
        unique_key: [id]
        history: {format: json, path: data/clicks.jsonl}
        stream: {connector: kafka, topic: clicks}
"""
MODEL = """\
{{ config(materialized='event', entity='user') }}
SELECT
  user_id,
  ts AS feature_time,
  COUNT(*) OVER w AS clicks_1m,
  SUM(amount) OVER w AS amount_1m,
  MAX(page) OVER w AS last_page
FROM {{ source('site', 'clicks') }}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW)
"""
BROKEN = {
    b"{broken": "not a JSON object",
    b"[1]": "not a JSON object",
    b"": "not a JSON object",
    b'{"id": 1, "page": "\xff"}': "not UTF-8 text",
    b'{"id": 3, "user_id": 1, "ts": "2024-01-01 00:00:01.000"': "not a JSON object",
    None: "a message without a value",
}
UNFIT = {
    b'{"id": -4} {"id": 2}': "what stands behind the JSON object was not read",
    b'{"id": -1, "user_id": "x", "ts": "2024-01-01 00:00:00.000"}': "user_id is not BIGINT",
    b'{"id": -2, "user_id": 1}': "ts is missing",
    b'{"id": -3, "user_id": 1, "ts": "yesterday"}': "ts is not TIMESTAMP(3)",
}


def events():
    """In disorder of up to 12 seconds, so that some are late; every hundredth twice, one of 900 kB."""
    chance = random.Random(7)
    made = []
    for number in range(EVENTS):
        at = START + timedelta(milliseconds=100 * number)
        page = "x" * 900_000 if number == 77 else chance.choice(["a", "b", "ü"])
        event = {"id": number, "user_id": chance.randrange(USERS), "page": page, "amount": chance.random()}
        event["ts"] = at.strftime("%Y-%m-%d %H:%M:%S.") + f"{at.microsecond // 1000:03}"
        made.append((100 * number + chance.randrange(12_000), event))
        if number % 100 == 0:
            made.append((100 * number + chance.randrange(12_000), event))
    made.sort(key=lambda pair: pair[0])
    return [event for _, event in made]


def fill(kafka, root):
    """Write the events to a topic and, as they are, to the history."""
    kafka.create_topic("clicks", PARTITIONS)
    lines = [json.dumps(event, ensure_ascii=False).encode() for event in events()]
    (root / "data").mkdir()
    (root / "data" / "clicks.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    messages = [(json.loads(line)["user_id"] % PARTITIONS, line) for line in lines]
    for position, message in enumerate([*BROKEN, *UNFIT]):
        messages.insert(500 * position, (position % PARTITIONS, message))
    kafka.produce("clicks", messages)


@pytest.fixture
def project(kafka, redis_url, tmp_path):
    bring_jars((pinned()["kafka"],), jar_folder())
    (tmp_path / "models").mkdir()
    (tmp_path / "project.yml").write_text(PROJECT.format(redis=redis_url, brokers=kafka.address), encoding="utf-8")
    (tmp_path / "models" / "site.yml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "models" / "clicks.sql").write_text(MODEL, encoding="utf-8")
    fill(kafka, tmp_path)
    return Project(tmp_path)


def logged(root, log):
    files = (root / "target" / "stream" / "logs" / "site.clicks" / log).rglob("[!.]*")
    return [json.loads(line) for file in files if file.is_file() for line in file.read_text("utf-8").splitlines()]


def test_a_topic_against_the_history(project):
    root = project.root
    result = project.run(streaming=True, until_latest=True)
    late = logged(root, "late")
    rejects = logged(root, "rejects")
    reasons = Counter(row["reason"].partition(" (partition")[0] for row in rejects)
    # The first of two objects in a message is read, and does not fit.
    assert reasons == Counter([*BROKEN.values(), *UNFIT.values(), "user_id is missing"])
    assert {row["row"] for row in rejects} >= {"{broken", "[1]", '{"id": -4} {"id": 2}'}
    assert (result.sources[0].rejects, result.sources[0].late) == (len(rejects), len(late))
    # What was late is what the backfill leaves out.
    gone = Counter(row["id"] for row in late)
    kept = []
    for line in (root / "data" / "clicks.jsonl").read_text("utf-8").splitlines():
        number = json.loads(line)["id"]
        if gone[number]:
            gone[number] -= 1
        else:
            kept.append(line)
    (root / "data" / "clicks.jsonl").write_text("".join(line + "\n" for line in kept), "utf-8")
    project.backfill()
    rows = duckdb.sql(
        f"SELECT * FROM read_parquet('{root}/data/offline/clicks/**/*.parquet') "
        "QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY feature_time DESC) = 1"
    )
    last = {row[rows.columns.index("user_id")]: dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()}
    assert len(last) == USERS
    for user, row in last.items():
        value = project.get("clicks", {"user_id": str(user)})
        assert value.features == {name: row[name] for name in ("clicks_1m", "amount_1m", "last_page")}, user


LIVE = """\
version: 1
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
sources:
  - name: site
    streams:
"""
STREAM = """\
      - name: {name}
        columns:
          - {{name: user_id, type: BIGINT, nullable: false}}
          - {{name: ts, type: TIMESTAMP(3), nullable: false}}
        event_time: ts
        lateness: 1 second
        stream: {stream}
"""
COUNT = """\
{{{{ config(materialized='event', entity='user') }}}}
SELECT user_id, ts AS feature_time,
  COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS n
FROM {{{{ source('site', '{name}') }}}}
"""
STREAMS = {
    "lonely": "{connector: kafka, topic: lonely}",
    "silent": "{connector: kafka, topic: silent, idle_timeout: 500 ms}",
    "made": "{connector: datagen, format: none, ends: true, options: "
    "{fields.user_id.kind: sequence, fields.user_id.start: 1, fields.user_id.end: 100}}",
}


@pytest.fixture
def live(kafka, tmp_path):
    bring_jars((pinned()["kafka"],), jar_folder())
    project = f"name: live\nversion: 1\ntargets: {{dev: {{kafka: {{brokers: '{kafka.address}'}}}}}}\n"
    texts = {"project.yml": project, "models/site.yml": LIVE}
    for name, stream in STREAMS.items():
        texts["models/site.yml"] += STREAM.format(name=name, stream=stream)
        texts[f"models/{name}_count.sql"] = COUNT.format(name=name)
    (tmp_path / "models").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return Project(tmp_path)


def minute(number):
    return json.dumps({"user_id": 1, "ts": f"2024-01-01 00:{number:02}:00.000"}).encode()


def test_a_stream_that_goes_on(live, kafka):
    """With fewer partitions than readers, with a partition that is silent, and through a connector handed through."""
    with pytest.raises(SqlfeatError) as caught:
        live.run(["lonely_count"], streaming=True, until_latest=True)
    assert caught.value.diagnostics[0].code == "SF0822"
    assert caught.value.diagnostics[0].message == ("the topic `lonely` cannot be read: Kafka has no topic of that name")
    kafka.create_topic("lonely", 1)
    kafka.create_topic("silent", 4)
    kafka.produce("lonely", [(0, minute(number)) for number in range(3)])
    kafka.produce("silent", [(number % 3, minute(number)) for number in range(6)])
    root = live.root
    options = LowerOptions(log_dir=str(root / "logs"), project_dir=str(root), connect=True)
    models = compile_models(live.loaded, [f"{name}_count" for name in STREAMS], options)
    sink = OnlineSink(live.loaded.target.online, root, "live", None)
    result = start_job(models, merge_options(models), root / "flink.log", 2, sink)
    try:
        store = open_store(live.loaded.target.online, root, "live")
        expected = {"lonely_count": "2024-01-01 00:01:00.000", "silent_count": "2024-01-01 00:02:00.000"}
        deadline = time.monotonic() + 60
        waiting = set(expected)
        made = 0
        while (waiting or made < 100) and time.monotonic() < deadline:
            rows = {name: store.get(name, "user_id=1") for name in waiting}
            waiting = {name for name, row in rows.items() if row is None or row.feature_time < expected[name]}
            made = sum(store.get("made_count", f"user_id={user}") is not None for user in range(1, 101))
        store.close()
    finally:
        result.get_job_client().cancel().result()
    assert (waiting, made) == (set(), 100)
