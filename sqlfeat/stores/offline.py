"""The offline store: feature views over history, as Parquet files by day of feature time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.lower.program import CompiledModel, Slice
from sqlfeat.stores import offline_sql as sql
from sqlfeat.stores.offline_commit import Staging, day_files, locked, metadata_text
from sqlfeat.stores.offline_metadata import Computed, StoredView, from_json, stored_view, to_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from sqlfeat.project.load import LoadedProject

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did.

    Attributes:
        rows: rows computed and stored.
        days: days that have rows of this write.
        outdated: stored stretches of time that were computed from an older definition and still are.
    """

    rows: int
    days: int
    outdated: tuple[Computed, ...]


class OfflineStore:
    """All feature views of a target. One process writes a feature view at a time; any number may read.

    Args:
        root: the folder; each feature view has one of its own in it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of(cls, project: LoadedProject) -> OfflineStore:
        """The offline store of the project's target."""
        return cls(project.config.root / project.target.offline_path)

    def view(self, name: str) -> StoredView | None:
        """What is known about a feature view; None if it was never backfilled.

        Raises:
            SqlfeatError: SF0613, the metadata file is damaged or missing while there are rows.
        """
        text = metadata_text(self.root / name)
        if text is None:
            if day_files(self.root / name):
                raise SqlfeatError(_damaged(name, "the metadata file is missing"))
            return None
        try:
            return from_json(text)
        except ValueError as error:
            raise SqlfeatError(_damaged(name, str(error))) from None

    def write(
        self,
        connection: DuckDBPyConnection,
        model: CompiledModel,
        table: str,
        part: Slice,
        *,
        full_refresh: bool = False,
    ) -> Written:
        """Replace what is stored in [start, end) by the rows of a table; all of it becomes visible at once.

        Args:
            connection: where `table` is.
            model: the feature view.
            table: has the columns of the model, rows of `part` only, and `rowid` in the order to be stored.
            part: what `table` covers.
            full_refresh: forget everything else that is stored, whatever its columns are.

        Raises:
            SqlfeatError: SF0611 stored with other columns, SF0612 somebody else is writing, SF0613 damaged.
        """
        folder = self.root / model.name
        with locked(folder, model.name) as staging:
            before = None if full_refresh else self._compatible(model)
            view = stored_view(model).after(part, before)
            days = sql.days_of(connection, view, table)
            stored = day_files(folder)
            merged = {} if full_refresh else {day: stored[day] for day in stored if _is_partly_in(day, part)}
            written = _stage(connection, staging, view, table, part, sorted(days.keys() | merged.keys()), merged)
            gone = [day for day in stored if day not in written and (full_refresh or _overlaps(day, part))]
            staging.commit(written, gone, to_json(view))
        return Written(sum(days.values()), len(days), view.outdated())

    def read(self, connection: DuckDBPyConnection, name: str) -> DuckDBPyRelation:
        """All rows of a feature view in order of feature time, with the types they were computed in.

        Raises:
            SqlfeatError: SF0614 nothing is stored, SF0613 damaged.
        """
        view = self._existing(name)
        return connection.sql(sql.read_all(view, list(day_files(self.root / name).values())))

    def scan(self, connection: DuckDBPyConnection, name: str) -> DuckDBPyRelation:
        """All rows of a feature view in any order, which spares sorting them.

        Raises:
            SqlfeatError: SF0614 nothing is stored, SF0613 damaged.
        """
        view = self._existing(name)
        return connection.sql(sql.scan_all(view, list(day_files(self.root / name).values())))

    def latest(self, name: str, key: Mapping[str, object]) -> dict[str, Any] | None:
        """The last row of an entity: greatest feature time, and of several with that, the one stored last.

        Args:
            name: of the feature view.
            key: a value for every key column.

        Raises:
            SqlfeatError: SF0614 nothing is stored, SF0613 damaged.
        """
        import duckdb

        view = self._existing(name)
        if set(key) != set(view.keys):
            raise ValueError(f"the keys of `{name}` are {', '.join(view.keys)}")
        values = [key[column] for column in view.keys]
        with duckdb.connect(":memory:") as connection:
            for path in reversed(day_files(self.root / name).values()):
                if rows := connection.execute(sql.last_of_key(view, path), values).fetchall():
                    return dict(zip([column for column, _ in view.columns], rows[0], strict=True))
        return None

    def _existing(self, name: str) -> StoredView:
        if (view := self.view(name)) is None:
            raise SqlfeatError(_nothing(name))
        return view

    def _compatible(self, model: CompiledModel) -> StoredView | None:
        before = self.view(model.name)
        if before is not None and dict(before.columns) != dict(stored_view(model).columns):
            raise SqlfeatError(_other_columns(model, before))
        return before


def latest(project: LoadedProject, model: str, key: Mapping[str, object]) -> dict[str, Any] | None:
    """The last row that `backfill` stored for an entity in the target's offline store, see `OfflineStore.latest`."""
    return OfflineStore.of(project).latest(model, key)


def _stage(
    connection: DuckDBPyConnection,
    staging: Staging,
    view: StoredView,
    table: str,
    part: Slice,
    days: list[date],
    merged: Mapping[date, Path],
) -> list[date]:
    """Write the new file of each day; gives the days that have rows."""
    written = []
    for day in days:
        rows = connection.sql(sql.rows_of_day(view, table, day, merged.get(day), part))
        if day not in merged or rows.limit(1).fetchall():
            rows.write_parquet(str(staging.path(day)), compression="zstd")
            written.append(day)
    return written


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time())
    return start, start + _ONE_DAY


def _overlaps(day: date, part: Slice) -> bool:
    low, high = _bounds(day)
    return (part.start is None or part.start < high) and (part.end is None or low < part.end)


def _is_partly_in(day: date, part: Slice) -> bool:
    low, high = _bounds(day)
    cut = (part.start is not None and low < part.start) or (part.end is not None and part.end < high)
    return cut and _overlaps(day, part)


def _other_columns(model: CompiledModel, before: StoredView) -> Diagnostic:
    old, new = dict(before.columns), dict(stored_view(model).columns)
    changes = [
        *(f"`{name}` {old[name]} is gone" for name in old if name not in new),
        *(f"`{name}` {new[name]} is new" for name in new if name not in old),
        *(f"`{name}` was {old[name]}, is {new[name]}" for name in old if name in new and old[name] != new[name]),
    ]
    return Diagnostic(
        "SF0611",
        f"the stored rows of `{model.name}` have other columns than the model",
        notes=tuple(changes),
        help="--full-refresh deletes what is stored of it and stores only what this run computes",
    )


def _damaged(name: str, reason: str) -> Diagnostic:
    return Diagnostic(
        "SF0613",
        f"what is stored of `{name}` cannot be understood: {reason}",
        help="--full-refresh deletes what is stored of it and stores only what the run computes",
    )


def _nothing(name: str) -> Diagnostic:
    return Diagnostic("SF0614", f"nothing is stored of `{name}`", help=f"sqlfeat backfill --select {name}")
