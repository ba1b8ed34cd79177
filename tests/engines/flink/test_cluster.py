"""What is asked of a cluster before a job is handed to it."""

from __future__ import annotations

import http.server
import json
import socket
import threading

import pytest

from sqlfeat.diagnostics.codes import exit_code_of
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.cluster import check_cluster
from sqlfeat.project.config import OnlineTarget
from tests.conftest import free_port

SQLITE = OnlineTarget("sqlite", path="data/online.db")
REDIS = OnlineTarget("redis", url="redis://h:1")


class Cluster(http.server.BaseHTTPRequestHandler):
    """Answers like Flink's REST interface, with TaskManagers on some hosts."""

    hosts: tuple[str, ...] = ()

    def do_GET(self):
        workers = [{"path": f"pekko.tcp://flink@{host}:6122/user/rpc/taskmanager_0"} for host in type(self).hosts]
        body = json.dumps({"taskmanagers": workers} if self.path == "/taskmanagers" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def cluster():
    with http.server.HTTPServer(("127.0.0.1", 0), Cluster) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def raised(address, online=REDIS):
    with pytest.raises(SqlfeatError) as caught:
        check_cluster(address, online)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic, int(exit_code_of(caught.value))


# 192.0.2.0/24 is kept for documentation: it is no machine's.
def test_a_file_is_no_store_for_other_machines(cluster, monkeypatch):
    monkeypatch.setattr(Cluster, "hosts", ("127.0.0.1", "192.0.2.7", "192.0.2.8", "192.0.2.7"))
    assert raised(cluster, SQLITE) == (
        Diagnostic(
            "SF0812",
            "the online store `data/online.db` is an SQLite file, and the cluster runs on other machines: 192.0.2.7,"
            " 192.0.2.8",
            notes=("several machines cannot write to one SQLite file, not even on a shared disk",),
            help="use Redis: `online: {type: redis, url: ...}` of the target in project.yml",
        ),
        1,
    )
    check_cluster(cluster, REDIS)


@pytest.mark.parametrize("hosts", [(), ("127.0.0.1", socket.gethostname())])
def test_a_file_is_a_store_for_this_machine(cluster, monkeypatch, hosts):
    monkeypatch.setattr(Cluster, "hosts", hosts)
    check_cluster(cluster, SQLITE)


@pytest.mark.parametrize("address", ["flink", "flink:", ":8081", "http://127.0.0.1:8081", "127.0.0.1:rest"])
def test_what_is_no_address(address):
    assert raised(address) == (
        Diagnostic(
            "SF0009",
            f"`{address}` is no address of a Flink cluster",
            help="write it as `host:port`, for example `127.0.0.1:8081`",
        ),
        2,
    )


def test_nobody_answers():
    address = f"127.0.0.1:{free_port()}"
    assert raised(address) == (
        Diagnostic(
            "SF0809",
            f"no Flink cluster answers at `{address}`: [Errno 111] Connection refused",
            help="start it, or check `--cluster` and `stream: {cluster:}` of the target in project.yml",
        ),
        3,
    )
