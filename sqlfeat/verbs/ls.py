"""`sqlfeat ls`: the models a selection means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.project.load import LoadedProject


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A line of `ls`."""

    name: str
    path: str
    materialized: str
    entity: str | None
    tags: tuple[str, ...]
    owner: str
    description: str
    depends_on: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """As `ls --output json` prints it."""
        return {
            "name": self.name,
            "path": self.path,
            "materialized": self.materialized,
            "entity": self.entity,
            "tags": list(self.tags),
            "owner": self.owner,
            "description": self.description,
            "depends_on": list(self.depends_on),
        }


@dataclass(frozen=True, slots=True)
class LsResult:
    """The selected models, upstream first."""

    models: tuple[ListedModel, ...]


def ls(project: LoadedProject, select: Sequence[str], exclude: Sequence[str]) -> LsResult:
    """List models without compiling them."""
    return LsResult(tuple(_listed(project, name) for name in project.select(select, exclude)))


def _listed(project: LoadedProject, name: str) -> ListedModel:
    model = project.models[name]
    return ListedModel(
        name=name,
        path=model.path,
        materialized=model.config.materialized.value,
        entity=model.config.entity,
        tags=model.config.tags,
        owner=model.config.owner,
        description=model.description,
        depends_on=project.parents[name],
    )
