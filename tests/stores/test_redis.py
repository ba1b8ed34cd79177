from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import redis

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.stores.errors import redact_url
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.redis import RedisStore, _Packer
from tests.conftest import free_port, redis_server

DOCS = Path(__file__).parents[2] / "docs" / "online-store.md"


def raised(action):
    with pytest.raises(SqlfeatError) as caught:
        action()
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@pytest.mark.parametrize(
    "action",
    [
        lambda store: store.ping(),
        lambda store: store.get("m", "k=1"),
        lambda store: store.put("m", [OnlineRow("k=1", "1", "{}")]),
    ],
    ids=["ping", "get", "put"],
)
def test_unreachable(action):
    port = free_port()
    diagnostic = raised(lambda: action(RedisStore(f"redis://user:sesame@127.0.0.1:{port}/0", "p")))
    assert diagnostic.code == "SF0902"
    assert diagnostic.message == (
        f"the online store `redis://user:***@127.0.0.1:{port}/0` cannot be reached: "
        f"Error 111 connecting to 127.0.0.1:{port}. Connection refused."
    )
    assert diagnostic.help == "start Redis, or check `online:` of the target in project.yml"


def test_before_a_job_a_server_that_says_nothing_is_asked_once(monkeypatch):
    """It takes connections, and is silent: as one that speaks TLS is to a client that does not."""
    monkeypatch.setattr("sqlfeat.stores.redis.SOCKET_TIMEOUT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        store = RedisStore(f"redis://127.0.0.1:{server.getsockname()[1]}/0", "p")
        assert raised(store.ping).message.endswith(" cannot be reached: Timeout reading from socket")
        server.settimeout(0.0)
        server.accept()[0].close()
        with pytest.raises(BlockingIOError):
            server.accept()


def test_no_redis_url():
    diagnostic = raised(RedisStore("localhost:6379", "p").ping)
    assert diagnostic.code == "SF0902"
    assert diagnostic.message.startswith("the online store `localhost:6379` cannot be reached: Redis URL must")


def test_the_package_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", None)
    diagnostic = raised(RedisStore("redis://127.0.0.1/0", "p").ping)
    assert (diagnostic.code, diagnostic.message, diagnostic.help) == (
        "SF0903",
        "the package `redis` is not installed",
        "pip install 'sqlfeat[redis]'",
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("rediss://:p@ss:w@rd@host:1/0", "rediss://:***@host:1/0"),
        ("redis://user@host", "redis://user@host"),
        ("redis://user:a/b@host/0", "redis://user:***@host/0"),
    ],
)
def test_passwords_are_not_shown(url, shown):
    assert redact_url(url) == shown


def test_commands_are_packed():
    assert _Packer.pack("SCRIPT LOAD", "ü\r\n", 7, b"\x00", "") == [
        b"*6\r\n$6\r\nSCRIPT\r\n$4\r\nLOAD\r\n$4\r\n\xc3\xbc\r\n\r\n$1\r\n7\r\n$1\r\n\x00\r\n$0\r\n\r\n"
    ]


@pytest.mark.engine
def test_layout(redis_url):
    store = RedisStore(redis_url, "layout")
    store.put("m", [OnlineRow("k=1", "2013-12-31 23:59:00.000 p1", '{"a":1}')])
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    assert client.hgetall("sqlfeat:layout:m:{k=1}") == {
        "feature_time": "2013-12-31 23:59:00.000",
        "version": "2013-12-31 23:59:00.000 p1",
        "features": '{"a":1}',
    }
    client.close()
    store.close()


@pytest.mark.engine
def test_the_documented_command_reads_a_row(redis_url):
    store = RedisStore(redis_url, "nyc_flights")
    time = "2999-12-31 23:50:00.000"
    store.put("route_counters", [OnlineRow("dest=LAX,origin=JFK", time, '{"delayed_1d":3}')], ttl_ms=1000)
    commands = re.findall(r"^\$ redis-cli (.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        read = ["redis-cli", "-u", redis_url, *shlex.split(command)]
        shown = subprocess.run(read, check=True, capture_output=True, text=True).stdout
        assert shown.splitlines() == ["feature_time", time, "version", time, "features", '{"delayed_1d":3}']
    store.close()


@pytest.mark.engine
def test_the_script_is_loaded_again_when_the_server_forgot_it(redis_url):
    store = RedisStore(redis_url, "forgetful")
    assert store.put("m", [OnlineRow("k=1", "1", "{}")]) == 1
    client = redis.Redis.from_url(redis_url)
    client.script_flush()
    assert store.put("m", [OnlineRow("k=1", "2", "{}"), OnlineRow("k=2", "1", "{}")]) == 2
    client.close()
    store.close()


@pytest.mark.engine
def test_a_key_of_another_type_is_an_error_not_a_loss(redis_url):
    store = RedisStore(redis_url, "foreign")
    client = redis.Redis.from_url(redis_url)
    client.set(store.redis_key("m", "k=1"), "a string")
    diagnostic = raised(lambda: store.put("m", [OnlineRow("k=1", "1", "{}")]))
    assert diagnostic.code == "SF0902"
    assert "WRONGTYPE" in diagnostic.message
    client.close()
    store.close()


@pytest.mark.engine
def test_a_password_that_the_server_refuses(redis_url):
    url = redis_url.replace("redis://", "redis://ali:sesame@")
    diagnostic = raised(RedisStore(url, "p").ping)
    assert diagnostic.code == "SF0902"
    assert diagnostic.message.startswith(f"the online store `{url.replace('sesame', '***')}` cannot be reached: ")
    assert diagnostic.help == "correct user and password in the `url` of `online:` in project.yml"
    assert "sesame" not in repr(diagnostic)


@pytest.mark.engine
def test_tls_and_a_password(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(made, check=True, capture_output=True)
    options = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    with redis_server(tmp_path, "--tls-port", *options, "--port", "0", "--requirepass", "sesame") as port:
        url = f"rediss://:sesame@127.0.0.1:{port}/0?ssl_ca_certs={certificate}"
        store = RedisStore(url, "p")
        assert store.put("m", [OnlineRow("k=1", "2024-01-01 00:00:00.000", "{}")]) == 1
        assert store.get("m", "k=1").features == "{}"
        store.close()
        stranger = RedisStore(f"rediss://:sesame@127.0.0.1:{port}/0", "p")
        assert "certificate verify failed" in raised(stranger.ping).message
