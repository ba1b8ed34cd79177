"""What happened to the rows of a job: counted by the workers in files, and by lines in the logs of the sources."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of one feature view; the last four add up to `rows`."""

    rows: int = 0
    written: int = 0
    """Stored, each replacing an older row or none."""
    overtaken: int = 0
    """Not sent: the same batch held a newer row of the key."""
    stale: int = 0
    """Not stored: the store held a newer row of the key already."""
    no_key: int = 0
    """Not sent: a key column was NULL."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(*map(add, astuple(self), astuple(other)))


def write_counts(file: TextIO, counts: Counts) -> None:
    """Append the counts of one batch."""
    file.write(" ".join(map(str, astuple(counts))) + "\n")
    file.flush()


def read_counts(directory: Path, view: str) -> Counts:
    """The sum over all workers of a job; a file is called `<view>.<process>.<random>`."""
    lines = _lines(path for path in sorted(directory.iterdir()) if path.name.rsplit(".", 2)[0] == view)
    return reduce(add, (Counts(*map(int, line.split())) for line in lines), Counts())


def count_lines(directory: Path, *, unfinished: bool = False) -> int:
    """How many lines the files below a folder have; 0 if there is no such folder.

    Args:
        directory: the folder.
        unfinished: count files too that Flink is still writing, whose names begin with a dot.
    """
    files = (path for path in directory.rglob("*") if path.is_file())
    return sum(1 for _ in _lines(path for path in files if unfinished or not path.name.startswith(".")))


def sum_events(directory: Path) -> int:
    """The accepted events of a source: the sum over the hours that a job wrote down; 0 if there is no such folder."""
    lines = _lines(p for p in directory.rglob("*") if p.is_file() and not p.name.startswith("."))
    return sum(json.loads(line)["events"] for line in lines)


def count_rows(paths: Iterable[Path]) -> int:
    """How many lines of some files are not blank."""
    return sum(1 for line in _lines(paths) if not line.isspace())


def _lines(paths: Iterable[Path]) -> Iterable[str]:
    for path in paths:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file
