"""`sqlfeat clean`: remove what sqlfeat wrote below `target/`, and nothing else."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.verbs.files import TARGET_DIR, not_writable

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CleanResult:
    """What was removed; None when there was nothing."""

    removed: Path | None
    files: int


def clean(root: Path) -> CleanResult:
    """Remove `target/` of a project.

    Raises:
        SqlfeatError: SF0003 when `target` leads out of the project or is no folder, SF0004 when it cannot be removed.
    """
    target = root / TARGET_DIR
    # A link is refused even when it leads back into the project: what it points at was not made by sqlfeat.
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise SqlfeatError(_refused(target))
    if not target.exists():
        return CleanResult(None, 0)
    files = sum(1 for path in target.rglob("*") if not path.is_dir() or path.is_symlink())
    try:
        shutil.rmtree(target)
    except OSError as error:
        raise not_writable(target, error) from None
    return CleanResult(target, files)


def _refused(target: Path) -> Diagnostic:
    what = f"a link to `{target.readlink()}`" if target.is_symlink() else "not a folder"
    return Diagnostic(
        "SF0003",
        f"`{TARGET_DIR}` is {what}, so it was left alone",
        notes=("clean deletes the folder that sqlfeat made, never what a link leads to",),
        help=f"remove it yourself: rm {TARGET_DIR}",
    )
