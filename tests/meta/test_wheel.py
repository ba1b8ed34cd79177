"""The wheel holds the package, all of it and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A wheel built from a copy, since building leaves its traces beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "sqlfeat", source / "sqlfeat", ignore=shutil.ignore_patterns("__pycache__"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-index"]
    subprocess.run(
        [*pip, "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
        check=True,
        capture_output=True,
    )
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    expected = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sqlfeat").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    missing = expected - set(wheel.namelist())
    assert not missing, "add their endings to [tool.setuptools.package-data]"


def test_nothing_but_the_package_is_in_the_wheel(wheel):
    tops = {name.split("/", maxsplit=1)[0] for name in wheel.namelist()}
    assert tops == {"sqlfeat", f"sqlfeat-{version('sqlfeat')}.dist-info"}


def test_the_licence_is_in_the_wheel(wheel):
    assert any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
