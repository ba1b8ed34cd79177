from __future__ import annotations

from textwrap import dedent

import pytest

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.diagnostics.render import diagnostic_json, render_diagnostic, render_error
from sqlfeat.diagnostics.snippet import MAX_CELLS, snippet

MODEL = """\
SELECT
  carrier,
  SUM(amuont) OVER w AS total
FROM x
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "m.sql").write_text(MODEL, encoding="utf-8")
    return tmp_path


def expect(text):
    return dedent(text).strip("\n")


def test_everything_at_once(root):
    diagnostic = Diagnostic(
        "SF0301",
        "column `amuont` not found in stream `shop.orders`",
        Span("models/m.sql", 3, 7, 13),
        "did you mean `amount`?",
        ("columns: order_id, amount, ts", "in macro: window_agg (macros/windows.sql:12:9)"),
        "write `amount`",
    )
    assert render_diagnostic(diagnostic, root) == expect(
        """
        error[SF0301]: column `amuont` not found in stream `shop.orders`
          --> models/m.sql:3:7
           |
         3 |   SUM(amuont) OVER w AS total
           |       ^^^^^^ did you mean `amount`?
           |
           = columns: order_id, amount, ts
           = in macro: window_agg (macros/windows.sql:12:9)
           = help: write `amount`
           = explain: sqlfeat explain SF0301
        """
    )


def test_no_span(root):
    assert render_diagnostic(Diagnostic("SF0001", "no project", help="make one"), root) == expect(
        """
        error[SF0001]: no project
           = help: make one
           = explain: sqlfeat explain SF0001
        """
    )


def test_a_missing_file_leaves_the_place_and_keeps_the_label(root):
    diagnostic = Diagnostic("SF0301", "no", Span("models/gone.sql", 10, 2, 4), "here")
    assert render_diagnostic(diagnostic, root) == expect(
        """
        error[SF0301]: no
           --> models/gone.sql:10:2
            = here
            = explain: sqlfeat explain SF0301
        """
    )


def test_a_line_that_is_not_there_is_as_a_missing_file(root):
    diagnostic = Diagnostic("SF0301", "no", Span("models/m.sql", 99, 1, 2))
    assert render_diagnostic(diagnostic, root) == expect(
        """
        error[SF0301]: no
           --> models/m.sql:99:1
            = explain: sqlfeat explain SF0301
        """
    )


def test_the_gutter_grows_with_the_line_number(root):
    (root / "long.sql").write_text("\n" * 99 + "x y\n", encoding="utf-8")
    assert render_diagnostic(Diagnostic("SF0301", "no", Span("long.sql", 100, 3, 4)), root) == expect(
        """
        error[SF0301]: no
            --> long.sql:100:3
             |
         100 | x y
             |   ^
             |
             = explain: sqlfeat explain SF0301
        """
    )


def test_further_lines_of_a_note_are_indented(root):
    assert render_diagnostic(Diagnostic("SF0001", "a\nb", notes=("one\ntwo\n",)), root) == expect(
        """
        error[SF0001]: a
          b
           = one
             two
           = explain: sqlfeat explain SF0001
        """
    )


def test_diagnostics_of_an_error_are_a_blank_line_apart(root):
    error = SqlfeatError(Diagnostic("SF0001", "a"), Diagnostic("SF0002", "b"))
    assert render_error(error, root) == expect(
        """
        error[SF0001]: a
           = explain: sqlfeat explain SF0001

        error[SF0002]: b
           = explain: sqlfeat explain SF0002
        """
    )


def marked(root, line, col, end_col, *, number=1):
    (root / "f.sql").write_bytes(line.encode())
    found = snippet(Span("f.sql", number, col, end_col), root)
    assert found is not None
    return found.source, found.carets


def test_a_tab_is_four_blanks(root):
    assert marked(root, "\tab\tcd", 5, 7) == ("    ab    cd", "          ^^")


def test_a_marked_tab_is_four_carets(root):
    assert marked(root, "a\tb", 2, 3) == ("a    b", " ^^^^")


def test_a_span_past_the_end_of_the_line_stops_there(root):
    assert marked(root, "abc", 2, 50) == ("abc", " ^^")


def test_a_span_behind_the_line_has_one_caret(root):
    assert marked(root, "abc", 9, 12) == ("abc", "   ^")


def test_an_empty_line(root):
    assert marked(root, "", 1, 2) == ("", "^")


def test_an_empty_or_inverted_span_has_one_caret(root):
    assert marked(root, "abc", 2, 2) == ("abc", " ^")
    assert marked(root, "abc", 3, 1) == ("abc", "  ^")


def test_wide_characters_take_two_carets(root):
    assert marked(root, "'東京' x", 2, 4) == ("'東京' x", " ^^^^")
    assert marked(root, "'東京' x", 6, 7) == ("'東京' x", "       ^")


def test_combining_marks_take_none(root):
    assert marked(root, "e\u0301x", 3, 4) == ("e\u0301x", " ^")


def test_windows_line_ends(root):
    assert marked(root, "a\r\nbc\r\n", 2, 3, number=2) == ("bc", " ^")


def test_a_form_feed_does_not_end_a_line(root):
    assert marked(root, "a\x0cb\nc", 1, 2, number=2) == ("c", "^")


def test_control_characters_do_not_reach_the_terminal(root):
    assert marked(root, "a\x1b[31mb", 7, 8) == ("a\N{REPLACEMENT CHARACTER}[31mb", "      ^")


def test_bytes_that_are_not_utf8_are_replaced(root):
    (root / "f.sql").write_bytes(b"a\xffb")
    found = snippet(Span("f.sql", 1, 3, 4), root)
    assert found is not None
    assert (found.source, found.carets) == ("a\N{REPLACEMENT CHARACTER}b", "  ^")


def test_a_long_line_is_cut_around_the_carets(root):
    source, carets = marked(root, "a" * 500 + "XYZ" + "b" * 500, 501, 504)
    assert source == "..." + "a" * 37 + "XYZ" + "b" * 74 + "..."
    assert carets == " " * 40 + "^^^"
    assert len(source) == MAX_CELLS


def test_a_long_line_with_an_early_mark_is_cut_at_its_end_only(root):
    source, carets = marked(root, "XYZ" + "b" * 500, 1, 4)
    assert source == "XYZ" + "b" * 114 + "..."
    assert carets == "^^^"


def test_a_mark_longer_than_the_width_is_cut_itself(root):
    source, carets = marked(root, "ab" + "x" * 500, 3, 503)
    assert source == "ab" + "x" * 115 + "..."
    assert carets == "  " + "^" * 118


def test_a_long_line_of_wide_characters(root):
    source, carets = marked(root, "東" * 200 + "X" + "京" * 200, 201, 202)
    assert source == "..." + "東" * 18 + "X" + "京" * 38 + "..."
    assert carets == " " * 39 + "^"


def test_a_folder_or_an_impossible_path_has_no_source_line(root):
    assert snippet(Span("models", 1, 1, 2), root) is None
    assert snippet(Span("a\0b", 1, 1, 2), root) is None
    assert snippet(Span("models/m.sql", 0, 1, 2), root) is None


def test_the_json_form_counts_from_zero():
    diagnostic = Diagnostic("SF0301", "no", Span("m.sql", 3, 7, 13), "label", ("note",), "help")
    assert diagnostic_json(diagnostic) == {
        "code": "SF0301",
        "severity": "error",
        "message": "no",
        "path": "m.sql",
        "range": {"start": {"line": 2, "character": 6}, "end": {"line": 2, "character": 12}},
        "label": "label",
        "notes": ["note"],
        "help": "help",
    }


def test_the_json_form_without_a_place():
    form = diagnostic_json(Diagnostic("SF0001", "no"))
    assert (form["path"], form["range"]) == (None, None)
