"""What a job reads, and whether it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.config import Source
    from sqlfeat.project.load import LoadedProject


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
