"""Addresses of pages. They are stable: made of names, relative, and the same on every disk."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from sqlfeat.catalog.graph import Node


def feature_anchor(name: str) -> str:
    """The id of a column on the page of its model; a quoted name may hold what an id may not."""
    return f"column-{quote(name, safe='')}"


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses as seen from a page.

    Attributes:
        root: the way from the page to the folder of the site, empty or `../`.
    """

    root: str = ""

    def page(self, name: str) -> str:
        """A page that is there once."""
        return f"{self.root}{name}.html"

    def asset(self, name: str) -> str:
        """A file that pages load."""
        return f"{self.root}assets/{name}"

    def model(self, name: str) -> str:
        """The page of a model."""
        return f"{self.root}models/{name}.html"

    def column(self, model: str, name: str) -> str:
        """The place of a column on the page of its model."""
        return f"{self.model(model)}#{quote(feature_anchor(name))}"

    def source(self, name: str) -> str:
        """The page of a source."""
        return f"{self.root}sources/{name}.html"

    def entity(self, name: str) -> str:
        """The page of an entity."""
        return f"{self.root}entities/{name}.html"

    def search(self, facet: str, value: str) -> str:
        """The search for a tag, an owner and so on."""
        return f"{self.root}index.html#{facet}={quote(value, safe='')}"

    def node(self, node: Node) -> str:
        """The page of a node of the lineage."""
        return self.source(node.name) if node.is_source else self.model(node.name)
