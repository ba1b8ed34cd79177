"""`sqlfeat clean`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.command(short_help="Remove target/ of the project.")
@global_options
def clean(session: Session) -> None:
    """Remove target/ of the project, and never anything outside the project."""
    result = session.project.clean()
    if result.removed is None:
        session.console.result("nothing to remove")
    else:
        session.console.result(f"removed {session.shown(result.removed)} ({result.files} files)")
