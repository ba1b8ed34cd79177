"""The Java process that Flink runs in: one per Python process, started when first needed, gone when it ends.

PyFlink can start it too, but would let it write to our standard output, log into its installation folder and stop
reading its standard error. So it is started here, and PyFlink is told the port.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import struct
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.java import INSTALL, find_java_home
from sqlfeat.templating.values import SECRET_PREFIX

MAIN_CLASS = "org.apache.flink.client.python.PythonGatewayServer"
START_TIMEOUT_SECONDS = 120.0
STOP_TIMEOUT_SECONDS = 20.0
_POLL_SECONDS = 0.02

_gateway: Any = None


def ensure_gateway(log_file: Path) -> Any:
    """The py4j gateway of this process's Java, started if need be.

    Args:
        log_file: where Java, Flink and its Python workers log; the first call of a process decides.

    Raises:
        SqlfeatError: SF0010 no Java, SF0011 no PyFlink, SF0012 Java does not start.
    """
    global _gateway  # noqa: PLW0603 - PyFlink holds the gateway in a module variable as well: it is one per process
    if _gateway is None:
        java_home = find_java_home()
        installation = pyflink_home()
        port = _start(java_home, installation, log_file)
        _gateway = _connect(port)
    return _gateway


def pyflink_home() -> Path:
    """The folder of PyFlink.

    Raises:
        SqlfeatError: SF0011, it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pyflink.table
    except ImportError as error:
        message = f"PyFlink is not installed: {error}"
        raise SqlfeatError(Diagnostic("SF0011", message, help=INSTALL)) from None
    return Path(pyflink.table.__file__).parents[1]


def _start(java_home: Path, installation: Path, log_file: Path) -> int:
    log_file.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="sqlfeat-flink-"))
    port_file = scratch / "port"
    with log_file.open("ab") as log:
        # A session of its own: Ctrl-C in a terminal must reach this process only, which then cancels the job.
        # Java ends when its standard input does, so it cannot outlive this process, however that one ends.
        process = subprocess.Popen(
            _command(java_home, installation, log_file, scratch),
            env=_environment(java_home, installation, port_file),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    atexit.register(_stop, process, scratch)
    return _wait_for_port(process, port_file, log_file)


def _command(java_home: Path, installation: Path, log_file: Path, scratch: Path) -> list[str]:
    from pyflink.pyflink_gateway_server import get_jvm_opts

    # Plugins are not loaded for a mini-cluster, but what lies on the class path is found.
    jars = [
        *sorted((installation / "lib").glob("*.jar")),
        *(installation / "opt").glob("flink-python*.jar"),
        *(installation / "plugins" / "metrics-prometheus").glob("*.jar"),
    ]
    log_config = Path(__file__).with_name("log4j2.properties")
    return [
        str(java_home / "bin" / "java"),
        "-XX:+IgnoreUnrecognizedVMOptions",
        # Without it Java stops to say what went wrong when the same thing goes wrong often.
        "-XX:-OmitStackTraceInFastThrow",
        # Flink 2.3 sorts arrays by a comparison that calls equal elements unequal. Java's sort notices it if
        # they are many, and fails the job; the one it had before puts them in order. See docs/decisions/0015.
        "-Djava.util.Arrays.useLegacyMergeSort=true",
        # Lets Flink open the parts of the JDK that it reflects on.
        *get_jvm_opts({"FLINK_CONF_DIR": str(installation / "conf")}),
        f"-Djava.io.tmpdir={scratch}",
        f"-Dlog.file={log_file}",
        f"-Dlog4j.configurationFile={log_config}",
        "-cp",
        os.pathsep.join(map(str, jars)),
        MAIN_CLASS,
    ]


def _environment(java_home: Path, installation: Path, port_file: Path) -> dict[str, str]:
    """Of Java, and through it of the Python workers; without secrets, as Beam logs it when it closes a worker."""
    own = {name: value for name, value in python_environment().items() if not name.startswith(SECRET_PREFIX)}
    folders = {name: str(installation / name.lower()) for name in ("CONF", "LIB", "OPT", "PLUGINS", "BIN")}
    return {
        **own,
        "JAVA_HOME": str(java_home),
        "FLINK_HOME": str(installation),
        **{f"FLINK_{name}_DIR": folder for name, folder in folders.items()},
        "_PYFLINK_CONN_INFO_PATH": str(port_file),
    }


def python_environment() -> dict[str, str]:
    """Of a process in which Python must find this package also where it is not installed."""
    package_root = str(Path(__file__).parents[3])
    python_path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": python_path}


def _wait_for_port(process: subprocess.Popen[bytes], port_file: Path, log_file: Path) -> int:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not port_file.exists():
        try:
            process.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() < deadline:
                continue
        raise SqlfeatError(_not_started(log_file))
    return int(struct.unpack("!I", port_file.read_bytes()[:4])[0])


def _not_started(log_file: Path) -> Diagnostic:
    lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    return Diagnostic(
        "SF0012",
        "Java did not start",
        notes=tuple(line for line in lines[-5:] if line.strip()),
        help=f"see `{log_file}`; unset JAVA_HOME to use the Java that comes with sqlfeat[flink]",
    )


def _connect(port: int) -> Any:
    from pyflink.java_gateway import get_gateway

    os.environ["PYFLINK_GATEWAY_PORT"] = str(port)
    try:
        return get_gateway()
    finally:
        # A child process that inherited it would run its jobs in our Java.
        del os.environ["PYFLINK_GATEWAY_PORT"]


def _stop(process: subprocess.Popen[bytes], scratch: Path) -> None:
    if _gateway is not None:
        # First on our side: py4j would try to tell a Java that is gone about every object that Python forgets.
        with contextlib.suppress(Exception):
            _gateway.shutdown()
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(scratch, ignore_errors=True)
