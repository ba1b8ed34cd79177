"""Behind the filter of a source no operator drops an event: at parallelism 4, from several files in disorder."""

from __future__ import annotations

from functools import cache

import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.parity.arrival import Arrival
from sqlfeat.project.load import load_project
from sqlfeat.verbs.parity import parity
from tests.parity.disorder import MODELS, write_clicks

pytestmark = pytest.mark.engine
EVENTS = 6000


@pytest.fixture(scope="module")
def replayed(tmp_path_factory):
    """Replays the clicks in an order of arrival, each order once."""
    root = write_clicks(tmp_path_factory.mktemp("clicks"), events=EVENTS, files=9, seed=4)
    return cache(lambda arrival: parity(load_project(root), [], [], None, None, CaptureConsole(), arrival=arrival))


@pytest.fixture(scope="module")
def result(replayed):
    return replayed(Arrival())


@pytest.mark.parametrize("model", MODELS)
def test_flink_gives_what_duckdb_gives_for_the_accepted_events(model, result):
    (found,) = [m for m in result.as_json()["models"] if m["name"] == model]
    assert found["rows"]["duckdb"] > 0
    assert (found["mismatches"], found["examples"]) == (0, [])


def test_every_event_is_either_accepted_or_late(result):
    clicks, prices = (source.as_json() for source in result.sources)
    rows = {model["name"]: model["rows"]["flink"] for model in result.as_json()["models"]}
    # Each reader takes several files that span the same time, so it finds much late; how much differs from run to run.
    assert 0 < clicks["late"] < EVENTS
    assert rows["every_click"] == rows["priced"] == EVENTS - clicks["late"]
    assert 0 < prices["late"] < EVENTS // 10


def test_no_order_within_the_lateness_changes_anything(replayed):
    report = replayed(Arrival(shuffle=True, seed=3)).as_json()
    rows = {model["name"]: model["rows"]["flink"] for model in report["models"]}
    assert [(model["name"], model["mismatches"]) for model in report["models"] if model["mismatches"]] == []
    assert rows["every_click"] == rows["priced"] == EVENTS
    assert [source["late"] for source in report["sources"]] == [0, 0]


def test_more_disorder_than_allowed_makes_events_late_and_nothing_else(replayed):
    report = replayed(Arrival(disorder_ms=60_000, seed=3)).as_json()
    rows = {model["name"]: model["rows"]["flink"] for model in report["models"]}
    assert [(model["name"], model["mismatches"]) for model in report["models"] if model["mismatches"]] == []
    assert report["sources"][0]["late"] > 0
    assert rows["every_click"] == EVENTS - report["sources"][0]["late"]
