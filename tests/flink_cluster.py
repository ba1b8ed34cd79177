"""A Flink cluster as it ships inside PyFlink: JobManager and TaskManager, processes of their own on free ports."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.request
from pathlib import Path

import yaml

from sqlfeat.engines.flink.gateway import pyflink_home
from sqlfeat.engines.flink.java import find_java_home
from tests.conftest import free_port

START_SECONDS = 90
MEMORY = {
    "jobmanager.memory.process.size": "1g",
    "taskmanager.memory.process.size": "2200m",
    "taskmanager.memory.network.min": "128mb",
    "taskmanager.memory.network.max": "128mb",
    "taskmanager.memory.managed.size": "256mb",
}


class FlinkCluster:
    """Start it, kill parts of it, close it.

    Args:
        folder: for configuration and logs.
        slots: of each TaskManager.
    """

    def __init__(self, folder: Path, slots: int) -> None:
        self._folder = folder
        self._home = pyflink_home()
        self._port, rpc = free_port(), free_port()
        shipped = (self._home / "conf" / "config.yaml").read_text(encoding="utf-8")
        config = {
            "jobmanager.rpc.address": "127.0.0.1",
            "jobmanager.rpc.port": rpc,
            "jobmanager.bind-host": "127.0.0.1",
            "taskmanager.bind-host": "127.0.0.1",
            "taskmanager.host": "127.0.0.1",
            "taskmanager.numberOfTaskSlots": slots,
            "rest.address": "127.0.0.1",
            "rest.bind-address": "127.0.0.1",
            "rest.port": self._port,
            "heartbeat.interval": 1000,
            "heartbeat.timeout": 5000,
            "metrics.fetcher.update-interval": 1000,
            "io.tmp.dirs": str(folder / "tmp"),
            "env.java.opts.all": yaml.safe_load(shipped)["env"]["java"]["opts"]["all"],
            **MEMORY,
        }
        (folder / "tmp").mkdir(parents=True)
        (folder / "conf").mkdir()
        text = yaml.safe_dump(config)
        (folder / "conf" / "config.yaml").write_text(text, encoding="utf-8")
        for name in ("log4j-console.properties", "log4j.properties"):
            (folder / "conf" / name).write_bytes((self._home / "conf" / name).read_bytes())
        self.job_manager = self._start("jobmanager")
        self.task_manager = self._start("taskmanager")

    @property
    def address(self) -> str:
        """Of the REST interface."""
        return f"127.0.0.1:{self._port}"

    def restart_job_manager(self) -> None:
        """Start another JobManager, which knows nothing of the jobs of the one before."""
        self.job_manager.wait()
        self.job_manager = self._start("jobmanager")

    def restart_task_manager(self) -> None:
        """Start another TaskManager."""
        self.task_manager.wait()
        self.task_manager = self._start("taskmanager")

    def supervise(self) -> None:
        """Start a TaskManager that ended again, as whatever runs a cluster does."""
        if self.task_manager.poll() is not None:
            self.restart_task_manager()

    def wait(self) -> None:
        """Until the cluster has slots to offer."""
        deadline = time.monotonic() + START_SECONDS
        while b'"slots-available":0' in (overview := self._overview()) or not overview:
            self.supervise()
            assert time.monotonic() < deadline, (self._folder / "jobmanager.log").read_text(encoding="utf-8")[-2000:]
            time.sleep(0.1)

    def close(self) -> None:
        """End all processes."""
        for process in (self.task_manager, self.job_manager):
            if process.poll() is None:
                process.terminate()
            process.wait(30)

    def _overview(self) -> bytes:
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://{self.address}/overview", timeout=5) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    def _start(self, what: str) -> subprocess.Popen[bytes]:
        environment = {
            # A cluster has no secrets of its own: Beam writes the environment of a TaskManager into its log.
            **{name: value for name, value in os.environ.items() if not name.startswith("SQLFEAT_SECRET_")},
            "JAVA_HOME": str(find_java_home()),
            "FLINK_CONF_DIR": str(self._folder / "conf"),
            "FLINK_LOG_DIR": str(self._folder / "log"),
            "FLINK_PID_DIR": str(self._folder),
        }
        # Ours must not leak into the cluster: what it needs of the package has to come with the job.
        environment.pop("PYTHONPATH", None)
        with (self._folder / f"{what}.log").open("ab") as log:
            # The script ends with `exec java`, so this process is Java itself.
            return subprocess.Popen(
                ["bash", str(self._home / "bin" / f"{what}.sh"), "start-foreground"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
