"""The example project over all of 2013: backfill, stream, read back and compare, through the public API."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sqlfeat import Project
from sqlfeat.stores.offline import latest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
DEPARTED = 328_521
END = datetime(2014, 1, 2, tzinfo=UTC)
DECEMBER = datetime(2013, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A copy of the example project that shares the prepared data but writes to stores of its own."""
    root = tmp_path_factory.mktemp("flights")
    for name in ("project.yml", "models", "macros"):
        origin = ROOT / name
        shutil.copytree(origin, root / name) if origin.is_dir() else shutil.copy(origin, root / name)
    (root / "data").mkdir()
    for name in ("history", "stream"):
        (root / "data" / name).symlink_to(ROOT / "data" / name)
    return Project(root)


def test_both_engines_agree_on_every_value_of_the_year(flights: Project) -> None:
    result = flights.parity()
    report = result.as_json()
    assert {model["name"]: model["mismatches"] for model in report["models"]} == dict.fromkeys(
        [
            "aircraft_history",
            "airport_hourly",
            "airport_rolling",
            "carrier_delays",
            "departure_weather",
            "route_counters",
        ],
        0,
    )
    rows = {model["name"]: model["rows"] for model in report["models"]}
    assert rows["carrier_delays"] == {"duckdb": DEPARTED, "flink": DEPARTED}
    assert all(count["duckdb"] == count["flink"] > 0 for count in rows.values())
    assert result.ok


def test_an_online_value_is_the_last_backfilled_row(flights: Project) -> None:
    """December streamed on its own gives what the whole year gives: the windows reach back into November."""
    flights.backfill(start=datetime(2013, 1, 1, tzinfo=UTC), end=END)
    flights.run(streaming=True, start=DECEMBER, end=END)
    for model, keys in _keys().items():
        for key in keys:
            online = flights.get(model, key)
            offline = latest(flights.loaded, model, key)
            assert offline is not None
            expected = {name: _json(value) for name, value in offline.items() if name not in (*key, "feature_time")}
            assert (online.features, online.feature_time.replace(tzinfo=None)) == (expected, offline["feature_time"])


def _keys() -> dict[str, list[dict[str, str]]]:
    """Every carrier and airport, and some of the routes and aircraft that flew in December."""
    import duckdb

    flown = "SELECT DISTINCT {} FROM '{}/data/history/departures/*.parquet' WHERE dep_ts >= TIMESTAMP '2013-12-01' {}"

    def distinct(columns: str, rest: str = "") -> list[dict[str, str]]:
        rows = duckdb.sql(flown.format(columns, ROOT, rest)).fetchall()
        return [dict(zip(columns.split(", "), map(str, row), strict=True)) for row in rows]

    airports = distinct("origin")
    return {
        "carrier_delays": distinct("carrier"),
        "airport_hourly": airports,
        "airport_rolling": airports,
        "departure_weather": airports,
        "route_counters": distinct("origin, dest", "ORDER BY ALL LIMIT 50"),
        "aircraft_history": distinct("tailnum", "AND tailnum IS NOT NULL ORDER BY ALL LIMIT 50"),
    }


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return json.loads(json.dumps(value))
