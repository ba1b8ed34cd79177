"""What came of tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlfeat.diagnostics.model import Span
    from sqlfeat.testing.rows import RowDifference


class Status(Enum):
    """How a test ended."""

    PASS = "pass"
    FAIL = "fail"
    WARN = "warn"
    """It failed, and its severity is `warn`."""
    SKIP = "skip"
    """There was nothing to test it on."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        message: one line.
        rows: rows that differ, of which `sides` gives the names of left and right.
        details: further lines.
    """

    message: str
    rows: tuple[RowDifference, ...] = ()
    sides: tuple[str, str] = ("expected", "given")
    details: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The finding as `--json` prints it."""
        rows = [row.as_json(*self.sides) for row in self.rows]
        return {"message": self.message, "rows": rows, "details": list(self.details)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one test.

    Attributes:
        kind: `unit` or `data`.
        target: the model, or the full name of the source.
        span: where the test is written.
        findings: what is wrong, or why it was skipped.
    """

    name: str
    kind: str
    target: str
    status: Status
    span: Span
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """The test's entry in the report."""
        return {
            "name": self.name,
            "type": self.kind,
            "target": self.target,
            "status": self.status.value,
            "file": self.span.path,
            "line": self.span.line,
            "seconds": round(self.seconds, 3),
            "findings": [finding.as_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class TestsResult:
    """What came of all selected tests.

    Attributes:
        engines: that unit tests ran on.
    """

    __test__ = False  # for pytest, which takes it for tests of its own

    tests: tuple[Verdict, ...]
    engines: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether no test failed; a warning is none."""
        return all(test.status is not Status.FAIL for test in self.tests)

    def count(self, status: Status) -> int:
        """How many tests ended so."""
        return sum(test.status is status for test in self.tests)

    def as_json(self) -> dict[str, Any]:
        """The report."""
        counts = {status.value: self.count(status) for status in Status}
        return {
            "ok": self.ok,
            "engines": list(self.engines),
            "counts": counts,
            "tests": [test.as_json() for test in self.tests],
        }
