"""Which pages there are, and what each is given to show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlfeat.catalog.graph import Surroundings, lineage
from sqlfeat.catalog.language import TYPES, chapters, refused_types
from sqlfeat.catalog.layout import draw
from sqlfeat.catalog.search import facets
from sqlfeat.verbs.explain import explained_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.catalog.graph import Graph
    from sqlfeat.catalog.model import Catalog

CODE_RANGES = {
    "SF00": "Usage and environment",
    "SF01": "Project and YAML",
    "SF02": "Templates",
    "SF03": "Names and types in SQL",
    "SF04": "Windows and time",
    "SF05": "What the engines cannot do alike",
    "SF06": "Data",
    "SF07": "Models and training sets",
    "SF08": "State",
    "SF09": "Stores",
    "SF99": "Bugs",
}
"""What the first digits of a diagnostic code stand for."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page to render.

    Attributes:
        path: its file, below the folder of the site.
        template: the file in `site/`, without its ending.
        section: the entry of the navigation it belongs to.
    """

    path: str
    template: str
    section: str
    context: dict[str, Any]

    @property
    def root(self) -> str:
        """The way to the folder of the site."""
        return "../" * self.path.count("/")


def pages(catalog: Catalog) -> Iterator[Page]:
    """All pages of the site."""
    graph = lineage(catalog)
    yield Page("index.html", "index", "index", {"facets": facets(catalog)})
    yield Page("sources.html", "sources", "sources", {})
    yield Page("entities.html", "entities", "entities", {})
    yield Page("lineage.html", "lineage", "lineage", {"drawing": draw(graph)})
    yield Page("language.html", "language", "language", _language())
    yield Page("diagnostics.html", "diagnostics", "diagnostics", {"ranges": _diagnostics()})
    yield from _detail_pages(catalog, graph)


def _detail_pages(catalog: Catalog, graph: Graph) -> Iterator[Page]:
    surroundings = Surroundings(graph)
    by_source = {source.name: source for source in catalog.sources}
    by_model = {model.name: model for model in catalog.models}
    by_entity = {entity.name: entity for entity in catalog.entities}
    for model in catalog.models:
        near = surroundings.around(f"model:{model.name}")
        context = {"model": model, "sources": by_source, "drawing": near and draw(near), "meta": _texts(model.meta)}
        context["entity"] = by_entity.get(model.entity or "")
        yield Page(f"models/{model.name}.html", "model", "index", context)
    for source in catalog.sources:
        context = {"source": source, "meta": _texts(source.meta)}
        yield Page(f"sources/{source.name}.html", "source", "sources", context)
    for entity in catalog.entities:
        yield Page(f"entities/{entity.name}.html", "entity", "entities", {"entity": entity, "models": by_model})


def _texts(meta: dict[str, Any]) -> list[tuple[str, str]]:
    """Free-form facts as texts; what is no text already is shown as JSON."""
    return [
        (str(key), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
        for key, value in meta.items()
    ]


def _language() -> dict[str, Any]:
    found = chapters()
    return {
        "types": TYPES,
        "refused_types": refused_types(),
        "chapters": found,
        "accepted": sum(len(chapter.accepted) for chapter in found),
        "refused": sum(len(chapter.refused) for chapter in found),
    }


def _diagnostics() -> list[tuple[str, list[Any]]]:
    grouped = groupby(explained_codes(), key=lambda entry: entry.code[:4])
    return [(CODE_RANGES.get(prefix, prefix), list(entries)) for prefix, entries in grouped]
