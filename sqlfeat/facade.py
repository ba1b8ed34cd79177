"""`sqlfeat.Project`: every verb of the command line as a method."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlfeat.console.protocol import Console
    from sqlfeat.project.load import LoadedProject
    from sqlfeat.testing.result import TestsResult
    from sqlfeat.verbs.backfill import BackfillResult
    from sqlfeat.verbs.clean import CleanResult
    from sqlfeat.verbs.compile import CompileResult
    from sqlfeat.verbs.debug import DebugResult
    from sqlfeat.verbs.deps import DepsResult
    from sqlfeat.verbs.docs import DocsResult
    from sqlfeat.verbs.explain import Explanation
    from sqlfeat.verbs.get import OnlineValue
    from sqlfeat.verbs.live import LiveResult
    from sqlfeat.verbs.ls import LsResult
    from sqlfeat.verbs.parity import ParityResult
    from sqlfeat.verbs.status import JobStatus
    from sqlfeat.verbs.stop import StopResult
    from sqlfeat.verbs.stream import StreamResult

PROJECT_FILE = "project.yml"


class Project:
    """A project directory and the target to work on.

    Nothing is read before the first verb that needs it, and a project is read once.

    Args:
        root: the folder with `project.yml`.
        target: name of an entry of `targets:`; the default one if None.
        variables: override `vars:`.
        console: told what happens; silent if None.

    Raises:
        SqlfeatError: SF0001, there is no `project.yml` in `root`.

    Example:
        >>> project = sqlfeat.Project("my_project")  # doctest: +SKIP
        >>> project.compile(select=["tag:delay"]).manifest  # doctest: +SKIP
        PosixPath('my_project/target/manifest.json')
    """

    def __init__(
        self,
        root: str | Path,
        target: str | None = None,
        variables: Mapping[str, Any] | None = None,
        console: Console | None = None,
    ) -> None:
        self.root = _checked_root(Path(root).absolute())
        self.target = target
        self.variables = dict(variables or {})
        self._console = console

    @cached_property
    def loaded(self) -> LoadedProject:
        """The project, read and checked."""
        from sqlfeat.project.load import load_project

        project = load_project(self.root, self.target, self.variables)
        for note in project.notes:
            self.console.note(note)
        return project

    @cached_property
    def console(self) -> Console:
        """Where verbs report to."""
        from sqlfeat.console.quiet import QuietConsole

        return self._console or QuietConsole()

    def compile(self, select: Sequence[str] = (), exclude: Sequence[str] = ()) -> CompileResult:
        """Write both engines' SQL and the manifest below `target/`."""
        from sqlfeat.verbs.compile import compile_project

        return compile_project(self.loaded, select, exclude, self.console)

    def ls(self, select: Sequence[str] = (), exclude: Sequence[str] = ()) -> LsResult:
        """The models of a selection, upstream first."""
        from sqlfeat.verbs.ls import ls

        return ls(self.loaded, select, exclude)

    def backfill(
        self,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        full_refresh: bool = False,
        late: str | None = None,
    ) -> BackfillResult:
        """Compute the past [start, end) with DuckDB into the offline store.

        Args:
            select: which models.
            exclude: which of those not.
            start: None is the beginning of history.
            end: None is the end of history.
            full_refresh: forget everything else that is stored of these models.
            late: `exclude` leaves out the events in the late logs, `include` counts them; None does what the project
                says, which is `exclude` unless declared.
        """
        from sqlfeat.project.lateness import Late
        from sqlfeat.verbs.backfill import backfill

        part = _utc_slice(start, end)
        policy = Late(late) if late else None
        return backfill(self.loaded, select, exclude, *part, self.console, full_refresh=full_refresh, late=policy)

    def run(
        self,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        streaming: bool = False,
        start: datetime | None = None,
        end: datetime | None = None,
        job: str = "",
        detach: bool = False,
        cluster: str = "",
        reset_state: bool = False,
        until_latest: bool = False,
        bootstrap: datetime | None = None,
        log_format: str = "text",
    ) -> StreamResult | LiveResult:
        """Compute live with Flink into the online store.

        Args:
            select: which models.
            exclude: which of those not.
            streaming: must be True: bringing features up to now without a stream does not exist yet.
            start: replay from here; None from the beginning of the stream.
            end: stop here; None at the end of the stream.
            job: name of a job over streams that go on; it goes on from its last savepoint or checkpoint.
            detach: return once such a job runs and its first checkpoint is complete.
            cluster: `host:port` of the Flink cluster to run such a job on; embedded if empty.
            reset_state: let such a job begin anew.
            until_latest: read topics to where they end now; else a job that reads one does not end by itself.
            bootstrap: let it begin with windows filled from history up to here; the stream continues from there.
            log_format: `text` or `json`, of what a detached job says in its log.
        """
        if not streaming:
            raise SqlfeatError(_not_streaming())
        from sqlfeat.verbs.live import LiveOptions
        from sqlfeat.verbs.stream import stream

        live = LiveOptions(
            job, detach, cluster, reset_state, _utc(bootstrap), log_format, tuple(self.variables.items())
        )
        part = _utc_slice(start, end)
        return stream(self.loaded, select, exclude, *part, self.console, live, until_latest=until_latest)

    def status(self, job: str = "") -> tuple[JobStatus, ...]:
        """What the jobs of the target do; only the one named, if one is."""
        from sqlfeat.verbs.status import status

        return status(self.loaded, job)

    def stop(self, job: str = "", *, savepoint: bool = True) -> StopResult:
        """End the job that runs, or the one named, with a savepoint unless told otherwise."""
        from sqlfeat.verbs.stop import stop

        return stop(self.loaded, job, self.console, savepoint=savepoint)

    def parity(
        self,
        select: Sequence[str] = (),
        exclude: Sequence[str] = (),
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        parallelism: int | None = None,
        shuffle: bool = False,
        disorder: timedelta | None = None,
        seed: int = 0,
    ) -> ParityResult:
        """Run models on both engines over the same events and compare bit by bit.

        Args:
            select: which models.
            exclude: which of those not.
            start: compare feature times from here on; None from the beginning.
            end: and before here; None to the end.
            parallelism: of Flink; None is the target's.
            shuffle: hold each event up at random, as far as its source's lateness allows: nothing may change.
            disorder: hold each event up at random by at most this; what then is late is left out on both sides.
            seed: of the random numbers.
        """
        from sqlfeat.parity.arrival import Arrival
        from sqlfeat.verbs.parity import parity

        disorder_ms = None if disorder is None else disorder // timedelta(milliseconds=1)
        arrival = Arrival(shuffle, disorder_ms, seed)
        part = _utc_slice(start, end)
        return parity(self.loaded, select, exclude, *part, self.console, arrival=arrival, parallelism=parallelism)

    def test(self, select: Sequence[str] = (), exclude: Sequence[str] = (), *, engine: str = "duckdb") -> TestsResult:
        """Run the unit tests of models and the tests of stored data.

        Args:
            select: which tests: those of some models, `test_name:x`, `test_type:unit`.
            exclude: which of those not.
            engine: where unit tests run: `duckdb`, `flink`, or `all` to compare both.
        """
        from sqlfeat.verbs.test import TestEngine, test

        return test(self.loaded, select, exclude, TestEngine(engine), self.console)

    def new_test(self, model: str) -> str:
        """The YAML of a first unit test of a model, which passes: an event for each input, and what comes of it."""
        from sqlfeat.testing.skeleton import skeleton

        return skeleton(self.loaded, model)

    def get(self, model: str, key: Mapping[str, str]) -> OnlineValue:
        """The online value of an entity key."""
        from sqlfeat.verbs.get import get

        return get(self.loaded, model, key)

    def docs(self, output: str | Path | None = None) -> DocsResult:
        """Write the catalog as a static site, into `target/docs` unless told otherwise."""
        from sqlfeat.verbs.docs import generate_docs

        folder = Path(output) if output is not None else self.root / "target" / "docs"
        return generate_docs(self.loaded, folder, self.console)

    def deps(self) -> DepsResult:
        """Bring the connectors of Flink that sources and stores need, with Maven."""
        from sqlfeat.verbs.deps import deps

        return deps(self.loaded, self.console)

    def debug(self) -> DebugResult:
        """Check the machine and the project."""
        from sqlfeat.verbs.debug import debug

        return debug(lambda: self.loaded)

    def clean(self) -> CleanResult:
        """Remove `target/`."""
        from sqlfeat.verbs.clean import clean

        return clean(self.root)

    @staticmethod
    def explain(code: str) -> Explanation:
        """What a diagnostic code means."""
        from sqlfeat.verbs.explain import explain

        return explain(code)


