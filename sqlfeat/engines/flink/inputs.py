"""What a job reads: are the streams there, and where are they from any working directory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject


def with_absolute_streams(project: LoadedProject) -> LoadedProject:
    """The same project, its streams with absolute paths.

    To be compiled for a run from here: Flink takes a relative path from where Java was started, which can be anywhere.
    What `compile` writes keeps the paths of the project, so that it can be run on another machine.
    """
    sources = tuple(_absolute(source, project.config.root) for source in project.config.sources)
    return replace(project, config=replace(project.config, sources=sources))


def sources_read(project: LoadedProject, models: Sequence[CompiledModel]) -> list[Source]:
    """The sources that the models read, in the order of the project."""
    read = {name for model in models for name in model.sources}
    return [source for source in project.config.sources if source.full_name in read]


def check_inputs(project: LoadedProject, models: Sequence[CompiledModel]) -> None:
    """Check that every source read has a stream that exists.

    Raises:
        SqlfeatError: SF0803 or SF0804, with all sources that cannot be streamed.
    """
    problems = []
    for source in sources_read(project, models):
        readers = tuple(f"read by `{model.name}`" for model in models if source.full_name in model.sources)
        if source.stream is None:
            problems.append(_no_stream(source, readers))
        elif not (project.config.root / source.stream.path).exists():
            problems.append(_no_input(source, source.stream.path, readers))
    if problems:
        raise SqlfeatError(*problems)


def _absolute(source: Source, root: Path) -> Source:
    if source.stream is None:
        return source
    return replace(source, stream=replace(source.stream, path=str(root / source.stream.path)))


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
