from __future__ import annotations

import itertools
from graphlib import CycleError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.project.graph import children_of, find_cycles, reachable, topological_order

NAMES = "abcdef"
graphs = st.fixed_dictionaries(
    {name: st.sets(st.sampled_from(NAMES)).map(lambda s: tuple(sorted(s))) for name in NAMES}
)
acyclic = graphs.map(lambda graph: {name: tuple(r for r in reads if r < name) for name, reads in graph.items()})


@given(acyclic)
def test_every_model_comes_behind_those_it_reads(parents):
    order = topological_order(parents)
    assert sorted(order) == sorted(parents)
    assert all(order.index(read) < order.index(name) for name, reads in parents.items() for read in reads)


@given(acyclic, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_files(parents, random):
    names = list(parents)
    random.shuffle(names)
    assert topological_order({name: parents[name] for name in names}) == topological_order(parents)


@given(graphs)
def test_cycles_are_found_if_and_only_if_there_is_no_order(parents):
    cycles = find_cycles(parents)
    for cycle in cycles:
        assert cycle[0] == cycle[-1] == min(cycle)
        assert all(read in parents[reader] for reader, read in itertools.pairwise(cycle))
    if cycles:
        with pytest.raises(CycleError):
            topological_order(parents)
    else:
        topological_order(parents)


@given(acyclic, st.sampled_from(NAMES))
def test_what_reads_a_model_is_read_the_other_way_round(parents, name):
    children = children_of(parents)
    assert {other for other in NAMES if name in reachable(other, parents)} == reachable(name, children)


def test_depth_counts_edges():
    chain = {"a": ("b",), "b": ("c",), "c": ("d",), "d": ()}
    assert [sorted(reachable("a", chain, depth)) for depth in (0, 1, 2, None)] == [
        [], ["b"], ["b", "c"], ["b", "c", "d"]
    ]  # fmt: skip
