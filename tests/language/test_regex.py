from __future__ import annotations

import re

import pytest

from sqlfeat.language.regex import BadPattern, parse_pattern


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("a+b", "a+b"),
        ("a.b", "a[^\\n]b"),
        ("(?s)a.b", "a[\\x{0}-\\x{10FFFF}]b"),
        ("a$", "a\\z"),
        ("\\Aa\\z", "^a\\z"),
        ("\\d\\W", "[0-9][^0-9A-Z_a-z]"),
        ("[\\s\\w-]", "[\\x09-\\x0A\\x0C-\\x0D 0-9A-Z_a-z\\-]"),
        ("(?i)a1[b-d]", "[Aa]1[b-dB-D]"),
        ("(a|b){1,3}?", "(a|b){1,3}?"),
        ("(?:ab)*", "(?:ab)*"),
        ("\\x41\\x{1F600}é", "A😀é"),
        ("\n", "\\x0A"),
        ("[^\\]]", "[^\\]]"),
    ],
)
def test_patterns_are_written_in_the_common_form(pattern: str, written: str) -> None:
    assert parse_pattern(pattern).text == written


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(?=a)", "only `(?:...)`"),
        ("(?<name>a)", "only `(?:...)`"),
        ("a(?i)b", "only `(?:...)`"),
        ("\\bword", "`\\b` does not mean the same"),
        ("(a)\\1", "`\\1` does not mean the same"),
        ("\\p{L}", "`\\p` does not mean the same"),
        ("[[:alpha:]]", "inside `[...]`"),
        ("[a&&b]", "inside `[...]`"),
        ("[b-a]", "a lower and a higher"),
        ("a++", "quantifier after a quantifier"),
        ("*a", "nothing to repeat"),
        ("(a", "has no `)`"),
        ("a)", "has no `(`"),
        ("[a", "ends too early"),
        ("a\\", "ends too early"),
        ("a|", "empty alternative"),
        ("()", "empty alternative"),
        ("", "empty alternative"),
        ("a{2", "a `{` that starts no"),
        ("a{,2}", "a `{` that starts no"),
        ("a{3,2}", "n <= m"),
        ("a{1001}", "n <= m"),
        ("^*", "after an anchor"),
        ("\\xZZ", "two hexadecimal digits"),
        ("(a|b)*", "out of stack"),
        ("(a+)+", "out of stack"),
        ("(?:a|ab){1,64}", "too many ways"),
        ("(a{0,9}){1,20}", "too many ways"),
        ("(?:a*b){1,20}", "too many ways"),
        (".*" * 9, "too many ways"),
        ("(?:^){2}", "at least one character"),
    ],
)
def test_patterns_that_engines_read_differently_are_refused(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern, match=re.escape(reason)):
        parse_pattern(pattern)


def test_groups_inside_a_repetition_are_told_apart() -> None:
    assert parse_pattern("(a)((b){2})(c){1,3}(?:(d))?").groups == (False, False, True, True, False)


@pytest.mark.parametrize(
    ("pattern", "empty"), [("a*", True), ("a|b?", True), ("^$", True), ("a+", False), ("(a|b)c*", False)]
)
def test_patterns_know_whether_they_match_nothing(pattern: str, empty: bool) -> None:
    assert parse_pattern(pattern).can_be_empty is empty
