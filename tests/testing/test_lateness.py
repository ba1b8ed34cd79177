"""The walk that decides which events are late, against the sentence of the documents."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.testing.lateness import Arrival, late_flags

START = datetime(2024, 1, 1)
arrivals = st.lists(
    st.builds(
        Arrival,
        st.none() | st.integers(-5, 20).map(lambda ms: START + timedelta(milliseconds=ms)),
        st.booleans(),
    )
)


def flags(*milliseconds, lateness):
    events = [Arrival(START + timedelta(milliseconds=at)) for at in milliseconds]
    return list(late_flags(events, lateness))


@pytest.mark.parametrize(
    ("times", "lateness", "expected"),
    [
        ((), 0, []),
        ((5,), 0, [False]),
        ((5, 5, 4), 0, [False, False, True]),
        ((10, 5, 4), 5, [False, False, True]),
        # A late event moves nothing: what counts is the greatest time seen.
        ((10, 0, 4, 5, 11, 5), 5, [False, True, True, False, False, True]),
    ],
)
def test_an_event_exactly_as_far_behind_as_the_lateness_is_in_time(times, lateness, expected):
    assert flags(*times, lateness=lateness) == expected


def test_an_event_without_a_time_is_not_late_and_tells_nothing():
    events = [Arrival(None), Arrival(START), Arrival(None), Arrival(START - timedelta(days=1))]
    assert list(late_flags(events, 0)) == [False, False, False, True]


def test_a_rejected_event_is_not_late_but_its_time_is_seen():
    later = Arrival(START + timedelta(hours=1), rejected=True)
    assert list(late_flags([later, Arrival(START), Arrival(START, rejected=True)], 1000)) == [False, True, False]


def test_the_first_times_of_the_calendar_can_be_computed_with():
    assert list(late_flags([Arrival(datetime(9999, 12, 31)), Arrival(datetime(1, 1, 1))], 1000)) == [False, True]


@given(arrivals, st.integers(0, 10))
def test_late_is_further_behind_the_latest_time_seen_than_the_lateness(events, lateness):
    expected = []
    for index, event in enumerate(events):
        before = [other.time for other in events[:index] if other.time is not None]
        late = event.time is not None and not event.rejected
        late = late and any(event.time + timedelta(milliseconds=lateness) < time for time in before)
        expected.append(late)
    assert list(late_flags(events, lateness)) == expected


@given(arrivals, st.integers(0, 10), st.integers(0, 10))
def test_a_longer_lateness_makes_no_event_late(events, lateness, more):
    short, long = list(late_flags(events, lateness)), list(late_flags(events, lateness + more))
    assert all(one or not other for one, other in zip(short, long, strict=True))


@given(arrivals)
def test_events_in_order_are_never_late(events):
    assert not any(late_flags(sorted(events, key=lambda event: event.time or START), 0))
