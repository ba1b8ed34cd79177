from __future__ import annotations

import re
from pathlib import Path

import pytest

from sqlfeat.diagnostics.codes import CODES, exit_code_of
from sqlfeat.diagnostics.model import Diagnostic, ExitCode, SqlfeatError

PACKAGE = Path(__file__).parents[2] / "sqlfeat"

ALLOWED = {
    "00": {ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.REFUSED},
    "01": {ExitCode.FAILED, ExitCode.USAGE},
    "02": {ExitCode.FAILED},
    "03": {ExitCode.FAILED},
    "04": {ExitCode.FAILED},
    "05": {ExitCode.FAILED},
    "06": {ExitCode.FAILED, ExitCode.ENVIRONMENT, ExitCode.REFUSED},
    "08": {ExitCode.FAILED, ExitCode.ENVIRONMENT, ExitCode.REFUSED},
    "09": {ExitCode.FAILED, ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.REFUSED},
    "99": {ExitCode.BUG},
}


@pytest.mark.parametrize("code", CODES)
def test_a_code_lies_in_a_known_range_and_exits_accordingly(code):
    assert re.fullmatch(r"SF\d{4}", code)
    assert code[2:4] in ALLOWED, f"{code} is in no range of the table in tests/diagnostics/test_codes.py"
    assert CODES[code].exit_code in ALLOWED[code[2:4]]


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_explained_by_an_example_of_wrong_and_right(code):
    info = CODES[code]
    assert info.title
    assert not info.title.endswith(".")
    assert len(info.explanation) > 100, f"{code} needs a longer explanation"
    assert "Wrong" in info.explanation, f"the explanation of {code} needs an example introduced by `Wrong`"
    assert "Right" in info.explanation, f"the explanation of {code} needs an example introduced by `Right`"
    assert info.explanation.count("```") % 2 == 0, f"a code block of {code} is not closed"


def test_the_table_is_sorted():
    assert list(CODES) == sorted(CODES)


def test_every_code_that_is_raised_is_in_the_table():
    raised = {
        code
        for path in PACKAGE.rglob("*.py")
        if path.name != "codes.py"
        for code in re.findall(r'"(SF\d{4})"', path.read_text(encoding="utf-8"))
    }
    assert raised - set(CODES) == set(), "add these codes to sqlfeat/diagnostics/codes.py"


def test_every_explanation_belongs_to_a_code():
    files = {path.name for path in (PACKAGE / "diagnostics" / "explanations").iterdir()}
    assert files == {f"{code}.md" for code in CODES}, "a code and its file explanations/<code>.md come and go together"


def test_the_exit_code_of_an_error_is_that_of_its_first_diagnostic():
    assert exit_code_of(SqlfeatError(Diagnostic("SF0003", "a"), Diagnostic("SF0001", "b"))) is ExitCode.REFUSED


def test_an_unknown_code_counts_as_a_failed_project():
    assert exit_code_of(SqlfeatError(Diagnostic("SF0000", "a"))) is ExitCode.FAILED
