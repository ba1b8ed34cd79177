"""Jars of our own: made from the Java sources in this package, and kept beside the other jars.

Java comes without a compiler, but Flink brings one: it compiles its queries with Janino.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from sqlfeat.connectors.jars import jars_at_hand, redis_jars
from sqlfeat.engines.flink.gateway import ensure_gateway
from sqlfeat.engines.flink.reflection import array

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.connectors.artifact import Artifact

_SERVICE = "META-INF/services/org.apache.flink.table.factories.Factory"
_JAVA = 8
_EARLIEST = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class OwnJar:
    """What a jar is made of.

    Attributes:
        title: what a person reads of it.
        folder: of its sources, below `sqlfeat/connectors`.
        classes: in an order in which each needs those before it only.
        factory: the class by which Flink finds the others.
        libraries: jars that the classes need.
    """

    title: str
    folder: str
    classes: tuple[str, ...]
    factory: str
    libraries: tuple[Artifact, ...] = ()


MESSAGE_FORMAT = OwnJar(
    "format of messages",
    "message_format",
    (
        "BrokenMessage", "Text", "MessageDecoder", "CsvDecoder", "AvroType", "AvroInput", "AvroText", "AvroDecoder",
        "JsonEscapes", "JsonInput", "JsonDecoder", "TextForms", "FieldType", "RowColumns", "ArrayFields",
        "MessageReader", "MessageFormat", "MessageFormatFactory",
    ),
    "sqlfeat.MessageFormatFactory",
)  # fmt: skip
REDIS_SINK = OwnJar(
    "writer to Redis",
    "redis_sink",
    (
        "SqlfeatError", "RedisServer", "OnlineRow", "RedisStore", "ColumnText", "OnlineColumns", "OnlineBatch",
        "OnlineMeter", "OnlineWriter", "OnlineSink", "OnlineTable", "OnlineTableFactory",
    ),
    "sqlfeat.OnlineTableFactory",
    redis_jars(),
)  # fmt: skip


def own_jars(*, decodes: bool, to_redis: bool) -> tuple[OwnJar, ...]:
    """What is needed where messages are taken apart by our format, and where Redis is written."""
    needed = {MESSAGE_FORMAT: decodes, REDIS_SINK: to_redis}
    return tuple(jar for jar, used in needed.items() if used)


def own_jar(jar: OwnJar, folder: Path, log_file: Path) -> Path:
    """The jar, made if it is not there.

    Args:
        jar: which.
        folder: where jars are kept.
        log_file: see `ensure_gateway`.

    Raises:
        SqlfeatError: SF0010 to SF0012, there is no Flink to make it with; SF0023, a library is missing.
    """
    from pyflink.version import __version__ as flink

    libraries = jars_at_hand(jar.libraries, folder)
    sources = {name: _source(jar, name) for name in jar.classes}
    parts = [flink, *sources.values(), *(library.coordinates for library in jar.libraries)]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    path = folder / f"sqlfeat-{jar.folder.replace('_', '-')}-{digest[:16]}.jar"
    if not path.is_file():
        _write(path, _compile(sources, libraries, ensure_gateway(log_file)), jar.factory)
    return path


def _source(jar: OwnJar, name: str) -> str:
    return resources.files("sqlfeat.connectors").joinpath(jar.folder, f"{name}.java").read_text(encoding="utf-8")


def _compile(sources: dict[str, str], libraries: Sequence[Path], gateway: Any) -> dict[str, bytes]:
    """Class files by the names of the classes; each class sees the libraries, and those before it."""
    java = gateway.jvm.java
    urls = array(gateway, java.net.URL, [java.io.File(str(path)).toURI().toURL() for path in libraries])
    loader = java.net.URLClassLoader(urls, java.lang.Thread.currentThread().getContextClassLoader())
    classes: dict[str, bytes] = {}
    for source in sources.values():
        compiler = gateway.jvm.org.codehaus.janino.SimpleCompiler()
        compiler.setParentClassLoader(loader)
        compiler.setSourceVersion(_JAVA)
        compiler.setTargetVersion(_JAVA)
        compiler.cook(source)
        classes |= {name: bytes(code) for name, code in compiler.getBytecodes().items()}
        loader = compiler.getClassLoader()
    return classes


def _write(path: Path, classes: dict[str, bytes], factory: str) -> None:
    """Under its name only when it is complete, and always the same bytes."""
    files = {f"{name.replace('.', '/')}.class": code for name, code in classes.items()}
    files[_SERVICE] = f"{factory}\n".encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as jar:
        for name in sorted(files):
            jar.writestr(zipfile.ZipInfo(name, _EARLIEST), files[name])
    draft.replace(path)
