"""Feature views compiled by hand, to run jobs without the compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, array, decimal
from sqlfeat.lower.program import CompiledModel, DuckdbProgram, FlinkProgram, OutputColumn, Role, Statement

if TYPE_CHECKING:
    from pathlib import Path

NO_DUCKDB = DuckdbProgram((), (), (), "")

ALL_TYPES = tuple(
    OutputColumn(name, column_type, True, role)
    for name, column_type, role in [
        ("name", STRING, Role.KEY),
        ("id", BIGINT, Role.KEY),
        ("feature_time", TIMESTAMP, Role.FEATURE_TIME),
        ("b", BOOLEAN, Role.FEATURE),
        ("i", INT, Role.FEATURE),
        ("l", BIGINT, Role.FEATURE),
        ("d", DOUBLE, Role.FEATURE),
        ("m", decimal(38, 2), Role.FEATURE),
        ("s", STRING, Role.FEATURE),
        ("t", TIMESTAMP, Role.FEATURE),
        ("day", DATE, Role.FEATURE),
        ("ss", array(STRING), Role.FEATURE),
        ("ls", array(BIGINT), Role.FEATURE),
        ("ms", array(decimal(12, 2)), Role.FEATURE),
        ("ds", array(DOUBLE), Role.FEATURE),
        ("ts", array(TIMESTAMP), Role.FEATURE),
        ("days", array(DATE), Role.FEATURE),
        ("bs", array(BOOLEAN), Role.FEATURE),
        ("o_l", BIGINT, Role.ORDER),
        ("o_m", decimal(6, 2), Role.ORDER),
        ("o_s", STRING, Role.ORDER),
        ("o_b", BOOLEAN, Role.ORDER),
        ("o_t", TIMESTAMP, Role.ORDER),
        ("o_d", DATE, Role.ORDER),
    ]
)


def flink_columns(columns: tuple[OutputColumn, ...]) -> str:
    return ", ".join(f"`{c.name}` {c.type}" for c in columns)


def model(
    name: str,
    columns: tuple[OutputColumn, ...],
    folder: Path,
    definitions: tuple[Statement, ...],
    log_inserts: tuple[Statement, ...] = (),
    options: tuple[tuple[str, str], ...] = (),
) -> CompiledModel:
    sink = (
        f"CREATE TEMPORARY TABLE `{name}__out` ({flink_columns(columns)}) "
        f"WITH ('connector' = 'filesystem', 'path' = '{folder}/out/{name}', 'format' = 'json')"
    )
    insert = f"INSERT INTO `{name}__out` SELECT * FROM `{name}`"
    program = FlinkProgram(options, definitions, Statement(f"{name}__out", sink), insert, log_inserts)
    return CompiledModel(name, f"models/{name}.sql", columns, NO_DUCKDB, program, (), name)
