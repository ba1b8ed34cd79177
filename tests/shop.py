"""A small project that runs: orders of a shop, a staging view, two feature views, and what they should give."""

from __future__ import annotations

import json
from pathlib import Path

ORDERS = [
    {"order_id": 1, "user_id": 7, "amount": 10, "status": "paid", "ts": "2024-01-01 10:00:00.000"},
    {"order_id": 2, "user_id": 8, "amount": 5, "status": "paid", "ts": "2024-01-01 10:10:00.000"},
    {"order_id": 3, "user_id": 7, "amount": 99, "status": "void", "ts": "2024-01-01 10:20:00.000"},
    {"order_id": 4, "user_id": 7, "amount": 20, "status": "paid", "ts": "2024-01-01 10:30:00.000"},
    {"order_id": 5, "user_id": 7, "amount": 40, "status": "paid", "ts": "2024-01-01 11:00:00.001"},
]

SPEND = [
    (7, "2024-01-01 10:00:00.000", 10),
    (8, "2024-01-01 10:10:00.000", 5),
    (7, "2024-01-01 10:30:00.000", 30),
    (7, "2024-01-01 11:00:00.001", 60),
]
"""The rows of `spend`, worked out by hand: the first order is a millisecond too old for the last row."""

FILES = {
    "project.yml": """\
name: shop
version: 1
targets:
  dev:
    default: true
    online: {type: sqlite, path: data/online.db}
    offline: {type: parquet, path: data/offline}
""",
    "models/shop.yml": """\
version: 1
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}], description: A shop account.}
sources:
  - name: shop
    streams:
      - name: orders
        description: One row per order.
        columns:
          - {name: order_id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: amount, type: BIGINT}
          - {name: status, type: STRING}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 1 minute
        order_by: [ts, order_id]
        history: {format: json, path: data/orders.jsonl}
        stream: {connector: filesystem, path: data/orders.jsonl, format: json}
models:
  - name: paid
    description: Orders that were paid.
    columns:
      - {name: amount, description: What was paid.}
  - name: spend
    description: What a user spent lately.
    columns:
      - {name: spend_1h, description: Paid amount in the last hour.}
""",
    "models/paid.sql": """\
{{ config(materialized='view') }}
SELECT order_id, user_id, amount, ts FROM {{ source('shop', 'orders') }} WHERE status = 'paid'
""",
    "models/spend.sql": """\
{{ config(materialized='event', entity='user', tags=['money'], owner='risk') }}
SELECT
  user_id,
  ts AS feature_time,
  SUM(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
    AS spend_1h
FROM {{ ref('paid') }}
""",
    "models/orders_1d.sql": """\
{{ config(materialized='event', entity='user') }}
SELECT
  user_id,
  ts AS feature_time,
  COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW) AS orders_1d
FROM {{ source('shop', 'orders') }}
""",
}


def write_shop(root: Path) -> Path:
    """Write the project into a folder; gives the folder."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "data").mkdir(exist_ok=True)
    lines = "".join(json.dumps(order) + "\n" for order in ORDERS)
    (root / "data" / "orders.jsonl").write_text(lines, encoding="utf-8")
    return root