def find_root(start: Path) -> Path:
    """The nearest folder with a `project.yml`, from `start` upwards.

    Raises:
        SqlfeatError: SF0001, there is none.
    """
    start = start.absolute()
    for folder in [start, *start.parents]:
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise SqlfeatError(_no_project(f"there is no `{PROJECT_FILE}` in `{start}`, nor in a folder above it"))


def _checked_root(root: Path) -> Path:
    if not root.is_dir():
        raise SqlfeatError(_no_project(f"there is no folder `{root}`"))
    if not (root / PROJECT_FILE).is_file():
        raise SqlfeatError(_no_project(f"there is no `{PROJECT_FILE}` in `{root}`"))
    return root


def _no_project(message: str) -> Diagnostic:
    return Diagnostic("SF0001", message, help="go to a project, or name one with --project-dir")


def _utc_slice(start: datetime | None, end: datetime | None) -> tuple[datetime | None, datetime | None]:
    """Both ends as the engines have them, UTC without a zone; an empty slice is refused (SF0005)."""
    start, end = _utc(start), _utc(end)
    if start is not None and end is not None and start >= end:
        message = f"the start {start.isoformat(' ')} is not before the end {end.isoformat(' ')}"
        help_text = "the slice includes its start but not its end: for one day, end with the date of the next"
        raise SqlfeatError(Diagnostic("SF0005", message, help=help_text))
    return start, end


def _utc(moment: datetime | None) -> datetime | None:
    """A time without a zone is UTC already."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


def _not_streaming() -> Diagnostic:
    return Diagnostic(
        "SF0002",
        "`run` without `--streaming` does not exist yet",
        help="`sqlfeat run --streaming` for the stream, `sqlfeat backfill --start --end` for the past",
    )
