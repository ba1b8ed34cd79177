"""Columns of the right side of a join under names that are free on the left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlfeat.language.expr import Column
from sqlfeat.plan.scope import Scope, Visible


@dataclass(frozen=True, slots=True)
class Picked:
    """What a join takes from its right side.

    Attributes:
        picks: pairs (name in the output, right column).
        columns: of the output.
        visible: their names for users.
    """

    picks: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    visible: tuple[Visible, ...]


def pick(left: Scope, right: Scope, *, inner: bool) -> Picked:
    """All visible columns of the right side; they may be NULL where a row need not meet another."""
    taken = set(left.plan.schema.names)
    picks: list[tuple[str, str]] = []
    visible: list[Visible] = []
    for item in right.visible:
        name = free_name(item.name, item.alias, taken)
        taken.add(name)
        picks.append((name, item.column.name))
        column = Column(name, item.column.type, item.column.nullable or not inner)
        visible.append(replace(item, column=column))
    return Picked(tuple(picks), tuple(v.column for v in visible), tuple(visible))


def free_name(name: str, alias: str, taken: set[str]) -> str:
    """The name, or one made of it and the alias, that is not taken."""
    candidate = name if name not in taken else f"{alias}_{name}"
    while candidate in taken:
        candidate += "_"
    return candidate
