"""A slice of the past has the rows that the whole past has there, though it reads only as far back as windows reach."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.lower.program import LowerOptions, Slice
from sqlfeat.project.load import load_project
from tests.lower.fixtures import TOPICS, load_fixture, prepare_duckdb, run_on_duckdb

MILLISECOND = timedelta(milliseconds=1)


@pytest.mark.parametrize("topic", TOPICS)
def test_slices_have_the_rows_of_the_whole(topic, tmp_path):
    project = load_project(load_fixture(topic).write(tmp_path))
    with connect(tmp_path, threads=1) as connection:
        prepare_duckdb(connection, compile_models(project, project.order))
        whole = rows_of(connection, project, Slice())
        times = sorted({time_of(row) for row in whole})
        if not times:
            return
        cut, last = times[len(times) // 2], times[-1]
        before = rows_of(connection, project, Slice(end=cut))
        since = rows_of(connection, project, Slice(start=cut))
        instant = rows_of(connection, project, Slice(last, last + MILLISECOND))
    assert sorted(before + since) == whole
    assert instant == [row for row in whole if time_of(row) == last]


def rows_of(connection, project, part):
    """The rows of all feature views, each with its model and its feature time in front."""
    found = []
    for model in compile_models(project, project.order, LowerOptions(part)):
        place = [column.name for column in model.columns].index("feature_time")
        rows = run_on_duckdb(connection, model)
        found += [f"{model.name} @{row.split(' | ')[place]}@ {row}" for row in rows]
    return sorted(found)


def time_of(row):
    return datetime.fromisoformat(row.split("@")[1])
