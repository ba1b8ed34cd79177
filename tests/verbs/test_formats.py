"""The same events as JSON, CSV and Avro on a real broker: each gives the rows of one history in Parquet."""

from __future__ import annotations

import io
import json
import random
import struct
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import duckdb
import fastavro
import pytest

from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars, jar_folder
from sqlfeat.facade import Project
from tests.projects import write_project

pytestmark = pytest.mark.engine

EVENTS, PARTITIONS, USERS = 3_000, 2, 20
START = datetime(2024, 1, 1, tzinfo=timezone.utc)
STREAMS = {
    "json": "format: json",
    "csv": "format: csv, delimiter: ';', null_literal: '-'",
    "avro": "format: avro",
    "framed": "format: avro, schema: schemas/click.avsc, schema_id: 7",
}
COLUMNS = ("id", "user_id", "page", "amount", "price", "paid", "day", "ts")
SOURCE = """\
      - name: NAME
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: page, type: STRING}
          - {name: amount, type: DOUBLE}
          - {name: price, type: "DECIMAL(10, 2)"}
          - {name: paid, type: BOOLEAN}
          - {name: day, type: DATE}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 10 seconds
        order_by: [id]
        history: {format: parquet, path: data/clicks.parquet}
        stream: {connector: kafka, topic: as_NAME, FORMAT}
"""
MODEL = """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time, page, amount, price, paid, day,
  COUNT(*) OVER w AS clicks, SUM(amount) OVER w AS spent, MAX(page) OVER w AS last_page, MIN(price) OVER w AS least
FROM {{ source('site', 'NAME') }}
WINDOW w AS (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW)
"""


def nullable(kind):
    return ["null", kind]


