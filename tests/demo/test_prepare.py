"""The demo's data: complete, in order, and in the right hours."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import duckdb
import pytest

from demo.prepare import package_files, prepare

FLIGHTS = 336_776
CANCELLED = 8_255


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The data set, made once for the tests of this file."""
    folder = tmp_path_factory.mktemp("data")
    assert prepare(folder)
    return folder


@pytest.fixture(scope="module")
def query(data):
    """A function that gives the rows of a query; each Parquet source is a view."""
    with duckdb.connect() as connection:
        for name in ("departures/*", "weather", "planes", "airlines"):
            connection.read_parquet(str(data / "history" / f"{name}.parquet")).create_view(name.removesuffix("/*"))
        yield lambda sql: connection.execute(sql).fetchall()


def stream(data, name):
    """The messages of a stream, in order."""
    with (data / "stream" / f"{name}.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def source_lines():
    """The package's flights, read with nothing but the standard library."""
    with zipfile.ZipFile(package_files() / "flights.csv.zip") as archive, archive.open("flights.csv") as file:
        yield from csv.DictReader(io.TextIOWrapper(file, encoding="utf-8"))


def test_every_flight_is_there(query):
    assert query("SELECT count(*), count(*) - count(dep_ts) FROM departures") == [(FLIGHTS, CANCELLED)]


def test_columns_have_the_types_the_project_declares(query):
    types = {name: kind for name, kind, *_ in query("DESCRIBE departures")}
    bigints = {"flight_id", "flight", "dep_delay", "arr_delay", "air_time", "distance"}
    texts = {"carrier", "tailnum", "origin", "dest"}
    assert types == (
        dict.fromkeys(bigints, "BIGINT")
        | dict.fromkeys(texts, "VARCHAR")
        | dict.fromkeys(("sched_dep_ts", "dep_ts"), "TIMESTAMP")
    )


def departures_by_the_wall_clock():
    """Scheduled and actual departures from the local times of the source, through the time zone database.

    Every five hundredth flight, and all flights of the two days on which the clocks change.
    """
    new_york = ZoneInfo("America/New_York")
    for number, line in enumerate(source_lines()):
        if number % 500 and (line["month"], line["day"]) not in {("3", "10"), ("11", "3")}:
            continue
        clock = divmod(int(line["sched_dep_time"]), 100)
        local = datetime(int(line["year"]), int(line["month"]), int(line["day"]), *clock, tzinfo=new_york)
        scheduled = local.astimezone(timezone.utc).replace(tzinfo=None)
        left = None if line["dep_delay"] == "NA" else scheduled + timedelta(minutes=int(line["dep_delay"]))
        yield (scheduled, line["carrier"], int(line["flight"]), line["origin"]), left


def test_times_are_the_wall_clock_of_new_york_turned_into_utc(query):
    expected = dict(departures_by_the_wall_clock())
    assert len(expected) > 2000
    rows = query("SELECT sched_dep_ts, carrier, flight, origin, dep_ts FROM departures")
    assert {row[:4]: row[4] for row in rows if row[:4] in expected} == expected


def test_ids_number_the_flights_in_order_of_arrival(query):
    arrivals = query("SELECT flight_id, coalesce(dep_ts, sched_dep_ts) FROM departures ORDER BY flight_id")
    assert [flight_id for flight_id, _ in arrivals] == list(range(1, FLIGHTS + 1))
    times = [time for _, time in arrivals]
    assert times == sorted(times)


def test_the_stream_is_the_history_line_by_line(data, query):
    lines = stream(data, "departures")
    assert [line["flight_id"] for line in lines] == list(range(1, FLIGHTS + 1))
    assert sum(line["dep_ts"] is None for line in lines) == CANCELLED
    rows = query("""
        SELECT * REPLACE (
            strftime(sched_dep_ts, '%Y-%m-%d %H:%M:%S.%g') AS sched_dep_ts,
            strftime(dep_ts, '%Y-%m-%d %H:%M:%S.%g') AS dep_ts
        ) FROM departures WHERE flight_id % 997 = 1 ORDER BY flight_id
    """)
    assert [tuple(line.values()) for line in lines[::997]] == rows


def test_weather_keeps_its_gaps(data, query):
    rows = query(
        "SELECT count(*), count(DISTINCT (origin, observed_at)), CAST(max(observed_at) AS VARCHAR) FROM weather"
    )
    assert rows == [(26_115, 26_115, "2013-12-30 23:00:00")]
    times = [line["observed_at"] for line in stream(data, "weather")]
    assert len(times) == 26_115
    assert times == sorted(times)


@pytest.mark.parametrize(("table", "key", "rows"), [("planes", "tailnum", 3322), ("airlines", "carrier", 16)])
def test_static_tables_have_one_row_per_key(data, query, table, key, rows):
    assert query(f"SELECT count(*), count(DISTINCT {key}) FROM {table}") == [(rows, rows)]
    assert len(stream(data, table)) == rows


def test_a_second_run_does_nothing(data):
    before = {path: path.stat().st_mtime_ns for path in data.rglob("*")}
    assert not prepare(data)
    assert {path: path.stat().st_mtime_ns for path in data.rglob("*")} == before


def test_another_recipe_makes_the_data_anew_and_the_same(tmp_path, data):
    (tmp_path / ".prepared").write_text("of another version\n", encoding="utf-8")
    (tmp_path / "online.db").write_text("not ours", encoding="utf-8")
    assert prepare(tmp_path)
    assert (tmp_path / "online.db").read_text(encoding="utf-8") == "not ours"
    names = ["history/departures/2013-06.parquet", "history/weather.parquet", "stream/departures.jsonl"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (data / name).read_bytes(), name
    assert sorted(p.name for p in tmp_path.iterdir()) == [".prepared", "history", "online.db", "stream"]
