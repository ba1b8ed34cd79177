"""Promises the repository makes about itself."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

import sqlfeat

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

BINARY_SUFFIXES = {".gif", ".ico", ".parquet", ".png", ".woff2"}
FORBIDDEN = {
    "the place of this checkout": re.compile(rf"(?<![\w.]){re.escape(str(ROOT))}\b"),
    "the home of whoever wrote it": re.compile(rf"(?<![\w.]){re.escape(str(Path.home()))}/\w"),
    "a temporary path": re.compile(r"(?<![\w.{}])/tmp/\w"),
    "a package index": re.compile(r"--(?:extra-)?index-url|--trusted-host|\bpypi\.org|\bpythonhosted\b"),
}


def project_files():
    """The text files git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    files = [ROOT / name for name in listed.split("\0") if name]
    return [f for f in files if f.suffix not in BINARY_SUFFIXES and f.is_file()]


def make_targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_an_exact_version_and_a_hash(lock):
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    pins = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(r"^[A-Za-z0-9._-]+==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", pin), pin


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locks_name_no_place_to_download_from(lock):
    assert "://" not in lock.read_text(encoding="utf-8")
    assert " @ " not in lock.read_text(encoding="utf-8")


def test_the_lock_holds_every_declared_dependency():
    lock = (ROOT / "requirements/lock.txt").read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock, flags=re.MULTILINE))
    groups = [PYPROJECT["project"]["dependencies"], *PYPROJECT["project"]["optional-dependencies"].values()]
    for requirement in (r for group in groups for r in group):
        name = re.match(r"[A-Za-z0-9._-]+", requirement)[0].lower()
        assert name in locked, f"{name} is not in requirements/lock.txt: run `make lock`"


@pytest.mark.parametrize(("what", "pattern"), FORBIDDEN.items(), ids=FORBIDDEN.keys())
def test_no_file_names(what, pattern):
    here = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in project_files() if path != here and path.name not in {"Makefile", "LICENSE"}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if pattern.search(line)
    ]  # fmt: skip
    assert not found, f"{what} does not belong into the repository"


def test_make_commands_in_the_documents_exist():
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    targets = make_targets()
    for document in documents:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert target in targets, f"{document.name} names `make {target}`"


def test_the_version_is_the_same_everywhere():
    declared = PYPROJECT["project"]["version"]
    assert version("sqlfeat") == declared == sqlfeat.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(declared)}\b", changelog, flags=re.MULTILINE)


def test_links_between_documents_lead_somewhere():
    documents = [p for p in project_files() if p.suffix == ".md"]
    for document in documents:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8")):
            assert (document.parent / link).exists(), f"{document.relative_to(ROOT)} links to {link}"


def test_dialects_are_published_to_sqlglot():
    names = {point.name: point.value for point in entry_points(group="sqlglot.dialects")}
    assert names["flink"] == "sqlfeat.dialects.flink:Flink"
    assert names["sqlfeat"] == "sqlfeat.language.dialect:Sqlfeat"
    code = "import sqlglot; print(sqlglot.parse_one('SELECT 1', dialect='sqlfeat').sql(dialect='flink'))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=ROOT.parent)
    assert printed.stdout.strip() == "SELECT 1"
