"""The broker of the tests, and the connector from a real Maven repository."""

from __future__ import annotations

import pytest

from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import bring_jars
from sqlfeat.diagnostics.model import SqlfeatError
from tests.conftest import free_port


@pytest.mark.engine
def test_the_pins_are_those_of_the_repository(tmp_path):
    brought = bring_jars(tuple(pinned().values()), tmp_path / "jars")
    assert [jar.fresh for jar in brought] == [True] * len(pinned())


@pytest.mark.engine
def test_maven_without_a_network(tmp_path, monkeypatch):
    """It says what is missing and why, and nothing is left behind."""
    mirror = f"<mirror><id>m</id><mirrorOf>*</mirrorOf><url>http://127.0.0.1:{free_port()}/</url></mirror>"
    (tmp_path / ".m2").mkdir()
    settings = f"<settings><mirrors>{mirror}</mirrors></settings>"
    (tmp_path / ".m2" / "settings.xml").write_text(settings, encoding="utf-8")
    monkeypatch.setenv("MAVEN_OPTS", f"-Duser.home={tmp_path}")
    with pytest.raises(SqlfeatError) as caught:
        bring_jars((pinned()["kafka"],), tmp_path / "jars")
    (diagnostic,) = caught.value.diagnostics
    kafka = pinned()["kafka"].coordinates
    assert (diagnostic.code, diagnostic.message) == ("SF0021", f"Maven cannot bring {kafka}")
    assert "Connection refused" in diagnostic.notes[0]
    assert diagnostic.help.endswith("once brought, jars are kept and no network is needed")
    assert not (tmp_path / "jars").exists()


@pytest.mark.engine
def test_messages_outlive_a_restart_of_the_broker(kafka):
    kafka.create_topic("restart", 1)
    kafka.produce("restart", [(0, b"1")])
    kafka.stop()
    kafka.start()
    kafka.produce("restart", [(0, None), (0, b"2")])
    assert kafka.messages("restart") == [b"1", None, b"2"]
