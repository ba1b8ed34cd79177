"""The columns a feature view gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlfeat.language.types import DataType


class Role(Enum):
    """What an output column of a feature view is for."""

    KEY = "key"
    FEATURE_TIME = "feature_time"
    FEATURE = "feature"
    ORDER = "order"
    """A tie-breaker behind the event time, not shown to users: the later row of a tie has the greater value."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column of a feature view as both engines give it."""

    name: str
    type: DataType
    nullable: bool
    role: Role
    description: str = ""
