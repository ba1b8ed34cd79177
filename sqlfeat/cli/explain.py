"""`sqlfeat explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options
from sqlfeat.cli.table import table
from sqlfeat.facade import Project
from sqlfeat.verbs.explain import Explanation, explained_codes

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.command(short_help="What a diagnostic code means.")
@click.argument("code", required=False)
@global_options
def explain(session: Session, code: str | None) -> None:
    """What a diagnostic code means, with an example; without a code, the list of them."""
    text = _long(Project.explain(code)) if code else table([(entry.code, entry.title) for entry in explained_codes()])
    session.console.result(text)


def _long(entry: Explanation) -> str:
    return f"# {entry.code}: {entry.title}\n\n{entry.text.strip()}\n\nExit code: {int(entry.exit_code)}"
