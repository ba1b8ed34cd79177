"""A project with every kind of source and model a diagnostic may be about; cases add one model to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.project.load import load_project

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.project.load import LoadedProject

VIEW = "{{ config(materialized='view') }}"

FILES = {
    "project.yml": "name: market\nversion: 1\n",
    "models/market.yml": """\
version: 1
entities:
  - {name: user, keys: [{name: user_id, type: BIGINT}]}
  - {name: basket, keys: [{name: user_id, type: BIGINT}, {name: item, type: STRING}]}
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: item, type: STRING}
          - {name: amount, type: BIGINT}
          - {name: price, type: DOUBLE}
          - {name: cost, type: "DECIMAL(12,2)"}
          - {name: paid, type: BOOLEAN}
          - {name: tags, type: ARRAY<STRING>}
          - {name: day, type: DATE}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
        event_time: ts
        order_by: [id]
      - name: clicks
        columns:
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: page, type: STRING}
          - {name: at, type: TIMESTAMP(3), nullable: false}
        event_time: at
      - name: flights
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: BIGINT, nullable: false}
          - {name: departed, type: TIMESTAMP(3), nullable: true}
        event_time: departed
        order_by: [id, user_id]
      - name: prices
        columns:
          - {name: item, type: STRING, nullable: false}
          - {name: price, type: DOUBLE}
          - {name: since, type: TIMESTAMP(3), nullable: false}
        event_time: since
        order_by: [item]
      - name: words
        columns:
          - {name: order, type: BIGINT, nullable: false}
          - {name: user, type: BIGINT, nullable: false}
          - {name: value, type: BIGINT}
          - {name: timestamp, type: TIMESTAMP(3), nullable: false}
        event_time: timestamp
        order_by: [order]
    tables:
      - name: items
        columns:
          - {name: item, type: STRING, nullable: false}
          - {name: colour, type: STRING}
        unique_key: [item]
      - name: notes
        columns:
          - {name: item, type: STRING, nullable: false}
          - {name: note, type: STRING}
""",
    "models/paid.sql": VIEW
    + """
SELECT id, user_id, item, amount, ts FROM {{ source('shop', 'orders') }} WHERE paid
""",
    "models/hourly.sql": VIEW
    + """
SELECT user_id, window_start, window_end, SUM(amount) AS total
FROM TABLE(TUMBLE(TABLE {{ source('shop', 'orders') }}, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY user_id, window_start, window_end
""",
    "macros/windows.sql": """\
{% macro lately(column) -%}
OVER (PARTITION BY {{ column }} ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
{%- endmacro %}
""",
}


def load_market(root: Path, models: dict[str, str]) -> LoadedProject:
    """The project with further models; a text without `config` becomes a view whose SQL begins on line 2."""
    texts = {name: sql if "config(" in sql else f"{VIEW}\n{sql}" for name, sql in models.items()}
    for name, text in (FILES | {f"models/{name}.sql": text for name, text in texts.items()}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return load_project(root)


def complaints_about(project: LoadedProject, name: str) -> tuple[Diagnostic, ...]:
    """What the compiler says about a model; nothing if it accepts it."""
    try:
        compile_models(project, [name])
    except SqlfeatError as error:
        return error.diagnostics
    return ()
