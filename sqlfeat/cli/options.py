"""The global options as a decorator, so that they stand before or after the verb."""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sqlfeat.cli.parameters import UtcTime, Variables
from sqlfeat.cli.session import GlobalOptions, Session
from sqlfeat.console.factory import LogFormat

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = (
    click.option(
        "--project-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The folder with project.yml; by default the nearest one upwards. (Or SQLFEAT_PROJECT_DIR.)",
    ),
    click.option("--target", "-t", metavar="NAME", help="An entry of `targets:` in project.yml."),
    click.option(
        "--select",
        "-s",
        multiple=True,
        metavar="SELECTOR",
        help="Which models: a name, `tag:x`, `path:models/x`, `+model+`. May be repeated.",
    ),
    click.option("--exclude", multiple=True, metavar="SELECTOR", help="Which of those not. May be repeated."),
    click.option("--vars", "variables", type=Variables(), help="Override `vars:`, as YAML or JSON."),
    click.option("--quiet", "-q", is_flag=True, help="Only results and errors."),
    click.option(
        "--log-format",
        type=click.Choice([f.value for f in LogFormat]),
        help="Narration on stderr as text or as JSON lines.",
    ),
)


def global_options(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """Give a verb the global options, and a `Session` that knows them in their place."""

    @click.pass_context
    @wraps(function)
    def wrapper(ctx: click.Context, /, **kwargs: Any) -> int | None:
        session: Session = ctx.ensure_object(Session)
        session.options = session.options.merged(_taken(kwargs))
        return function(session, **kwargs)

    decorated: Callable[..., int | None] = wrapper
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


def _taken(kwargs: dict[str, Any]) -> GlobalOptions:
    """The global options, taken out of the arguments of a verb."""
    log_format = kwargs.pop("log_format")
    return GlobalOptions(
        project_dir=kwargs.pop("project_dir"),
        target=kwargs.pop("target"),
        select=kwargs.pop("select"),
        exclude=kwargs.pop("exclude"),
        variables=kwargs.pop("variables") or {},
        quiet=kwargs.pop("quiet"),
        log_format=LogFormat(log_format) if log_format else None,
    )


def slice_options(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """`--start` and `--end`."""
    end = click.option("--end", type=UtcTime(), help="Feature times before this date or timestamp, UTC.")
    start = click.option("--start", type=UtcTime(), help="Feature times from this date or timestamp on, UTC.")
    return start(end(function))
