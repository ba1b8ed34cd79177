"""The jars of a project: which it needs, where they are kept, and that they are what they should be."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlfeat.connectors.artifact import Artifact, pinned
from sqlfeat.connectors.maven import bring
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlfeat.project.config import OnlineTarget, Source


@dataclass(frozen=True, slots=True)
class Brought:
    """A jar that is there.

    Attributes:
        fresh: it was not there before.
    """

    artifact: Artifact
    path: Path
    fresh: bool


def needed_jars(sources: Iterable[Source], declared: Iterable[Artifact] = ()) -> tuple[Artifact, ...]:
    """The jars that reading sources live needs, and those that the project declares under `deps:`."""
    connectors = (source.stream.connector for source in sources if source.stream is not None)
    return tuple(dict.fromkeys([*connector_jars(connectors), *declared]))


def connector_jars(connectors: Iterable[str]) -> tuple[Artifact, ...]:
    """The jars of those connectors that do not come with Flink, each once."""
    known = pinned()
    return tuple(known[name] for name in dict.fromkeys(connectors) if name in known)


def online_jars(target: OnlineTarget) -> tuple[Artifact, ...]:
    """The jars that a job needs to write to an online store, and to its log."""
    log = connector_jars(["kafka"]) if target.log else ()
    return (*(redis_jars() if target.type == "redis" else ()), *log)


def redis_jars() -> tuple[Artifact, ...]:
    """The client by which Flink writes to Redis, and what that needs."""
    return tuple(pinned()[name] for name in ("jedis", "commons-pool2"))


def jar_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where jars are kept, for all projects of a user: `$XDG_CACHE_HOME/sqlfeat/jars`."""
    environ = os.environ if environ is None else environ
    cache = environ.get("XDG_CACHE_HOME", "")
    return (Path(cache) if cache else Path.home() / ".cache") / "sqlfeat" / "jars"


def bring_jars(artifacts: Sequence[Artifact], folder: Path) -> tuple[Brought, ...]:
    """See to it that jars are in a folder; those that are there need neither Maven nor a network.

    Raises:
        SqlfeatError: SF0020 there is no Maven, SF0021 it cannot bring them, SF0022 a jar is not what was pinned; a jar
            with a wrong content is never put into the folder.
    """
    missing = [artifact for artifact in artifacts if not _is_there(artifact, folder)]
    if missing:
        with TemporaryDirectory(prefix="sqlfeat-jars-") as scratch:
            bring(missing, Path(scratch))
            _check(missing, Path(scratch))
            folder.mkdir(parents=True, exist_ok=True)
            for artifact in missing:
                _place(Path(scratch, artifact.file_name), folder)
    return tuple(Brought(artifact, folder / artifact.file_name, artifact in missing) for artifact in artifacts)


def jars_at_hand(artifacts: Sequence[Artifact], folder: Path) -> tuple[Path, ...]:
    """The paths of jars that a run needs.

    Raises:
        SqlfeatError: SF0023, some are missing or are not what was pinned.
    """
    missing = [artifact for artifact in artifacts if not _is_there(artifact, folder)]
    if missing:
        raise SqlfeatError(_missing(missing))
    return tuple(folder / artifact.file_name for artifact in artifacts)


def _is_there(artifact: Artifact, folder: Path) -> bool:
    path = folder / artifact.file_name
    return path.is_file() and artifact.sha256 in ("", _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(artifacts: Sequence[Artifact], folder: Path) -> None:
    found = {artifact: _sha256(folder / artifact.file_name) for artifact in artifacts}
    wrong = [_not_as_pinned(a, content) for a, content in found.items() if a.sha256 not in ("", content)]
    if wrong:
        raise SqlfeatError(*wrong)


def _place(jar: Path, folder: Path) -> None:
    """Under its name only when it is complete: another process may be about to read it."""
    draft = folder / f".{jar.name}.{os.getpid()}"
    shutil.copyfile(jar, draft)
    draft.replace(folder / jar.name)


def _not_as_pinned(artifact: Artifact, found: str) -> Diagnostic:
    return Diagnostic(
        "SF0022",
        f"the jar of {artifact.coordinates} is not the one that was pinned, and was not kept",
        notes=(f"SHA-256 pinned: {artifact.sha256}", f"SHA-256 found:  {found}"),
        help="find out where the repository or mirror has it from; for an entry of `deps:`, correct its `sha256`",
    )


def _missing(artifacts: Sequence[Artifact]) -> Diagnostic:
    names = ", ".join(artifact.coordinates for artifact in artifacts)
    return Diagnostic("SF0023", f"connectors of Flink are missing: {names}", help="run `sqlfeat deps`")
