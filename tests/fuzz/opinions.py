"""Three opinions of the same feature views over the same streams: the oracle's, DuckDB's and Flink's."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.compiler import compile_models
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.language.trees import duckdb_type
from sqlfeat.lower.names import rejects_name
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.load import load_project
from tests.fuzz.models import BASE_SQL
from tests.fuzz.streams import CHANGES, EVENTS, LATENESS, MAX_AHEAD, THING_ROWS, THINGS, Event, Stream, lines, one_file
from tests.lower.fixtures import cell_value, columns_of, quoted, visible
from tests.oracle.events import is_ahead, late_events, relation_of, views

if TYPE_CHECKING:
    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject

Rows = list[tuple[Any, ...]]
TOGETHER = 16
AHEAD = "ts is further ahead of at than max_ahead"


@dataclass
class Batch:
    """Models and streams written as a project of their own; feature views that do not compile are left out.

    Attributes:
        root: the project's folder.
        sql: the models by name.
        streams: all are read by every model.
        refused: why models do not compile.
    """

    root: Path
    sql: dict[str, str]
    streams: Sequence[Stream]
    refused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._write()
        self.project: LoadedProject = load_project(self.root)
        self.late: dict[str, list[dict[str, Any]]]
        self._forget()
        self.options = LowerOptions(
            output_dir=str(self.root / "out"), log_dir=str(self.root / "logs"), project_dir=str(self.root),
            late_logs=tuple((s.full_name, str(self._late_log(s))) for s in self._sources() if s.event_time),
        )  # fmt: skip
        self.models: dict[str, CompiledModel] = {}
        for name in self.sql:
            try:
                (self.models[name],) = compile_models(self.project, [name], self.options)
            except SqlfeatError as error:
                self.refused[name] = error.diagnostics[0].message

    def _write(self) -> None:
        files = {"project.yml": "name: fuzz\nversion: 1\n", "models/all.yml": json.dumps(_declarations())}
        files |= {f"models/{name}.sql": sql for name, sql in (BASE_SQL | self.sql).items()}
        files["data/events.jsonl"] = lines(one_file(self.streams, "events"))
        files["data/changes.jsonl"] = lines(one_file(self.streams, "changes"))
        files["data/things.jsonl"] = lines(THING_ROWS)
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    # Flink ------------------------------------------------------------------------------------------------------------

    def stream(self, parallelism: int) -> None:
        """Run all models as one Flink job.

        Raises:
            SqlfeatError: Flink refuses it, or it fails.
        """
        from sqlfeat.engines.flink.job import run_job

        self._forget()
        run_job(list(self.models.values()), name="fuzz", log_file=self.root / "flink.log", parallelism=parallelism)

    def read_late_logs(self) -> None:
        """Take the events for late that the job found late."""
        read = {name for model in self.models.values() for name in model.sources}
        self.late = {s.full_name: self._logged(s) for s in self._sources() if s.event_time and s.full_name in read}
        self._keep_late_logs()

    def _forget(self) -> None:
        shutil.rmtree(self.root / "out", ignore_errors=True)
        shutil.rmtree(self.root / "logs", ignore_errors=True)
        self.late = {}
        self._keep_late_logs()

    def _keep_late_logs(self) -> None:
        """Late events as DuckDB is told to leave them out; of a source without any, none."""
        (self.root / "late").mkdir(exist_ok=True)
        with connect(self.root) as connection:
            for source in self._sources():
                types = ", ".join(f'"{c.name}" {duckdb_type(c.type).sql("duckdb")}' for c in source.columns)
                connection.execute(f"CREATE OR REPLACE TABLE late ({types})")
                marks = ", ".join("?" for _ in source.columns)
                for event in self.late.get(source.full_name, ()):
                    connection.execute(f"INSERT INTO late VALUES ({marks})", list(event.values()))
                connection.execute(f"COPY late TO '{self._late_log(source)}' (FORMAT parquet)")

    def _late_log(self, source: Source) -> Path:
        return self.root / "late" / f"{source.full_name}.parquet"

    def _logged(self, source: Source) -> list[dict[str, Any]]:
        from sqlfeat.parity.flink_output import output_files

        found = []
        for path in output_files(self.root / "logs" / source.full_name / "late"):
            for line in path.read_text(encoding="utf-8").splitlines():
                raw = json.loads(line, parse_float=str)
                found.append({c.name: _cell(raw.get(c.name), c) for c in source.columns})
        return found

    def wrong_verdicts(self) -> list[str]:
        """Late events of Flink that the oracle takes for in time, and the other way round."""
        wrong: list[str] = []
        for source in self._sources():
            if source.full_name in self.late:
                mine = Counter(map(str, late_events(source, self._events(source))))
                theirs = Counter(map(str, self.late[source.full_name]))
                wrong += [f"late for the oracle only: {event}" for event in mine - theirs]
                wrong += [f"late for Flink only: {event}" for event in theirs - mine]
        return wrong

    def flink(self, name: str) -> Rows:
        from sqlfeat.parity.flink_output import output_files, select_output

        model = self.models[name]
        query = select_output(output_files(self.root / "out" / name), model.columns).sql("duckdb")
        with connect(self.root) as connection:
            return connection.execute(f"SELECT {_columns(model)} FROM ({query})").fetchall()

    # DuckDB -----------------------------------------------------------------------------------------------------------

    def duckdb(self) -> dict[str, Rows]:
        """The rows of all models, without the events of the late logs."""
        found: dict[str, Rows] = {}
        with connect(self.root, threads=1) as connection:
            statements = [
                text
                for model in self.models.values()
                for text in (
                    *model.duckdb.setup,
                    *(part.sql for part in (*model.duckdb.sources, *model.duckdb.rejects)),
                )
            ]
            for statement in dict.fromkeys(statements):
                connection.execute(statement)
            views = {view.name for model in self.models.values() for view in model.duckdb.rejects}
            for source in self._sources():
                if (view := rejects_name(source)) in views:
                    reasons = connection.execute(f'SELECT "reason" FROM "{view}"').fetchall()
                    assert reasons == [(AHEAD,)] * sum(is_ahead(source, event) for event in self._events(source))
            for name, model in self.models.items():
                found[name] = connection.execute(f"SELECT {_columns(model)} FROM ({model.duckdb.query})").fetchall()
        return found

    # The oracle -------------------------------------------------------------------------------------------------------

    def relations(self) -> list[dict[str, Any]]:
        """What the oracle reads. No model mixes streams, so it reads a few at a time: its joins look at all pairs."""
        return [
            {source.full_name.lower(): self._relation(source, numbers) for source in self._sources()}
            for numbers in self._numbers()
        ]

    def _numbers(self) -> list[set[int]]:
        """The streams by what `s` is in their events, a few at a time."""
        numbers = sorted({event["s"] for stream in self.streams for event in (*stream.events, *stream.changes)})
        return [set(numbers[start : start + TOGETHER]) for start in range(0, len(numbers), TOGETHER)]

    def _relation(self, source: Source, numbers: set[int]) -> Any:
        def chosen(events: Sequence[Event]) -> list[Event]:
            return [event for event in events if "s" not in event or event["s"] in numbers]

        return relation_of(source, chosen(self._events(source)), chosen(self.late.get(source.full_name, ())))

    def oracle(self, name: str, parts: Sequence[dict[str, Any]]) -> Rows:
        found: Rows = []
        for relations in parts:
            relation = views(self.project, relations, [name])[name]
            places = {f.name: number for number, f in enumerate(relation.fields)}
            chosen = [places[column.name] for column in visible(self.models[name])]
            found += [tuple(row.values[place] for place in chosen) for row in relation.rows]
        return found

    def missing(self, name: str, rows: Rows) -> list[str]:
        """The columns with a NULL that the compiler holds to be without."""
        columns = visible(self.models[name])
        return [c.name for place, c in enumerate(columns) if not c.nullable and any(row[place] is None for row in rows)]

    def _events(self, source: Source) -> list[dict[str, Any]]:
        if source.name == "things":
            return list(THING_ROWS)
        return one_file(self.streams, "changes" if source.name == "changes" else "events")

    def _sources(self) -> Sequence[Source]:
        return self.project.config.sources


def _columns(model: CompiledModel) -> str:
    return ", ".join(map(quoted, visible(model)))


def _cell(raw: Any, column: Any) -> Any:
    if raw is None or isinstance(raw, (bool, int)):
        return raw
    return cell_value(str(raw), column.type) if str(raw) != "~" else raw


def _declarations() -> dict[str, Any]:
    unique = {**_stream("events", EVENTS), "name": "unique", "unique_key": ["s", "id"], "unique_within": "7 days"}
    ahead = {"available_at": "at", "max_ahead": f"{int(MAX_AHEAD.total_seconds())} seconds"}
    streams = [_stream("events", EVENTS) | ahead, _stream("changes", CHANGES), unique | ahead]
    things = {"name": "things", "columns": _columns_of(THINGS), "unique_key": ["k"], **_places("things")}
    entity = {"name": "one", "keys": [{"name": "s", "type": "BIGINT"}, {"name": "k", "type": "BIGINT"}]}
    return {"version": 1, "sources": [{"name": "f", "streams": streams, "tables": [things]}], "entities": [entity]}


def _stream(name: str, columns: str) -> dict[str, Any]:
    seconds = int(LATENESS.total_seconds())
    return {"name": name, "columns": _columns_of(columns), "event_time": "ts", "order_by": ["id"],
            "lateness": f"{seconds} seconds", **_places(name)}  # fmt: skip


def _places(name: str) -> dict[str, Any]:
    path = f"data/{name}.jsonl"
    return {"history": {"format": "json", "path": path},
            "stream": {"connector": "filesystem", "path": path, "format": "json"}}  # fmt: skip


def _columns_of(text: str) -> list[dict[str, Any]]:
    return [{"name": n, "type": str(t), "nullable": nullable} for n, t, nullable in columns_of(text)]
