from __future__ import annotations

import pytest

from sqlfeat.project.versions import satisfies


@pytest.mark.parametrize(
    ("version", "wanted", "holds"),
    [
        ("0.4.1", ">=0.4,<0.6", True),
        ("0.6", ">=0.4,<0.6", False),
        ("0.10", ">0.9", True),
        ("1.0", "==1.0.0", True),
        ("1.0", "!=1", False),
        ("0.5.dev3", "<= 0.5", True),
    ],
)
def test_ranges_compare_numbers_and_not_text(version, wanted, holds):
    assert satisfies(version, wanted) is holds


@pytest.mark.parametrize("wanted", ["", "0.4", "~=0.4", ">9,later", ">=0.4,"])
def test_a_malformed_range_is_refused_even_behind_a_part_that_fails(wanted):
    with pytest.raises(ValueError, match=r"is not a comparison of versions: write for example `>=0\.4,<0\.6`"):
        satisfies("0.1", wanted)
