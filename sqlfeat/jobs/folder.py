"""The folder of a job: its record, its checkpoints and savepoints, its logs, and a lock on all that."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.jobs.record import JobRecord, record_from_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DEFAULT_JOB = "main"
"""The job of those who name none."""
RECORD_FILE = "job.json"
FAILURE_FILE = "failure.json"
STOPPED_FILE = "stopped"
METADATA = "_metadata"
"""Written last by Flink, in one step: where it is, the state is complete."""


@dataclass(frozen=True, slots=True)
class JobFolder:
    """`<state>/<target>/<job>/`; nothing is created before it is needed."""

    path: Path

    @property
    def name(self) -> str:
        """Of the job."""
        return self.path.name

    @property
    def logs(self) -> Path:
        """Reject and late logs of the sources."""
        return self.path / "logs"

    @property
    def checkpoints(self) -> Path:
        """Flink's checkpoints, a folder for each run."""
        return self.path / "checkpoints"

    @property
    def history(self) -> Path:
        """What a bootstrapped job reads before its stream; Flink may come back to it as long as the job goes on."""
        return self.path / "history"

    @property
    def flink_log(self) -> Path:
        """What Java and Flink log."""
        return self.path / "flink.log"

    @property
    def run_log(self) -> Path:
        """What a detached run says."""
        return self.path / "run.log"

    def savepoints(self, flink_job: str) -> Path:
        """Where the savepoints of a run go."""
        return self.path / "savepoints" / flink_job

    def read(self) -> JobRecord | None:
        """The record; None if there is none that can be read."""
        try:
            return record_from_json(json.loads((self.path / RECORD_FILE).read_text(encoding="utf-8")))
        except (OSError, KeyError, TypeError, ValueError):
            return None

    def write(self, record: JobRecord) -> None:
        """Replace the record in one step."""
        self.path.mkdir(parents=True, exist_ok=True)
        scratch = self.path / f"{RECORD_FILE}.{os.getpid()}"
        scratch.write_text(json.dumps(record.as_json(), indent=2) + "\n", encoding="utf-8")
        scratch.replace(self.path / RECORD_FILE)

    def create(self) -> None:
        """Make the folder, if need be, and see that files can be put into it.

        Raises:
            SqlfeatError: SF0004, they cannot.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / "lock").touch()
        except OSError as error:
            raise SqlfeatError(_no_folder(self.path, error)) from None

    def note_failure(self, error: SqlfeatError) -> None:
        """Write down what a run ended with, for whoever asks later; `forget_failure` takes it back."""
        text = json.dumps([asdict(diagnostic) for diagnostic in error.diagnostics], indent=2)
        (self.path / FAILURE_FILE).write_text(text + "\n", encoding="utf-8")

    def forget_failure(self) -> None:
        """A new run begins."""
        (self.path / FAILURE_FILE).unlink(missing_ok=True)

    def failure(self) -> SqlfeatError | None:
        """What the latest run ended with; None if it runs, was stopped, or had no time to say."""
        try:
            found = json.loads((self.path / FAILURE_FILE).read_text(encoding="utf-8"))
            return SqlfeatError(*(_diagnostic(one) for one in found))
        except (OSError, TypeError, ValueError):
            return None

    def note_stop(self, flink_job: str) -> None:
        """Write down that a run was ended without a savepoint, on purpose."""
        (self.path / STOPPED_FILE).write_text(f"{flink_job}\n", encoding="utf-8")

    def was_stopped(self, flink_job: str) -> bool:
        """Whether a run was ended on purpose: with a savepoint or without."""
        try:
            noted = (self.path / STOPPED_FILE).read_text(encoding="utf-8").strip()
        except OSError:
            noted = ""
        return noted == flink_job or self.savepoint_of(flink_job) is not None

    def savepoint_of(self, flink_job: str) -> Path | None:
        """The latest complete savepoint of a run."""
        return _latest(self.savepoints(flink_job))

    def restore_point(self, record: JobRecord) -> Path | None:
        """What a run may go on from: the latest complete savepoint or checkpoint of the recorded run, or its own.

        A run that was killed before its first checkpoint has changed no state: what it went on from still holds.
        """
        run = record.run.flink_job
        found = [point for point in (self.savepoint_of(run), _latest(self.checkpoints / run)) if point]
        if found:
            return max(found, key=lambda point: (point / METADATA).stat().st_mtime_ns)
        before = self.path / record.run.resumed_from if record.run.resumed_from else None
        return before if before and (before / METADATA).exists() else None

    def forget_checkpoints(self, *, but: str) -> None:
        """Remove the checkpoints of all runs but one, whose own hold the state now."""
        if self.checkpoints.is_dir():
            for folder in self.checkpoints.iterdir():
                if folder.name != but:
                    shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Hold the lock of the job; gives whether it could be had. It goes with the process, however that ends."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as file:
            yield _locked(file.fileno())

    def locked(self) -> bool:
        """Whether some process holds the lock."""
        if not (self.path / "lock").exists():
            return False
        with self.lock() as had:
            return not had


def _diagnostic(value: dict[str, Any]) -> Diagnostic:
    span = Span(**value["span"]) if value["span"] else None
    return Diagnostic(**{**value, "span": span, "notes": tuple(value["notes"])})


def _no_folder(path: Path, error: OSError) -> Diagnostic:
    message = f"the folder of the job, `{path}`, cannot be written: {(error.strerror or str(error)).lower()}"
    return Diagnostic("SF0004", message, help="check `stream: {state: ...}` of the target, and who owns that folder")


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _latest(folder: Path) -> Path | None:
    """The subfolder with the youngest metadata."""
    points = [path.parent for path in folder.glob(f"*/{METADATA}")]
    return max(points, key=lambda point: (point / METADATA).stat().st_mtime_ns, default=None)


def job_folders(state: Path) -> list[JobFolder]:
    """All jobs below the state folder of a target, by name."""
    return [JobFolder(path.parent) for path in sorted(state.glob(f"*/{RECORD_FILE}"))]
