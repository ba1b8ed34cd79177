"""Unit tests of the shop, each with what has to come of it; run on DuckDB alone and on both engines."""

from __future__ import annotations

PASSING = {
    "window_edge": """\
    model: spend
    given:
      - input: source('shop', 'orders')
        defaults: {user_id: 7, status: paid}
        rows:
          - {order_id: 1, ts: 10:00, amount: 1}
          - {order_id: 2, ts: 11:00, amount: 2}
          - {order_id: 3, ts: 11:00:00.001, amount: 4}
    expect:
      - {user_id: 7, feature_time: 10:00, spend_1h: 1}
      - {user_id: 7, feature_time: 11:00:00.001, spend_1h: 6}
      - {user_id: 7, feature_time: 11:00, spend_1h: 3}
""",
    "late_and_rejected": """\
    model: orders_1d
    date: 2013-12-31
    given:
      - input: source('shop', 'orders')
        defaults: {user_id: 7}
        rows:
          - {order_id: 1, ts: 10:00}
          - {order_id: 2, ts: 09:59, arrives: 10:00:30}
          - {order_id: 3, ts: 09:58:59.999}
          - {order_id: 4, ts: 10:30, amount: many}
          - {order_id: 5, ts: 10:28:59}
          - {order_id: 6, ts: ~}
          - {order_id: 7, ts: 1970-01-01}
          - {order_id: 8, ts: 10:29}
    expect:
      partial: false
      rows:
        - {user_id: 7, feature_time: 2013-12-31 09:59, orders_1d: 1}
        - {user_id: 7, feature_time: 2013-12-31 10:00, orders_1d: 2}
        - {user_id: 7, feature_time: 2013-12-31 10:29, orders_1d: 3}
      late:
        - input: source('shop', 'orders')
          count: 2
          rows: [{order_id: 5, ts: 10:28:59}, {order_id: 3, ts: 09:58:59.999}]
      rejected:
        - input: source('shop', 'orders')
          count: 3
          rows:
            - {order_id: 4, reason: amount is not BIGINT}
            - {order_id: 6, reason: ts is missing}
            - {order_id: 7, reason: ts is not after 1970-01-01 00:00:00}
""",
    "a_view": """\
    model: paid
    given:
      - input: source('shop', 'orders')
        format: csv
        rows: |
          order_id, user_id, amount, status, ts
          1, 7, 10, paid, 10:00
          2, 7, 20, void, 10:01
          3, 7, , paid, 10:02
    expect:
      format: csv
      rows: |
        order_id, amount, ts
        1, 10, 10:00
        3, , 10:02
""",
    "a_model_given": """\
    model: spend
    given:
      - input: ref('paid')
        rows:
          - {order_id: 1, user_id: 7, amount: 1, ts: 10:00}
          - {order_id: 1, user_id: 8, amount: 2, ts: 08:00}
    expect:
      - {user_id: 7, spend_1h: 1}
      - {user_id: 8, spend_1h: 2}
""",
    "windows_given": """\
    model: busiest
    given:
      - input: ref('hourly')
        rows:
          - {user_id: 7, feature_time: 11:00, orders: 3}
          - {user_id: 7, feature_time: 12:00, orders: 5}
          - {user_id: 7, feature_time: 14:00, orders: 1}
    expect:
      - {user_id: 7, feature_time: 11:00, orders_3h: 3}
      - {user_id: 7, feature_time: 12:00, orders_3h: 8}
      - {user_id: 7, feature_time: 14:00, orders_3h: 6}
""",
    "listed_ties": """\
    model: lately
    given:
      - input: ref('amounts')
        rows:
          - {user_id: 7, amount: 3, ts: 10:00}
          - {user_id: 7, amount: 1, ts: 10:00}
          - {user_id: 7, amount: 2, ts: 10:00}
    expect:
      - {user_id: 7, amounts: [3]}
      - {user_id: 7, amounts: [3, 1]}
      - {user_id: 7, amounts: [3, 1, 2]}
""",
    "another_variable": """\
    model: large
    vars: {large: 5}
    given:
      - input: source('shop', 'orders')
        defaults: {user_id: 7}
        rows: [{order_id: 1, ts: 10:00, amount: 5}, {order_id: 2, ts: 10:01, amount: 4}]
    expect: [{order_id: 1}]
""",
    "nothing_given": """\
    model: spend
    expect: []
""",
}

FILES = {
    "project.yml": "name: shop\nversion: 1\nvars: {large: 100}\n",
    "models/hourly.sql": """\
{{ config(materialized='window', entity='user') }}
SELECT user_id, window_end AS feature_time, COUNT(*) AS orders
FROM TABLE(TUMBLE(TABLE {{ source('shop', 'orders') }}, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, user_id
""",
    "models/busiest.sql": """\
{{ config(materialized='window', entity='user') }}
SELECT user_id, feature_time, SUM(orders) OVER (PARTITION BY user_id ORDER BY feature_time
  RANGE BETWEEN INTERVAL '2' HOUR PRECEDING AND CURRENT ROW) AS orders_3h
FROM {{ ref('hourly') }}
""",
    "models/amounts.sql": """\
{{ config(materialized='view') }}
SELECT user_id, amount, ts FROM {{ source('shop', 'orders') }}
""",
    "models/lately.sql": """\
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time, ARRAY_AGG(amount) OVER (PARTITION BY user_id ORDER BY ts
  ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS amounts
FROM {{ ref('amounts') }}
""",
    "models/large.sql": """\
{{ config(materialized='view') }}
SELECT order_id, ts FROM {{ source('shop', 'orders') }} WHERE amount >= {{ var('large') }}
""",
}
"""Models besides those of the shop."""


def unit_tests(tests: dict[str, str]) -> str:
    """The YAML file with some tests."""
    return "unit_tests:\n" + "".join(f"  - name: {name}\n{text}" for name, text in tests.items())
