"""What is seen to before a job is started; how jobs live is in tests/cli/test_jobs.py."""

from __future__ import annotations

import socket

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.verbs.attach import warn_of_taken_port
from tests.conftest import free_port


def test_a_port_that_somebody_has():
    console = CaptureConsole()
    warn_of_taken_port(0, console)
    warn_of_taken_port(free_port(), console)
    assert console.warnings == []
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        warn_of_taken_port(port, console)
    assert console.warnings == [
        f"no metrics for Prometheus: the `metrics_port` {port} cannot be had (address already in use)"
    ]
