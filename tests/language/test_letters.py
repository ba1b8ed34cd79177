"""The letters against Python's own Unicode, as far as its version knows them; the conformance suite has the engines."""

from __future__ import annotations

import unicodedata

from sqlfeat.language.ops.letters import lower_table, upper_table

DOTTED_I, SHARP_S = ("\u0130", "i"), ("\u00df", "\u1e9e")
"""Python writes them as two characters: the lower case of the one, the upper case of the other."""


def test_lower_cases_are_those_of_unicode():
    assert [pair for pair in known(*lower_table()) if pair[0].lower() != pair[1]] == [DOTTED_I]


def test_upper_cases_are_those_of_unicode():
    """Or the title case, of those few letters whose upper case is two of them."""
    assert [pair for pair in known(*upper_table()) if pair[1] not in (pair[0].upper(), pair[0].title())] == [SHARP_S]


def known(letters: str, replacements: str) -> list[tuple[str, str]]:
    pairs = zip(letters, replacements, strict=True)
    return [(letter, other) for letter, other in pairs if unicodedata.category(letter) != "Cn"]
