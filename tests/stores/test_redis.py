from __future__ import annotations

import random
import re
import shlex
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.language.types import BIGINT
from sqlfeat.stores.errors import redact_url
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.redis import RedisStore
from sqlfeat.stores.version import encode_version, timestamp_text
from tests.conftest import free_port, redis_server
from tests.programs import columns, compiled
from tests.redis_writer import JavaRedis

DOCS = Path(__file__).parents[2] / "docs" / "online-store.md"
VIEW = compiled(columns(k="BIGINT", feature_time="TIMESTAMP(3)", o="BIGINT", s="STRING"), "", name="m")


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
    ],
    ids=["ping", "get"],
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
    assert diagnostic.message.startswith(
        "the online store `localhost:6379` cannot be reached: the `url` of a Redis begins"
    )


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


@pytest.mark.engine
def test_layout(redis_url, tmp_path):
    writer = JavaRedis(redis_url, "layout", tmp_path / "java.log")
    writer.put("m", [OnlineRow("k=1", "2013-12-31 23:59:00.000 p1", '{"a":1}')])
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    assert client.hgetall("sqlfeat:layout:m:{k=1}") == {
        "feature_time": "2013-12-31 23:59:00.000",
        "version": "2013-12-31 23:59:00.000 p1",
        "features": '{"a":1}',
    }
    client.close()
    writer.close()


