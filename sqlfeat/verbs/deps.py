"""`sqlfeat deps`: bring the jars that reading the sources live needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlfeat.connectors.jars import Brought, bring_jars, jar_folder, needed_jars, online_jars

if TYPE_CHECKING:
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

    Our own jars, the message format and the writer to Redis, are made where a source or a target needs them.

    Raises:
        SqlfeatError: SF0020 there is no Maven, SF0021 it cannot bring a jar, SF0022 a jar is not what was pinned;
            SF0010 to SF0012, there is no Flink to make our own with.
    """
    from sqlfeat.engines.flink.own_jars import own_jar, own_jars
    from sqlfeat.verbs.stream import LOG_FILE

    targets = project.config.targets.values()
    stores = [artifact for target in targets for artifact in online_jars(target.online)]
    jars = bring_jars(needed_jars(project.config.sources, (*stores, *project.config.deps)), jar_folder())
    for jar in jars:
        console.note(f"{jar.artifact.coordinates}: {'brought' if jar.fresh else 'there'}, {jar.path}")
    own = own_jars(
        decodes=any(source.stream is not None and source.stream.decoded for source in project.config.sources),
        to_redis=any(target.online.type == "redis" for target in targets),
    )
    for made in own:
        console.note(f"the {made.title}: {own_jar(made, jar_folder(), project.config.root / LOG_FILE)}")
    return DepsResult(jars)
