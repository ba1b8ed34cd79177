"""Writing below `target/`: whole files or nothing, and nothing when nothing changed."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

TARGET_DIR = "target"
"""The folder of a project that sqlfeat owns and `clean` deletes."""


def write_if_changed(path: Path, text: str) -> bool:
    """Write a text file atomically, unless it holds that text already.

    Returns:
        Whether the file was written.

    Raises:
        SqlfeatError: SF0004, the operating system refused.
    """
    data = text.encode("utf-8")
    try:
        if path.is_file() and path.read_bytes() == data:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        raise not_writable(path, error) from None
    return True


def not_writable(path: Path, error: OSError) -> SqlfeatError:
    """SF0004 for a file or folder."""
    message = f"cannot write `{path}`: {(error.strerror or str(error)).lower()}"
    return SqlfeatError(Diagnostic("SF0004", message, help="check the owner of the folder and the space on the disk"))


def _replace(path: Path, data: bytes) -> None:
    """A reader sees the old file or the new one, never half of it."""
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
