"""What templates may look up: variables, the environment, docs blocks. The same in models, targets and descriptions."""

from __future__ import annotations

import copy
import inspect
from typing import TYPE_CHECKING, Any

from jinja2 import Undefined

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.templating.fault import TemplateFault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECRET_PREFIX = "SQLFEAT_SECRET_"
ABSENT: Any = object()
"""Default of a parameter that may be left out, where None is a value."""


def strict(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as templates see it: wrong arguments and undefined names are faults."""
    signature = inspect.signature(function)

    def call(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if isinstance(value, Undefined):
                str(value)  # a strict undefined raises
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            message = f"`{name}`: {str(error).replace(chr(39), '`')}"
            raise TemplateFault("SF0203", message, help=f"it is `{name}{_shown(signature)}`") from None
        return function(*args, **kwargs)

    call.__name__ = name
    return call


def _shown(signature: inspect.Signature) -> str:
    names = []
    for parameter in signature.parameters.values():
        optional = parameter.default is not parameter.empty
        names.append(f"{'[' if optional else ''}{parameter.name}{']' if optional else ''}")
    return f"({', '.join(names)})"


def text_argument(function: str, what: str, value: Any) -> str:
    """The value, which must be text."""
    if isinstance(value, str):
        return str(value)
    raise TemplateFault("SF0203", f"`{function}` takes {what} as text, found `{value}`", word=str(value))


def lookup_var(variables: Mapping[str, Any], name: Any, default: Any) -> Any:
    """A variable of the project; a copy, so that no model can change it for the next one."""
    name = text_argument("var", "the name of a variable", name)
    if name in variables:
        return copy.deepcopy(variables[name])
    if default is not ABSENT:
        return default
    raise TemplateFault(
        "SF0212",
        f"there is no variable `{name}`",
        word=name,
        label=did_you_mean(name, variables),
        notes=(f"variables: {', '.join(variables) or 'none'}",),
        help="declare it under `vars:` in project.yml, or give a default: `var(name, default)`",
    )


def lookup_env(environ: Mapping[str, str], name: Any, default: Any, *, secrets: bool) -> Any:
    """A variable of the environment."""
    name = text_argument("env_var", "the name of an environment variable", name)
    if name.startswith(SECRET_PREFIX) and not secrets:
        raise TemplateFault(
            "SF0209",
            f"the secret `{name}` cannot be used here",
            word=name,
            notes=("what is rendered here is written to files and shown",),
            help="secrets are for values below `targets:` in project.yml",
        )
    if name in environ:
        return environ[name]
    if default is not ABSENT:
        return default
    raise TemplateFault(
        "SF0209",
        f"the environment variable `{name}` is not set",
        word=name,
        help="set it, or give a default: `env_var(name, default)`",
    )


def lookup_doc(docs: Mapping[str, str], name: Any) -> str:
    """The text of a docs block."""
    name = text_argument("doc", "the name of a docs block", name)
    if name in docs:
        return docs[name]
    raise TemplateFault(
        "SF0217",
        f"there is no docs block `{name}`",
        word=name,
        label=did_you_mean(name, docs),
        notes=(f"docs blocks: {', '.join(docs) or 'none'}",),
        help=f"write `{{% docs {name} %}} ... {{% enddocs %}}` in a .md file below the models",
    )
