"""Draws a graph in layers from left to right: a place for every node, a curve for every edge."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.catalog.graph import Graph, Node

NODE_HEIGHT = 40
_ROW = 52
_GAP = 64
_MARGIN = 8
_TOP = _MARGIN + NODE_HEIGHT // 2
_CHARACTER = 7.3
"""Width of a character of the 12 pixel monospace font of the labels."""
_LONGEST = 34
_SWEEPS = 6
_ONE_SCREEN = 16
"""So many rows are seen at once."""


@dataclass(frozen=True, slots=True)
class Box:
    """A node in its place; `label` is its name, shortened if need be."""

    node: Node
    label: str
    x: int
    y: int
    width: int


@dataclass(frozen=True, slots=True)
class Curve:
    """An edge as the path of an SVG."""

    start: str
    end: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph that can be drawn."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class _Bend:
    """Where an edge passes a layer without a node of its own."""

    start: str
    end: str
    layer: int


_Stop = str | _Bend
"""What takes up room in a layer: the id of a node, or a bend."""


def draw(graph: Graph) -> Drawing:
    """Lay out a graph without cycles. The same graph gives the same drawing."""
    layers = _layers(graph)
    routes = [_route(start, end, layers) for start, end in graph.edges]
    columns = _ordered(_columns(graph, layers, routes), routes)
    by_id = {node.id: node for node in graph.nodes}
    widths = [max((_width(by_id[s]) for s in column if isinstance(s, str)), default=0) for column in columns]
    lefts = [_MARGIN + sum(widths[:i]) + _GAP * i for i in range(len(columns))]
    middles = _middles(columns, routes)
    boxes = tuple(
        Box(by_id[s], _label(by_id[s].name), lefts[i], middles[s] - NODE_HEIGHT // 2, widths[i])
        for i, column in enumerate(columns)
        for s in column
        if isinstance(s, str)
    )
    spans = list(zip(lefts, widths, strict=True))
    curves = tuple(Curve(str(r[0]), str(r[-1]), _path(r, layers, spans, middles)) for r in routes)
    width = (lefts[-1] + widths[-1] if lefts else 0) + _MARGIN
    height = max(middles.values(), default=0) + NODE_HEIGHT // 2 + _MARGIN
    return Drawing(width, height, boxes, curves)


def _layers(graph: Graph) -> dict[str, int]:
    """The longest way from a root to each node."""
    parents = defaultdict(list)
    for start, end in graph.edges:
        parents[end].append(start)
    layers: dict[str, int] = {}
    waiting = [node.id for node in reversed(graph.nodes)]
    while waiting:
        missing = [parent for parent in parents[waiting[-1]] if parent not in layers]
        if missing:
            waiting += missing
        else:
            node = waiting.pop()
            layers[node] = 1 + max((layers[parent] for parent in parents[node]), default=-1)
    return layers


def _route(start: str, end: str, layers: dict[str, int]) -> list[_Stop]:
    return [start, *(_Bend(start, end, layer) for layer in range(layers[start] + 1, layers[end])), end]


def _columns(graph: Graph, layers: dict[str, int], routes: Sequence[list[_Stop]]) -> list[list[_Stop]]:
    columns: list[list[_Stop]] = [[] for _ in range(1 + max(layers.values(), default=-1))]
    for node in graph.nodes:
        columns[layers[node.id]].append(node.id)
    for stop in (stop for route in routes for stop in route[1:-1]):
        if isinstance(stop, _Bend):
            columns[stop.layer].append(stop)
    return columns


def _neighbours(routes: Sequence[list[_Stop]]) -> tuple[dict[_Stop, list[_Stop]], dict[_Stop, list[_Stop]]]:
    before: dict[_Stop, list[_Stop]] = defaultdict(list)
    after: dict[_Stop, list[_Stop]] = defaultdict(list)
    for route in routes:
        for left, right in pairwise(route):
            before[right].append(left)
            after[left].append(right)
    return before, after


def _ordered(columns: list[list[_Stop]], routes: Sequence[list[_Stop]]) -> list[list[_Stop]]:
    """Each layer sorted by the mean place of its neighbours, forth and back, which takes out most crossings."""
    before, after = _neighbours(routes)
    columns = [list(column) for column in columns]
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        for i in range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1):
            fixed = {stop: place for place, stop in enumerate(columns[i - 1 if forth else i + 1])}
            own = {stop: place for place, stop in enumerate(columns[i])}
            near = before if forth else after
            # What nothing reads goes to the bottom; the end of a line stays where it is.
            free = {stop: own[stop] if before[stop] else len(own) for stop in columns[i]}
            means = {stop: _mean([fixed[n] for n in near[stop]], free[stop]) for stop in columns[i]}
            columns[i].sort(key=means.__getitem__)
    return columns


def _mean(places: Sequence[int], default: int) -> float:
    return sum(places) / len(places) if places else default


def _middles(columns: Sequence[list[_Stop]], routes: Sequence[list[_Stop]]) -> dict[_Stop, int]:
    """Heights: the fullest layer row by row, the others beside what they are connected to."""
    before, after = _neighbours(routes)
    fullest = max(range(len(columns)), key=lambda i: len(columns[i]), default=0)
    middles = {stop: _TOP + row * _ROW for row, stop in enumerate(columns[fullest] if columns else ())}
    is_tall = len(middles) > _ONE_SCREEN
    for i in [*range(fullest - 1, -1, -1), *range(fullest + 1, len(columns))]:
        near = after if i < fullest else before
        wanted = [_wanted([middles[n] for n in near[s] if n in middles], is_tall=is_tall) for s in columns[i]]
        middles |= zip(columns[i], _apart(wanted, is_tall=is_tall), strict=True)
    return middles


def _wanted(heights: Sequence[int], *, is_tall: bool) -> int | None:
    """In the middle of its neighbours; in a tall drawing beside the first of them, where one begins to read."""
    if not heights:
        return None
    return min(heights) if is_tall else sum(heights) // len(heights)


def _apart(wanted: Sequence[int | None], *, is_tall: bool) -> list[int]:
    """Heights in order, at least a row apart, near those wanted."""
    down: list[int] = []
    for want in wanted:
        free = down[-1] + _ROW if down else _TOP
        down.append(free if want is None else max(free, want))
    if is_tall:
        return down
    up: list[int] = []
    for want, lower in zip(reversed(wanted), reversed(down), strict=True):
        best = lower if want is None else want
        up.append(min(best, up[-1] - _ROW) if up else best)
    middles = [(one + other) // 2 for one, other in zip(down, reversed(up), strict=True)]
    shift = max(0, _TOP - min(middles))
    return [middle + shift for middle in middles]


def _path(
    route: Sequence[_Stop], layers: dict[str, int], spans: Sequence[tuple[int, int]], middles: dict[_Stop, int]
) -> str:
    """From the right side of a box to the left side of another, level where it passes a layer."""
    left, width = spans[layers[str(route[0])]]
    x, y = left + width, middles[route[0]]
    parts = [f"M{x} {y}"]
    for stop in route[1:]:
        left, width = spans[stop.layer if isinstance(stop, _Bend) else layers[stop]]
        middle = (x + left) // 2
        parts.append(f"C{middle} {y} {middle} {middles[stop]} {left} {middles[stop]}")
        x, y = left, middles[stop]
        if isinstance(stop, _Bend):
            x = left + width
            parts.append(f"H{x}")
    return "".join(parts)


def _label(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _width(node: Node) -> int:
    return round(_CHARACTER * min(len(node.name), _LONGEST)) + 28
