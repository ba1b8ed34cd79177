"""Window frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """Which rows before the current one an OVER aggregate sees; both edges are in.

    Attributes:
        rows: ROWS (counted) or RANGE (event time).
        start: rows, or milliseconds, before the current row; None is UNBOUNDED PRECEDING.
        end: rows, or milliseconds, before the current row where the frame ends; 0 is CURRENT ROW, which for RANGE
            includes all rows of the same event time.
        exclude_current: the current row itself is left out (EXCLUDE CURRENT ROW).
    """

    rows: bool
    start: int | None
    end: int = 0
    exclude_current: bool = False

    @property
    def native(self) -> bool:
        """Whether both engines have the frame: it ends with the current row."""
        return self.end == 0 and not self.exclude_current
