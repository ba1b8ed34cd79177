"""Fixtures that several rooms share."""

from __future__ import annotations

import shutil
import socket
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.kafka import Broker


# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("sqlfeat", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("sqlfeat")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis server of this test session, on a free port of the loopback interface, and the jars to write to it."""
    from sqlfeat.connectors.jars import bring_jars, jar_folder, redis_jars

    bring_jars(redis_jars(), jar_folder())
    with redis_server(tmp_path_factory.mktemp("redis")) as port:
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def redis_server(folder: Path, port_flag: str = "--port", *more: str) -> Iterator[int]:
    """Run a Redis server on a free port; gives the port."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("the engine tests need redis-server: run `make test`, or apt-get install redis-server")
    server, port = _start_redis([program, *more, "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)], port_flag)
    try:
        yield port
    finally:
        server.terminate()
        server.communicate()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka broker of this test session, on a free port of the loopback interface; topics are the tests' own."""
    from tests.kafka import Broker

    if shutil.which("mvn") is None:
        pytest.fail("the engine tests need Maven, which brings Kafka: run `make test`, or apt-get install maven")
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    """A port that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_redis(command: list[str], port_flag: str) -> tuple[subprocess.Popen[str], int]:
    for _ in range(5):
        port = free_port()
        server = subprocess.Popen([*command, port_flag, str(port)], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        # Ends without the line when another program took the port in between.
        if any("Ready to accept connections" in line for line in server.stdout):
            return server, port
        server.communicate()
    pytest.fail("redis-server does not start")
