"""The order in which the events of a replay arrive: a copy of each stream, its lines in another order.

Which lines there are, and which times they have, is asked of the same views that DuckDB reads a history with; the lines
themselves are copied as they are.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.language.trees import fn
from sqlfeat.lower.duckdb.program import prelude
from sqlfeat.lower.duckdb.sources import ROW, source_views
from sqlfeat.lower.names import parsed_name
from sqlfeat.project.config import History, Source
from sqlfeat.stores.late_inputs import read_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the events of a replay arrive.

    Attributes:
        shuffle: each event is held up at random by at most its source's lateness, so that none is late.
        disorder_ms: each event is held up at random by at most this; None leaves them in the order they came in.
        seed: of the random numbers.
    """

    shuffle: bool = False
    disorder_ms: int | None = None
    seed: int = 0

    def held_up(self, source: Source) -> int | None:
        """The most by which an event of a source is held up; None for the order it came in."""
        return source.lateness_ms if self.shuffle else self.disorder_ms


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a stream with its times in milliseconds; None for what cannot be read."""

    text: str
    event_time: int | None
    available_at: int | None


def arranged(
    connection: DuckDBPyConnection, root: Path, sources: Iterable[Source], arrival: Arrival, folder: Path
) -> tuple[tuple[str, str], ...]:
    """Write a copy of each stream that is to be read in another order; of one that is not in files, of its history.

    Args:
        connection: to read with.
        root: of the project.
        sources: that are replayed; tables and streams that are read as they lie get no copy.
        arrival: the order.
        folder: where to write.

    Returns:
        The copies, as `LowerOptions.replays`.
    """
    copies = []
    for source in sources:
        # A topic has its messages in the order they came in; that of a file may be any.
        as_it_lies = arrival.held_up(source) is None and (source.available_at is None or not _in_files(source))
        if not source.is_static and not as_it_lies:
            path = folder / f"{source.full_name}.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = in_order(_lines(connection, root, source), arrival.held_up(source), f"{arrival.seed} {source.name}")
            with path.open("w", encoding="utf-8") as file:
                file.writelines(f"{line.text}\n" for line in lines)
            copies.append((source.full_name, str(path)))
    return tuple(copies)


def in_order(lines: Sequence[Line], held_up: int | None, seed: str) -> list[Line]:
    """Lines in order of arrival; one without a time stays behind the line before it.

    Args:
        lines: as they lie.
        held_up: an event arrives this much after its time at most, at random; None sorts by `available_at`.
        seed: of the random numbers.
    """
    if held_up is None:
        times = [line.available_at for line in lines]
    else:
        chance = random.Random(seed)
        # Of two events the earlier arrives behind the later one only if they are no further apart than `held_up`.
        times = [None if line.event_time is None else line.event_time + chance.randint(0, held_up) for line in lines]
    keys: list[int] = []
    for time in times:
        keys.append(time if time is not None else keys[-1] if keys else 0)
    return [lines[place] for place in sorted(range(len(lines)), key=keys.__getitem__)]


def _lines(connection: DuckDBPyConnection, root: Path, source: Source) -> list[Line]:
    """What is in the files of a stream, or in the history of one that is not in files."""
    for setting in prelude():
        connection.execute(setting)
    if not _in_files(source):
        history = source.history.below(str(root)) if source.history else None
        return _parsed(connection, replace(source, history=history))
    path = root / (source.stream.path if source.stream else "")
    histories = (History("json", str(file)) for file in read_files(path))
    return [line for history in histories for line in _parsed(connection, replace(source, history=history))]


def _in_files(source: Source) -> bool:
    return source.stream is not None and source.stream.connector == "filesystem"


def _parsed(connection: DuckDBPyConnection, source: Source) -> list[Line]:
    connection.execute(source_views(source)[0].sql)
    names = [source.event_time, source.available_at]
    times = [fn("epoch_ms", exp.column(name, quoted=True)) if name else exp.null() for name in names]
    view = exp.Table(this=exp.to_identifier(parsed_name(source), quoted=True))
    query = exp.select(exp.column(ROW), *times).from_(view)
    return [Line(*row) for row in connection.execute(query.sql("duckdb")).fetchall()]
