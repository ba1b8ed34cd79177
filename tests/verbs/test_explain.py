from __future__ import annotations

import pytest

from sqlfeat.diagnostics.codes import CODES
from sqlfeat.diagnostics.model import ExitCode, SqlfeatError
from sqlfeat.verbs.explain import explain, explained_codes


@pytest.mark.parametrize("spelling", ["SF0001", "sf0001", " SF0001 ", "0001", "1", "sf1"])
def test_a_code_may_be_spelled_shortly(spelling):
    entry = explain(spelling)
    assert (entry.code, entry.title, entry.exit_code) == ("SF0001", "no project here", ExitCode.USAGE)


@pytest.mark.parametrize("unknown", ["SF7777", "", "foo", "SF00011", "-1"])
def test_an_unknown_code_is_a_diagnostic(unknown):
    with pytest.raises(SqlfeatError) as caught:
        explain(unknown)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.message) == ("SF0006", f"there is no diagnostic code `{unknown}`")
    assert diagnostic.help == "`sqlfeat explain` lists all codes"


def test_all_codes_are_listed_in_order():
    assert [entry.code for entry in explained_codes()] == sorted(CODES)
