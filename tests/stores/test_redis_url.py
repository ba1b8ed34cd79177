from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.connection import SSLConnection, parse_url

from sqlfeat.stores.redis_url import RedisAddress, parse_redis_url


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://", RedisAddress("localhost", 6379, 0, "", "", False, None, True)),
        ("redis://h", RedisAddress("h", 6379, 0, "", "", False, None, True)),
        ("redis://[::1]:63/2", RedisAddress("::1", 63, 2, "", "", False, None, True)),
        ("redis://ali:p%40ss@h:1/3", RedisAddress("h", 1, 3, "ali", "p@ss", False, None, True)),
        ("redis://h/3?db=4", RedisAddress("h", 6379, 4, "", "", False, None, True)),
        ("rediss://h?ssl_ca_certs=/a/b.pem", RedisAddress("h", 6379, 0, "", "", True, Path("/a/b.pem"), True)),
        ("rediss://h?ssl_check_hostname=false", RedisAddress("h", 6379, 0, "", "", True, None, False)),
    ],
)
def test_what_a_url_says(url, address):
    assert parse_redis_url(url) == address


ESCAPED = "the password in the `url` of a Redis must be escaped: `/` is %2F, `?` is %3F, `#` is %23"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("h:1", "the `url` of a Redis begins with `redis://` or `rediss://`"),
        ("unix:///run/redis.sock", "the `url` of a Redis begins with `redis://` or `rediss://`"),
        ("redis://h:sesame/0", "the port in the `url` of a Redis is no number up to 65535"),
        ("redis://h:70000/0", "the port in the `url` of a Redis is no number up to 65535"),
        ("redis://h/sesame", "the database in the `url` of a Redis is no number"),
        ("redis://:ses/ame@h", ESCAPED),
        ("redis://:ses#ame@h", ESCAPED),
        ("redis://:ses?ame=1@h", ESCAPED),
        (
            "rediss://h?ssl_certfile=/a",
            "the `url` of a Redis knows no `ssl_certfile`, but `db`, `ssl_ca_certs`, `ssl_check_hostname`",
        ),
    ],
)
def test_what_is_refused(url, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_redis_url(url)


@given(st.text(), st.text(), st.integers(1, 65535), st.integers(0, 15), st.booleans())
def test_the_client_of_python_reads_the_same(user, password, port, database, tls):
    scheme = "rediss" if tls else "redis"
    url = f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@h:{port}/{database}"
    mine, theirs = parse_redis_url(url), parse_url(url)
    assert (mine.user, mine.password) == (theirs.get("username", ""), theirs.get("password", ""))
    assert (mine.host, mine.port, mine.database) == (theirs["host"], theirs["port"], theirs["db"])
    assert mine.tls == (theirs.get("connection_class") is SSLConnection)
