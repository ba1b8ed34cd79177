"""The graph of models: who reads whom."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Edges = Mapping[str, tuple[str, ...]]


def topological_order(parents: Edges) -> tuple[str, ...]:
    """The models, each behind those it reads; by name where the graph leaves a choice.

    >>> topological_order({"c": ("a", "b"), "b": (), "a": ("b",)})
    ('b', 'a', 'c')

    Raises:
        graphlib.CycleError: there is a cycle.
    """
    sorter = TopologicalSorter(parents)
    sorter.prepare()
    order: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += ready
        sorter.done(*ready)
    return tuple(order)


def find_cycles(parents: Edges) -> list[tuple[str, ...]]:
    """Cycles, no two with the same edge; each as the models in order of reading, the first one again at the end.

    >>> find_cycles({"a": ("b",), "b": ("a",), "c": ("c",)})
    [('a', 'b', 'a'), ('c', 'c')]
    """
    remaining = {name: list(reads) for name, reads in sorted(parents.items())}
    cycles = []
    while cycle := _cycle(remaining):
        cycles.append(cycle)
        for reader, read in pairwise(cycle):
            remaining[reader].remove(read)
    return sorted(cycles)


def _cycle(parents: dict[str, list[str]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        ring = error.args[1][::-1][:-1]  # it is told from the read model to the reader
        first = ring.index(min(ring))
        return (*ring[first:], *ring[:first], ring[first])
    return ()


def children_of(parents: Edges) -> dict[str, tuple[str, ...]]:
    """The models that read each model, sorted."""
    return {name: tuple(sorted(child for child, reads in parents.items() if name in reads)) for name in parents}


def reachable(start: str, edges: Edges, depth: int | None = None) -> set[str]:
    """The models at most `depth` edges away, without the start itself unless a longer way leads back to it.

    >>> sorted(reachable("c", {"c": ("b",), "b": ("a",), "a": ()}))
    ['a', 'b']
    >>> sorted(reachable("c", {"c": ("b",), "b": ("a",), "a": ()}, depth=1))
    ['b']
    """
    found: set[str] = set()
    frontier = {start}
    while frontier and depth != 0:
        frontier = {near for name in frontier for near in edges[name]} - found
        found |= frontier
        depth = None if depth is None else depth - 1
    return found
