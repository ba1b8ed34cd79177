"""The online store in Redis: one hash per entity key, written by a script that never goes back in time."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.stores.errors import redact_url, redis_missing, unreachable
from sqlfeat.stores.keys import store_key
from sqlfeat.stores.protocol import OnlineRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import redis

SOCKET_TIMEOUT_SECONDS = 10.0
PUT_SCRIPT = Path(__file__).with_name("put.lua").read_text(encoding="utf-8")


class RedisStore:
    """Online store in Redis; see `OnlineStore`."""

    def __init__(self, url: str, project: str) -> None:
        self._url = url
        self._project = project
        self._client: redis.Redis | None = None
        self._script = ""

    def put(self, view: str, rows: Sequence[OnlineRow], ttl_ms: int = 0) -> int:
        """Write rows in one pipeline; see `OnlineStore.put`."""
        if not rows:
            return 0
        with self._errors():
            replies = self._send(view, rows, ttl_ms)
            if any(_is_unknown_script(reply) for reply in replies):
                # The server was restarted or its scripts flushed. Rows already written are simply written again.
                self._script = ""
                replies = self._send(view, rows, ttl_ms)
            return sum(_raise_or_int(reply) for reply in replies)

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

    def _send(self, view: str, rows: Sequence[OnlineRow], ttl_ms: int) -> list[Any]:
        client = self._connected()
        if not self._script:
            self._script = str(client.script_load(PUT_SCRIPT))
        pipeline = client.pipeline(transaction=False)
        for row in rows:
            expires = row.expires_ms(ttl_ms)
            values = (row.feature_time, row.version, row.features, "" if expires is None else str(expires))
            pipeline.evalsha(self._script, 1, self.redis_key(view, row.key), *values)
        return list(pipeline.execute(raise_on_error=False))

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
        # ValueError: the URL is none; redis-py checks it when it is first used.
        except (redis.RedisError, OSError, ValueError) as error:
            help_text = "start Redis, or check `online:` of the target in project.yml"
            if isinstance(error, redis.AuthenticationError):
                help_text = "correct user and password in the `url` of `online:` in project.yml"
            reason = str(error).replace(self._url, redact_url(self._url))
            raise unreachable(redact_url(self._url), reason, help_text) from error


class _Packer:
    """Writes commands of text in Redis's protocol, in a third of the time that redis-py takes for any arguments."""

    @staticmethod
    def pack(*args: str | bytes | int) -> list[bytes]:
        """One command; its name may be of several words."""
        words = [*str(args[0]).split(), *args[1:]]
        cells = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        return [b"*%d\r\n" % len(cells) + b"".join([b"$%d\r\n%b\r\n" % (len(cell), cell) for cell in cells])]


def _connect(url: str, retries: int = 3) -> redis.Redis:
    import redis
    from redis.backoff import ExponentialBackoff
    from redis.retry import Retry

    # Writes may be repeated at will, so a connection that broke is tried again before the job is given up.
    return redis.Redis.from_url(
        url,
        socket_timeout=SOCKET_TIMEOUT_SECONDS,
        socket_connect_timeout=SOCKET_TIMEOUT_SECONDS,
        command_packer=_Packer(),
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), retries=retries),
        retry_on_error=[redis.BusyLoadingError, redis.ConnectionError, redis.TimeoutError],
    )


def _is_unknown_script(reply: Any) -> bool:
    import redis

    return isinstance(reply, redis.exceptions.NoScriptError)


def _raise_or_int(reply: Any) -> int:
    if isinstance(reply, Exception):
        raise reply
    return int(reply)
