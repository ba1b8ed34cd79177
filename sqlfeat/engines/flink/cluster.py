"""A Flink cluster, looked at before a job is handed to it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.engines.flink.rest import FlinkRest, Refusal, Unreachable, unreachable

if TYPE_CHECKING:
    from sqlfeat.project.config import OnlineTarget


def check_cluster(address: str, online: OnlineTarget) -> None:
    """Check that a cluster is there, and that its machines can write to the online store.

    Args:
        address: `host:port` of its REST interface.
        online: the store.

    Raises:
        SqlfeatError: SF0009, that is no address; SF0809, nobody answers there; SF0812, the store is an SQLite file, and
            the cluster runs on other machines.
    """
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        help_text = "write it as `host:port`, for example `127.0.0.1:8081`"
        raise SqlfeatError(Diagnostic("SF0009", f"`{address}` is no address of a Flink cluster", help=help_text))
    try:
        workers = FlinkRest(address).get("/taskmanagers")["taskmanagers"]
    except (Refusal, Unreachable, KeyError, TypeError) as error:
        raise unreachable(address, Unreachable(str(error))) from None
    hosts = _hosts(workers) or (host.strip("[]"),)
    elsewhere = [name for name in hosts if not _is_here(name)]
    if online.type == "sqlite" and elsewhere:
        raise SqlfeatError(_not_shared(online.path, elsewhere))


def _hosts(workers: list[dict[str, Any]]) -> tuple[str, ...]:
    """Where the TaskManagers run; an address looks like `pekko.tcp://flink@10.0.0.7:6122/user/rpc/taskmanager_0`."""
    return tuple(dict.fromkeys(urlsplit(worker["path"]).hostname or "" for worker in workers))


def _is_here(host: str) -> bool:
    """Whether a host is this machine: only its own addresses can be listened on."""
    try:
        family, kind, _, _, where = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.bind(where)
    except OSError:
        return False
    return True


def _not_shared(path: str, hosts: list[str]) -> Diagnostic:
    return Diagnostic(
        "SF0812",
        f"the online store `{path}` is an SQLite file, and the cluster runs on other machines: {', '.join(hosts)}",
        notes=("several machines cannot write to one SQLite file, not even on a shared disk",),
        help="use Redis: `online: {type: redis, url: ...}` of the target in project.yml",
    )
