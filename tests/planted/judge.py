"""Judging a bug in a process of its own: which of the tests that can see it fails first."""

from __future__ import annotations

import contextlib
import importlib.machinery
import os
import resource
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.planted.bugs import ROOT
from tests.planted.reach import REPOSITORY, TEXT, pytest_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.planted.bugs import Bug

SECONDS = 60
"""A test that runs longer found the bug."""
MEMORY = 10 * 2**30
NO_IMPORT = "importing it"
TYPES = "the type checker"
STOPPED = "a test that did not end"


@dataclass(frozen=True)
class Verdict:
    """What the tests say.

    Attributes:
        by: the test that failed, or who else refused it; "" if none did.
        tests: how many tests can see the bug.
    """

    by: str
    tests: int

    @property
    def said(self) -> str:
        """In words."""
        if not self.by:
            return "not caught"
        return "types only" if self.by == TYPES else "text only" if self.by.startswith(TEXT) else "caught"


def judged_cold(bug: Bug, tests: Sequence[str], seconds: float) -> Verdict:
    """The verdict where the package is imported with the bug.

    This process must not have imported the package.

    Args:
        bug: of any function or table.
        tests: in their order.
        seconds: of the processor, after which no more tests are begun.
    """
    return Verdict(forked(lambda folder: _imported(bug, First(tests, seconds), folder)), len(tests))


def forked(work: Callable[[str], str], seconds: int = SECONDS, memory: int = MEMORY) -> str:
    """What some work in a process of its own gives: which test failed. It is handed a folder that is removed then."""
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        os._exit(_limited(work, folder, writing, seconds, memory))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as said:
        by = said.read()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    if not by and status != 0:
        by = STOPPED if os.WIFSIGNALED(status) else NO_IMPORT
    return by


def _limited(work: Callable[[str], str], folder: str, writing: int, seconds: int, memory: int) -> int:
    silence()
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    limit(seconds)
    try:
        os.write(writing, work(folder).encode())
    except BaseException:  # noqa: BLE001 - whatever goes wrong shows the bug
        return 1
    return 0


def limit(seconds: int) -> None:
    """End this process after so many seconds of its own, or ten times as many of waiting; never, for 0."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.alarm(10 * seconds)


def silence() -> None:
    """Let nothing of this process be seen."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)


def _imported(bug: Bug, first: First, folder: str) -> str:
    import_with(bug)
    files = dict.fromkeys(str(REPOSITORY / test.split("::")[0]) for test in first.order)
    options = ["--basetemp", f"{folder}/tests"]
    code = pytest.main([*pytest_arguments(), *options, *files], plugins=[first])
    passed = code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return first.failed or ("" if passed else NO_IMPORT)


def import_with(bug: Bug) -> None:
    """From now on the module is imported with the bug."""
    usual, code, path = importlib.machinery.SourceFileLoader.get_code, bug.code(), str(ROOT / bug.place)

    def get_code(self: Any, fullname: str) -> Any:
        return code if str(Path(self.path)) == path else usual(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class First:
    """A plugin that runs given tests in their order, and knows which one failed first.

    Those of the text go on to the next one, unless they are the ones that say most.
    """

    def __init__(self, tests: Sequence[str], seconds: float) -> None:
        self.order = {test: number for number, test in enumerate(tests)}
        self._failed = self._text = ""
        self._text_will_do = any(test.startswith(TEXT) for test in tests[:1])
        self._seconds = seconds
        self.begin()

    def begin(self) -> None:
        """The time runs from now on."""
        self._end = time.process_time() + self._seconds

    @property
    def failed(self) -> str:
        """One that compares values, or else one of the text."""
        return self._failed or self._text

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.order), key=lambda item: self.order[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._failed = self._failed or f"collecting {report.nodeid}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        limit(SECONDS)
        text = not self._text and item.nodeid.startswith(TEXT)
        if not self._failed and (text or time.process_time() < self._end):
            return None
        # What earlier tests have set up for this one goes, as if it had run.
        item.session._setupstate.teardown_exact(nextitem)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid.startswith(TEXT) and not self._text_will_do:
            self._text = self._text or report.nodeid
        elif report.failed:
            self._failed = self._failed or report.nodeid
