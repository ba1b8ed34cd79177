from __future__ import annotations

import re

import pytest

from sqlfeat.catalog.graph import Graph, Node, Surroundings
from sqlfeat.catalog.layout import NODE_HEIGHT, draw


def graph(*edges, alone=()):
    names = dict.fromkeys([*(name for edge in edges for name in edge), *alone])
    return Graph(tuple(Node(name, name, "view") for name in names), edges)


def boxes(drawing):
    return {box.node.id: box for box in drawing.boxes}


CHAIN = graph(("a", "b"), ("b", "c"), ("a", "c"))
FAN = graph(*(("a", f"b{i}") for i in range(5)))
WIDE = graph(*((f"s{i % 7}", f"v{i}") for i in range(100)), alone=["unused"])


@pytest.mark.parametrize("case", [CHAIN, FAN, WIDE, graph(("a", "b"), alone=["z"]), graph(alone=["a"])])
def test_boxes_do_not_overlap_and_lie_inside_of_the_drawing(case):
    drawing = draw(case)
    found = list(drawing.boxes)
    assert {box.node.id for box in found} == {node.id for node in case.nodes}
    for i, one in enumerate(found):
        assert one.x >= 0
        assert one.y >= 0
        assert one.x + one.width <= drawing.width
        assert one.y + NODE_HEIGHT <= drawing.height
        for other in found[i + 1 :]:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert apart or abs(one.y - other.y) >= NODE_HEIGHT


@pytest.mark.parametrize("case", [CHAIN, FAN, WIDE])
def test_edges_go_from_side_to_side_and_to_the_right(case):
    drawing = draw(case)
    placed = boxes(drawing)
    assert [(curve.start, curve.end) for curve in drawing.curves] == list(case.edges)
    for curve in drawing.curves:
        start, end = placed[curve.start], placed[curve.end]
        numbers = [int(n) for n in re.findall(r"-?\d+", curve.path)]
        assert numbers[:2] == [start.x + start.width, start.y + NODE_HEIGHT // 2]
        assert numbers[-2:] == [end.x, end.y + NODE_HEIGHT // 2]
        assert start.x + start.width < end.x


def test_an_edge_passes_beside_the_nodes_between():
    drawing = draw(CHAIN)
    middle = boxes(drawing)["b"]
    around = next(curve for curve in drawing.curves if (curve.start, curve.end) == ("a", "c"))
    level = int(re.findall(r" (-?\d+)H", around.path)[0])
    assert not middle.y <= level <= middle.y + NODE_HEIGHT


def test_a_node_stands_in_the_middle_of_its_children():
    placed = boxes(draw(FAN))
    assert placed["a"].y == placed["b2"].y


def test_in_a_tall_drawing_a_node_stands_beside_its_first_child():
    placed = boxes(draw(WIDE))
    for i in range(7):
        assert placed[f"s{i}"].y == min(placed[f"v{j}"].y for j in range(i, 100, 7))


def test_an_empty_graph_is_drawn():
    assert draw(graph()).boxes == ()


def test_a_deep_graph_is_drawn():
    deep = graph(*((f"n{i}", f"n{i + 1}") for i in range(2000)))
    assert len(draw(deep).boxes) == 2001


def test_long_names_are_shortened():
    box = draw(graph(alone=["x" * 60])).boxes[0]
    assert box.label == "x" * 33 + "…"


def names(part):
    return part and {node.id for node in part.nodes}


def test_the_surroundings_are_upstream_and_downstream_but_not_sideways():
    found = Surroundings(graph(("a", "b"), ("b", "c"), ("b", "d"), ("x", "d"))).around("c")
    assert names(found) == {"a", "b", "c"}
    assert set(found.edges) == {("a", "b"), ("b", "c")}


def test_of_many_only_the_nearest_are_shown_and_of_too_many_none():
    far = graph(*((f"n{i}", f"n{i + 1}") for i in range(50)))
    assert names(Surroundings(far).around("n25")) == {"n24", "n25", "n26"}
    assert Surroundings(graph(*(("a", f"b{i}") for i in range(50)))).around("a") is None
