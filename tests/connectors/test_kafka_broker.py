"""The broker of the tests, and the connector from a real Maven repository."""

from __future__ import annotations

import pytest

from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars


@pytest.mark.engine
def test_the_pins_are_those_of_the_repository(tmp_path):
    brought = bring_jars(tuple(pinned().values()), tmp_path / "jars")
    assert [jar.fresh for jar in brought] == [True] * len(pinned())


@pytest.mark.engine
def test_messages_outlive_a_restart_of_the_broker(kafka):
    kafka.create_topic("restart", 1)
    kafka.produce("restart", [(0, b"1")])
    kafka.stop()
    kafka.start()
    kafka.produce("restart", [(0, None), (0, b"2")])
    assert kafka.messages("restart") == [b"1", None, b"2"]
