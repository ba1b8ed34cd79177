"""`sources:` of the YAML files: event streams and static tables with typed columns."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.language.types import TIMESTAMP, DataType, Kind, parse_type
from sqlfeat.project.config import Column, History, Source
from sqlfeat.project.data_tests import read_column_tests
from sqlfeat.project.lateness import read_late
from sqlfeat.project.streams import read_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlfeat.project.block import Block
    from sqlfeat.project.declared_tests import DataTest
    from sqlfeat.project.yaml_file import Located

    Describe = Callable[[Block], str]

_NUMBERS = (Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE)
_EXACT, _LAST_DIGIT = Context(prec=36), Decimal("1e-18")
_DAY_MS = 86_400_000
_TABLE_HINTS = dict.fromkeys(
    ("event_time", "lateness", "max_ahead", "unique_within", "late", "order_by", "available_at"),
    "a table is the same at all times; what has an event time is declared under `streams:`",
)


@dataclass(frozen=True, slots=True)
class _Declared:
    """A column as written: `nullable` is None when nothing was said."""

    column: Column
    nullable: bool | None
    tests: tuple[DataTest, ...] = ()


def read_sources(group: Block, describe: Describe) -> list[Source]:
    """The streams and tables of one entry of `sources:`."""
    name = group.name()
    describe(group)
    streams = group.blocks("streams", "a stream")
    tables = group.blocks("tables", "a table")
    group.close()
    if name is None:
        return []
    read = [_read_source(block, name.value, describe, static=False) for block in streams]
    read += [_read_source(block, name.value, describe, static=True) for block in tables]
    return [source for source in read if source]


def read_type(block: Block) -> DataType | None:
    """The required `type` of a column or key."""
    written = block.located("type", required=True)
    if written is None:
        return None
    try:
        return parse_type(written.value)
    except ValueError as error:
        block.file.problem("SF0109", str(error), written.span)
        return None


def _read_source(block: Block, group: str, describe: Describe, *, static: bool) -> Source | None:
    name, description = block.name(), describe(block)
    before = len(block.file.problems)
    declared = _read_columns(block, describe, f"{group}.{name.value if name else ''}")
    # After a broken column, "unknown column" about the references to it would only be noise.
    columns = _Columns(block, declared, complete=len(block.file.problems) == before)
    event_time = None if static else columns.time("event_time", required=True)
    order_by = () if static else columns.names("order_by")
    order_by = order_by[1:] if order_by and order_by[0].value == event_time else order_by
    unique_key = columns.names("unique_key")
    unique_within = _DAY_MS if static else block.duration("unique_within", _DAY_MS)
    lateness = 0 if static else block.duration("lateness")
    available_at = None if static else columns.time("available_at")
    max_ahead = None if static else _read_max_ahead(block, available_at)
    late = None if static else read_late(block)
    typed = columns.finish(event_time, order_by, unique_key)
    stream, history = read_stream(block, typed), _read_history(block)
    meta = block.free("meta")
    block.close(_TABLE_HINTS if static else None)
    if unique_key and not static:
        columns.refuse_arrays(unique_key[0])
    if name is None:
        return None
    return Source(
        group=group,
        name=name.value,
        columns=typed,
        event_time=event_time,
        lateness_ms=lateness,
        order_by=tuple(column.value for column in order_by),
        unique_key=tuple(column.value for column in unique_key),
        available_at=available_at,
        stream=stream,
        history=history,
        description=description,
        meta=meta,
        span=name.span,
        late=late,
        unique_within_ms=unique_within,
        tests=tuple(test for column in declared.values() for test in column.tests),
        max_ahead_ms=max_ahead,
    )


def _read_max_ahead(block: Block, available_at: str | None) -> int | None:
    if block.node("max_ahead") is None:
        return None
    if available_at is None and block.node("available_at") is None:
        block.file.problem(
            "SF0107",
            f"`max_ahead` of {block.what} needs `available_at`",
            block.key_span("max_ahead"),
            hint="name the column that says when an event arrived; the wall clock would differ from run to run",
        )
    return block.duration("max_ahead")


def _read_columns(source: Block, describe: Describe, owner: str) -> dict[str, _Declared]:
    declared: dict[str, _Declared] = {}
    for block in source.blocks("columns", "a column", required=True):
        name, kind, nullable = block.name(), read_type(block), block.flag("nullable")
        description = describe(block)
        tests = read_column_tests(block, owner, name)
        minimum, maximum = _read_range(block, kind)
        block.close()
        if name is None:
            continue
        if name.value in declared:
            block.file.problem("SF0111", f"column `{name.value}` is declared twice in {source.what}", name.span)
        elif kind is not None:
            column = Column(name.value, kind, nullable is not False, description, name.span, minimum, maximum)
            declared[name.value] = _Declared(column, nullable, tests)
    return declared


def _is_constant(value: Decimal, *, exact: bool) -> bool:
    """Whether a number can be a constant: a DOUBLE, or exactly with 18 digits on each side of the point."""
    if exact:
        return value.adjusted() < 18 and value == _EXACT.quantize(value, _LAST_DIGIT)
    return abs(float(value)) <= sys.float_info.max


def _read_range(block: Block, kind: DataType | None) -> tuple[Decimal | None, Decimal | None]:
    """`minimum` and `maximum` of a column of numbers."""
    found = {key: number for key in ("minimum", "maximum") if (number := block.number(key)) is not None}
    for key, number in found.items():
        if kind is not None and kind.kind not in _NUMBERS:
            block.file.problem("SF0112", f"`{key}` is of numbers, not of {kind}", number.span)
            return None, None
        if not _is_constant(number.value, exact=kind is not None and kind.kind is not Kind.DOUBLE):
            block.file.problem("SF0112", f"`{key}` is not a number that the engines hold", number.span)
            return None, None
    low, high = found.get("minimum"), found.get("maximum")
    if low and high and low.value > high.value:
        block.file.problem("SF0112", "`minimum` is greater than `maximum`, so every row would be rejected", low.span)
        return None, None
    return low.value if low else None, high.value if high else None


class _Columns:
    """The columns of one source, and the checks of those that other keys name."""

    def __init__(self, block: Block, declared: dict[str, _Declared], *, complete: bool) -> None:
        self._block = block
        self._declared = declared
        self._complete = complete

    def time(self, key: str, *, required: bool = False) -> str | None:
        """The column a clock key names; it must be a TIMESTAMP(3)."""
        written = self._block.located(key, required=required)
        if written is None or not self._known(key, written):
            return None
        found = self._declared.get(written.value)
        if found and found.column.type != TIMESTAMP:
            self._block.file.problem(
                "SF0112",
                f"`{key}` must be a TIMESTAMP(3), but column `{written.value}` is {found.column.type}",
                written.span,
                hint="declare the column as TIMESTAMP(3), in UTC",
            )
        return written.value

    def names(self, key: str) -> tuple[Located[str], ...]:
        """The columns a list names, each once."""
        known = [column for column in self._block.texts(key) if self._known(key, column)]
        unique = {column.value: column for column in reversed(known)}
        for column in known:
            if unique[column.value] is not column:
                self._block.file.problem("SF0111", f"`{key}` names column `{column.value}` twice", column.span)
        return tuple(column for column in known if unique[column.value] is column)

    def _known(self, key: str, written: Located[str]) -> bool:
        if written.value in self._declared or not self._complete:
            return written.value in self._declared
        self._block.file.problem(
            "SF0110",
            f"`{key}` names column `{written.value}`, which {self._block.what} does not declare",
            written.span,
            label=did_you_mean(written.value, self._declared),
            notes=(f"columns: {', '.join(self._declared)}",),
        )
        return False

    def finish(
        self, event_time: str | None, order_by: tuple[Located[str], ...], unique_key: tuple[Located[str], ...]
    ) -> tuple[Column, ...]:
        """The columns, those made NOT NULL that identify, order or time the rows."""
        for key, named in (("order_by", order_by), ("unique_key", unique_key)):
            for column in named:
                self._refuse_nullable(key, column)
        required = {event_time} | {column.value for column in (*order_by, *unique_key)}
        return tuple(
            replace(d.column, nullable=False) if name in required and d.nullable is not True else d.column
            for name, d in self._declared.items()
        )

    def refuse_arrays(self, unique_key: Located[str]) -> None:
        """A stream with duplicates has no arrays: the first of several events may depend on any column."""
        arrays = [name for name, d in self._declared.items() if d.column.type.kind is Kind.ARRAY]
        if arrays:
            self._block.file.problem(
                "SF0112",
                f"`unique_key` of a stream with the array column `{arrays[0]}`",
                unique_key.span,
                notes=("which of two events is the first may depend on any column, and arrays have no order",),
                hint="declare the source without the array, or keep the first row in a model: QUALIFY ROW_NUMBER() = 1",
            )

    def _refuse_nullable(self, key: str, written: Located[str]) -> None:
        if self._declared[written.value].nullable:
            self._block.file.problem(
                "SF0112",
                f"column `{written.value}` of `{key}` is declared `nullable: true`",
                written.span,
                notes=("a NULL here would leave the order of rows, or which row is kept, to chance",),
                hint="drop `nullable: true`: a row without the value then goes to the reject log",
            )


def _read_history(source: Block) -> History | None:
    block = source.block("history", "`history`")
    if block is None:
        return None
    kind = block.choice("format", ("parquet", "csv", "json"))
    path = block.located("path", required=True)
    block.close()
    return History(kind, path.value if path else "")
