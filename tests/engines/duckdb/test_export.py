from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.export import export_events
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.load import load_project
from tests.projects import EVENT, write_project

SOURCES = """\
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT}
          - {name: user_id, type: BIGINT}
          - {name: amount, type: DOUBLE}
          - {name: price, type: "DECIMAL(30,10)"}
          - {name: note, type: STRING}
          - {name: day, type: DATE}
          - {name: paid, type: BOOLEAN}
          - {name: ts, type: TIMESTAMP(3)}
        event_time: ts
        order_by: [id]
        history: {format: parquet, path: history.parquet}
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
"""
MODEL = (
    EVENT
    + """\
SELECT user_id, ts AS feature_time, id, amount, price, note, day, paid FROM {{ source('shop', 'orders') }}
"""
)
SCHEMA = pa.schema(
    [
        ("id", pa.int64()),
        ("user_id", pa.int64()),
        ("amount", pa.float64()),
        ("price", pa.decimal128(30, 10)),
        ("note", pa.string()),
        ("day", pa.date32()),
        ("paid", pa.bool_()),
        ("ts", pa.timestamp("ms")),
    ]
)
CUTOVER = datetime(2024, 1, 1)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(-(10**27), 10**27).map(lambda number: Decimal(number).scaleb(-10)),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
        st.dates(date(1900, 1, 1), date(2100, 1, 1)),
        st.booleans(),
        st.integers(-2_000, 2_000),
    ),
    max_size=30,
)


def table(rows):
    named = [
        {
            "id": number,
            "user_id": key,
            "amount": amount,
            "price": price,
            "note": note,
            "day": day,
            "paid": paid,
            "ts": CUTOVER + timedelta(milliseconds=ms),
        }
        for number, (key, amount, price, note, day, paid, ms) in enumerate(rows)
    ]
    return pa.Table.from_pylist(named, SCHEMA)


def accepted(root, options=None):
    project = load_project(root)
    (model,) = compile_models(project, ["all"], options)
    with connect(root, temp_dir=root / "tmp") as connection:
        run = DuckdbRun(connection)
        run.prepare(model)
        source = project.config.source("shop", "orders")
        events = export_events(connection, source, CUTOVER, root / "events.jsonl")
        rows = connection.execute('SELECT * FROM "shop__orders" ORDER BY ts, id').fetchall()
    return events, rows


@settings(max_examples=6)
@given(ROWS)
def test_what_is_exported_reads_back_as_the_events_before_the_cut_over(tmp_path_factory, rows):
    root = write_project(tmp_path_factory.mktemp("export"), {"models/shop.yml": SOURCES}, all=MODEL)
    pq.write_table(table(rows), root / "history.parquet")
    events, found = accepted(root)
    before = [row for row in found if row[-1] < CUTOVER]
    assert events == len(before)
    lines = [json.loads(line) for line in (root / "events.jsonl").read_text(encoding="utf-8").split("\n") if line]
    assert [line["id"] for line in lines] == [row[0] for row in before]
    exported = str(root / "exported.jsonl")
    (root / "events.jsonl").rename(exported)
    _, again = accepted(root, LowerOptions(histories=(("shop.orders", exported),)))
    assert [tuple(map(repr, row)) for row in again] == [tuple(map(repr, row)) for row in before]


def test_only_a_whole_file_appears(tmp_path):
    root = write_project(tmp_path, {"models/shop.yml": SOURCES}, all=MODEL)
    pq.write_table(table([(1, 0.5, Decimal(1), "a", date(2024, 1, 1), True, -1)]), root / "history.parquet")
    accepted(root)
    assert [path.name for path in Path(root).glob("*.jsonl")] == ["events.jsonl"]
    assert list(Path(root).glob(".*.jsonl")) == []
