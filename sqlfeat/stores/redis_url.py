"""The URL of a Redis, taken apart for a client that is not Python's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from urllib.parse import SplitResult

SCHEMES = ("redis://", "rediss://")
PARAMETERS = ("db", "ssl_ca_certs", "ssl_check_hostname")
"""What may stand behind the `?`: Flink's writer and this package's reader both know it."""
_PORT = 6379


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis is and what it takes to connect.

    Attributes:
        user: empty for none, as the password.
        authorities: file of the certificates that may vouch for the server; None for those that the client knows.
        check_host: whether the certificate must be of the host.
    """

    host: str
    port: int
    database: int
    user: str
    password: str
    tls: bool
    authorities: Path | None
    check_host: bool


def parse_redis_url(url: str) -> RedisAddress:
    """The parts of a URL, as redis-py takes it apart.

    Raises:
        ValueError: it is none; the message holds no password.

    >>> parse_redis_url("rediss://:s%40id@host/2").password
    's@id'
    """
    if not url.startswith(SCHEMES):
        raise ValueError(f"the `url` of a Redis begins with {' or '.join(f'`{scheme}`' for scheme in SCHEMES)}")
    parts = urlsplit(url)
    if "@" in url and "@" not in parts.netloc:
        raise ValueError("the password in the `url` of a Redis must be escaped: `/` is %2F, `?` is %3F, `#` is %23")
    given = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(given.keys() - set(PARAMETERS)):
        known = ", ".join(f"`{name}`" for name in PARAMETERS)
        raise ValueError(f"the `url` of a Redis knows no `{unknown[0]}`, but {known}")
    authorities = given.get("ssl_ca_certs")
    return RedisAddress(
        host=unquote(parts.hostname or "localhost"),
        port=_port(parts),
        database=_database(given.get("db", parts.path.replace("/", ""))),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "rediss",
        authorities=Path(authorities) if authorities else None,
        check_host=given.get("ssl_check_hostname", "").upper() not in ("FALSE", "NO", "N", "F", "0"),
    )


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORT
    except ValueError:
        # The standard library's message shows what it took for the port.
        raise ValueError("the port in the `url` of a Redis is no number up to 65535") from None


def _database(text: str) -> int:
    try:
        return int(text) if text else 0
    except ValueError:
        raise ValueError("the database in the `url` of a Redis is no number") from None
