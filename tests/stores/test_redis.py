from __future__ import annotations

import sys

import pytest
import redis

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.stores.errors import redact_url
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.redis import RedisStore
from tests.conftest import free_port


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
