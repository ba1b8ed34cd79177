"""`sqlfeat deps`: bring the jars that reading the sources live needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.connectors.jars import Brought, bring_jars, connector_jars, jar_folder, needed_jars

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.console.protocol import Console
    from sqlfeat.project.load import LoadedProject


@dataclass(frozen=True, slots=True)
class DepsResult:
    """The jars of the project; none when what comes with Flink is enough."""

    jars: tuple[Brought, ...]

    @property
    def fresh(self) -> int:
        """How many were not there before."""
        return sum(jar.fresh for jar in self.jars)


def deps(project: LoadedProject, console: Console) -> DepsResult:
    """Bring the jars with Maven and check them against their pins; what is there already is left alone.

    The jar of our own message format is made, where a source needs it.

    Raises:
        SqlfeatError: SF0020 there is no Maven, SF0021 it cannot bring a jar, SF0022 a jar is not what was pinned;
            SF0010 to SF0012, there is no Flink to make the message format with.
    """
    logged = any(target.online.log for target in project.config.targets.values())
    log_jars = connector_jars(["kafka"] if logged else [])
    wanted = needed_jars(project.config.sources, (*log_jars, *project.config.deps))
    jars = bring_jars(wanted, jar_folder())
    for jar in jars:
        console.note(f"{jar.artifact.coordinates}: {'brought' if jar.fresh else 'there'}, {jar.path}")
    if any(source.stream is not None and source.stream.decoded for source in project.config.sources):
        console.note(f"the format of messages: {_made(project)}")
    return DepsResult(jars)


def _made(project: LoadedProject) -> Path:
    from sqlfeat.engines.flink.message_format import format_jar
    from sqlfeat.verbs.stream import LOG_FILE

    return format_jar(jar_folder(), project.config.root / LOG_FILE)
