"""`sqlfeat test`: unit tests of models on both engines, and tests of what is stored."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from sqlfeat.testing.result import Finding, Status, TestsResult, Verdict
from sqlfeat.testing.select import select_tests
from sqlfeat.verbs.files import TARGET_DIR, write_if_changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.console.protocol import Console
    from sqlfeat.project.load import LoadedProject
    from sqlfeat.testing.outcome import Outcome
    from sqlfeat.testing.prepare import Prepared
    from sqlfeat.testing.select import Selected

REPORT = "test_results.json"


class TestEngine(Enum):
    """Where unit tests run."""

    __test__ = False

    DUCKDB = "duckdb"
    FLINK = "flink"
    ALL = "all"

    @property
    def names(self) -> tuple[str, ...]:
        """The engines."""
        return ("duckdb", "flink") if self is TestEngine.ALL else (self.value,)


def test(
    project: LoadedProject,
    select: Sequence[str],
    exclude: Sequence[str],
    engine: TestEngine,
    console: Console,
) -> TestsResult:
    """Run unit tests and data tests; the report is written to `target/test_results.json` too.

    Args:
        project: the loaded project.
        select: selectors; empty means all tests.
        exclude: selectors of tests to leave out.
        engine: of unit tests. Data tests always run on DuckDB, where the data is.
        console: told what happens.

    Raises:
        SqlfeatError: a test cannot be run at all: SF0103 and SF0119, the selection; SF0121 to SF0124, what is wrong
            with the tests; errors of their models; SF0010 to SF0012, Flink cannot be started.
    """
    chosen = select_tests(project, select, exclude)
    if not len(chosen):
        console.warning("no test is selected")
    result = _Run(project, chosen, engine, console).run()
    text = json.dumps(result.as_json(), indent=2, ensure_ascii=False) + "\n"
    write_if_changed(project.config.root / TARGET_DIR / REPORT, text)
    return result


test.__test__ = False  # type: ignore[attr-defined] # pytest takes it for one of its own


class _Run:
    """One run of some tests."""

    def __init__(self, project: LoadedProject, chosen: Selected, engine: TestEngine, console: Console) -> None:
        self._project = project
        self._chosen = chosen
        self._engine = engine
        self._console = console
        self._index = 0

    def run(self) -> TestsResult:
        """Run all tests, those that need no data first."""
        from sqlfeat.engines.duckdb.connection import connect
        from sqlfeat.testing.data_tests import DataTests
        from sqlfeat.testing.prepare import prepare_all

        root = self._project.config.root
        prepared = prepare_all(self._project, self._chosen.unit)
        data = DataTests(self._project, self._chosen.data)
        with connect(root, temp_dir=root / TARGET_DIR / "tmp") as connection:
            done = list(self._unit(prepared, connection))
            done += data.run(connection, self._started, self._ended)
        return TestsResult(tuple(done), self._engine.names)

    def _unit(self, tests: Sequence[Prepared], connection: DuckDBPyConnection) -> Iterator[Verdict]:
        from sqlfeat.testing.on_duckdb import DuckdbTests, write_streams
        from sqlfeat.testing.prepare import FOLDER

        root = self._project.config.root
        shutil.rmtree(root / FOLDER, ignore_errors=True)
        write_streams(root, tests)
        flink = self._on_flink(tests, connection)
        duckdb = DuckdbTests(connection, root) if "duckdb" in self._engine.names else None
        for index, prepared in enumerate(tests):
            since = time.perf_counter()
            self._started(prepared.test.name)
            outcomes = {"duckdb": duckdb.outcome(prepared)} if duckdb else {}
            outcomes |= {"flink": flink[index]} if flink else {}
            outcome = replace(_judged(prepared, outcomes), seconds=time.perf_counter() - since)
            self._ended(outcome)
            yield outcome

    def _on_flink(self, tests: Sequence[Prepared], connection: DuckDBPyConnection) -> list[Outcome]:
        """What Flink gives for all tests, before any is judged."""
        if "flink" not in self._engine.names or not tests:
            return []
        from sqlfeat.testing.on_flink import FlinkTests
        from sqlfeat.verbs.stream import LOG_FILE

        self._console.note(f"running {len(tests)} unit tests on Flink (log: {LOG_FILE})")
        root = self._project.config.root
        return FlinkTests(connection, root, root / LOG_FILE).outcomes(tests)

    def _started(self, name: str) -> None:
        self._index += 1
        self._console.node_started("test", name, self._index, len(self._chosen))

    def _ended(self, outcome: Verdict) -> None:
        status = "ok" if outcome.status is Status.PASS else outcome.status.value
        detail = outcome.findings[0].message if outcome.findings else ""
        self._console.node_finished(
            "test", outcome.name, self._index, len(self._chosen), status, detail, outcome.seconds
        )


def _judged(prepared: Prepared, outcomes: Mapping[str, Outcome]) -> Verdict:
    from sqlfeat.testing.judge import judge

    findings: tuple[Finding, ...] = judge(prepared, outcomes)
    test = prepared.test
    status = Status.FAIL if findings else Status.PASS
    return Verdict(test.name, "unit", test.model.value, status, test.span, findings)
