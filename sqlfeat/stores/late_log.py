"""The late log of a source: the events that came after the watermark, kept over all runs as one Parquet file.

    <log>/late.parquet        the declared columns and `__watermark`, the watermark that the event missed
    <log>/runs/<run>.parquet  what each run found late
    <log>/runs/<run>.json     what each run read

A run that ended, and read all that an earlier run had read, takes that run's place: its verdict is the newer one. Of
runs that stand beside each other, an event counts as often as in the run that has it most often, so that what two runs
read both is counted once. docs/decisions/0009 has the reasons.
"""

from __future__ import annotations

import fcntl
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.stores import late_log_sql as sql
from sqlfeat.stores.late_inputs import Inputs, inputs_from_json, read_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlfeat.project.config import Source

FILE = "late.parquet"
_RUNS = "runs"
_DRAFT = ".draft"


@dataclass(frozen=True, slots=True)
class Run:
    """A streaming run as far as one source goes.

    Attributes:
        name: sorts after those of all earlier runs.
        inputs: what it reads.
        path: where that lies, when it is files.
        ended: whether it has read all of it.
    """

    name: str
    inputs: Inputs
    path: Path | None = None
    ended: bool = True


@dataclass(frozen=True, slots=True)
class LateLog:
    """The late events of one source.

    Attributes:
        folder: has nothing else in it.
        source: the declaration.
    """

    folder: Path
    source: Source

    @property
    def path(self) -> Path:
        """The events of all runs; there is no file before the first run."""
        return self.folder / FILE

    def add(self, parts: Path, run: Run) -> int:
        """Take over what a run found late so far, and what it says about earlier runs; may be repeated.

        Args:
            parts: the folder in which Flink writes JSON lines; unfinished files in it are left alone.
            run: replaces what was taken over under its name before.

        Returns:
            The number of late events of this run.
        """
        runs = self.folder / _RUNS
        runs.mkdir(parents=True, exist_ok=True)
        with _locked(self.folder):
            count = _write(sql.parts(self.source, read_files(parts)), runs / f"{run.name}.parquet")
            _note(run.inputs, runs / f"{run.name}.json")
            for earlier in self._replaced_by(run):
                (runs / f"{earlier}.parquet").unlink(missing_ok=True)
                (runs / f"{earlier}.json").unlink()
            self._merge()
        return count

    def fit(self) -> bool:
        """Give the log the columns that are declared now; gives whether there is one."""
        if not self.path.exists():
            return False
        with _locked(self.folder):
            if not sql.fits(self.source, self.path):
                self._merge()
        return True

    def _merge(self) -> None:
        _write(sql.merged(self.source, sorted((self.folder / _RUNS).glob("*.parquet"))), self.path)

    def _replaced_by(self, run: Run) -> list[str]:
        earlier = [file for file in (self.folder / _RUNS).glob("*.json") if file.stem < run.name]
        if not run.ended:
            return []
        return [file.stem for file in earlier if run.inputs.covers(_read(file), run.path)]


def _read(file: Path) -> Inputs:
    return inputs_from_json(json.loads(file.read_text(encoding="utf-8")))


def _note(inputs: Inputs, file: Path) -> None:
    draft = file.with_suffix(_DRAFT)
    draft.write_text(json.dumps(inputs.as_json()), encoding="utf-8")
    draft.replace(file)


def _write(query: str, path: Path) -> int:
    """Compute a query into a Parquet file that is there as a whole or not at all; gives the number of rows."""
    import duckdb

    draft = path.with_suffix(_DRAFT)
    with duckdb.connect(":memory:") as connection:
        connection.sql(query).write_parquet(str(draft), compression="zstd")
        ((rows,),) = connection.read_parquet(str(draft)).count("*").fetchall()
    draft.replace(path)
    return int(rows)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
