"""The online sink for Redis: a connector of our own in Java, see `sqlfeat/connectors/redis_sink`.

Rows do not leave Java on their way, and a cluster that writes to Redis needs no Python.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlfeat.engines.flink.meter import BUCKETS_MS, bucket_name
from sqlfeat.lower.flink.online import typed_columns
from sqlfeat.lower.program import Role
from sqlfeat.stores.errors import redact_url, unreachable
from sqlfeat.stores.keys import store_key
from sqlfeat.stores.redis import PUT_SCRIPT
from sqlfeat.stores.redis_url import parse_redis_url

if TYPE_CHECKING:
    from pyflink.table import StatementSet, Table, TableEnvironment

    from sqlfeat.engines.flink.sink import OnlineSink
    from sqlfeat.lower.program import CompiledModel

_TABLE = "sqlfeat__redis__"


def add_redis(
    environment: TableEnvironment, inserts: StatementSet, rows: Table, sink: OnlineSink, model: CompiledModel
) -> None:
    """Write rows to Redis.

    Args:
        environment: of the job.
        inserts: of the job.
        rows: of the feature view, as `online_select` gives them.
        sink: the store.
        model: the feature view.

    Raises:
        SqlfeatError: SF0902, the URL of the store is none, or a file that it names cannot be read.
    """
    from pyflink.table import Schema, TableDescriptor

    schema = Schema.new_builder()
    for column in typed_columns(model):
        schema = schema.column(column.name, str(column.type))
    table = TableDescriptor.for_connector("sqlfeat-redis").schema(schema.build())
    for name, value in {**column_options(model), **redis_options(sink, model.name, model.ttl_ms)}.items():
        table = table.option(name, value)
    environment.create_temporary_table(_TABLE + model.name, table.build())
    inserts.add_insert(_TABLE + model.name, rows)


def column_options(model: CompiledModel) -> dict[str, str]:
    """The options of the connector that say what is what of `typed_columns`."""
    roles = [column.role for column in model.columns]
    features = [column.name for column in typed_columns(model) if column.role is Role.FEATURE]
    return {
        "key-columns": str(roles.count(Role.KEY)),
        "order-columns": str(roles.count(Role.ORDER)),
        "feature-names": "\n".join(json.dumps(name, ensure_ascii=False) for name in features),
    }


def redis_options(sink: OnlineSink, view: str, ttl_ms: int) -> dict[str, str]:
    """The options of the connector that say where and how it writes; Flink shows none that is called a password.

    Args:
        sink: the store.
        view: the feature view.
        ttl_ms: how long after its feature time a row is forgotten; 0 is never.

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
