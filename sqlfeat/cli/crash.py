"""A bug, told shortly; the traceback goes to a file."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat import __version__
from sqlfeat.clock import SystemClock
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.verbs.files import TARGET_DIR

if TYPE_CHECKING:
    from sqlfeat.cli.session import Session


def report_bug(error: Exception, session: Session) -> SqlfeatError:
    """SF9901, after the traceback was written below `target/` of the project."""
    text = "".join(traceback.format_exception(error))
    header = f"sqlfeat {__version__}, Python {platform.python_version()}, {platform.platform()}\n{sys.argv}\n\n"
    log = _write(header + text, session.root)
    first_line = (str(error).splitlines() or [""])[0]
    return SqlfeatError(
        Diagnostic(
            "SF9901",
            f"a bug in sqlfeat: {type(error).__name__}: {first_line}".rstrip(": "),
            notes=(f"traceback: {session.shown(log)}",),
            help="please report it, with that file",
        )
    )


def _write(text: str, root: Path) -> Path:
    """Below the project if there is one that can be written to, else among the temporary files."""
    name = f"{SystemClock().now():%Y%m%dT%H%M%S%f}.log"
    in_project = (root / "project.yml").is_file()
    for folder in [root / TARGET_DIR / "crashes"] if in_project else []:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            break
        return folder / name
    path = Path(tempfile.mkdtemp(prefix="sqlfeat-")) / name
    path.write_text(text, encoding="utf-8")
    return path
