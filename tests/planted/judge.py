"""Judging a bug: a process of its own imports the package with the bug and runs the tests that can see it."""

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
from tests.planted.reach import REPOSITORY, pytest_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.planted.bugs import Bug

TEXT = ("tests/lower/test_fixtures.py::test_the_sql_is_as_written", "tests/conformance/test_text.py::")
"""Tests that compare SQL with SQL; they say that something is different, not that it is wrong."""
SECONDS = 60
"""A test that runs longer found the bug; with that many seconds of tests, no more are begun, but those of the text."""
MEMORY = 10 * 2**30
NO_IMPORT = "importing it"
STOPPED = "a test that did not end"


@dataclass(frozen=True)
class Verdict:
    """What the tests say.

    Attributes:
        by: the test that failed; "" if none did.
        text: whether that test compares SQL with SQL.
        tests: how many tests can see the bug.
    """

    by: str
    text: bool
    tests: int


def judged(bug: Bug | None, tests: Sequence[str]) -> Verdict:
    """The verdict of the tests, which are run in their order, those of the text last; without a bug, they pass."""
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reading)
        os._exit(_child(bug, tests, folder, writing))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as said:
        by = said.read()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    if not by and status != 0:
        by = STOPPED if os.WIFSIGNALED(status) else NO_IMPORT
    return Verdict(by, by.startswith(TEXT), len(tests))


def _child(bug: Bug | None, tests: Sequence[str], folder: str, writing: int) -> int:
    """0 if the tests pass."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(SECONDS)
    first = First(tests)
    try:
        if bug is not None:
            _import_with(bug)
        files = dict.fromkeys(str(REPOSITORY / test.split("::")[0]) for test in tests)
        code = pytest.main(
            [
                *pytest_arguments(),
                "-Wignore::pytest.PytestAssertRewriteWarning",
                "--exitfirst",
                "--basetemp",
                f"{folder}/tests",
                *files,
            ],
            plugins=[first],
        )
    except BaseException:  # noqa: BLE001 - whatever goes wrong shows the bug
        return 1
    os.write(writing, first.failed.encode())
    return 0 if first.failed or code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED) else 1


def _import_with(bug: Bug) -> None:
    """From now on the module is imported with the bug."""
    usual, code, path = importlib.machinery.SourceFileLoader.get_code, bug.code(), str(ROOT / bug.place)

    def get_code(self: Any, fullname: str) -> Any:
        return code if str(Path(self.path)) == path else usual(self, fullname)

    importlib.machinery.SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class First:
    """A plugin that runs given tests in their order, and knows which one failed first."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.failed = ""
        self._order = {test: (test.startswith(TEXT), number) for number, test in enumerate(tests)}
        self._started = time.monotonic()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._order), key=lambda item: self._order[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or f"collecting {report.nodeid}"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        signal.alarm(SECONDS)
        late = time.monotonic() - self._started > SECONDS
        return True if late and not item.nodeid.startswith(TEXT) else None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid
