"""Which tests run which lines of the compiler, so that a bug is judged by those tests that can see it."""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.planted.bugs import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from types import CodeType, FrameType

    from tests.planted.bugs import Bug

REPOSITORY = ROOT.parent
ROOMS = ("lower", "plan", "language")
NOT_THESE = ("tests/planted", "tests/demo", "tests/meta")
"""Tests of this tool, of the data of the example, and of the sources as text."""
TEXT = (
    "tests/lower/test_fixtures.py::test_the_sql_is_as_written",
    "tests/lower/test_sources.py::",
    "tests/conformance/test_text.py::",
)
"""Tests that compare SQL with SQL; they say that something is different, not that it is wrong."""
ROWS = "tests/lower/test_fixtures.py::test_duckdb_gives_the_rows"
FIRST = {
    "lower/flink": ("tests/lower/test_sources.py::", f"{TEXT[0]}[flink-", "tests/lower/flink/"),
    "lower": (ROWS, *TEXT),
    "plan": (ROWS, "tests/plan/", *TEXT),
    "language": ("tests/conformance/test_vectors.py", ROWS, *TEXT),
}
"""The tests that see most of a part of the compiler. For what is written for Flink, only the text is without Flink."""
IN_TURN = 5
Lines = set[tuple[str, int]]


class Recorder:
    """A plugin that notes the lines of the compiler each test runs, and how long it takes.

    What a fixture runs counts for every test that asks for it. A test may find what another one of its module has
    compiled and kept, so the lines of one also count for those that share all parameters that a third one has. What
    functions of the compiler keep is forgotten before each test, so each runs all that it needs.
    """

    def __init__(self) -> None:
        self.lines: dict[str, Lines] = defaultdict(set)
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: list[str] = []
        self._fixtures: dict[tuple[Any, str], tuple[Lines, float]] = {}
        self._open: list[dict[CodeType, tuple[set[int], Any]]] = []
        self._places: dict[CodeType, str] = {}
        self._params: dict[str, tuple[str, dict[str, str]]] = {}

    def imported(self) -> Lines:
        """The lines that run when all of the package is imported."""
        watched = self._watched()
        next(watched)
        for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
            importlib.import_module(".".join(path.relative_to(REPOSITORY).with_suffix("").parts))
        try:
            watched.send(None)
        except StopIteration as end:
            return end.value[1]
        raise AssertionError

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
        result, lines, seconds = yield from self._watched()
        self._fixtures[_with_parameter(fixturedef)] = lines, seconds
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        result, lines, seconds = yield from self._watched()
        self.lines[item.nodeid] |= lines
        self.seconds[item.nodeid] += seconds
        for fixture in item._request._fixture_defs.values():  # type: ignore[attr-defined]
            lines, seconds = self._fixtures.get(_with_parameter(fixture), (set(), 0.0))
            self.lines[item.nodeid] |= lines
            self.seconds[item.nodeid] += seconds
        params = getattr(item, "callspec", None)
        texts = {name: str(value) for name, value in params.params.items()} if params else {}
        self._params[item.nodeid] = item.nodeid.split("::")[0], texts
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def shared(self) -> dict[str, Lines]:
        """The lines by test."""
        of_module: dict[str, dict[str, frozenset[tuple[str, str]]]] = defaultdict(dict)
        for test, (module, params) in self._params.items():
            of_module[module][test] = frozenset(params.items())
        for params_of in of_module.values():
            for some in set(params_of.values()) - {frozenset()}:
                alike = [test for test, params in params_of.items() if some <= params]
                lines = set().union(*(self.lines[test] for test in alike))
                for test in alike:
                    self.lines[test] = self.lines[test] | lines
        return self.lines

    def _watched(self) -> Generator[None, Any, tuple[Any, Lines, float]]:
        forget_kept()
        self._open.append({})
        started = time.perf_counter()
        sys.settrace(self._calls)
        try:
            result = yield
        finally:
            sys.settrace(None)
            seen = self._open.pop()
            if self._open:
                sys.settrace(self._calls)
        lines = {(self._place(code), line) for code, (found, _) in seen.items() for line in found}
        return result, lines, time.perf_counter() - started

    def _calls(self, frame: FrameType, _: str, __: Any) -> Any:
        code = frame.f_code
        if not self._open or not self._place(code):
            return None
        seen = self._open[-1]
        if code not in seen:
            seen[code] = _tracer()
        return seen[code][1]

    def _place(self, code: CodeType) -> str:
        if code not in self._places:
            path = Path(code.co_filename)
            inside = path.is_relative_to(ROOT) and path.relative_to(ROOT).parts[0] in ROOMS
            self._places[code] = path.relative_to(ROOT).as_posix() if inside else ""
        return self._places[code]


def _tracer() -> tuple[set[int], Any]:
    lines: set[int] = set()
    add = lines.add

    def step(frame: FrameType, _: str, __: Any) -> Any:
        add(frame.f_lineno)
        return step

    return lines, step


