"""`sqlfeat ls`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlfeat.cli.session import Session
    from sqlfeat.verbs.ls import ListedModel

FORMATS: dict[str, Callable[[ListedModel], str]] = {
    "name": lambda model: model.name,
    "path": lambda model: model.path,
    "json": lambda model: json.dumps(model.as_json(), ensure_ascii=False),
}
"""Values of `--output`."""


@click.command()
@click.option("--output", type=click.Choice(list(FORMATS)), default="name", show_default=True, help="One line a model.")
@global_options
def ls(session: Session, output: str) -> None:
    """List the models of a selection, upstream first."""
    models = session.project.ls(**session.selection).models
    if models:
        session.console.result("\n".join(map(FORMATS[output], models)))
