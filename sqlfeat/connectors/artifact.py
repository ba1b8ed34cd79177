"""An artefact as Maven names it, pinned to its content."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_PART = r"[A-Za-z0-9_.-]+"
_COORDINATES = re.compile(rf"({_PART}):({_PART}):({_PART})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A jar of a Maven repository.

    Attributes:
        sha256: of the jar, hexadecimal; empty when any content will do.
    """

    group: str
    name: str
    version: str
    sha256: str = ""

    @property
    def coordinates(self) -> str:
        """`group:name:version`."""
        return f"{self.group}:{self.name}:{self.version}"

    @property
    def file_name(self) -> str:
        """What Maven calls the jar."""
        return f"{self.name}-{self.version}.jar"


def parse_artifact(coordinates: str, sha256: str = "") -> Artifact:
    """An artefact from `group:name:version`.

    Raises:
        ValueError: with a sentence about what is wrong.

    >>> parse_artifact("org.apache.kafka:kafka_2.13:4.4.0").file_name
    'kafka_2.13-4.4.0.jar'
    """
    match = _COORDINATES.fullmatch(coordinates)
    if match is None:
        raise ValueError(f"`{coordinates}` is no artefact: write `group:name:version`")
    if sha256 and not _SHA256.fullmatch(sha256):
        raise ValueError(f"`{sha256}` is no SHA-256: 64 hexadecimal digits in lower case")
    return Artifact(match[1], match[2], match[3], sha256)


@cache
def pinned() -> dict[str, Artifact]:
    """The jars that sqlfeat knows, by the connectors that they are."""
    text = resources.files("sqlfeat.connectors").joinpath("pins.json").read_text(encoding="utf-8")
    return {name: parse_artifact(pin["artifact"], pin["sha256"]) for name, pin in json.loads(text).items()}
