"""What a job reads, and whether it is there."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from sqlfeat.connectors.jars import jar_folder, jars_at_hand, online_jars
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import Source, Target
    from sqlfeat.project.load import LoadedProject

CONNECT_TIMEOUT_SECONDS = 5.0


def sources_read(project: LoadedProject, models: Sequence[CompiledModel]) -> list[Source]:
    """The sources that the models read, in the order of the project."""
    read = {name for model in models for name in model.sources}
    return [source for source in project.config.sources if source.full_name in read]


def check_inputs(project: LoadedProject, models: Sequence[CompiledModel]) -> None:
    """Check that every source read has a stream that exists, before Java is started.

    Raises:
        SqlfeatError: SF0803, SF0804, SF0820, SF0821 or SF0823, with all sources that cannot be streamed; SF0023, a jar
            is missing.
    """
    jars_at_hand(tuple(dict.fromkeys(jar for model in models for jar in model.flink.jars)), jar_folder())
    problems = []
    for source in sources_read(project, models):
        readers = tuple(f"read by `{model.name}`" for model in models if source.full_name in model.sources)
        if source.stream is None:
            problems.append(_no_stream(source, readers))
        elif source.stream.kafka is not None:
            brokers = source.stream.kafka.brokers or project.target.kafka.brokers
            problems += _unreachable(source, brokers, readers) + _idle(project, source, models)
        elif source.stream.connector == "filesystem" and not (project.config.root / source.stream.path).exists():
            problems.append(_no_input(source, source.stream.path, readers))
    if problems:
        raise SqlfeatError(*problems)


def _unreachable(source: Source, brokers: str, notes: tuple[str, ...]) -> list[Diagnostic]:
    if not brokers:
        help_text = "name them for the target: `kafka: {brokers: localhost:9092}` in project.yml"
        message = f"the stream of `{source.full_name}` is in Kafka, and nobody says where that is"
        return [Diagnostic("SF0821", message, span=source.span, notes=notes, help=help_text)]
    if not (reasons := _silent(brokers)):
        return []
    message = f"no Kafka broker of `{source.full_name}` can be reached: {'; '.join(reasons)}"
    return [Diagnostic("SF0820", message, span=source.span, notes=notes, help="start Kafka, or correct `brokers:`")]


def _idle(project: LoadedProject, source: Source, models: Sequence[CompiledModel]) -> list[Diagnostic]:
    """An idle timeout is safe where nothing but the one reader of one stream moves time."""
    if source.stream is None or source.stream.kafka is None or not source.stream.kafka.idle_timeout_ms:
        return []
    timed = {other.full_name for other in project.config.sources if other.event_time}
    readers = [model for model in models if source.full_name in model.sources]
    reasons = [f"`{model.name}` reads other streams too" for model in readers if len(timed & {*model.sources}) > 1]
    if project.target.parallelism > 1:
        reasons.insert(0, f"the target's parallelism is {project.target.parallelism}")
    if not reasons:
        return []
    message = f"with the `idle_timeout` of `{source.full_name}`, windows would drop events of silent partitions"
    help_text = "leave `idle_timeout` out, or set `stream: {parallelism: 1}` and read one stream in each model"
    return [Diagnostic("SF0823", message, span=source.span, notes=tuple(reasons), help=help_text)]


def check_outputs(target: Target) -> None:
    """Check that the online store and its log can be written, as far as is known before Java is started.

    Raises:
        SqlfeatError: SF0820, no broker of the log can be reached; SF0023, a jar is missing.
    """
    jars_at_hand(online_jars(target.online), jar_folder())
    if (log := target.online.log) is None:
        return
    if reasons := _silent(log.brokers or target.kafka.brokers):
        message = f"no Kafka broker of the online store's log can be reached: {'; '.join(reasons)}"
        raise SqlfeatError(Diagnostic("SF0820", message, help="start Kafka, or correct `brokers:` of the target"))


def _silent(brokers: str) -> list[str]:
    """Why none of some brokers answers; empty if one does."""
    reasons = [_silence(broker.strip()) for broker in brokers.split(",")]
    return reasons if all(reasons) else []


def _silence(broker: str) -> str:
    """Why nothing answers at an address; empty if something does."""
    host, _, port = broker.rpartition(":")
    if not host or not port.isdecimal():
        return f"`{broker}` is not `host:port`"
    try:
        with socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT_SECONDS):
            return ""
    except (OSError, OverflowError) as error:
        return f"{broker}: {error}"


def _no_stream(source: Source, notes: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "SF0803",
        f"source `{source.full_name}` has no `stream:`, so it cannot be read live",
        span=source.span,
        notes=notes,
        help="add for example `stream: {connector: filesystem, path: data/events.jsonl, format: json}`",
    )


def _no_input(source: Source, path: str, notes: tuple[str, ...]) -> Diagnostic:
    return Diagnostic(
        "SF0804",
        f"the stream of `{source.full_name}` is not there: `{path}` does not exist",
        span=source.span,
        notes=notes,
        help="a path is relative to the folder of project.yml",
    )
