"""A Python worker that ends with the Java that started it.

A TaskManager that is killed tells its workers nothing, and one that waits for the rest of a batch waits for ever.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from pathlib import Path

JAVA = "java"
WORKER = "pyflink.fn_execution.beam.beam_boot"
"""What runs as the main module of a worker process; in an embedded Flink the worker is a thread of ours."""


def end_with_java() -> None:
    """In a worker process, see to it that it does not outlive its Java; elsewhere, nothing."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    if spec is not None and spec.name == WORKER and (java := _ancestor(os.getpid(), JAVA)):
        end_with(java)


def end_with(pid: int) -> None:
    """End this process when another one has ended, whatever it is doing then."""
    try:
        process = os.pidfd_open(pid)
    except OSError:
        return  # gone in this moment, or a kernel that cannot tell
    threading.Thread(target=_end_after, args=(process,), daemon=True, name="sqlfeat-orphan").start()


def _end_after(process: int) -> None:
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.poll()
    os._exit(1)


def _ancestor(pid: int, name: str) -> int:
    """The nearest process above another that runs a program of a name; 0 if there is none."""
    while pid > 1:
        pid, program = _parent(pid)
        if program == name:
            return pid
    return 0


def _parent(pid: int) -> tuple[int, str]:
    """The parent of a process and the name of its program."""
    try:
        # pid (comm) state ppid ...; the name may hold blanks and parentheses.
        parent = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        return parent, Path(f"/proc/{parent}/comm").read_text(encoding="utf-8").strip()
    except (OSError, ValueError, IndexError):
        return 0, ""
