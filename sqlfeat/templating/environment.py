"""The Jinja environment: sandboxed, strict, and without anything that differs from one run to the next."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

from sqlfeat.templating.fault import TemplateFault


@cache
def environment() -> SandboxedEnvironment:
    """The environment of models and macros."""
    env = SandboxedEnvironment(
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_only_text,
        extensions=["jinja2.ext.do"],
        autoescape=False,
        cache_size=0,
    )
    del env.filters["random"]
    del env.globals["lipsum"]
    return env


@pass_context  # so that Jinja does not fold constants at compile time, where an error would have no place
def _only_text(_: Context, value: Any) -> Any:
    """Refuse to print what has no form in SQL; Jinja would print `None` or the address of a function."""
    if isinstance(value, Undefined) or not (reason := _why_not(value)):
        return value
    raise TemplateFault("SF0205", reason[0], help=reason[1])


def _why_not(value: Any) -> tuple[str, str] | None:
    if value is None:
        return "the expression is none, which would print as `None`", "write NULL, or give it a default"
    if isinstance(value, list | tuple | set):
        return "the expression is a list, which is not SQL", "join it: `{{ names | join(', ') }}`"
    if isinstance(value, dict):
        return "the expression is a mapping, which is not SQL", "print one of its values"
    if callable(value):
        name = getattr(value, "name", None) or getattr(value, "__name__", "it")
        return f"`{name}` is a function, which is not SQL", f"call it: `{{{{ {name}(...) }}}}`"
    return None
