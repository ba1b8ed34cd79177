"""The result of a parity run: what differs, where, and what is the likely cause."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlfeat.parity.causes import HINTS, Cause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.parity.arrival import Arrival
    from sqlfeat.parity.compare import Comparison, Difference, Finding


@dataclass(frozen=True, slots=True)
class ModelParity:
    """How a feature view compares."""

    name: str
    comparison: Comparison
    hint: str = ""
    """The likely cause of the differences; empty when there are none, or nothing is known."""

    def as_json(self) -> dict[str, Any]:
        """The model's entry in the report."""
        only = self.comparison.one_sided
        return {
            "name": self.name,
            "rows": {"duckdb": self.comparison.duckdb_rows, "flink": self.comparison.flink_rows},
            "mismatches": self.comparison.mismatches,
            "columns": self.comparison.columns,
            "examples": [_example(example) for example in self.comparison.examples],
            "causes": {finding.column: _cause(finding) for finding in self.comparison.findings},
            "one_sided": {"duckdb": only.duckdb, "flink": only.flink, "repeated": only.repeated},
        }


@dataclass(frozen=True, slots=True)
class SourceParity:
    """What became of the rows of a source that did not take part."""

    name: str
    duckdb_rejects: int
    flink_rejects: int
    late: int

    @property
    def ok(self) -> bool:
        """Whether the engines rejected as many rows."""
        return self.duckdb_rejects == self.flink_rejects

    def as_json(self) -> dict[str, Any]:
        """The source's entry in the report."""
        rejects = {"duckdb": self.duckdb_rejects, "flink": self.flink_rejects}
        return {"name": self.name, "rejects": rejects, "late": self.late}


@dataclass(frozen=True, slots=True)
class Replay:
    """How the events came to Flink."""

    arrival: Arrival
    parallelism: int

    def as_json(self) -> dict[str, Any]:
        """The replay's entry in the report."""
        return {"parallelism": self.parallelism, **asdict(self.arrival)}


@dataclass(frozen=True, slots=True)
class ParityResult:
    """The comparison of all models of a run."""

    models: tuple[ModelParity, ...]
    sources: tuple[SourceParity, ...] = ()
    replay: Replay | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing differs: no row of a model, and no number of rejected rows."""
        return all(not m.comparison.mismatches for m in self.models) and all(s.ok for s in self.sources)

    def as_json(self) -> dict[str, Any]:
        """The report: per model the rows, the mismatches per column and the first differing rows."""
        return {
            "models": [model.as_json() for model in self.models],
            "sources": [source.as_json() for source in self.sources],
            "replay": self.replay.as_json() if self.replay else None,
            "hints": {model.name: model.hint for model in self.models if model.hint},
        }


def likely_cause(comparison: Comparison, unknown: Mapping[str, int]) -> str:
    """A sentence about why rows differ.

    Args:
        comparison: of a model.
        unknown: of each source that it reads, the events of the late log that the history does not have.
    """
    if not comparison.mismatches:
        return ""
    if found := {source: count for source, count in unknown.items() if count}:
        listed = ", ".join(f"{count:,} of {source}" for source, count in sorted(found.items()))
        return f"{HINTS[Cause.LATE]} ({listed})"
    causes = {finding.shares.cause() for finding in comparison.findings}
    if comparison.one_sided.repeated:
        return HINTS[Cause.DUPLICATES]
    if comparison.one_sided.duckdb or comparison.one_sided.flink:
        return _one_sided(comparison)
    return HINTS[causes.pop()] if len(causes) == 1 else ""


def _one_sided(comparison: Comparison) -> str:
    only = comparison.one_sided
    if only.duckdb and only.flink:
        return "rows have no partner: keys or feature times differ, or each side has events that the other lacks"
    where, missing = ("history", "stream") if only.duckdb else ("stream", "history")
    return f"rows of the {where} are missing from the {missing}: do both hold the same events?"


def _cause(finding: Finding) -> dict[str, Any]:
    cause = finding.shares.cause()
    return {
        "mismatches": finding.shares.differing,
        "cause": cause.value,
        "hint": HINTS[cause],
        "first": _example(finding.first),
    }


def _example(difference: Difference) -> dict[str, Any]:
    return {
        "key": plain(difference.key),
        "feature_time": plain(difference.feature_time),
        "duckdb": plain(difference.duckdb),
        "flink": plain(difference.flink),
    }


def plain(value: Any) -> Any:
    """The value as JSON has it; what JSON has no numbers for becomes text."""
    match value:
        case dict():
            return {name: plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case float() if not math.isfinite(value):
            return str(value)
    return value
