"""What a template raised while it rendered, as a diagnostic with a place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2.exceptions import SecurityError, TemplateRuntimeError, UndefinedError

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.templating.fault import TemplateFault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from sqlfeat.diagnostics.model import Diagnostic
    from sqlfeat.templating.trace import Trace

_OURS = str(Path(__file__).parents[1])


def diagnostic_of(error: Exception, trace: Trace, names: Iterable[str]) -> Diagnostic:
    """The diagnostic of an error that ended a rendering.

    Args:
        error: what was raised.
        trace: where the rendering was.
        names: the names templates know, for suggestions.

    Raises:
        Exception: the same error, when it is not the template's fault but ours.
    """
    fault = _fault_of(error, names)
    if fault is None:
        raise error
    place = trace.of_error(error, fault.word)
    return fault.at(place.span, place.notes)


def _fault_of(error: Exception, names: Iterable[str]) -> TemplateFault | None:
    match error:
        case TemplateFault():
            return error
        case UndefinedError():
            return _undefined(error, names)
        case SecurityError():
            return TemplateFault("SF0208", f"the sandbox forbids it: {_quoted(error)}")
        case RecursionError():
            return TemplateFault("SF0215", "macros call each other without end")
        case TemplateRuntimeError():
            return TemplateFault("SF0215", _quoted(error))
    # Jinja runs what templates write with Python's own operators and methods: any exception may come of it.
    if _is_ours(error.__traceback__):
        return None
    if isinstance(error, TypeError) and str(error).startswith("macro "):
        return TemplateFault("SF0203", _quoted(error))
    return TemplateFault("SF0215", f"the expression fails: {_quoted(error)}")


def _is_ours(traceback: TracebackType | None) -> bool:
    """Whether an error comes out of a function of sqlfeat, or of what that called, and not out of a template."""
    ours = False
    while traceback is not None:
        frame = traceback.tb_frame
        if "__jinja_template__" in frame.f_globals:
            ours = False
        elif frame.f_code.co_filename.startswith(_OURS):
            ours = True
        traceback = traceback.tb_next
    return ours


def _undefined(error: UndefinedError, names: Iterable[str]) -> TemplateFault:
    message = str(error)
    if match := re.fullmatch(r"'(\w+)' is undefined", message):
        name = match[1]
        question = did_you_mean(name, sorted(set(names)))
        return TemplateFault("SF0202", f"`{name}` is not defined", word=name, label=question)
    if match := re.fullmatch(r"parameter '(\w+)' was not provided", message):
        return TemplateFault("SF0203", f"the call gives no value for `{match[1]}`")
    match = re.search(r"has no attribute '(\w+)'", message)
    return TemplateFault("SF0202", _quoted(error), word=match[1] if match else "")


def _quoted(error: Exception) -> str:
    text = re.sub(r"'([^']*)'", r"`\1`", str(error)) or type(error).__name__
    return text[:1].lower() + text[1:].rstrip(".")
