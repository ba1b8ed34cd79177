"""What a streaming run read of a source, and whether a later run has read all of it again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_HEAD = 65_536
"""Bytes at the beginning of a file that tell it from others."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that was read, known by how it begins: names say little about files that are moved or rotated."""

    size: int
    head_bytes: int
    head: str
    """SHA-256 of the first `head_bytes` bytes."""

    def is_in(self, path: Path) -> bool:
        """Whether a file begins with this one, as it does after more was appended."""
        return path.stat().st_size >= self.size and _digest(path, self.head_bytes) == self.head


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run reads of one source.

    Attributes:
        files: of a stream that lies in files, each once.
        whole: for a stream of another kind that is read from its beginning, its name; else empty.
    """

    files: tuple[InputFile, ...] = ()
    whole: str = ""

    def covers(self, earlier: Inputs, path: Path | None) -> bool:
        """Whether a run with these inputs has read everything that an earlier one read.

        Args:
            earlier: the inputs of that run.
            path: the files of these inputs, which may have grown since.
        """
        if earlier.whole:
            return earlier.whole == self.whole
        files = read_files(path) if path is not None else []
        return bool(earlier.files) and all(any(old.is_in(file) for file in files) for old in earlier.files)

    def as_json(self) -> dict[str, Any]:
        """As the metadata of the late log has it."""
        return {"files": [[file.size, file.head_bytes, file.head] for file in self.files], "whole": self.whole}


def inputs_from_json(value: dict[str, Any]) -> Inputs:
    """What `Inputs.as_json` gave."""
    return Inputs(tuple(InputFile(*file) for file in value["files"]), value["whole"])


def inputs_of(path: Path) -> Inputs:
    """The files of a stream as they are now."""
    return Inputs(tuple(_input(file) for file in read_files(path)))


def read_files(path: Path) -> list[Path]:
    """A file, or all files below a folder except those Flink takes for unfinished or hidden ones."""
    if path.is_dir():
        found = (file for file in path.rglob("*") if not file.relative_to(path).as_posix().startswith((".", "_")))
        return sorted(file for file in found if file.is_file() and not file.name.startswith((".", "_")))
    return [path] if path.is_file() else []


def _input(path: Path) -> InputFile:
    size = path.stat().st_size
    return InputFile(size, min(size, _HEAD), _digest(path, min(size, _HEAD)))


def _digest(path: Path, length: int) -> str:
    with path.open("rb") as file:
        return hashlib.sha256(file.read(length)).hexdigest()
