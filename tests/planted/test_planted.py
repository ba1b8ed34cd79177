"""Planting bugs: what is changed and what is not, where it is planted, and what is kept of a verdict."""

from __future__ import annotations

import ast

import pytest

from tests.planted.bugs import bugs_of
from tests.planted.changes import changes
from tests.planted.judge import Verdict
from tests.planted.run import Kept, chosen, equivalents, places, planted
from tests.planted.warm import found


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


@pytest.mark.parametrize(
    ("place", "function"),
    [
        ("lower/duckdb/program.py", "prelude"),
        ("lower/steps.py", "Steps.select"),
        ("plan/nodes.py", "Schema.names"),
        ("lower/flink/steps.py", "FlinkSteps.item"),
    ],
)
def test_a_function_is_found_in_what_wraps_it(place, function):
    bugs = [bug for bug in bugs_of(place) if bug.function == function]
    assert bugs
    for bug in bugs:
        live, code = found(bug)
        assert (live.__name__, live.__code__.co_firstlineno) == (code.co_name, code.co_firstlineno)


def test_a_sample_is_the_same_for_one_seed():
    bugs = planted(["lower/flink/intervals.py", "lower/flink/trees.py"])
    picked = chosen(bugs, each=3, sample=5, seed="7")
    assert picked == chosen(bugs, each=3, sample=5, seed="7")
    assert len(picked) == 5
    assert set(picked) < set(chosen(bugs, each=3, sample=0, seed="7"))


def test_verdicts_are_kept_while_the_file_is_as_it_was(tmp_path):
    first, second = bugs_of("lower/flink/intervals.py")[:2]
    Kept(tmp_path / "planted.jsonl").add(first, Verdict("tests/a.py::test_b", 3))
    kept = Kept(tmp_path / "planted.jsonl")
    assert kept.get(first) == Verdict("tests/a.py::test_b", 3)
    assert kept.get(second) is None
    changed = (tmp_path / "planted.jsonl").read_text(encoding="utf-8").replace('"file": "', '"file": "0')
    (tmp_path / "planted.jsonl").write_text(changed, encoding="utf-8")
    assert Kept(tmp_path / "planted.jsonl").get(first) is None
