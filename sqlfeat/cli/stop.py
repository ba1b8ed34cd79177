"""`sqlfeat stop`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.command(short_help="Stop a job with a savepoint.")
@click.option("--job", default="", metavar="NAME", help="Which one; the one that runs by default.")
@click.option("--no-savepoint", is_flag=True, help="End it at its last checkpoint; what came since is computed again.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@global_options
def stop(session: Session, job: str, no_savepoint: bool, as_json: bool) -> None:
    """Stop a job over streams that go on. `run --streaming` goes on from the savepoint, which is printed."""
    result = session.project.stop(job, savepoint=not no_savepoint)
    if as_json:
        session.console.result(json.dumps(result.as_json()))
    else:
        how = f"with savepoint {result.savepoint}" if result.savepoint else "without a savepoint"
        session.console.result(f"job {result.job} stopped {how}")
