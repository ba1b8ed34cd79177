"""Running compiled feature views as one Flink job, to the end of its input."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.connectors.jars import jar_folder, jars_at_hand, online_jars
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.counts import Counts, read_counts
from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.failures import failed, refused
from sqlfeat.engines.flink.gateway import ensure_gateway
from sqlfeat.engines.flink.own_jars import own_jar, own_jars
from sqlfeat.engines.flink.redis_sink import add_redis
from sqlfeat.engines.flink.sqlite_sink import add_sqlite
from sqlfeat.engines.flink.topics import check_log, fitted
from sqlfeat.lower.flink.online import online_select
from sqlfeat.lower.flink.program import WATCHFUL
from sqlfeat.lower.program import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from pyflink.table import StatementSet, TableEnvironment, TableResult

    from sqlfeat.engines.flink.sink import OnlineSink
    from sqlfeat.lower.flink.online_log import LogProgram
    from sqlfeat.lower.program import CompiledModel


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job did.

    Attributes:
        seconds: how long it took, with the start of Java if that was needed.
        counts: rows of each feature view by name; empty when the job wrote files.
    """

    seconds: float
    counts: dict[str, Counts]


def run_job(
    models: Sequence[CompiledModel],
    *,
    name: str,
    log_file: Path,
    parallelism: int,
    online: OnlineSink | None = None,
    log: LogProgram | None = None,
) -> JobResult:
    """Run feature views as one job and wait until their input ends.

    Args:
        models: compiled with the same options; their sources are read once each.
        name: shown by Flink.
        log_file: where Flink logs; the first job of a process decides.
        parallelism: of every operator.
        online: write to this online store; None writes each model's filesystem sink.
        log: write the rows there, too.

    Raises:
        SqlfeatError: SF0010 to SF0012 when Flink cannot be started, SF0801 when it refuses a statement, SF0802 when the
            job fails, SF09xx when the online store does.
        KeyboardInterrupt: after the job was cancelled.
    """
    start = time.monotonic()
    # In a thread, as only the main thread is interrupted by Ctrl-C: py4j does not survive that in the middle of a call.
    with ThreadPoolExecutor(1, thread_name_prefix="sqlfeat-flink") as java:
        job = java.submit(
            start_job, models, {**merge_options(models), "pipeline.name": name}, log_file, parallelism, online, log
        )
        end = java.submit(lambda: wait_for_end(job.result(), _names(models), log_file))
        try:
            end.result()
        except KeyboardInterrupt:
            _cancel(job)
            raise
    counts = {model.name: _counts(online, model.name) for model in models} if online else {}
    return JobResult(time.monotonic() - start, counts)


def _counts(online: OnlineSink, name: str) -> Counts:
    return read_counts(online.counts_dir, name) if online.counts_dir else Counts()


def merge_options(models: Iterable[CompiledModel]) -> dict[str, str]:
    """The options of all models; the compiler gives models that may run together no two values but of one option."""
    merged: dict[str, str] = {}
    watchful, interval = WATCHFUL
    for model in models:
        for key, value in model.flink.options:
            if key == watchful and interval in (value, merged.get(key)):
                merged[key] = interval
            elif merged.setdefault(key, value) != value:
                raise AssertionError(f"option {key} is both {merged[key]} and {value}, the latter in {model.name}")
    return merged


def merge_statements(statements: Iterable[Statement]) -> list[Statement]:
    """Statements in order, each name once."""
    merged: dict[str, Statement] = {}
    for statement in statements:
        if merged.setdefault(statement.name, statement).sql != statement.sql:
            raise AssertionError(f"two models define {statement.name} differently")
    return list(merged.values())


