"""Templates inside YAML: values below `targets:`, and descriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.templating.environment import environment
from sqlfeat.templating.fault import TemplateFault
from sqlfeat.templating.values import ABSENT, lookup_doc, lookup_env, lookup_var, strict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class StringRenderer:
    """Renders short templates with the functions given."""

    functions: Mapping[str, Callable[..., Any]]

    def __call__(self, text: str, span: Span, problems: list[Diagnostic]) -> str:
        """Render `text`, which stands at `span`; what is wrong goes to `problems`, and then the result is empty."""
        if "{{" not in text and "{%" not in text:
            return text
        try:
            return environment().from_string(text, globals=dict(self.functions)).render()
        except TemplateFault as fault:
            problems.append(fault.at(span))
        except (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            problems.append(Diagnostic("SF0201", f"the template in this value fails: {str(error).rstrip('.')}", span))
        return ""


def target_renderer(environ: Mapping[str, str]) -> StringRenderer:
    """For values below `targets:`: the environment, secrets included."""
    return StringRenderer(
        {"env_var": strict("env_var", lambda name, default=ABSENT: lookup_env(environ, name, default, secrets=True))}
    )


def description_renderer(docs: Mapping[str, str], variables: Mapping[str, Any]) -> StringRenderer:
    """For descriptions: docs blocks and variables."""
    return StringRenderer(
        {
            "doc": strict("doc", lambda name: lookup_doc(docs, name)),
            "var": strict("var", lambda name, default=ABSENT: lookup_var(variables, name, default)),
        }
    )
