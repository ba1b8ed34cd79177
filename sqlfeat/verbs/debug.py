"""`sqlfeat debug`: everything a verb may need, looked at once, each with a remedy."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import ExitCode, SqlfeatError
from sqlfeat.verbs.files import TARGET_DIR

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlfeat.project.load import LoadedProject

PYTHONS = ((3, 11), (3, 12))
"""DuckDB 2 begins at the first, PyFlink 2.3 ends at the last."""


class About(Enum):
    """What a failed check blames."""

    PROJECT = "project"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: of the thing.
        ok: whether it is as it should be.
        detail: what was found.
        remedy: what to do about it; empty when all is well.
        about: the project or the machine.
    """

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    about: About = About.ENVIRONMENT


@dataclass(frozen=True, slots=True)
class DebugResult:
    """All checks, and what they mean for a script."""

    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> ExitCode:
        """3 if something about the machine is wrong, 1 if only the project is."""
        blamed = {check.about for check in self.checks if not check.ok}
        if About.ENVIRONMENT in blamed:
            return ExitCode.ENVIRONMENT
        return ExitCode.FAILED if blamed else ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """As `debug --json` prints it."""
        checks = [
            {"name": c.name, "ok": c.ok, "detail": c.detail, "remedy": c.remedy, "about": c.about.value}
            for c in self.checks
        ]
        return {"ok": self.exit_code is ExitCode.OK, "checks": checks}


def debug(load: Callable[[], LoadedProject]) -> DebugResult:
    """Check the machine and the project; a failed check never stops the others.

    Args:
        load: finds and loads the project; its error is a finding. What belongs to the project is left out then.
    """
    project, finding = _project(load)
    checks = [finding, _python(), _duckdb(), _java(), _pyflink()]
    if project is not None:
        root = project.config.root
        checks += [
            *_connectors(project),
            _online(project),
            _writable(root, TARGET_DIR),
            _writable(root, project.target.offline_path),
        ]
    return DebugResult(tuple(checks))


def _project(load: Callable[[], LoadedProject]) -> tuple[LoadedProject | None, Check]:
    try:
        project = load()
    except SqlfeatError as error:
        first = error.diagnostics[0]
        where = f"{first.span.path}:{first.span.line}: " if first.span else ""
        remedy = first.help or f"sqlfeat explain {first.code}"
        return None, Check("project", False, f"{where}{first.code}: {first.message}", remedy, About.PROJECT)
    name = f"{project.config.name}, target {project.target.name}, {len(project.models)} models"
    return project, Check("project", True, name, about=About.PROJECT)


def _python() -> Check:
    found = f"{platform.python_version()} ({sys.executable})"
    supported = " or ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    remedy = f"make a virtual environment with Python {supported}"
    return _check("Python", sys.version_info[:2] in PYTHONS, found, remedy)


def _duckdb() -> Check:
    try:
        import duckdb

        answer = duckdb.connect().execute("SELECT version()").fetchone()
    except ImportError as error:
        return Check("DuckDB", False, f"cannot be imported: {error}", "pip install --force-reinstall duckdb")
    return Check("DuckDB", True, str(answer[0]) if answer else "")


def _java() -> Check:
    from sqlfeat.engines.flink.java import find_java_home, java_version

    try:
        home = find_java_home()
    except SqlfeatError as error:
        first = error.diagnostics[0]
        return Check("Java", False, "; ".join([first.message, *first.notes]), first.help)
    return Check("Java", True, f"{java_version(home)} ({home})")


def _pyflink() -> Check:
    remedy = "pip install 'sqlfeat[flink]'"
    # Not imported: that takes seconds, and its presence is what matters.
    if find_spec("pyflink") is None:
        return Check("PyFlink", False, "not installed", remedy)
    try:
        return Check("PyFlink", True, version("apache-flink"))
    except PackageNotFoundError:
        return Check("PyFlink", False, "a package `pyflink` is there, but it is not apache-flink", remedy)


def _connectors(project: LoadedProject) -> list[Check]:
    """Left out where what comes with Flink is enough."""
    from sqlfeat.connectors.jars import jar_folder, jars_at_hand, needed_jars, online_jars

    needed = needed_jars(project.config.sources, (*online_jars(project.target.online), *project.config.deps))
    if not needed:
        return []
    try:
        jars_at_hand(needed, jar_folder())
    except SqlfeatError as error:
        return [Check("connectors", False, error.diagnostics[0].message, "sqlfeat deps")]
    return [Check("connectors", True, ", ".join(artifact.coordinates for artifact in needed))]


def _online(project: LoadedProject) -> Check:
    from sqlfeat.stores.online import open_store

    target = project.target.online
    try:
        store = open_store(target, project.config.root, project.config.name)
        store.ping()
        store.close()
    except SqlfeatError as error:
        return Check("online store", False, error.diagnostics[0].message, error.diagnostics[0].help)
    return Check("online store", True, f"{target.type}, answers")


def _writable(root: Path, name: str) -> Check:
    """A folder, or the nearest one above it that exists: sqlfeat makes the rest."""
    folder = root / name
    existing = next(path for path in [folder, *folder.absolute().parents] if path.exists())
    ok = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    detail = "can be written to" if ok else f"`{existing}` cannot be written to"
    return _check(f"folder {name}", ok, detail, f"change its owner or mode: ls -ld {existing}")


def _check(name: str, ok: bool, detail: str, remedy: str) -> Check:
    return Check(name, ok, detail, "" if ok else remedy)
