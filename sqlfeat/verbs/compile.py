"""`sqlfeat compile`: both engines' SQL of every selected model, and the manifest, below `target/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.clock import SystemClock
from sqlfeat.verbs.files import TARGET_DIR, write_if_changed
from sqlfeat.verbs.manifest import build_manifest, write_manifest
from sqlfeat.verbs.scripts import duckdb_script, flink_script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlfeat.clock import Clock
    from sqlfeat.console.protocol import Console
    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject

SCRIPTS: dict[str, Callable[[CompiledModel], str]] = {"duckdb": duckdb_script, "flink": flink_script}
"""What is written for each engine, by the name of its folder."""


@dataclass(frozen=True, slots=True)
class CompileResult:
    """What was compiled.

    Attributes:
        models: the selected feature views; views are inlined into them.
        written: SQL files whose text changed.
        manifest: path of `manifest.json`.
    """

    models: tuple[CompiledModel, ...]
    written: tuple[Path, ...]
    manifest: Path


def compile_project(
    project: LoadedProject,
    select: Sequence[str],
    exclude: Sequence[str],
    console: Console,
    clock: Clock | None = None,
) -> CompileResult:
    """Compile the selected models and write what they become; needs no engine.

    Raises:
        SqlfeatError: everything that is wrong with the selected models, at once; nothing is written then.
    """
    from sqlfeat.compiler import compile_models

    names = project.select(select, exclude)
    models = compile_models(project, names)
    folder = project.config.root / TARGET_DIR / "compiled"
    scripts = {script_path(folder, engine, m.name): emit(m) for m in models for engine, emit in SCRIPTS.items()}
    written = tuple(path for path, text in scripts.items() if write_if_changed(path, text))
    for path in _orphans(folder, project):
        path.unlink()
        console.note(f"removed {path.relative_to(project.config.root)}: there is no such feature view any more")
    manifest = write_manifest(build_manifest(project, models), project.config.root, clock or SystemClock())
    return CompileResult(models, written, manifest)


def script_path(folder: Path, engine: str, model: str) -> Path:
    """Where the SQL of a model for an engine goes."""
    return folder / engine / f"{model}.sql"


def _orphans(folder: Path, project: LoadedProject) -> list[Path]:
    """Scripts of models that were renamed, removed, disabled or became views."""
    found = (path for engine in SCRIPTS for path in sorted((folder / engine).glob("*.sql")))
    return [path for path in found if path.stem not in project.models or is_view(project, path.stem)]


def is_view(project: LoadedProject, name: str) -> bool:
    """Whether a model is inlined into others and has no SQL of its own."""
    return project.models[name].config.materialized.value == "view"
