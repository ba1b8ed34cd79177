"""Where a job writes feature values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.project.config import OnlineTarget


@dataclass(frozen=True, slots=True)
class OnlineSink:
    """An online store as a job writes to it.

    Attributes:
        target: the online store.
        project_root: what a relative path of the store is relative to.
        project_name: first part of every key.
        counts_dir: an empty folder in which the workers count what they write; None counts in Flink's metrics only.
    """

    target: OnlineTarget
    project_root: Path
    project_name: str
    counts_dir: Path | None
