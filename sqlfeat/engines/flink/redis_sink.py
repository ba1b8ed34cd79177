"""The online sink for Redis: a connector of our own in Java, see `sqlfeat/connectors/redis_sink`.

Rows do not leave Java on their way, and a cluster that writes to Redis needs no Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlfeat.engines.flink.meter import BUCKETS_MS, bucket_name
from sqlfeat.stores.errors import redact_url, unreachable
from sqlfeat.stores.keys import store_key
from sqlfeat.stores.redis import PUT_SCRIPT
from sqlfeat.stores.redis_url import parse_redis_url

if TYPE_CHECKING:
    from pyflink.table import StatementSet, Table, TableEnvironment

    from sqlfeat.engines.flink.sink import OnlineSink

_TABLE = "sqlfeat__redis__"


def add_redis(
    environment: TableEnvironment, inserts: StatementSet, rows: Table, sink: OnlineSink, view: str, ttl_ms: int
) -> None:
    """Write rows to Redis.

    Args:
        environment: of the job.
        inserts: of the job.
        rows: (`key`, `version`, `features`) of a feature view.
        sink: the store.
        view: the feature view.
        ttl_ms: how long after its feature time a row is forgotten; 0 is never.

    Raises:
        SqlfeatError: SF0902, the URL of the store is none, or a file that it names cannot be read.
    """
    from pyflink.table import DataTypes, Schema, TableDescriptor

    columns = Schema.new_builder()
    for name in ("key", "version", "features"):
        columns = columns.column(name, DataTypes.STRING())
    table = TableDescriptor.for_connector("sqlfeat-redis").schema(columns.build())
    for name, value in redis_options(sink, view, ttl_ms).items():
        table = table.option(name, value)
    environment.create_temporary_table(_TABLE + view, table.build())
    inserts.add_insert(_TABLE + view, rows)


def redis_options(sink: OnlineSink, view: str, ttl_ms: int) -> dict[str, str]:
    """The options of the connector; Flink shows none that is called a password.

    Raises:
        SqlfeatError: see `add_redis`.
    """
    url = sink.target.url
    head, _, tail = store_key(sink.project_name, view, "\0").partition("\0")
    options = {
        "url-shown": redact_url(url),
        **_server(url),
        "script": PUT_SCRIPT,
        "name.head": head,
        "name.tail": tail,
        "ttl-ms": str(ttl_ms),
        "view": view,
        "freshness.bounds-ms": ",".join(map(str, BUCKETS_MS)),
        "freshness.buckets": ",".join(bucket_name(index) for index in range(len(BUCKETS_MS) + 1)),
    }
    if sink.counts_dir is not None:
        options["counts-folder"] = str(sink.counts_dir)
    return options


def _server(url: str) -> dict[str, str]:
    try:
        address = parse_redis_url(url)
        authorities = address.authorities.read_text(encoding="ascii") if address.authorities else ""
    except (ValueError, OSError) as error:
        raise unreachable(redact_url(url), str(error), "correct the `url` of `online:` in project.yml") from None
    options = {
        "host": address.host,
        "port": str(address.port),
        "database": str(address.database),
        "tls": str(address.tls).lower(),
        "tls.check-host": str(address.check_host).lower(),
    }
    texts = {"user": address.user, "password": address.password, "tls.authorities": authorities}
    return {**options, **{name: text for name, text in texts.items() if text}}
