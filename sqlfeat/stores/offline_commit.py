"""Changing many day files of a feature view at once, so that a reader sees all of the change or nothing of it.

New files are written into a staging folder under names that no pattern for Parquet files matches. A plan is put beside
them by a rename, and from that moment the change counts: whoever finds a plan completes it. Without a plan, whatever is
staged is left over from a process that died, and is deleted.

    <view>/day=2013-01-01/part.parquet
    <view>/_sqlfeat.json                    what is stored, see `offline_metadata`
    <view>/_sqlfeat.lock                    held by the process that writes
    <view>/_sqlfeat.staging/2013-01-01      new files
    <view>/_sqlfeat.staging/plan.json       the commit point
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

METADATA = "_sqlfeat.json"
_LOCK = "_sqlfeat.lock"
_STAGING = "_sqlfeat.staging"
_PLAN = "plan.json"
_DAY = "day="
_PART = "part.parquet"


@dataclass(frozen=True, slots=True)
class _Plan:
    written: tuple[str, ...]
    removed: tuple[str, ...]


def day_files(folder: Path) -> dict[date, Path]:
    """The file of each stored day, in order of time; completes in thought a change that was committed."""
    found = {path.parent.name.removeprefix(_DAY): path for path in folder.glob(f"{_DAY}*/{_PART}")}
    if (plan := _read_plan(folder)) is not None:
        staged = {day: folder / _STAGING / day for day in plan.written}
        found = {day: path for day, path in found.items() if day not in plan.removed}
        found |= {day: path for day, path in staged.items() if path.exists()}
    return {date.fromisoformat(day): found[day] for day in sorted(found)}


def metadata_text(folder: Path) -> str | None:
    """The text of the metadata file; that of a committed change if there is one."""
    candidates = [folder / METADATA]
    if _read_plan(folder) is not None:
        candidates.insert(0, folder / _STAGING / METADATA)
    return next((path.read_text(encoding="utf-8") for path in candidates if path.exists()), None)


@contextmanager
def locked(folder: Path, name: str) -> Iterator[Staging]:
    """The right to change the feature view in `folder`; first completes or clears what a killed process left.

    Raises:
        SqlfeatError: SF0612, another process is writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Appending keeps the other process's id readable until the lock is ours. The system drops that of a dead process.
    with (folder / _LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise SqlfeatError(_busy(name, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        _recover(folder)
        try:
            yield Staging(folder)
        finally:
            _recover(folder)


class Staging:
    """A change in preparation; nothing of it is seen before `commit`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / _STAGING
        self._staging.mkdir()

    def path(self, day: date) -> Path:
        """Where to write the new file of a day."""
        return self._staging / day.isoformat()

    def commit(self, written: Iterable[date], removed: Iterable[date], metadata: str) -> None:
        """Make the change: the days written so far replace the stored ones, others go, the metadata is new."""
        (self._staging / METADATA).write_text(metadata, encoding="utf-8")
        days = [day.isoformat() for day in written]
        plan = {"written": days, "removed": [day.isoformat() for day in removed]}
        draft = self._staging / "plan.draft"
        draft.write_text(json.dumps(plan), encoding="utf-8")
        for name in (*days, METADATA, draft.name):
            _flush(self._staging / name)
        draft.replace(self._staging / _PLAN)
        _flush(self._staging)
        _recover(self._folder)


def _read_plan(folder: Path) -> _Plan | None:
    try:
        plan = json.loads((folder / _STAGING / _PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return _Plan(tuple(plan["written"]), tuple(plan["removed"]))


def _recover(folder: Path) -> None:
    """Complete a committed change, or clear one that was not; can be interrupted and repeated at any point."""
    staging = folder / _STAGING
    if (plan := _read_plan(folder)) is not None:
        _complete(folder, plan)
        # Not before everything else is in place; and before the rest, which means nothing without it.
        (staging / _PLAN).unlink()
    if staging.exists():
        shutil.rmtree(staging)


def _complete(folder: Path, plan: _Plan) -> None:
    staging = folder / _STAGING
    for day in plan.written:
        if (staging / day).exists():
            (folder / f"{_DAY}{day}").mkdir(exist_ok=True)
            (staging / day).replace(folder / f"{_DAY}{day}" / _PART)
    for day in plan.removed:
        (folder / f"{_DAY}{day}" / _PART).unlink(missing_ok=True)
        _remove_empty(folder / f"{_DAY}{day}")
    if (staging / METADATA).exists():
        (staging / METADATA).replace(folder / METADATA)
    _flush(folder)


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        # Already gone, or somebody keeps a file of his own there.
        return


def _flush(path: Path) -> None:
    """Wait until a file or the names in a folder are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _busy(name: str, process: str) -> Diagnostic:
    return Diagnostic(
        "SF0612",
        f"another backfill is writing `{name}`" + (f" (process {process})" if process else ""),
        help="wait until it has ended, then start again",
    )
