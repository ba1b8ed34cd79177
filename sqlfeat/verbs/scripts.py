"""A compiled model as one script per engine that the stock client of the engine runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlfeat.lower.program import CompiledModel, FlinkProgram


def duckdb_script(model: CompiledModel) -> str:
    """For `duckdb < file`, started in the project directory: the rows of the feature view."""
    program = model.duckdb
    views = [*program.sources, *program.rejects]
    return _script(
        _header(model, "DuckDB", "duckdb < FILE"),
        [*program.setup, *(view.sql for view in views), program.query],
    )


def flink_script(model: CompiledModel) -> str:
    """For `sql-client.sh -f file`, started in the project directory: a job that fills the sink and the logs."""
    program = model.flink
    options = [f"SET {_quoted(key)} = {_quoted(value)}" for key, value in program.options]
    tables = [*program.definitions, program.sink]
    inserts = [program.insert, *(log.sql for log in program.log_inserts)]
    return _script(
        _header(model, "Flink", "sql-client.sh -f FILE") + _jars(program),
        [*options, *(table.sql for table in tables), _statement_set(inserts)],
    )


def _header(model: CompiledModel, engine: str, how: str) -> str:
    return (
        f"-- {model.name}: {engine} SQL of {model.path}, compiled by sqlfeat; changes here are overwritten.\n"
        f"-- Complete by itself. In the project directory: {how}\n"
    )


def _jars(program: FlinkProgram) -> str:
    jars = [jar.coordinates for jar in program.jars] + ["the message format of sqlfeat"] * program.decodes
    return f"-- It needs these jars, which `sqlfeat deps` brings: {', '.join(jars)}\n" if jars else ""


def _script(header: str, statements: Iterable[str]) -> str:
    return "\n".join([header, *(f"{_bare(statement)};\n" for statement in statements)])


def _statement_set(inserts: Iterable[str]) -> str:
    """One job of several inserts, so that a source that feeds them all is read once."""
    body = "".join(f"{_bare(insert)};\n" for insert in inserts)
    return f"EXECUTE STATEMENT SET\nBEGIN\n{body}END"


def _bare(statement: str) -> str:
    return statement.strip().rstrip(";").rstrip()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
