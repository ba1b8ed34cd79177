"""What an engine makes of a unit test."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlfeat.diagnostics.model import Diagnostic


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that an engine rejected: why, and the row as text by column."""

    reason: str
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, reason: str, row: str) -> Rejected:
        """From an entry of a reject log."""
        return cls(reason, json.loads(row))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one engine gives.

    Attributes:
        rows: of the model, the visible columns.
        late: late events by input, as values by column.
        rejected: rejected rows by input.
        failed: why it gives nothing at all.
    """

    rows: tuple[tuple[Any, ...], ...] = ()
    late: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    rejected: Mapping[str, tuple[Rejected, ...]] = field(default_factory=dict)
    failed: tuple[Diagnostic, ...] = ()
