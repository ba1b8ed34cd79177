from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.project.durations import parse_duration


@pytest.mark.parametrize(
    ("text", "ms", "slug", "interval"),
    [
        ("5 minutes", 300_000, "5m", "5 MINUTE"),
        ("1 hour", 3_600_000, "1h", "1 HOUR"),
        ("500 ms", 500, "500ms", "0.500 SECOND"),
        ("1 millisecond", 1, "1ms", "0.001 SECOND"),
        ("1 day", 86_400_000, "1d", "1 DAY"),
        ("0 seconds", 0, "0s", "0 SECOND"),
        ("2 weeks", 1_209_600_000, "2w", "14 DAY"),
        ("  7  days ", 604_800_000, "7d", "7 DAY"),
    ],
)
def test_a_duration_has_a_length_a_slug_and_an_interval(text, ms, slug, interval):
    duration = parse_duration(text)
    assert duration.ms == ms
    assert duration.slug == slug
    assert f"{duration.interval_count} {duration.interval_unit}" == interval


@pytest.mark.parametrize(
    "text", ["", "5", "5m", "5 m", "minutes", "-1 hour", "1.5 hours", "1 month", "5 mss", "1 hour 2"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="is not a duration") as caught:
        parse_duration(text)
    assert str(caught.value) == (
        f"`{text}` is not a duration: write a whole number and ms, seconds, minutes, hours, days or weeks,"
        " for example `5 minutes`"
    )


@given(st.text())
def test_no_text_breaks_the_parser(text):
    try:
        duration = parse_duration(text)
    except ValueError:
        return
    assert duration.ms >= 0
