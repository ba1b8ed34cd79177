"""The graph of sources and models, whole or around one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sqlfeat.catalog.model import Catalog

_AROUND_LIMIT = 30
"""More nodes than this say nothing any more beside a text."""


@dataclass(frozen=True, slots=True)
class Node:
    """A source or a model.

    Attributes:
        id: `source:group.name` or `model:name`.
        kind: `stream`, `table`, `view`, `event` or `window`.
    """

    id: str
    name: str
    kind: str

    @property
    def is_source(self) -> bool:
        """Whether it is a source."""
        return self.id.startswith("source:")


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, and edges from upstream to downstream as pairs of ids; both in an order that never changes by itself."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]


def lineage(catalog: Catalog) -> Graph:
    """The graph of a project; a source that nothing reads is in it too."""
    sources = [Node(f"source:{source.name}", source.name, source.kind) for source in catalog.sources]
    models = [Node(f"model:{model.name}", model.name, model.kind) for model in catalog.models]
    edges = [
        (parent, f"model:{model.name}")
        for model in catalog.models
        for parent in [*(f"source:{s}" for s in model.direct_sources), *(f"model:{p}" for p in model.parents)]
    ]
    return Graph((*sources, *models), tuple(edges))


class Surroundings:
    """Finds what is upstream and downstream of nodes of a graph."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._parents: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
        self._children: dict[str, list[str]] = {node.id: [] for node in graph.nodes}
        for start, end in graph.edges:
            self._children[start].append(end)
            self._parents[end].append(start)

    def around(self, node: str) -> Graph | None:
        """All that is upstream and downstream of a node, less if that is too much, nothing if it still is."""
        for ids in (
            {*_reach(node, self._parents.__getitem__), *_reach(node, self._children.__getitem__)},
            {node, *self._parents[node], *self._children[node]},
        ):
            if len(ids) <= _AROUND_LIMIT:
                return self._part(ids)
        return None

    def _part(self, ids: set[str]) -> Graph:
        nodes = sorted(ids)
        edges = tuple((start, end) for start in nodes for end in self._children[start] if end in ids)
        by_id = {node.id: node for node in self._graph.nodes}
        return Graph(tuple(by_id[node] for node in nodes), edges)


def _reach(start: str, step: Callable[[str], Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += step(node)
    return found