def start_job(
    models: Sequence[CompiledModel],
    options: dict[str, str],
    log_file: Path,
    parallelism: int,
    online: OnlineSink | None,
    log: LogProgram | None = None,
) -> TableResult:
    """Hand a job to Flink; see `run_job`."""
    names = _names(models)
    selects = {model.name: online_select(model, online.target.type) for model in models} if online else {}
    environment = create_environment(log_file, parallelism, options)
    jars = _add_jars(environment, models, online, log_file)
    definitions = _definitions(models, to_files=online is None)
    for statement in fitted(definitions, models, jars, parallelism, ensure_gateway(log_file)):
        _guarded(f"`{statement.name}`", names, environment.execute_sql, statement.sql)
    if log is not None:
        check_log(log.topic, jars, ensure_gateway(log_file))
        _guarded("the log of the online store", names, environment.execute_sql, log.table.sql)
    inserts = environment.create_statement_set()
    for statement in (*_inserts(models, to_files=online is None), *(log.inserts if log else ())):
        _guarded(f"`{statement.name}`", names, inserts.add_insert_sql, statement.sql)
    if online is not None:
        _add_online(environment, inserts, selects, online, models)
    return _guarded("the job", names, inserts.execute)


def _add_jars(
    environment: TableEnvironment,
    models: Sequence[CompiledModel],
    online: OnlineSink | None,
    log_file: Path,
) -> tuple[Path, ...]:
    """Found by the planner from now on, and shipped with the job wherever it runs."""
    read = [jar for model in models for jar in model.flink.jars]
    wanted = dict.fromkeys([*read, *(online_jars(online.target) if online else ())])
    to_redis = online is not None and online.target.type == "redis"
    own = own_jars(decodes=any(model.flink.decodes for model in models), to_redis=to_redis)
    paths = jars_at_hand(tuple(wanted), jar_folder())
    paths += tuple(own_jar(jar, jar_folder(), log_file) for jar in own)
    for path in paths:
        environment.execute_sql("ADD JAR " + exp.Literal.string(str(path)).sql("flink"))
    return paths


def _names(models: Sequence[CompiledModel]) -> str:
    return ", ".join(model.name for model in models)


def _definitions(models: Sequence[CompiledModel], *, to_files: bool) -> list[Statement]:
    definitions = [statement for model in models for statement in model.flink.definitions]
    return merge_statements(definitions + ([model.flink.sink for model in models] if to_files else []))


def _inserts(models: Sequence[CompiledModel], *, to_files: bool) -> list[Statement]:
    logs = [log for model in models for log in model.flink.log_inserts]
    files = [Statement(f"INSERT of {model.name}", model.flink.insert) for model in models] if to_files else []
    return merge_statements(files + logs)


def _add_online(
    environment: TableEnvironment,
    inserts: StatementSet,
    selects: dict[str, str],
    online: OnlineSink,
    models: Sequence[CompiledModel],
) -> None:
    """Write each feature view to the store."""
    add = add_redis if online.target.type == "redis" else add_sqlite
    for model in models:
        name = model.name
        rows = _guarded(f"the online form of `{name}`", name, environment.sql_query, selects[name])
        _guarded(f"the online store of `{name}`", name, add, environment, inserts, rows, online, model)


def _guarded(what: str, models: str, action: Any, *arguments: Any) -> Any:
    from py4j.protocol import Py4JJavaError
    from pyflink.util.exceptions import JavaException

    try:
        return action(*arguments)
    except (Py4JJavaError, JavaException) as error:
        raise refused(what, error, models) from None


def wait_for_end(result: TableResult, names: str, log_file: Path) -> None:
    """Wait until a job ends.

    Raises:
        SqlfeatError: SF0802 or SF09xx, it failed.
    """
    from py4j.protocol import Py4JJavaError
    from pyflink.util.exceptions import JavaException

    try:
        result.wait()
    except (Py4JJavaError, JavaException) as error:
        raise failed(error, names, log_file) from None


def _cancel(job: Future[TableResult]) -> None:
    # A job that could not be started needs no cancelling.
    with contextlib.suppress(SqlfeatError):
        client = job.result().get_job_client()
        if client is not None:
            client.cancel().result()
