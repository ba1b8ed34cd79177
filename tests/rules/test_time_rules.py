"""The rules of docs/time-rules.md about single events, on both engines: which take part, and why the others do not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.engines.duckdb.run import DuckdbRun
from sqlfeat.lower.program import CompiledModel, LowerOptions
from sqlfeat.parity.flink_output import output_files, select_output
from sqlfeat.project.load import load_project
from tests.projects import complaints, write_project

SOURCES = """\
version: 1
entities: [{name: user, keys: [{name: user_id, type: STRING}]}]
sources:
  - name: shop
    streams:
      - name: orders
        columns:
          - {name: id, type: BIGINT, nullable: false}
          - {name: user_id, type: STRING}
          - {name: ts, type: TIMESTAMP(3), nullable: false}
          - {name: seen, type: TIMESTAMP(3)}
          - {name: amount, type: DOUBLE, maximum: 1e12, minimum: -0.5}
          - {name: cost, type: "DECIMAL(9,2)", minimum: 0.01}
          - {name: pieces, type: INT, maximum: 9}
        event_time: ts
        lateness: 300 days
        available_at: seen
        max_ahead: 1 hour
        order_by: [id]
        history: {format: json, path: data/orders.jsonl}
        stream: {connector: filesystem, path: data/orders.jsonl, format: json}
      - name: calls
        columns:
          - {name: id, type: BIGINT}
          - {name: user_id, type: STRING}
          - {name: ts, type: TIMESTAMP(3), nullable: true}
        event_time: ts
        lateness: 1 minute
        history: {format: json, path: data/calls.jsonl}
        stream: {connector: filesystem, path: data/calls.jsonl, format: json}
"""
COUNT = "COUNT(*) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)"
MODELS = {
    "seen_orders": f"""{{{{ config(materialized='event', entity='user') }}}}
