"""The jar of our own message format: made from its Java sources, and kept beside the other jars.

Java comes without a compiler, but Flink brings one: it compiles its queries with Janino.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from importlib import resources
from typing import TYPE_CHECKING, Any

from sqlfeat.engines.flink.gateway import ensure_gateway

if TYPE_CHECKING:
    from pathlib import Path

CLASSES = (
    "BrokenMessage", "Text", "MessageDecoder", "CsvDecoder", "AvroType", "AvroInput", "AvroText", "AvroDecoder",
    "JsonEscapes", "JsonInput", "JsonDecoder", "TextForms", "FieldType", "RowColumns", "ArrayFields",
    "MessageReader", "MessageFormat", "MessageFormatFactory",
)  # fmt: skip
"""In an order in which each needs those before it only."""
_SERVICE = "META-INF/services/org.apache.flink.table.factories.Factory"
_JAVA = 8
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def format_jar(folder: Path, log_file: Path) -> Path:
    """The jar, made if it is not there.

    Args:
        folder: where jars are kept.
        log_file: see `ensure_gateway`.

    Raises:
        SqlfeatError: SF0010 to SF0012, there is no Flink to make it with.
    """
    from pyflink.version import __version__ as flink

    sources = {name: _source(name) for name in CLASSES}
    digest = hashlib.sha256("\0".join([flink, *sources.values()]).encode()).hexdigest()
    path = folder / f"sqlfeat-message-format-{digest[:16]}.jar"
    if not path.is_file():
        _write(path, _compile(sources, ensure_gateway(log_file)))
    return path


def _source(name: str) -> str:
    return resources.files("sqlfeat.connectors").joinpath("message_format", f"{name}.java").read_text(encoding="utf-8")


def _compile(sources: dict[str, str], gateway: Any) -> dict[str, bytes]:
    """Class files by the names of the classes; each class sees those before it."""
    loader = gateway.jvm.java.lang.Thread.currentThread().getContextClassLoader()
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


def _write(path: Path, classes: dict[str, bytes]) -> None:
    """Under its name only when it is complete, and always the same bytes."""
    files = {f"{name.replace('.', '/')}.class": code for name, code in classes.items()}
    files[_SERVICE] = b"sqlfeat.MessageFormatFactory\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as jar:
        for name in sorted(files):
            jar.writestr(zipfile.ZipInfo(name, _EARLIEST), files[name])
    draft.replace(path)
