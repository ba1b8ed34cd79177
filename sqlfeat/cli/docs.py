"""`sqlfeat docs`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.group(short_help="The catalog of features as a site.")
def docs() -> None:
    """The catalog of features as a static site."""


@docs.command()
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where to write it; target/docs by default.",
)
@global_options
def generate(session: Session, output: Path | None) -> None:
    """Write an index and a page for each model, to be opened from the disk."""
    session.project.docs(output)
    folder = output or session.project.root / "target" / "docs"
    session.console.result(f"docs: {session.shown(folder / 'index.html')}")