@pytest.mark.engine
def test_the_documented_command_reads_a_row(redis_url, tmp_path):
    writer = JavaRedis(redis_url, "nyc_flights", tmp_path / "java.log")
    time = "2999-12-31 23:50:00.000"
    writer.put("route_counters", [OnlineRow("dest=LAX,origin=JFK", time, '{"delayed_1d":3}')], ttl_ms=1000)
    commands = re.findall(r"^\$ redis-cli (.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    assert commands
    for command in commands:
        read = ["redis-cli", "-u", redis_url, *shlex.split(command)]
        shown = subprocess.run(read, check=True, capture_output=True, text=True).stdout
        assert shown.splitlines() == ["feature_time", time, "version", time, "features", '{"delayed_1d":3}']
    writer.close()


@pytest.mark.engine
def test_a_row_is_forgotten_when_its_feature_time_says(redis_url, tmp_path):
    """At any time of any day."""
    writer, client = JavaRedis(redis_url, "ends", tmp_path / "java.log"), redis.Redis.from_url(redis_url)
    chance = random.Random(3)
    first, last = datetime(2100, 1, 1), datetime(9999, 12, 31, 23, 59, 59)
    span = int((last - first).total_seconds() * 1000)
    moments = [first + timedelta(milliseconds=chance.randrange(span)) for _ in range(300)]
    moments += [datetime(year, 2, 28, 23, 59, 59, 999_000) + timedelta(days=1) for year in (2100, 2104, 2400)]
    values = [{"k": n, "feature_time": timestamp_text(moment), "o": n} for n, moment in enumerate(moments)]
    assert writer.put_values(replace(VIEW, ttl_ms=86_400_000), values) == len(values)
    rows = [OnlineRow(f"k={n}", encode_version(moment, [(n, BIGINT)]), "{}") for n, moment in enumerate(moments)]
    ends = {row.key: client.pexpiretime(f"sqlfeat:ends:m:{{{row.key}}}") for row in rows}
    assert ends == {row.key: row.expires_ms(86_400_000) for row in rows}
    client.close()
    writer.close()


@pytest.mark.engine
def test_of_a_batch_of_values_the_newest_of_each_key_is_sent(redis_url, tmp_path):
    writer, store = JavaRedis(redis_url, "typed", tmp_path / "java.log"), RedisStore(redis_url, "typed")
    early, late = "2013-12-31 23:58:00.000", "2013-12-31 23:59:00.000"
    rows = [
        (1, late, 10, "stays, though others come later"),
        (2, early, -1, "an earlier time"),
        (3, early, None, "no order is below every other"),
        (1, late, 9, "a lower order"),
        (1, early, 11, "a higher order at an earlier time"),
        (2, late, -2, "equal, and first"),
        (2, late, -2, "equal, and last"),
        (3, early, -(2**63), "stays"),
        (3, early, None, "again no order"),
    ]
    values = [dict(zip(("k", "feature_time", "o", "s"), row, strict=True)) for row in rows]
    assert writer.put_values(VIEW, values) == 3
    assert [store.get("m", f"k={key}") for key in (1, 2, 3)] == [
        OnlineRow("k=1", f"{late} p0000000000000000010", '{"s":"stays, though others come later"}'),
        OnlineRow("k=2", f"{late} n9999999999999999997", '{"s":"equal, and last"}'),
        OnlineRow("k=3", f"{early} n0776627963145224191", '{"s":"stays"}'),
    ]
    writer.close()
    store.close()


@pytest.mark.engine
@pytest.mark.parametrize(
    ("waited", "age", "waits_on"),
    [
        (250, 0, False),
        (250, 4_999, False),
        (250, 5_000, True),
        (500, 5_000, False),
        (500, 7_500, True),
        (750, 9_999, False),
        (750, 10_000, True),
        (1_000, 10**9, False),
        (250, -(10**9), False),
        (250, 2**62, True),
    ],
)
def test_a_batch_of_old_rows_waits_for_a_tenth_of_their_age_at_most(waited, age, waits_on, redis_url, tmp_path):
    since = 1_700_000_000_000
    now = since + waited
    assert JavaRedis(redis_url, "wait", tmp_path / "java.log").may_wait(since, now, now - age) is waits_on


@pytest.mark.engine
def test_the_script_is_loaded_again_when_the_server_forgot_it(redis_url, tmp_path):
    writer = JavaRedis(redis_url, "forgetful", tmp_path / "java.log")
    assert writer.put("m", [OnlineRow("k=1", "1", "{}")]) == 1
    client = redis.Redis.from_url(redis_url)
    client.script_flush()
    assert writer.put("m", [OnlineRow("k=1", "2", "{}"), OnlineRow("k=2", "1", "{}")]) == 2
    client.close()
    writer.close()


@pytest.mark.engine
def test_a_connection_that_breaks_is_made_again(redis_url, tmp_path):
    writer = JavaRedis(redis_url, "broken", tmp_path / "java.log")
    assert writer.put("m", [OnlineRow("k=1", "1", "{}")]) == 1
    client = redis.Redis.from_url(redis_url)
    assert client.client_kill_filter(_type="normal", skipme=True) >= 1
    assert writer.put("m", [OnlineRow("k=1", "2", "{}"), OnlineRow("k=1", "0", "{}")]) == 1
    client.close()
    writer.close()


SLOW_SCRIPT = """
local began = redis.call('TIME')
repeat local now = redis.call('TIME') until (now[1] - began[1]) * 1000000 + now[2] - began[2] > 200000
"""


@pytest.mark.engine
@pytest.mark.parametrize(
    ("options", "keys", "hold", "reply"),
    [
        (["--busy-reply-threshold", "1"], 0, ["EVAL", SLOW_SCRIPT, "0"], "BUSY"),
        (
            [
                "--enable-debug-command",
                "yes",
                "--key-load-delay",
                "1000",
                "--loading-process-events-interval-bytes",
                "1024",
            ],
            200,
            ["DEBUG", "RELOAD"],
            "LOADING",
        ),
    ],
    ids=["another's script", "its data"],
)
def test_a_server_that_is_busy_for_a_moment_is_asked_again(options, keys, hold, reply, tmp_path):
    with redis_server(tmp_path, "--port", *options) as port:
        writer = JavaRedis(f"redis://127.0.0.1:{port}/0", "busy", tmp_path / "java.log")
        assert writer.put("m", [OnlineRow(f"k={number}", "1", "{}") for number in range(keys + 1)]) == keys + 1
        with redis.Redis(port=port) as one, redis.Redis(port=port) as other, ThreadPoolExecutor() as threads:
            held = threads.submit(one.execute_command, *hold)
            with pytest.raises(redis.RedisError, match=r"(?i)busy|loading"):
                all(iter(other.ping, None))
            assert writer.put("m", [OnlineRow("k=0", "2", "{}")]) == 1
            held.result()
            # Once to the ping.
            assert other.info("errorstats")[f"errorstat_{reply}"]["count"] > 1
        writer.close()


@pytest.mark.engine
def test_a_key_of_another_type_is_an_error_not_a_loss(redis_url, tmp_path):
    writer = JavaRedis(redis_url, "foreign", tmp_path / "java.log")
    client = redis.Redis.from_url(redis_url)
    client.set(RedisStore(redis_url, "foreign").redis_key("m", "k=1"), "a string")
    with pytest.raises(RuntimeError, match=r"SqlfeatError: SF0902: the online store `redis://.*: .*WRONGTYPE"):
        writer.put("m", [OnlineRow("k=0", "1", "{}"), OnlineRow("k=1", "1", "{}"), OnlineRow("k=2", "1", "{}")])
    # The batch fails the job, which comes again; what of it was written stays.
    client.delete(RedisStore(redis_url, "foreign").redis_key("m", "k=1"))
    assert writer.put("m", [OnlineRow("k=1", "2", "{}")]) == 1
    client.close()
    writer.close()


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
    subject = ["-subj", "/CN=shop", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(made, check=True, capture_output=True)
    options = ["--tls-cert-file", str(certificate), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    with redis_server(tmp_path, "--tls-port", *options, "--port", "0", "--requirepass", "sesame") as port:
        url = f"rediss://:sesame@127.0.0.1:{port}/0?ssl_ca_certs={certificate}"
        row = OnlineRow("k=1", "2024-01-01 00:00:00.000", "{}")
        writer, store = JavaRedis(url, "p", tmp_path / "java.log"), RedisStore(url, "p")
        store.ping()
        assert writer.put("m", [row]) == 1
        assert store.get("m", "k=1") == row
        store.close()
        writer.close()
        stranger = f"rediss://:sesame@127.0.0.1:{port}/0"
        assert "certificate verify failed" in raised(RedisStore(stranger, "p").ping).message
        with pytest.raises(RuntimeError, match=r"SF0902: .*unable to find valid certification path"):
            JavaRedis(stranger, "p", tmp_path / "java.log").put("m", [row])
        other_host = url.replace("127.0.0.1", "localhost")
        assert "mismatch" in raised(RedisStore(other_host, "p").ping).message
        with pytest.raises(RuntimeError, match=r"SF0902: .*localhost"):
            JavaRedis(other_host, "p", tmp_path / "java.log").put("m", [row])
        unchecked = JavaRedis(other_host + "&ssl_check_hostname=false", "p", tmp_path / "java.log")
        assert unchecked.put("m", [row]) == 1
        unchecked.close()
        with pytest.raises(RuntimeError, match=r"SF0902: .*WRONGPASS|SF0902: .*invalid password"):
            JavaRedis(url.replace("sesame", "x"), "p", tmp_path / "java.log").put("m", [row])
