"""Only the console writes to the terminal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sqlfeat"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.parent.name != "console")


def writes(tree):
    """Lines that call print, click.echo and their like, or write to a standard stream."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "echo"}:
            yield node.lineno
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {
            "click.echo", "click.secho", "sys.stdout.write", "sys.stderr.write",
        }:  # fmt: skip
            yield node.lineno


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_core_code_does_not_print(path):
    found = list(writes(ast.parse(path.read_text(encoding="utf-8"))))
    assert found == [], f"lines {found} of {path.name}: tell a Console instead (sqlfeat/console/protocol.py)"
