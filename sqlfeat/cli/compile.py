"""`sqlfeat compile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sqlfeat.cli.options import global_options

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


@click.command(name="compile")
@global_options
def compile_(session: Session) -> None:
    """Write both engines' SQL of the models, and a manifest.

    Each file below target/compiled/duckdb and target/compiled/flink runs by itself in the stock client of its engine.
    Needs no connection and no Java.
    """
    result = session.project.compile(**session.selection)
    changed = f"{len(result.written)} files changed" if result.written else "nothing changed"
    folder = session.shown(result.manifest.parent / "compiled")
    session.console.result(f"compiled {len(result.models)} models into {folder} ({changed})")
