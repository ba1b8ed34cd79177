"""Planting bugs: what is changed, what is not, and that a bug is caught by the test that runs its line."""

from __future__ import annotations

import ast

import pytest

from tests.planted.bugs import bugs_of
from tests.planted.changes import changes
from tests.planted.run import equivalents, places


def changed(source: str) -> list[str]:
    """Everything that a slip makes of an expression or statement."""
    found = []
    count = len([1 for node in ast.walk(ast.parse(source)) for _ in changes(node)])
    for wanted in range(count):
        tree = ast.parse(source)
        spots = [(node, change) for node in ast.walk(tree) for _, change in changes(node)]
        node, change = spots[wanted]
        other = change(node)
        found.append(ast.unparse(other if other is not None else tree))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b"]),
        ("not a", ["not not a"]),
        ("a and b", ["a or b", "b", "a"]),
        ("a or ''", ["a and ''", "''"]),
        ("a if b else c", ["c if b else a"]),
        ("exp.GTE", ["exp.GT"]),
        ("x = cast(a, b)", ["a"]),
        ("raise a", ["pass"]),
    ],
)
def test_a_slip_changes_one_place(source, expected):
    assert changed(source) == expected


def test_bugs_have_names_of_their_own_and_are_python():
    bugs = bugs_of("lower/flink/intervals.py")
    assert len({bug.name for bug in bugs}) == len(bugs) > 20
    assert all(bug.code() for bug in bugs)


def test_vectors_are_no_place_for_bugs():
    assert not [bug for bug in bugs_of("language/ops/hashing.py") if "vectors" in bug.what]


def test_what_changes_nothing_is_still_there():
    names = {bug.name for place in places() for bug in bugs_of(place)}
    assert set(equivalents()) <= names
