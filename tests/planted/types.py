"""Whether the type checker, which `make check` runs before the tests, refuses a bug that they do not see."""

from __future__ import annotations

import ast
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests.planted.bugs import ROOT
from tests.planted.reach import REPOSITORY

if TYPE_CHECKING:
    from tests.planted.bugs import Bug


def refused(bug: Bug) -> bool:
    """Whether mypy has more to say about the file with the bug than about the file without it."""
    return _errors(bug.place, ast.unparse(bug.tree())) > _errors_before(bug.place)


@cache
def _errors_before(place: str) -> int:
    return _errors(place, ast.unparse(ast.parse((ROOT / place).read_text(encoding="utf-8"))))


def _errors(place: str, source: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        shadow = Path(folder, "shadow.py")
        shadow.write_text(source, encoding="utf-8")
        told = subprocess.run(
            [sys.executable, "-m", "mypy", "--shadow-file", str(ROOT / place), str(shadow), "--no-pretty",
             "--cache-dir", str(REPOSITORY / "target" / "planted-types"), str(ROOT / place)],
            cwd=REPOSITORY, check=False, capture_output=True, text=True,
        )  # fmt: skip
    return told.stdout.count(": error:")
