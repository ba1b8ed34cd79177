"""`sqlfeat explain`: what a diagnostic code means, offline."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlfeat.diagnostics.codes import CODES
from sqlfeat.diagnostics.model import Diagnostic, ExitCode, SqlfeatError
from sqlfeat.diagnostics.suggest import closest


@dataclass(frozen=True, slots=True)
class Explanation:
    """The long text of a code, in Markdown."""

    code: str
    title: str
    text: str
    exit_code: ExitCode


def explain(code: str) -> Explanation:
    """What a code means; `sf0301` and `301` are understood as `SF0301`.

    Raises:
        SqlfeatError: SF0006, there is no such code.
    """
    spelled = _spelled(code)
    info = CODES.get(spelled)
    if info is None:
        raise SqlfeatError(_unknown(code, spelled))
    return Explanation(spelled, info.title, info.explanation, info.exit_code)


def explained_codes() -> tuple[Explanation, ...]:
    """All codes in order."""
    return tuple(explain(code) for code in sorted(CODES))


def _spelled(code: str) -> str:
    match = re.fullmatch(r"(?:SF)?(\d{1,4})", code.strip().upper())
    return f"SF{int(match[1]):04d}" if match else code.strip().upper()


def _unknown(code: str, spelled: str) -> Diagnostic:
    near = closest(spelled, CODES)
    notes = (f"codes like it: {', '.join(near)}",) if near else ()
    return Diagnostic(
        "SF0006", f"there is no diagnostic code `{code}`", notes=notes, help="`sqlfeat explain` lists all codes"
    )
