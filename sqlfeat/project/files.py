"""The files of a project, always in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, Span
from sqlfeat.project.block import NAME

if TYPE_CHECKING:
    from pathlib import Path


def find_files(root: Path, folders: tuple[str, ...], *suffixes: str) -> tuple[Path, ...]:
    """The files with some suffixes below some folders, each once, sorted by path; hidden ones are left out."""
    found = {
        path
        for folder in folders
        for path in (root / folder).rglob("*")
        if path.suffix in suffixes and path.is_file() and not _hidden(path.relative_to(root))
    }
    return tuple(sorted(found, key=lambda path: path.relative_to(root).as_posix()))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def find_models(root: Path, folders: tuple[str, ...], problems: list[Diagnostic]) -> dict[str, Path]:
    """The model files by the names of their models."""
    models: dict[str, Path] = {}
    for file in find_files(root, folders, ".sql"):
        span = Span(file.relative_to(root).as_posix(), 1, 1, 2)
        if not NAME.fullmatch(file.stem):
            message = f"`{file.stem}` cannot be the name of a model"
            hint = "rename the file: lower-case letters, digits and underscores, beginning with a letter"
            problems.append(Diagnostic("SF0108", message, span, help=hint))
        elif file.stem in models:
            other = models[file.stem].relative_to(root).as_posix()
            message = f"model `{file.stem}` is there twice"
            notes = (f"the other one is {other}",)
            problems.append(Diagnostic("SF0111", message, span, notes=notes, help="rename one of the files"))
        else:
            models[file.stem] = file
    return models
