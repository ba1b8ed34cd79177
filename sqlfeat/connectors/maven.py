"""Bringing artefacts with the user's own Maven, which knows their mirrors, proxies and passwords."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.stores.errors import redact_url

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlfeat.connectors.artifact import Artifact

GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
TIMEOUT_SECONDS = 600
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_NAMESPACE = "http://maven.apache.org/POM/4.0.0"


def find_maven(environ: Mapping[str, str] | None = None) -> Path:
    """The program `mvn`: below `MAVEN_HOME`, else on the path.

    Args:
        environ: the environment to look in; that of the process by default.

    Raises:
        SqlfeatError: SF0020, there is none.
    """
    environ = os.environ if environ is None else environ
    home = environ.get("MAVEN_HOME", "")
    folders = [str(Path(home, "bin"))] if home else []
    found = shutil.which("mvn", path=os.pathsep.join([*folders, environ.get("PATH", "")]))
    if found is None:
        raise SqlfeatError(_no_maven())
    return Path(found)


def bring(artifacts: Sequence[Artifact], folder: Path, *, transitive: bool = False) -> None:
    """Copy artefacts from the repositories that Maven is set up for into a folder.

    Args:
        artifacts: the jars; Maven checks them against the repository's checksums, their pins are the caller's matter.
        folder: made if it is not there.
        transitive: bring what they need to run as well.

    Raises:
        SqlfeatError: SF0020 there is no Maven, SF0021 it cannot bring them.
    """
    maven = find_maven()
    with TemporaryDirectory(prefix="sqlfeat-maven-") as scratch:
        pom = Path(scratch, "pom.xml")
        pom.write_bytes(_pom(artifacts, transitive=transitive))
        options = ["-B", "-q", "-Dstyle.color=never", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
        _run([str(maven), "-f", str(pom), *options, GOAL], artifacts)


def _pom(artifacts: Sequence[Artifact], *, transitive: bool) -> bytes:
    """A project that depends on the artefacts; Maven resolves projects."""
    project = ET.Element("project", xmlns=_NAMESPACE)
    parts = {"modelVersion": "4.0.0", "groupId": "sqlfeat", "artifactId": "jars", "version": "1", "packaging": "pom"}
    _texts(project, parts)
    dependencies = ET.SubElement(project, "dependencies")
    for artifact in artifacts:
        dependency = ET.SubElement(dependencies, "dependency")
        _texts(dependency, {"groupId": artifact.group, "artifactId": artifact.name, "version": artifact.version})
        if not transitive:
            excluded = ET.SubElement(ET.SubElement(dependency, "exclusions"), "exclusion")
            _texts(excluded, {"groupId": "*", "artifactId": "*"})
    return ET.tostring(project)


def _texts(parent: ET.Element, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _run(command: list[str], artifacts: Sequence[Artifact]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, env=_environment(),
            timeout=TIMEOUT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise SqlfeatError(_not_brought(artifacts, f"Maven gave no answer in {TIMEOUT_SECONDS} s")) from None
    except OSError as error:
        raise SqlfeatError(_not_brought(artifacts, f"Maven does not start: {error}")) from None
    if done.returncode:
        raise SqlfeatError(_not_brought(artifacts, maven_message(done.stdout + done.stderr)))


def _environment() -> dict[str, str]:
    """Of Maven: where the machine has no Java of its own, the one that Flink runs on does."""
    environ = dict(os.environ)
    if "JAVA_HOME" not in environ and shutil.which("java") is None:
        from sqlfeat.engines.flink.java import find_java_home

        environ["JAVA_HOME"] = str(find_java_home())
    return environ


def maven_message(output: str) -> str:
    r"""What Maven complains about, in one line.

    >>> maven_message("x\\n\x1b[0m[ERROR] Could not resolve a:b -> [Help 1]\\n[ERROR] \\n[ERROR] To see more, re-run")
    'Could not resolve a:b'
    """
    output = _COLOURS.sub("", output)  # some versions write them when they are told not to
    errors = [line.removeprefix("[ERROR]") for line in output.splitlines() if line.startswith("[ERROR]")]
    lines = [line.strip() for line in errors or output.splitlines() if line.strip()]
    # The links of Maven point at pages about Maven, and the first sentence says it all.
    return redact_url(lines[0].partition(" -> [Help")[0].strip()) if lines else "Maven said nothing"


def _no_maven() -> Diagnostic:
    return Diagnostic(
        "SF0020",
        "Maven, which brings the connectors of Flink, was not found",
        notes=("looked for `mvn` below MAVEN_HOME and on the PATH",),
        help="apt-get install maven",
    )


def _not_brought(artifacts: Sequence[Artifact], reason: str) -> Diagnostic:
    names = ", ".join(artifact.coordinates for artifact in artifacts)
    return Diagnostic(
        "SF0021",
        f"Maven cannot bring {names}",
        notes=(reason,),
        help="mirrors, proxies and passwords are set in ~/.m2/settings.xml; once brought, jars are kept and no network "
        "is needed",
    )
