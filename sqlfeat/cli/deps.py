"""`sqlfeat deps`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.command(short_help="Bring the connectors of Flink that sources and stores need.")
@global_options
def deps(session: Session) -> None:
    """Bring the jars that sources need to be read live, and online stores to be written, with Maven.

    They are checked against their pinned SHA-256 and kept for all projects; after that no network is needed.
    """
    result = session.project.deps()
    if result.jars:
        session.console.result(f"{len(result.jars)} jars, {result.fresh} of them newly brought")
    else:
        session.console.result("nothing to bring: sources and stores need only what comes with Flink")
