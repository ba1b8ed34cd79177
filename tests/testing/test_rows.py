"""Comparing rows of unknown order."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.testing.rows import CellDifference, RowDifference, compare_rows

COLUMNS = ("k", "t", "v", "w")
KEYS = ("k", "t")
rows = st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 2), st.sampled_from([0.0, 0.5]), st.booleans()))


def compared(left, right, columns=COLUMNS, keys=KEYS):
    return compare_rows(columns, keys, left, right)


def test_only_cells_that_differ_are_told():
    assert compared([(1, 1, "a", 1.0)], [(1, 1, "b", 1.0)]) == (
        RowDifference({"k": "1", "t": "1"}, (CellDifference("v", '"a"', '"b"'),)),
    )


def test_rows_that_one_side_has_not():
    assert compared([(1, 1, "a", None)], [(2, 1, "a", None), (2, 1, "a", None)]) == (
        RowDifference({"k": "1", "t": "1", "v": '"a"', "w": "NULL"}, only="left"),
        *[RowDifference({"k": "2", "t": "1", "v": '"a"', "w": "NULL"}, only="right")] * 2,
    )


def test_of_rows_with_one_key_the_nearest_are_compared():
    left = [(1, 1, "a", 1), (1, 1, "b", 2)]
    right = [(1, 1, "b", 3), (1, 1, "a", 4)]
    assert [difference.cells for difference in compared(left, right)] == [
        (CellDifference("w", "1", "4"),),
        (CellDifference("w", "2", "3"),),
    ]


def test_without_keys_rows_are_compared_that_share_a_cell():
    assert compared([("a", 1), ("x", 9)], [("a", 2), ("y", 8)], ("v", "w"), ()) == (
        RowDifference({"v": '"a"'}, (CellDifference("w", "1", "2"),)),
        RowDifference({"v": '"x"', "w": "9"}, only="left"),
        RowDifference({"v": '"y"', "w": "8"}, only="right"),
    )


def test_rows_of_no_column_are_counted():
    assert compared([(), ()], [()], (), ()) == (RowDifference({}, only="left"),)


@given(rows, st.randoms())
def test_the_order_does_not_matter(left, random):
    right = list(left)
    random.shuffle(right)
    assert compared(left, right) == ()


@given(rows, rows)
def test_there_is_no_difference_only_between_equal_heaps(left, right):
    found = compared(left, right)
    assert (found == ()) == (Counter(left) == Counter(right))
    unpaired = Counter(difference.only for difference in found)
    assert unpaired["right"] - unpaired["left"] == len(right) - len(left)
    # Where one side lacks a row, the other has none left of that key.
    keys = {side: {tuple(d.row[key] for key in KEYS) for d in found if d.only == side} for side in ("left", "right")}
    assert not keys["left"] & keys["right"]
