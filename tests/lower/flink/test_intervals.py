"""How lengths of time are written for Flink, at the edges of what it takes."""

from __future__ import annotations

import pytest

from sqlfeat.lower.flink.intervals import interval, interval_constant

SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (0, "INTERVAL '0' DAY"),
        (1, "INTERVAL '0 00:00:00.001' DAY TO SECOND(3)"),
        (99 * SECOND, "INTERVAL '99' SECOND"),
        (100 * SECOND + 1, "INTERVAL '0 00:01:40.001' DAY TO SECOND(3)"),
        (90 * 60 * SECOND, "INTERVAL '90' MINUTE"),
        (100 * HOUR, "INTERVAL '100' HOUR(3)"),
        (999 * HOUR, "INTERVAL '999' HOUR(3)"),
        (1001 * HOUR, "INTERVAL '41 17:00:00.000' DAY TO SECOND(3)"),
        (999 * DAY, "INTERVAL '999' DAY(3)"),
        (999 * DAY + 1, "INTERVAL '999 00:00:00.001' DAY(3) TO SECOND(3)"),
        (1000 * DAY, "(INTERVAL '142' WEEK(3) + INTERVAL '6' DAY)"),
        (1001 * DAY, "INTERVAL '143' WEEK(3)"),
        (1001 * DAY + 1, "(INTERVAL '143' WEEK(3) + INTERVAL '0 00:00:00.001' DAY TO SECOND(3))"),
    ],
)
def test_to_compute_with(milliseconds, written):
    assert interval(milliseconds).sql("flink") == written


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [
        (1, "INTERVAL '0 00:00:00.001' DAY TO SECOND(3)"),
        (25 * HOUR, "INTERVAL '25' HOUR"),
        (1500 * HOUR + SECOND, "INTERVAL '5400001' SECOND(7)"),
        (1000 * DAY, "INTERVAL '1000' DAY(4)"),
        (100 * DAY + 2 * HOUR + 3, "INTERVAL '100 02:00:00.003' DAY(3) TO SECOND(3)"),
    ],
)
def test_one_constant(milliseconds, written):
    assert interval_constant(milliseconds).sql("flink") == written
