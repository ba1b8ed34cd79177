"""`late:`: whether a backfill leaves out the events that came too late for the stream."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlfeat.project.block import Block
    from sqlfeat.project.config import ProjectConfig, Source, Target


class Late(Enum):
    """What history does with the events in the late log."""

    EXCLUDE = "exclude"
    """Leave them out: history is what was served."""
    INCLUDE = "include"
    """Count them: history is what happened."""


def read_late(block: Block) -> Late | None:
    """The key `late`; None when it is not there."""
    if block.node("late") is None:
        return None
    written = block.choice("late", tuple(choice.value for choice in Late))
    return Late(written) if written else None


def late_of(source: Source, target: Target, config: ProjectConfig) -> Late:
    """What holds for a source: its own word, else the target's, else the project's, else that they are left out."""
    return source.late or target.late or config.late or Late.EXCLUDE
