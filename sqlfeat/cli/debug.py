"""`sqlfeat debug`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options
from sqlfeat.cli.table import table
from sqlfeat.verbs.debug import debug as check_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.cli.session import Session
    from sqlfeat.verbs.debug import Check


@click.command(short_help="Check the project and the machine.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@global_options
def debug(session: Session, as_json: bool) -> int:
    """Check the project and the machine: what is missing, and what to do about it.

    Exits with 3 if something on the machine is missing, with 1 if only the project is broken.
    """
    # Not through `Project`: outside of a project the machine is looked at all the same.
    result = check_all(lambda: session.project.loaded)
    text = json.dumps(result.as_json(), ensure_ascii=False) if as_json else _text(result.checks)
    session.console.result(text)
    return result.exit_code


def _text(checks: Sequence[Check]) -> str:
    rows = [("ok" if check.ok else "FAIL", check.name, check.detail) for check in checks]
    lines = table(rows).splitlines()
    for index, check in reversed(list(enumerate(checks, 1))):
        if check.remedy:
            lines.insert(index, f"      -> {check.remedy}")
    return "\n".join(lines)
