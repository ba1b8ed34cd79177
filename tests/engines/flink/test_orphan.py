"""A worker that is left behind; that of a killed TaskManager is in tests/cli/test_kills.py."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sqlfeat.engines.flink.orphan import WORKER, _ancestor, end_with_java

CHILD = """
import sys, threading, types
import __main__
__main__.__spec__ = types.SimpleNamespace(name="{name}")
from sqlfeat.engines.flink.orphan import end_with_java
end_with_java()
print("here", flush=True)
threading.Event().wait()
"""
ROOT = Path(__file__).parents[3]


def family(tmp_path, name):
    """A program called `java` that starts a worker as Flink does: through a shell, with a pipe behind it."""
    java = tmp_path / "java"
    java.symlink_to(sys.executable)
    (tmp_path / "child.py").write_text(CHILD.format(name=name), encoding="utf-8")
    script = f"{sys.executable} {tmp_path}/child.py | cat"
    starter = f"import subprocess; subprocess.run(['bash', '-c', {script!r}])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([str(java), "-c", starter], stdout=subprocess.PIPE, text=True, env=environment)


def test_a_worker_ends_with_its_java(tmp_path):
    java = family(tmp_path, WORKER)
    assert java.stdout is not None
    assert java.stdout.readline() == "here\n"
    java.send_signal(signal.SIGKILL)
    # The pipe is closed when all that hold it have ended.
    assert java.stdout.read() == ""
    java.communicate()


def test_no_other_process_does(monkeypatch):
    """Whatever started it: nothing is watched, so nothing ends it."""
    monkeypatch.setattr("sqlfeat.engines.flink.orphan.end_with", lambda _: 1 / 0)
    end_with_java()


def test_the_nearest_ancestor_of_a_name():
    name = Path(f"/proc/{os.getppid()}/comm").read_text(encoding="utf-8").strip()
    assert _ancestor(os.getpid(), name) == os.getppid()
    assert _ancestor(os.getpid(), "no such program") == 0
