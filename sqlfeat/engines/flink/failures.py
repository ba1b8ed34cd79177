"""From what Java throws to one sentence: the deepest cause that says something."""

from __future__ import annotations

import re

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

_CAUSE = re.compile(r"^(?:Caused by: |: )(?:[a-z_][\w$]*\.)+(?:\w+\$)*(\w+)(?:: (.*))?$")
_OWN_ERROR = re.compile(r"SqlfeatError: (SF\d{4}): (.*)")
_PY4J = "An error occurred while calling"
_HARNESS = "Traceback (most recent call last)"


def java_message(text: str) -> str:
    r"""The message of the deepest cause in a Java stack trace, on one line.

    >>> java_message('''org.apache.flink.table.api.ValidationException: SQL validation failed
    ... \tat a.B.c(B.java:1)
    ... Caused by: org.apache.calcite.runtime.CalciteContextException: From line 1: Column 'x' not found
    ... \tat d.E.f(E.java:2)
    ... Caused by: java.lang.NullPointerException
    ... \t... 3 more''')
    "From line 1: Column 'x' not found"
    """
    messages = [message for message in _messages(text) if message]
    return messages[-1] if messages else " ".join(text.split())


def own_error(text: str) -> Diagnostic | None:
    """The diagnostic that a writer inside Flink raised, if that is what the stack trace is about."""
    match = _OWN_ERROR.search(text)
    return Diagnostic(match[1], match[2].strip()) if match else None


def refused(what: str, error: Exception, models: str) -> SqlfeatError:
    """SF0801: Flink does not accept a statement."""
    notes = (f"feature views of the job: {models}",)
    message = f"Flink refuses {what}: {java_message(str(error))}"
    return SqlfeatError(Diagnostic("SF0801", message, notes=notes))


def failed(error: Exception, models: str, log_file: object) -> SqlfeatError:
    """SF0802: the job ended with an error; or the error that a writer inside the job raised."""
    text = str(error)
    if (own := own_error(text)) is not None:
        return SqlfeatError(own)
    notes = (f"feature views of the job: {models}",)
    return SqlfeatError(
        Diagnostic("SF0802", f"the Flink job failed: {java_message(text)}", notes=notes, help=f"see `{log_file}`")
    )


def _messages(text: str) -> list[str]:
    """Messages of the exceptions in a stack trace, outermost first."""
    found: list[list[str]] = []
    inside = False
    # PyFlink's own exceptions begin with the class, those of py4j with ": " on a line of its own.
    lines = (text if text.startswith(_PY4J) else f": {text}").splitlines()
    for line in lines:
        if match := _CAUSE.match(line):
            found.append([_worded(match[1], match[2] or "")])
            inside = True
        elif line.startswith("\t"):
            inside = False
        elif inside:
            found[-1].append(line)
    return [_summary(lines) for lines in found]


def _worded(exception: str, message: str) -> str:
    """A message of one word says something only together with what kind of exception it is."""
    return f"{exception}: {message}" if message and " " not in message else message


def _summary(lines: list[str]) -> str:
    if any(_HARNESS in line for line in lines):
        # A Python worker's traceback: its last line is the error.
        return next(line.strip() for line in reversed(lines) if line.strip())
    return " ".join(" ".join(lines).split())
