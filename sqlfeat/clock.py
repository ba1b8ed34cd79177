"""The one place where the wall clock is read; everything else is handed a `Clock`."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """The present, timezone-aware, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present, timezone-aware, UTC."""
        return datetime.now(timezone.utc)
