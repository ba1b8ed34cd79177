"""A project that uses every kind of window and join, and streams of several files in disorder, with late events."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

PROJECT = """\
name: clicks
version: 1
targets:
  dev: {default: true, stream: {parallelism: 4}}
"""
SOURCES = """\
version: 1
entities: [{name: user, keys: [{name: user_id, type: BIGINT}]}]
sources:
  - name: web
    streams:
      - name: clicks
        columns:
          - {name: click_id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT}
          - {name: page, type: STRING}
          - {name: seconds, type: DOUBLE}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 30 seconds
        order_by: [click_id]
        history: {format: json, path: data/clicks/*.jsonl}
        stream: {connector: filesystem, path: data/clicks, format: json}
      - name: prices
        columns:
          - {name: price_id, type: BIGINT, nullable: false}
          - {name: page, type: STRING}
          - {name: price, type: "DECIMAL(12,2)"}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        lateness: 30 seconds
        order_by: [price_id]
        history: {format: json, path: data/prices/*.jsonl}
        stream: {connector: filesystem, path: data/prices, format: json}
"""
EVENT = "{{ config(materialized='event', entity='user') }}\n"
WINDOW = "{{ config(materialized='window', entity='user') }}\n"
CLICKS = "{{ source('web', 'clicks') }}"
PRICES = "{{ source('web', 'prices') }}"
GROUPED = "GROUP BY user_id, window_start, window_end"
MODELS = {
    "every_click": f"""{EVENT}SELECT user_id, ts AS feature_time, click_id,
  COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' MINUTE PRECEDING AND CURRENT ROW) AS n,
  SUM(seconds) OVER (PARTITION BY page ORDER BY ts RANGE BETWEEN INTERVAL '5' MINUTE PRECEDING AND CURRENT ROW) AS s,
  ARRAY_AGG(page) OVER (PARTITION BY user_id ORDER BY ts ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS last_pages
FROM {CLICKS}""",
    "tumbling": f"""{WINDOW}SELECT user_id, window_end AS feature_time, COUNT(*) AS n, SUM(seconds) AS s
FROM TABLE(TUMBLE(TABLE {CLICKS}, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) {GROUPED}""",
    "hopping": f"""{WINDOW}SELECT user_id, window_end AS feature_time, COUNT(*) AS n
FROM TABLE(HOP(TABLE {CLICKS}, DESCRIPTOR(ts), INTERVAL '20' SECOND, INTERVAL '1' MINUTE)) {GROUPED}""",
    "cumulating": f"""{WINDOW}SELECT user_id, window_end AS feature_time, COUNT(*) AS n
FROM TABLE(CUMULATE(TABLE {CLICKS}, DESCRIPTOR(ts), INTERVAL '20' SECOND, INTERVAL '1' MINUTE)) {GROUPED}""",
    "sessions": f"""{WINDOW}SELECT user_id, window_end AS feature_time, COUNT(*) AS n
FROM TABLE(SESSION(TABLE {CLICKS} PARTITION BY user_id, DESCRIPTOR(ts), INTERVAL '10' SECOND)) {GROUPED}""",
    "priced": f"""{EVENT}SELECT c.user_id, c.ts AS feature_time, c.click_id, p.price
FROM {CLICKS} AS c ASOF LEFT JOIN {PRICES} AS p ON c.page = p.page AND c.ts >= p.ts""",
    "changes": f"""{EVENT}SELECT c.user_id, c.ts AS feature_time, c.click_id, p.price_id
FROM {CLICKS} AS c JOIN {PRICES} AS p ON c.page = p.page AND p.ts BETWEEN c.ts - INTERVAL '20' SECOND AND c.ts""",
}
START = datetime(2024, 1, 1)


def write_clicks(root: Path, *, events: int, files: int, seed: int) -> Path:
    """The project, its streams cut into files; one event in forty comes later than is allowed."""
    chance = random.Random(seed)
    texts = {"project.yml": PROJECT, "models/web.yml": SOURCES}
    texts |= {f"models/{name}.sql": sql for name, sql in MODELS.items()}
    texts |= _files("clicks", [_click(chance, n) for n in range(events)], files, chance)
    texts |= _files("prices", [_price(chance, n, events) for n in range(events // 10)], files, chance)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def _click(chance: random.Random, number: int) -> tuple[int, dict[str, object]]:
    page, seconds = chance.choice("abcd"), chance.choice([0.1, 0.7, 1e9, -1e9, None])
    return number * 100, {
        "click_id": number,
        "user_id": chance.choice([*range(20), None]),
        "page": page,
        "seconds": seconds,
    }


def _price(chance: random.Random, number: int, events: int) -> tuple[int, dict[str, object]]:
    cents = f"{chance.randrange(10**6)}.{chance.randrange(100):02d}"
    return number * 1000 % (events * 100), {"price_id": number, "page": chance.choice("abcd"), "price": cents}


def _files(name: str, rows: list[tuple[int, dict[str, object]]], files: int, chance: random.Random) -> dict[str, str]:
    """Rows in an order of arrival of their own in each file: most moved by less than the lateness, few by more."""
    found: dict[str, list[tuple[float, str]]] = {f"data/{name}/{n}.jsonl": [] for n in range(files)}
    for millisecond, row in rows:
        time = (START + timedelta(milliseconds=millisecond - millisecond % 300)).isoformat(
            sep=" ", timespec="milliseconds"
        )
        held_up = chance.uniform(0, 29_000) if chance.random() > 0.025 else chance.uniform(40_000, 120_000)
        line = json.dumps({**row, "ts": time})
        found[chance.choice(list(found))].append((millisecond + held_up, line))
    return {path: "".join(f"{line}\n" for _, line in sorted(lines)) for path, lines in found.items()}
