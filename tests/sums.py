"""Sums over sliding windows: events with awkward doubles, a model, and the exact values to compare with."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.load import load_project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel

WINDOW = "OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW)"
EARLIER = (
    "OVER (PARTITION BY k ORDER BY ts RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND INTERVAL '1' MINUTE PRECEDING)"
)
AGGREGATES = {
    "total": "SUM(x)", "mean": "AVG(x)", "of_some": "SUM(x) FILTER (WHERE y > 0)", "var_pop": "VAR_POP(x)",
    "var_samp": "VAR_SAMP(x)", "stddev": "STDDEV(x)", "mean_n": "AVG(n)", "var_n": "VAR_POP(n)", "mean_i": "AVG(i)",
    "var_i": "VAR_POP(i)", "mean_m": "AVG(m)", "var_m": "VAR_POP(m)", "covar": "COVAR_POP(y, x)", "corr": "CORR(y, x)",
    "slope": "REGR_SLOPE(y, x)", "median": "MEDIAN(x)", "tenth": "PERCENTILE_DISC(x, 0.1)",
    "third": "PERCENTILE_CONT(x, 0.3)", "positive": "COUNT_IF(x > 0)", "all_positive": "EVERY(x > 0)",
    "any_positive": "BOOL_OR(x > 0)",
    "earlier": f"SUM(x) {EARLIER}", "earlier_mean": f"AVG(x) {EARLIER}",
    "last_20": "STDDEV(x) OVER (PARTITION BY k ORDER BY ts ROWS BETWEEN 19 PRECEDING AND CURRENT ROW)",
    "ever": "AVG(LN(ABS(x))) OVER (PARTITION BY k ORDER BY ts)",
}  # fmt: skip
_LENGTH = timedelta(minutes=10)
_COLUMNS = "id BIGINT, k BIGINT, x DOUBLE?, y DOUBLE?, n BIGINT?, i INT?, m DECIMAL(12,2)?, ts TIMESTAMP(3)"
_AWKWARD = (1e16, 1.0, -1e16, 0.1, -0.1, 1e-12, -1e-12, 1e15, -1e15, 0.0, 2.0**53 + 2, 1 / 3)


def events(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Events of a few keys with doubles of every kind, in the order of time."""
    numbers = random.Random(seed)
    time = datetime(2024, 1, 1)
    rows = []
    for identity in range(count):
        time += timedelta(milliseconds=numbers.choice((0, 1, 10, 1000, 5000)))
        rows.append({
            "id": identity, "k": numbers.randrange(8), "x": _double(numbers), "y": _double(numbers),
            "n": numbers.choice((None, numbers.randint(-(2**63), 2**63 - 1), numbers.randint(-99, 99))),
            "i": numbers.randint(-(2**31), 2**31 - 1), "m": f"{numbers.randint(-10**9, 10**9) / 100:.2f}",
            "ts": time.isoformat(sep=" ", timespec="milliseconds"),
        })  # fmt: skip
    return rows


def _double(numbers: random.Random) -> float | None:
    match numbers.randrange(10):
        case 0:
            return None
        case 1 | 2 | 3:
            return numbers.choice(_AWKWARD)
        case 4 | 5 | 6:
            return numbers.uniform(-1, 1) * 10 ** numbers.uniform(-12, 15)
        case 7:
            return numbers.gauss(1e6, 1e-3)
        case _:
            return numbers.gauss(0, 1)


def compiled(root: Path, rows: Sequence[dict[str, Any]], aggregates: dict[str, str]) -> CompiledModel:
    """A feature view of aggregates, over the window unless they have one, in a project of its own."""
    columns = [column.strip().split(" ", 1) for column in _COLUMNS.replace("12,2", "12;2").split(",")]
    stream = {
        "name": "events",
        "columns": [
            {"name": n, "type": t.replace(";", ",").rstrip("?"), "nullable": t.endswith("?")} for n, t in columns
        ],
        "event_time": "ts", "lateness": "1 minute", "order_by": ["ts", "id"],
        "history": {"format": "json", "path": "data/events.jsonl"},
        "stream": {"connector": "filesystem", "path": str(root / "data" / "events.jsonl"), "format": "json"},
    }  # fmt: skip
    declared = {
        "version": 1,
        "sources": [{"name": "s", "streams": [stream]}],
        "entities": [{"name": "key", "keys": [{"name": "k", "type": "BIGINT"}]}],
    }
    windowed = {name: text if " OVER " in text else f"{text} {WINDOW}" for name, text in aggregates.items()}
    selected = "".join(f", {text} AS {name}" for name, text in windowed.items())
    files = {
        "project.yml": "name: sums\nversion: 1\n",
        "models/all.yml": json.dumps(declared),
        "models/sums.sql": "{{ config(materialized='event', entity='key') }}\n"
        f"SELECT k, ts AS feature_time, id{selected} FROM {{{{ source('s', 'events') }}}}",
        "data/events.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    options = LowerOptions(output_dir=str(root / "streamed"), log_dir=str(root / "logs"))
    (model,) = compile_models(load_project(root), ["sums"], options)
    return model


def on_duckdb(root: Path, model: CompiledModel, threads: int) -> dict[int, dict[str, Any]]:
    """The rows by `id`."""
    connection = connect(root, threads=threads)
    for statement in model.duckdb.setup:
        connection.execute(statement)
    for source in model.duckdb.sources:
        connection.execute(source.sql)
    cursor = connection.execute(model.duckdb.query)
    names = [field[0] for field in cursor.description]
    return {row["id"]: row for row in (dict(zip(names, values, strict=True)) for values in cursor.fetchall())}


def bits(rows: dict[int, dict[str, Any]], aggregates: Sequence[str]) -> dict[int, tuple[Any, ...]]:
    """The values, doubles by their bits."""
    return {
        identity: tuple(value.hex() if isinstance(value := row[name], float) else value for name in aggregates)
        for identity, row in rows.items()
    }


@dataclass(frozen=True)
class Exact:
    """What is in the window of a row: how many values, their sum, the sum of their sizes and of their squares."""

    identity: int
    count: int
    total: Fraction
    size: Fraction
    squares: Fraction

    @property
    def variance(self) -> Fraction:
        return self.squares / self.count - (self.total / self.count) ** 2


def exact(rows: Sequence[dict[str, Any]], column: str) -> Iterator[Exact]:
    """The exact sums of a column for each row."""
    by_key: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        by_key.setdefault(row["k"], []).append(row)
    for group in by_key.values():
        times = [datetime.fromisoformat(row["ts"]) for row in group]
        values = [None if row[column] is None else Fraction(row[column]) for row in group]
        sums = [(0, Fraction(0), Fraction(0), Fraction(0))]
        for value in values:
            n, total, size, squares = sums[-1]
            sums.append(
                sums[-1] if value is None else (n + 1, total + value, size + abs(value), squares + value * value)
            )
        first = last = 0
        for row, time in zip(group, times, strict=True):
            while times[first] < time - _LENGTH:
                first += 1
            while last < len(times) and times[last] <= time:
                last += 1
            after, before = sums[last], sums[first]
            count, total, size, squares = (a - b for a, b in zip(after, before, strict=True))
            yield Exact(row["id"], count, total, size, squares)


def root_of(value: Fraction) -> float:
    """The square root, rounded."""
    shift = 2 * max(0, 120 - (value.numerator.bit_length() - value.denominator.bit_length()) // 2)
    return math.isqrt(int(value * 2**shift)) / 2 ** (shift // 2)