def _with_parameter(fixture: Any) -> tuple[Any, str]:
    return fixture, repr(fixture.cached_result[1]) if fixture.cached_result else ""


def forget_kept() -> None:
    """Forget what functions of the compiler keep."""
    rooms = tuple(f"sqlfeat.{room}." for room in ROOMS)
    for name in [name for name in sys.modules if name.startswith(rooms) and name not in _KEEPING]:
        _KEEPING[name] = [value for value in vars(sys.modules[name]).values() if hasattr(value, "cache_clear")]
    for function in itertools.chain.from_iterable(_KEEPING.values()):
        function.cache_clear()


_KEEPING: dict[str, list[Any]] = {}
"""Functions that keep what they gave, by module."""


class Reach:
    """The recorded tests."""

    def __init__(self, record: dict[str, Any]) -> None:
        self.seconds: dict[str, float] = record["seconds"]
        self._tests: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        for test, lines in record["tests"].items():
            for place, line in lines:
                self._tests[place][line].add(test)
        self._imported = {(place, line) for place, line in record["imported"]}

    def on_import(self, bug: Bug) -> bool:
        """Whether importing runs the function, or makes the table."""
        span = range(bug.lines[0] + 1, bug.lines[1] + 1)
        return bug.function.startswith("(module)") or any((bug.place, line) in self._imported for line in span)

    def of(self, bug: Bug) -> list[str]:
        """Those that run the changed line, or else its function; of what is made on import, anything of the file.

        Those that will most likely see the bug come first.
        """
        lines = self._tests[bug.place]
        span = range(bug.lines[0] + 1, bug.lines[1] + 1)
        inside = {test for line in bug.inside for test in lines.get(line, ())}
        if inside and ": never" in bug.what:
            return self._ordered(inside, bug.place)
        for wanted in ([bug.line], span, list(lines) if bug.function.startswith("(module)") else []):
            if found := {test for line in wanted for test in lines.get(line, ())}:
                return [*self._ordered(found - inside, bug.place), *self._ordered(found & inside, bug.place)]
        return []

    def _ordered(self, tests: set[str], place: str) -> list[str]:
        """First the tests of this part of the compiler, then some of each file in turn, the quick ones first."""
        own = next((own for part, own in FIRST.items() if place.startswith(part)), ())
        turns: Counter[str] = Counter()
        keys: dict[str, tuple[int, int, str]] = {}
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            file = test.split("::", maxsplit=1)[0]
            turns[file] += 1
            first = next((number for number, start in enumerate(own) if test.startswith(start)), len(own))
            keys[test] = first, turns[file] // IN_TURN if first == len(own) else 0, file
        return sorted(keys, key=lambda test: keys[test])


def recorded(*, stale: bool) -> Reach:
    """What the tests of this state of the sources run; recorded again after any change, unless an older one will do."""
    path = REPOSITORY / "target" / "planted.json"
    if path.exists():
        record = json.loads(path.read_text(encoding="utf-8"))
        if stale or record["state"] == _state():
            return Reach(record)
    # In a process of its own: this one must not import what is to be imported with a bug.
    subprocess.run([sys.executable, "-m", __name__, str(path)], cwd=REPOSITORY, check=True)
    return Reach(json.loads(path.read_text(encoding="utf-8")))


def _record(path: Path, parts: Sequence[str]) -> None:
    """Record all tests, or add those of some parts of the tests to what was recorded."""
    recorder = Recorder()
    imported = sorted(recorder.imported())
    pytest.main([*pytest_arguments(), *left_out(), *(parts or [str(REPOSITORY / "tests")])], plugins=[recorder])
    if recorder.failed:
        raise SystemExit(f"tests fail without any bug: {', '.join(recorder.failed[:5])}")
    tests = {test: sorted(lines) for test, lines in recorder.shared().items()}
    record = {"state": _state(), "seconds": recorder.seconds, "tests": tests, "imported": imported}
    if parts:
        earlier = json.loads(path.read_text(encoding="utf-8"))
        record = record | {key: earlier[key] | record[key] for key in ("seconds", "tests")}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")


def pytest_arguments() -> list[str]:
    """Everything in the order given, and nothing left behind."""
    return ["--quiet", "--no-header", "--no-summary", "--rootdir", str(REPOSITORY), "-p", "no:randomly",
            "-p", "no:cacheprovider", "-Wignore::pytest.PytestAssertRewriteWarning"]  # fmt: skip


def left_out() -> list[str]:
    """What keeps pytest from the tests that judge nothing."""
    return [f"--ignore={REPOSITORY / folder}" for folder in NOT_THESE]


def _state() -> str:
    digest = hashlib.sha256()
    for folder in (ROOT, REPOSITORY / "tests"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".sql", ".yml", ".txt"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    _record(Path(sys.argv[1]), sys.argv[2:])
