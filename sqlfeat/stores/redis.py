"""The online store in Redis: one hash per entity key, read here.

Flink writes it, by a script that never goes back in time: `sqlfeat/connectors/redis_sink`.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.stores.errors import redact_url, redis_missing, unreachable
from sqlfeat.stores.keys import store_key
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.redis_url import parse_redis_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

SOCKET_TIMEOUT_SECONDS = 10.0
PUT_SCRIPT = Path(__file__).with_name("put.lua").read_text(encoding="utf-8")


class RedisStore:
    """Online store in Redis; see `OnlineStore`."""

    def __init__(self, url: str, project: str) -> None:
        self._url = url
        self._project = project
        self._client: redis.Redis | None = None

    def get(self, view: str, key: str) -> OnlineRow | None:
        """The row of a key."""
        with self._errors():
            fields: Any = self._connected().hmget(self.redis_key(view, key), ["version", "features"])
        version, features = fields
        return None if version is None else OnlineRow(key, version.decode(), features.decode())

    def ping(self) -> None:
        """Check that the server answers, and takes scripts; somebody waits, so it is asked once."""
        with self._errors():
            client = _connect(self._url, retries=0)
            try:
                client.script_load(PUT_SCRIPT)
            finally:
                client.close()

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def redis_key(self, view: str, key: str) -> str:
        """The key of a row; the braces put all feature views of an entity key on one node of a cluster."""
        return store_key(self._project, view, key)

    def _connected(self) -> redis.Redis:
        if self._client is None:
            self._client = _connect(self._url)
        return self._client

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            import redis
        except ImportError:
            raise redis_missing() from None
        try:
            yield
        # ValueError: the URL is none.
        except (redis.RedisError, OSError, ValueError) as error:
            help_text = "start Redis, or check `online:` of the target in project.yml"
            if isinstance(error, redis.AuthenticationError):
                help_text = "correct user and password in the `url` of `online:` in project.yml"
            reason = str(error).replace(self._url, redact_url(self._url))
            raise unreachable(redact_url(self._url), reason, help_text) from error


def _connect(url: str, retries: int = 3) -> redis.Redis:
    import redis
    from redis.backoff import ExponentialBackoff
    from redis.retry import Retry

    address = parse_redis_url(url)
    return redis.Redis.from_url(
        url,
        # Not checked unless it is asked for: a valid certificate of anybody would do.
        **({"ssl_check_hostname": address.check_host} if address.tls else {}),
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=SOCKET_TIMEOUT_SECONDS,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), retries=retries),
        retry_on_error=[redis.BusyLoadingError, redis.ConnectionError, redis.TimeoutError],
    )
