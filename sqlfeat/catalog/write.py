"""Puts a site in place of the one before, whole."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.verbs.files import not_writable

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER = "assets/search.js"
"""Every site has this file, and hardly any other folder does: what may be replaced is known by it."""


def write_site(folder: Path, site: Mapping[str, str]) -> None:
    """Write a site into a folder of its own; files of an earlier site go.

    The new site is complete before the old one is moved away, so a run that fails leaves the old one.

    Raises:
        SqlfeatError: SF0008, the folder holds something else; SF0004, the operating system refused.
    """
    folder = folder.resolve()
    try:
        _check(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as temporary:
            _write(Path(temporary) / "new", site)
            _swap(Path(temporary), folder)
    except OSError as error:
        raise not_writable(folder, error) from None


def _check(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        message = f"`{folder}` holds files that `sqlfeat docs generate` did not write"
        raise SqlfeatError(Diagnostic("SF0008", message, help="name a folder that is empty or does not exist yet"))


def _write(folder: Path, site: Mapping[str, str]) -> None:
    for name, text in site.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _swap(temporary: Path, folder: Path) -> None:
    old = temporary / "old"
    if folder.exists():
        folder.rename(old)
    try:
        (temporary / "new").rename(folder)
    except OSError:
        if old.exists():
            shutil.move(old, folder)
        raise
