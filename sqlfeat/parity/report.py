"""The result of a parity run: what differs, where, and what is the likely cause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.parity.compare import Comparison, Difference

_LAST_BITS = 1e-9
"""Doubles that are relatively nearer than this differ by the order in which they were computed."""


@dataclass(frozen=True, slots=True)
class ModelParity:
    """How a feature view compares."""

    name: str
    comparison: Comparison
    hint: str = ""
    """The likely cause of the differences; empty when there are none, or nothing is known."""

    def as_json(self) -> dict[str, Any]:
        """The model's entry in the report."""
        return {
            "name": self.name,
            "rows": {"duckdb": self.comparison.duckdb_rows, "flink": self.comparison.flink_rows},
            "mismatches": self.comparison.mismatches,
            "columns": self.comparison.columns,
            "examples": [_example(example) for example in self.comparison.examples],
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
class ParityResult:
    """The comparison of all models of a run."""

    models: tuple[ModelParity, ...]
    sources: tuple[SourceParity, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing differs: no row of a model, and no number of rejected rows."""
        return all(not m.comparison.mismatches for m in self.models) and all(s.ok for s in self.sources)

    def as_json(self) -> dict[str, Any]:
        """The report: per model the rows, the mismatches per column and the first differing rows."""
        return {
            "models": [model.as_json() for model in self.models],
            "sources": [source.as_json() for source in self.sources],
            "hints": {model.name: model.hint for model in self.models if model.hint},
        }


def likely_cause(comparison: Comparison, late: Mapping[str, int]) -> str:
    """A sentence about why rows differ, judged by the first ones.

    Args:
        comparison: of a model.
        late: the number of late events of each source that it reads.
    """
    if not comparison.mismatches:
        return ""
    pairs = [(e.duckdb, e.flink) for e in comparison.examples if e.duckdb is not None and e.flink is not None]
    if dropped := {source: count for source, count in late.items() if count}:
        listed = ", ".join(f"{count:,} of {source}" for source, count in sorted(dropped.items()))
        return f"late events are left out by Flink and are in the history: {listed}; a longer `lateness` lets them in"
    if pairs and all(_differ_in_last_bits(ours, theirs) for ours, theirs in pairs):
        return "only the last bits of DOUBLE values differ: an operation depends on the order of its rows"
    if comparison.tied:
        return "several rows share the key and the feature time of the first difference: the order of a tie differs"
    if not pairs:
        return _one_sided(comparison)
    return ""


def _one_sided(comparison: Comparison) -> str:
    only_duckdb = all(example.flink is None for example in comparison.examples)
    only_flink = all(example.duckdb is None for example in comparison.examples)
    if only_duckdb or only_flink:
        where, missing = ("history", "stream") if only_duckdb else ("stream", "history")
        return f"rows of the {where} are missing from the {missing}: do both hold the same events?"
    return "no row has a partner: the keys or the feature times differ"


def _differ_in_last_bits(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    differing = [(value, theirs[name]) for name, value in ours.items() if not _same(value, theirs[name])]
    return all(
        isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=_LAST_BITS) for a, b in differing
    )


def _same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


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
