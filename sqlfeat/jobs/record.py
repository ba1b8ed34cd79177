"""What is written down about a job when it is started."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject

FORMAT = 1
"""Of the file; a file of another format is not read."""


@dataclass(frozen=True, slots=True)
class ModelState:
    """The definition that the state of a feature view was made by.

    Attributes:
        name: of the model.
        fingerprint: see `CompiledModel.fingerprint`.
        columns: (name, type) of what it gives.
        reach_ms: how much event time its windows hold; None is all of it.
        query: the lowered meaning as text, to show what changed.
    """

    name: str
    fingerprint: str
    columns: tuple[tuple[str, str], ...]
    reach_ms: int | None
    query: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What the state of a job is bound to.

    Attributes:
        version: of sqlfeat.
        models: in the order of the job.
        sources: (full name, where the stream lies) of what is read.
        program: SHA-256 of everything handed to Flink, wherever the project lies.
        bootstrap: cut-over between history and stream, UTC; empty when there was no history.
        logged: rows are written to a log, too.
    """

    version: str
    models: tuple[ModelState, ...]
    sources: tuple[tuple[str, str], ...]
    program: str
    bootstrap: str = ""
    logged: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run of a job.

    Attributes:
        flink_job: Flink's id of it.
        address: `host:port` of Flink's REST interface.
        pid: of the process that Flink lives in; 0 when Flink is a cluster.
        started: when, ISO 8601, UTC.
        resumed_from: the savepoint or checkpoint it went on from; empty for a new beginning.
    """

    flink_job: str
    address: str
    pid: int
    started: str
    resumed_from: str


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job: what it computes and its latest run."""

    name: str
    definition: Definition
    run: Run

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return {"format": FORMAT, **asdict(self)}


def record_from_json(value: dict[str, Any]) -> JobRecord:
    """The record that `as_json` gave.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    if value["format"] != FORMAT:
        raise ValueError(f"format {value['format']}")
    definition = value["definition"]
    models = tuple(_model(model) for model in definition["models"])
    sources = tuple((name, place) for name, place in definition["sources"])
    return JobRecord(
        value["name"], Definition(**{**definition, "models": models, "sources": sources}), Run(**value["run"])
    )


def _model(value: dict[str, Any]) -> ModelState:
    return ModelState(**{**value, "columns": tuple((name, kind) for name, kind in value["columns"])})


def define(
    project: LoadedProject,
    models: Sequence[CompiledModel],
    inserts: Sequence[str],
    bootstrap: str = "",
    log_inserts: Sequence[str] = (),
) -> Definition:
    """What the state of a job of these models will be bound to.

    Args:
        project: the loaded project.
        models: compiled as the job runs them.
        inserts: the statements that write online, as handed to Flink.
        bootstrap: see `Definition`.
        log_inserts: those that write the log.
    """
    read = {name for model in models for name in model.sources}
    sources = [source for source in project.config.sources if source.full_name in read]
    return Definition(
        version=__version__,
        models=tuple(_state(model) for model in models),
        sources=tuple((source.full_name, source.stream.place if source.stream else "") for source in sources),
        program=_program(models, [*inserts, *log_inserts], str(project.config.root)),
        bootstrap=bootstrap,
        logged=bool(log_inserts),
    )


def _state(model: CompiledModel) -> ModelState:
    columns = tuple((column.name, str(column.type)) for column in model.columns)
    reaches = [reach for _, reach in model.reach]
    reach = None if None in reaches else max((r for r in reaches if r is not None), default=0)
    return ModelState(model.name, model.fingerprint, columns, reach, model.duckdb.query)


def _program(models: Sequence[CompiledModel], inserts: Sequence[str], root: str) -> str:
    parts = [statement.sql for model in models for statement in (*model.flink.definitions, *model.flink.log_inserts)]
    parts += [f"{key}={value}" for model in models for key, value in model.flink.options]
    # Where the project lies is none of the state's business.
    text = "\n".join([*parts, *inserts]).replace(root, "")
    return hashlib.sha256(text.encode()).hexdigest()
