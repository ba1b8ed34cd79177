"""Judging bugs of functions quickly: all is imported and collected once, and a function's code is exchanged."""

from __future__ import annotations

import contextlib
import gc
import importlib
import math
import multiprocessing
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

import jinja2
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

from tests.planted.judge import First, Verdict, forked, limit, silence
from tests.planted.reach import ROWS, forget_kept, left_out, pytest_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection

    from tests.planted.bugs import Bug


class Warm:
    """A process that has imported the package and collected its tests; it judges one bug at a time."""

    def __init__(self) -> None:
        self._asking, answering = multiprocessing.Pipe()
        self._child = os.fork()
        if self._child == 0:
            self._asking.close()
            os._exit(_serve(answering))
        answering.close()
        failed = self._asking.recv()
        assert not failed, f"{failed} fails without any bug"

    def judged(self, bug: Bug, tests: Sequence[str], seconds: float) -> Verdict | None:
        """The verdict on a bug of a function that importing does not call.

        None if the function cannot be found where it is used.
        """
        self._asking.send((bug, tests, seconds))
        by = self._asking.recv()
        return None if by is None else Verdict(by, len(tests))

    def close(self) -> None:
        """End the process."""
        self._asking.close()
        os.waitpid(self._child, 0)


def _serve(answering: Connection) -> int:
    silence()
    # Templates are compiled outside of what bugs are planted in.
    jinja2.Environment.compile = cache(jinja2.Environment.compile)  # type: ignore[method-assign]
    folder = tempfile.mkdtemp()
    set_hypothesis_home_dir(folder)
    arguments = [*pytest_arguments(), *left_out(), "--basetemp", f"{folder}/tests"]
    code = pytest.main(arguments, plugins=[_Loop(answering)])
    shutil.rmtree(folder, ignore_errors=True)
    return code


class _Loop:
    """A plugin that runs tests as it is asked to, each time in a fork of the process that collected them."""

    def __init__(self, answering: Connection) -> None:
        self._answering = answering

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        assert not session.testsfailed, "some tests cannot be collected"
        items = {item.nodeid: item for item in session.items}
        # Once here, so that what is kept for the next time need not be made for each bug.
        self._answering.send(_failed(items, First([test for test in items if test.startswith(ROWS)], math.inf)))
        limit(0)
        gc.freeze()
        with contextlib.suppress(EOFError):
            while True:
                bug, tests, seconds = self._answering.recv()
                self._answering.send(_answer(bug, items, First(tests, seconds)))
        return True


def _answer(bug: Bug, items: dict[str, pytest.Item], first: First) -> str | None:
    try:
        function, code = found(bug)
    except LookupError:
        return None

    def work(folder: str) -> str:
        function.__code__ = code
        forget_kept()
        first.begin()
        next(iter(items.values())).config._tmp_path_factory._basetemp = Path(folder)  # type: ignore[attr-defined]
        return _failed(items, first)

    return forked(work)


def _failed(items: dict[str, pytest.Item], first: First) -> str:
    wanted = [items[test] for test in first.order if test in items]
    for item, after in zip(wanted, [*wanted[1:], None], strict=True):
        plugins = item.config.pluginmanager
        plugins.register(first)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        plugins.unregister(first)
    return first.failed


def found(bug: Bug) -> tuple[FunctionType, CodeType]:
    """The function, wherever it is known, and the code with the bug.

    Raises:
        LookupError: there is no function that can be given the code.
    """
    code = bug.code()
    function: Any = importlib.import_module("sqlfeat." + bug.place.removesuffix(".py").replace("/", "."))
    for name in bug.function.split("."):
        code = [const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == name][-1]
        function = vars(function)[name]
    function = _unwrapped(function)
    if code.co_freevars != function.__code__.co_freevars:
        raise LookupError(bug.name)
    return function, code


def _unwrapped(thing: Any) -> FunctionType:
    """The function in a method, a property, or another wrapper."""
    while not isinstance(thing, FunctionType) or hasattr(thing, "__wrapped__"):
        inner = [getattr(thing, name) for name in ("__wrapped__", "__func__", "fget", "func") if hasattr(thing, name)]
        thing = inner[0]
    return thing
