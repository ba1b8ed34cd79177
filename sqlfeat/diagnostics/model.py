"""What went wrong and where: the one shape every error of sqlfeat has."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line; scripts may rely on them."""

    OK = 0
    FAILED = 1
    """The project or the data failed."""
    USAGE = 2
    ENVIRONMENT = 3
    """Something outside the project is missing or unreachable: Java, Redis, an extra."""
    REFUSED = 4
    """Refused because state or data would be lost; the message names the flag that allows it."""
    BUG = 70
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line in a project file. Lines and columns count from 1; `end_col` is exclusive."""

    path: str
    line: int
    col: int
    end_col: int


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem, with its place and its remedy.

    Attributes:
        code: `SFnnnn`, an entry of `sqlfeat.diagnostics.codes.CODES`.
        message: one sentence, no full stop; names in backquotes.
        span: where in the project; `None` when no file is to blame.
        label: printed after the caret, for example "did you mean `amount`?".
        notes: further facts, one line each (printed as `= ...`).
        help: what to do about it, one line (printed as `= help: ...`).
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""


class SqlfeatError(Exception):
    """Raised for everything that is the user's to mend; carries all diagnostics of a phase at once.

    The exit code is that of the first diagnostic's code (see `codes.exit_code_of`).
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        if not diagnostics:
            raise ValueError("a SqlfeatError needs at least one diagnostic")
        super().__init__("; ".join(f"{d.code}: {d.message}" for d in diagnostics))
        self.diagnostics = diagnostics
