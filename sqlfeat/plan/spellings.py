"""Other spellings of what the language has, put into its own before binding."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from sqlfeat.plan.comma_joins import name_joins
from sqlfeat.plan.group_windows import move_group_windows

REWRITES: tuple[Callable[[exp.Expr], None], ...] = (name_joins, move_group_windows)
"""In order; each changes the tree in place."""


def respell(tree: exp.Expr) -> None:
    """Put the query into the language's own spelling."""
    for rewrite in REWRITES:
        rewrite(tree)