FIELDS = [
    {"name": "id", "type": "long"},
    {"name": "user_id", "type": "long"},
    {"name": "page", "type": nullable("string")},
    {"name": "amount", "type": nullable("double")},
    {"name": "price", "type": nullable({"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2})},
    {"name": "paid", "type": nullable("boolean")},
    {"name": "day", "type": nullable({"type": "int", "logicalType": "date"})},
    {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-millis"}},
]
DECLARED = {"type": "record", "name": "click", "fields": FIELDS}
FILE = {
    "type": "record", "name": "click", "namespace": "site",
    "fields": [{"name": "tags", "type": {"type": "map", "values": "string"}}, *reversed(FIELDS)],
}  # fmt: skip


def events():
    """In disorder of up to ten seconds, each field of every kind, and nothing where there may be nothing."""
    chance = random.Random(3)

    def some(value):
        return None if chance.random() < 0.1 else value

    for number in range(EVENTS):
        at = START + timedelta(milliseconds=200 * number - chance.randrange(9_000) + 10_000)
        page = chance.choice(["", "a", "ü😀", 'say "no"', "a;b", "two\nlines\r\n", "-", " x "])
        yield {
            "id": number, "user_id": chance.randrange(USERS), "page": some(page),
            "amount": some(chance.uniform(-1, 1) * 10 ** chance.randrange(-20, 20)),
            "price": some(Decimal(chance.randrange(-99999, 99999)).scaleb(-2)), "paid": some(chance.random() < 0.5),
            "day": some(at.date()), "ts": at,
        }  # fmt: skip


def plain(event):
    """The fields as JSON and CSV have them."""
    texts = {"ts": event["ts"].strftime("%Y-%m-%d %H:%M:%S.") + f"{event['ts'].microsecond // 1000:03}"}
    texts |= {name: event[name] if event[name] is None else str(event[name]) for name in ("price", "day")}
    return {**event, **texts}


def as_csv(event):
    return ";".join(map(cell, plain(event).values())).encode() + (b"", b"\n", b"\r\n")[event["id"] % 3]


def cell(value):
    """What is NULL is `-` without quotes, so text is in quotes."""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return "-" if value is None else json.dumps(value)


def as_avro(schema, event):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, {**event, "tags": {"a": "b"}})
    return out.getvalue()


WRITERS = {
    "json": lambda event: json.dumps(plain(event), ensure_ascii=False).encode(),
    "csv": as_csv,
    "avro": lambda event: as_avro(DECLARED, event),
    "framed": lambda event: b"\x00" + struct.pack(">i", 7) + as_avro(FILE, event),
}
BROKEN = {
    "json": {b"{broken": "not a JSON object", None: "a message without a value"},
    "csv": {
        b'1;2;"x': "a quote that is not closed",
        b"1;2;3": "3 fields instead of 8",
        b"\xff": "not UTF-8 text",
        b'"' + b";" * 900_000: "a quote that is not closed",
        None: "a message without a value",
    },
    "avro": {
        b"\x0e\x02\x02\xfe\xff\xff\xff\x0f": "not an Avro record of the schema: it breaks off",
        b"": "not an Avro record of the schema: it breaks off",
        b"{}" * 450_000: "not an Avro record of the schema: choice -62 of 2",
        None: "a message without a value",
    },
    "framed": {b"\x00\x00\x00\x00\x08": "the schema 8 instead of 7", b"{}": "no header of a schema registry"},
}
"""Messages that cannot be read; the log says where they lie."""
BAD = {"id": -1, "user_id": 1, "page": None, "amount": None, "price": None, "paid": None, "day": None, "ts": START}
UNFIT = {
    "json": [(WRITERS["json"]({**BAD, "user_id": "x"}), "user_id is not BIGINT")],
    "csv": [
        (b'-1;1;-;1e999;-;-;-;"2024-01-01 00:00:00"', "amount is not DOUBLE"),
        (b'-1;-;-;-;-;-;-;"2024-01-01 00:00:00"', "user_id is missing"),
        (b'-1;1;-;-;-;perhaps;-;"2024-01-01 00:00:00"', "paid is not BOOLEAN"),
        (b'-1;1;-;-;-;-;"";"2024-01-01 00:00:00"', "day is not DATE"),
        (b"-1;1;-;-;-;-;-;yesterday", "ts is not TIMESTAMP(3)"),
    ],
    "avro": [
        (as_avro(DECLARED, {**BAD, "amount": float("nan")}), "amount is not DOUBLE"),
        (as_avro(DECLARED, {**BAD, "ts": datetime(1970, 1, 1, tzinfo=timezone.utc)}),
         "ts is not after 1970-01-01 00:00:00"),
    ],
    "framed": [],
}  # fmt: skip
"""Messages that can be read and do not fit."""


def fill(kafka, name, made):
    """A topic of the events with what does not fit in between; gives the reasons that must be in the log."""
    kafka.create_topic(f"as_{name}", PARTITIONS)
    messages = [(number % PARTITIONS, WRITERS[name](event)) for number, event in enumerate(made)]
    reasons = [reason for _, reason in UNFIT[name]]
    for index, (message, reason) in enumerate([*BROKEN[name].items(), *UNFIT[name]]):
        partition, at = index % PARTITIONS, 100 * index + 50
        if index < len(BROKEN[name]):
            offset = sum(1 for taken, _ in messages[:at] if taken == partition)
            reasons.append(f"{reason} (partition {partition}, offset {offset})")
        messages.insert(at, (partition, message))
    kafka.produce(f"as_{name}", messages)
    return sorted(reasons)


@pytest.fixture
def project(kafka, tmp_path):
    bring_jars((pinned()["kafka"],), jar_folder())
    sources = "".join(SOURCE.replace("NAME", name).replace("FORMAT", form) for name, form in STREAMS.items())
    entity = "entities:\n  - {name: user, keys: [{name: user_id, type: BIGINT}]}\n"
    files = {
        "project.yml": f"name: site\nversion: 1\ntargets: {{dev: {{kafka: {{brokers: '{kafka.address}'}}}}}}\n",
        "models/shop.yml": f"{entity}sources:\n  - name: site\n    streams:\n{sources}",
        "schemas/click.avsc": json.dumps(FILE),
    }
    models = {f"clicks_{name}": MODEL.replace("NAME", name) for name in STREAMS}
    return Project(write_project(tmp_path, files, **models))


def keep(root, made):
    """The history."""
    (root / "data").mkdir()
    lines = root / "data" / "clicks.jsonl"
    lines.write_text("".join(json.dumps(plain(event)) + "\n" for event in made), encoding="utf-8")
    types = ("BIGINT", "BIGINT", "VARCHAR", "DOUBLE", "DECIMAL(10, 2)", "BOOLEAN", "DATE", "TIMESTAMP")
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in zip(COLUMNS, types, strict=True))
    duckdb.sql(f"SELECT * FROM read_json('{lines}', columns = {{{columns}}})").write_parquet(
        str(root / "data" / "clicks.parquet")
    )


def rejects(root, name):
    (run,) = (root / "target" / "parity").glob("[0-9]*")
    files = [file for file in run.rglob("[!.]*") if file.parts[-3:-1] == (f"site.{name}", "rejects")]
    return sorted(json.loads(line)["reason"] for file in files for line in file.read_text("utf-8").splitlines())


def test_every_format_gives_the_rows_of_the_history(project, kafka):
    made = list(events())
    keep(project.root, made)
    wanted = {name: fill(kafka, name, made) for name in STREAMS}
    result = project.parity()
    assert {model.name: (model.comparison.flink_rows, model.comparison.mismatches) for model in result.models} == {
        f"clicks_{name}": (EVENTS, 0) for name in STREAMS
    }
    assert {name: rejects(project.root, name) for name in STREAMS} == wanted