SELECT user_id, ts AS feature_time, id, {COUNT} AS n FROM {{{{ source('shop', 'orders') }}}}""",
    "seen_calls": """{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time, id FROM {{ source('shop', 'calls') }} WHERE ts IS NOT NULL""",
}
NO_TIME, MISFIT, EARLY = "ts is missing", "ts is not TIMESTAMP(3)", "ts is not after 1970-01-01 00:00:00"
AHEAD = "ts is further ahead of seen than max_ahead"

TIMES: list[tuple[Any, str]] = [
    # The epoch and what is before it.
    ("1969-12-31 23:59:59.999", EARLY),
    ("1900-01-01 00:00:00.000", EARLY),
    ("0001-01-01 00:00:00", EARLY),
    ("0000-12-31 00:00:00", MISFIT),
    ("1970-01-01 00:00:00", EARLY),
    ("1970-01-01 00:00:00.000999", EARLY),
    ("1970-01-01 00:00:00.001", "1970-01-01 00:00:00.001"),
    # Leap days, and days that are none; leap seconds are none either.
    ("1972-02-29 12:00:00", "1972-02-29 12:00:00.000"),
    ("2000-02-29 23:59:59.999", "2000-02-29 23:59:59.999"),
    ("2024-02-29T00:00:00Z", "2024-02-29 00:00:00.000"),
    ("2023-02-29 12:00:00", MISFIT),
    ("2100-02-29 12:00:00", MISFIT),
    ("2024-02-30 12:00:00", MISFIT),
    ("2024-04-31 12:00:00", MISFIT),
    ("2024-13-01 12:00:00", MISFIT),
    ("2024-01-01 24:00:00", MISFIT),
    ("2024-01-01 10:60:00", MISFIT),
    ("2016-12-31 23:59:60", MISFIT),
    # The hours that clocks in Europe and New York leave out or have twice are hours like any other: UTC has no seasons.
    ("2024-03-31 02:30:00", "2024-03-31 02:30:00.000"),
    ("2024-03-10T02:30:00Z", "2024-03-10 02:30:00.000"),
    ("2024-10-27 02:30:00.500", "2024-10-27 02:30:00.500"),
    # An offset or a zone is not guessed away.
    ("2024-03-31T02:30:00+02:00", MISFIT),
    ("2024-03-31T02:30:00-05:00", MISFIT),
    ("2024-03-31T02:30:00+00:00", MISFIT),
    ("2024-03-31 02:30:00 Europe/Berlin", MISFIT),
    ("2024-03-31 02:30:00 UTC", MISFIT),
    # Finer than a millisecond is cut off, not rounded.
    ("2024-01-01 10:00:00.1239", "2024-01-01 10:00:00.123"),
    ("2024-01-01 10:00:00.999999999", "2024-01-01 10:00:00.999"),
    ("2024-01-01 10:00:00.1", "2024-01-01 10:00:00.100"),
    # Other forms are no times.
    (1704103200000, MISFIT),
    ("2024-01-01", MISFIT),
    ("2024-1-1 10:00:00", MISFIT),
    ("01/02/2024 10:00:00", MISFIT),
    (" 2024-01-01 10:00:00", MISFIT),
    ("", MISFIT),
    (None, NO_TIME),
]
RANGES: list[tuple[dict[str, Any], str]] = [
    ({"amount": 1e12, "cost": "0.01", "pieces": 9}, ""),
    ({"amount": -0.5, "cost": None, "pieces": -9}, ""),
    ({"amount": 1000000000000.0001}, "amount is greater than 1000000000000"),
    ({"amount": 1.7976931348623157e308}, "amount is greater than 1000000000000"),
    ({"amount": -0.5000000000000001}, "amount is less than -0.5"),
    ({"cost": 0.0}, "cost is less than 0.01"),
    ({"pieces": 10}, "pieces is greater than 9"),
]
EXTREME = ("9999-12-31 23:59:59.999", "9999-12-31 23:59:59.999")


def orders() -> list[tuple[dict[str, Any], str]]:
    """Rows in order of arrival, and what becomes of them: an event time, a reason, or `late`."""
    base = "2024-01-01 10:00:00"
    timed = [({"user_id": "t", "ts": ts}, verdict) for ts, verdict in sorted(TIMES, key=lambda case: str(case[1]))]
    keyed = [({"user_id": user, "ts": base}, f"{base}.000") for user in (None, None, "", "a")]
    ahead = [
        ({"user_id": "f", "ts": "2024-01-01 11:00:00", "seen": base}, "2024-01-01 11:00:00.000"),
        ({"user_id": "f", "ts": "2024-01-01 11:00:00.001", "seen": base}, AHEAD),
        ({"user_id": "f", "ts": "2999-01-01 00:00:00", "seen": base}, AHEAD),
        # Had that one moved the watermark, this one would be late.
        ({"user_id": "f", "ts": "2024-01-01 11:30:00", "seen": None}, "2024-01-01 11:30:00.000"),
        ({"user_id": "f", "ts": "2024-01-01 11:40:00", "seen": "x"}, "seen is not TIMESTAMP(3)"),
        # Nothing says when this one arrived, so it counts, and makes late what comes after it.
        ({"user_id": "f", "ts": EXTREME[0], "seen": None}, EXTREME[1]),
        ({"user_id": "f", "ts": "2024-01-01 12:00:00", "seen": None}, "late"),
    ]
    timed += [({"user_id": "r", "ts": base, **row}, verdict or f"{base}.000") for row, verdict in RANGES]
    return [({"id": number, **row}, verdict) for number, (row, verdict) in enumerate([*timed, *keyed, *ahead])]


CALLS = [("2024-01-01 10:00:00", True), (None, False), ("2024-01-01 10:00:30", True)]


@dataclass
class Seen:
    """What an engine made of the rows: by id the event time, the reason, or `late`; and the counts by user."""

    verdicts: dict[int, str]
    counts: dict[int, int]
    calls: list[int]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    root = write_project(tmp_path_factory.mktemp("rules"), {"models/shop.yml": SOURCES}, **MODELS)
    write(root / "data/orders.jsonl", [row for row, _ in orders()])
    write(root / "data/calls.jsonl", [{"id": n, "user_id": "c", "ts": ts} for n, (ts, _) in enumerate(CALLS)])
    return root


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def summed_up(rows: list[dict[str, Any]], rejects: list[tuple[str, str]], late: list[int], calls: list[int]) -> Seen:
    verdicts = {row["id"]: row["feature_time"].isoformat(sep=" ", timespec="milliseconds") for row in rows}
    verdicts |= {int(json.loads(row)["id"]): reason for reason, row in rejects} | dict.fromkeys(late, "late")
    return Seen(verdicts, {row["id"]: row["n"] for row in rows}, sorted(calls))


def on_duckdb(root: Path) -> Seen:
    project = load_project(root)
    with connect(root) as connection:
        run = DuckdbRun(connection)
        rows = {}
        for model in compile_models(project, list(MODELS)):
            run.materialize(model, LowerOptions().slice, model.name)
            rows[model.name] = records(connection.sql(f"SELECT * FROM {model.name}"))
        rejects = [(reject.reason, reject.row) for reject in run.rejects()]
    return summed_up(rows["seen_orders"], rejects, [], [row["id"] for row in rows["seen_calls"]])


def records(relation: Any) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def on_flink(root: Path) -> Seen:
    from sqlfeat.engines.flink.job import run_job

    options = LowerOptions(output_dir=str(root / "out"), log_dir=str(root / "logs"), project_dir=str(root))
    models = {model.name: model for model in compile_models(load_project(root), list(MODELS), options)}
    run_job(list(models.values()), name="rules", log_file=root / "flink.log", parallelism=1)
    rows = {name: streamed(root, model) for name, model in models.items()}
    rejects = [(line["reason"], line["row"]) for line in logged(root / "logs/shop.orders/rejects")]
    late = [line["id"] for line in logged(root / "logs/shop.orders/late")]
    assert logged(root / "logs/shop.calls/rejects") == logged(root / "logs/shop.calls/late") == []
    return summed_up(rows["seen_orders"], rejects, late, [row["id"] for row in rows["seen_calls"]])


def streamed(root: Path, model: CompiledModel) -> list[dict[str, Any]]:
    query = select_output(output_files(root / "out" / model.name), model.columns).sql("duckdb")
    with connect(root) as connection:
        return records(connection.sql(query))


def logged(folder: Path) -> list[dict[str, Any]]:
    files = output_files(folder) if folder.exists() else []
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def expected(*, late: bool) -> dict[int, str]:
    """History knows no order of arrival, so without a late log nothing in it is late."""
    return {row["id"]: verdict if late or verdict != "late" else f"{row['ts']}.000" for row, verdict in orders()}


def check(seen: Seen, *, late: bool) -> None:
    assert seen.verdicts == expected(late=late)
    users = {row["id"]: row["user_id"] for row, _ in orders()}
    assert sorted(seen.counts[n] for n, user in users.items() if user is None) == [2, 2]
    assert [seen.counts[n] for n, user in users.items() if user in ("", "a")] == [1, 1]
    assert seen.calls == [n for n, (_, takes_part) in enumerate(CALLS) if takes_part]


def test_duckdb(root):
    check(on_duckdb(root), late=False)


@pytest.mark.engine
def test_flink(root):
    check(on_flink(root), late=True)


def test_max_ahead_needs_another_clock(tmp_path):
    root = write_project(tmp_path, {"models/shop.yml": SOURCES.replace("        available_at: seen\n", "")})
    assert complaints(root) == [
        (
            "SF0107 | models/shop.yml:17:9 <max_ahead> | `max_ahead` of a stream needs `available_at` | help: name the "
            "column that says when an event arrived; the wall clock would differ from run to run"
        )
    ]


def test_the_documented_rules_are_those_tested():
    text = (Path(__file__).parents[2] / "docs" / "time-rules.md").read_text(encoding="utf-8")
    for reason in (NO_TIME, MISFIT, EARLY, AHEAD):
        assert f"`{reason}`" in text
