"""Lowering fixtures: tests/fixtures/lower/<topic>.yml, with what both engines are told beside it.

A fixture declares streams and tables in short (`columns: id BIGINT, amount BIGINT?`; `?` may be NULL), lists their rows
in the order of arrival, has models, and says which rows each feature view gives. Cells are bare: `~` is NULL, `10:30`
is a time of 1 January 2024, `2 10:30` of 2 January; arrays are JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from sqlfeat.compiler import compile_models
from sqlfeat.language.types import parse_type
from sqlfeat.lower.program import LowerOptions, Role
from sqlfeat.project.load import load_project
from sqlfeat.testing.values import canonical, json_value, typed_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

    from sqlfeat.language.types import DataType
    from sqlfeat.lower.program import CompiledModel, OutputColumn

FOLDER = Path(__file__).parents[1] / "fixtures" / "lower"
TOPICS = sorted(path.stem for path in FOLDER.glob("*.yml"))
_DAY = date(2024, 1, 1)
_NUMBERED = re.compile(r"\d+ \d+:.*")


@dataclass(frozen=True)
class Fixture:
    """A project of its own, and the rows its feature views give by model."""

    topic: str
    text: dict[str, Any]

    @property
    def expected(self) -> dict[str, str]:
        return self.text["expect"]

    def write(self, root: Path) -> Path:
        """The project as files; gives its folder."""
        files = {"project.yml": f"name: {self.topic}\nversion: 1\n", "models/all.yml": json.dumps(self._declarations())}
        files |= {f"models/{name}.sql": sql for name, sql in self.text["models"].items()}
        files |= {f"data/{self.topic}_{name}.jsonl": self._rows(name) for name in self._relations()}
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root

    def _relations(self) -> dict[str, dict[str, Any]]:
        return {**self.text.get("streams", {}), **self.text.get("tables", {})}

    def _declarations(self) -> dict[str, Any]:
        source: dict[str, Any] = {"name": self.topic}
        for kind in ("streams", "tables"):
            source[kind] = [self._declaration(name, short) for name, short in self.text.get(kind, {}).items()]
        entities = [
            {"name": name, "keys": [{"name": key, "type": str(type_)} for key, type_, _ in columns_of(keys)]}
            for name, keys in self.text["entities"].items()
        ]
        return {"version": 1, "sources": [source], "entities": entities}

    def _declaration(self, name: str, short: dict[str, Any]) -> dict[str, Any]:
        columns = [
            {"name": column, "type": str(type_), "nullable": nullable}
            for column, type_, nullable in columns_of(short["columns"])
        ]
        path = f"data/{self.topic}_{name}.jsonl"
        rest = {key: value for key, value in short.items() if key not in ("columns", "rows")}
        if "event_time" in short:
            rest.setdefault("lateness", "30 days")
        return {
            "name": name,
            "columns": columns,
            **rest,
            "history": {"format": "json", "path": path},
            "stream": {"connector": "filesystem", "path": path, "format": "json"},
        }

    def _rows(self, name: str) -> str:
        short = self._relations()[name]
        types = {column: type_ for column, type_, _ in columns_of(short["columns"])}
        lines = [
            json.dumps({column: json_value(cell_value(cell, types[column])) for column, cell in row.items()})
            for row in table_of(short["rows"])
        ]
        return "".join(f"{line}\n" for line in lines)


def load_fixture(topic: str) -> Fixture:
    return Fixture(topic, yaml.safe_load((FOLDER / f"{topic}.yml").read_text(encoding="utf-8")))


def columns_of(text: str) -> list[tuple[str, DataType, bool]]:
    """(name, type, may be NULL) of `id BIGINT, amount DECIMAL(12,2)?`."""
    columns = []
    for part in re.split(r",(?![^(<]*[)>])", text):
        name, written = part.strip().rsplit(" ", 1)
        columns.append((name, parse_type(written.rstrip("?")), written.endswith("?")))
    return columns


def table_of(text: str) -> list[dict[str, str]]:
    """Rows of a table written with `|` between the cells."""
    header, *lines = [line for line in (text or "").splitlines() if line.strip()]
    names = [name.strip() for name in header.split("|")]
    return [dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True)) for line in lines]


def cell_value(cell: str, type_: DataType) -> Any:
    """A cell as the value that DuckDB gives for it."""
    if cell == "~":
        return None
    day, _, time = cell.rpartition(" ") if _NUMBERED.fullmatch(cell) else ("1", "", cell)
    return typed_value(time, type_, _DAY + timedelta(days=int(day) - 1))


def compile_fixture(fixture: Fixture, root: Path, options: LowerOptions | None = None) -> list[CompiledModel]:
    """The feature views of a fixture written into `root`."""
    project = load_project(root)
    models = compile_models(project, project.order, options)
    return [model for model in models if model.name in fixture.expected]


def visible(model: CompiledModel) -> list[OutputColumn]:
    return [column for column in model.columns if column.role is not Role.ORDER]


def expected_rows(fixture: Fixture, model: CompiledModel) -> list[str]:
    """The rows written in the fixture, every value exact, in an order that depends on nothing but them."""
    names = {column.name: column.type for column in visible(model)}
    rows = table_of(fixture.expected[model.name])
    assert not rows or set(rows[0]) == set(names), f"{model.name} has the columns {' '.join(names)}"
    return exact([cell_value(row[name], type_) for name, type_ in names.items()] for row in rows)


def exact(rows: Iterable[Sequence[Any]]) -> list[str]:
    return sorted(" | ".join(map(_shown, row)) for row in rows)


def _shown(value: Any) -> str:
    return value.isoformat(sep=" ", timespec="milliseconds") if isinstance(value, datetime) else canonical(value)


def prepare_duckdb(connection: DuckDBPyConnection, models: Sequence[CompiledModel]) -> None:
    """Settings and sources, each once."""
    statements = [text for model in models for text in (*model.duckdb.setup, *(s.sql for s in model.duckdb.sources))]
    for statement in dict.fromkeys(statements):
        connection.execute(statement)
    for view in {view.name: view for model in models for view in model.duckdb.rejects}.values():
        connection.execute(view.sql)
        rejected = connection.execute(f'SELECT * FROM "{view.name}"').fetchall()
        assert rejected == [], "the rows of the fixture do not fit its declarations"


def run_on_duckdb(connection: DuckDBPyConnection, model: CompiledModel) -> list[str]:
    """The rows the model's DuckDB query gives on a prepared connection."""
    columns = ", ".join(map(quoted, visible(model)))
    return exact(connection.execute(f"SELECT {columns} FROM ({model.duckdb.query})").fetchall())


def quoted(column: OutputColumn) -> str:
    return '"' + column.name.replace('"', '""') + '"'
