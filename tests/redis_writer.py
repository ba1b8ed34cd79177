"""The writer to Redis that is in Java, to be called by tests: without a job of Flink around it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from py4j.protocol import Py4JJavaError

from sqlfeat.connectors.jars import bring_jars, jar_folder, redis_jars
from sqlfeat.engines.flink.gateway import ensure_gateway
from sqlfeat.engines.flink.own_jars import REDIS_SINK, own_jar
from sqlfeat.engines.flink.redis_sink import column_options, redis_options
from sqlfeat.engines.flink.reflection import array
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.lower.flink.online import typed_columns
from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.protocol import latest_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.stores.protocol import OnlineRow


class JavaRedis:
    """Writes rows as a job does; a failure is a RuntimeError with its message."""

    def __init__(self, url: str, project: str, log_file: Path) -> None:
        brought = [jar.path for jar in bring_jars(redis_jars(), jar_folder())]
        paths = [*brought, own_jar(REDIS_SINK, jar_folder(), log_file)]
        self._url, self._project = url, project
        self._gateway = ensure_gateway(log_file)
        java = self._gateway.jvm.java
        urls = array(self._gateway, java.net.URL, [java.io.File(str(path)).toURI().toURL() for path in paths])
        self._classes = java.net.URLClassLoader(urls, java.lang.Thread.currentThread().getContextClassLoader())
        self._stores: dict[tuple[str, int], Any] = {}
        self._methods: dict[tuple[str, str], Any] = {}

    def put(self, view: str, rows: Iterable[OnlineRow], ttl_ms: int = 0) -> int:
        """Write a batch: of each key its newest row; how many are written."""
        sent = self._gateway.jvm.java.util.ArrayList()
        for row in latest_rows((row.key, row.version, row.features) for row in rows):
            cells = [text.encode() for text in (row.key, row.version, row.features)]
            millis = (row.expires_ms(1) or 1) - 1 if ttl_ms else 0
            sent.add(self._made("OnlineRow", *cells, self._gateway.jvm.java.lang.Long(millis)))
        return self._put(view, sent, ttl_ms)

    def put_values(self, model: CompiledModel, rows: Iterable[Mapping[str, object]]) -> int:
        """The same of values by column, as Flink reads them from JSON; all in one object, which is used again."""
        types = self._gateway.jvm.org.apache.flink.table
        columns = typed_columns(model)
        text = ", ".join(f"`{column.name}` {column.type}" for column in columns)
        row_type = types.types.logical.utils.LogicalTypeParser.parse(f"ROW<{text}>", self._classes)
        reader = self._json_reader(row_type)
        again = types.runtime.typeutils.RowDataSerializer(row_type)
        names = column_options(model)
        keys, order = int(names["key-columns"]), int(names["order-columns"])
        labels = array(self._gateway, self._gateway.jvm.String, names["feature-names"].split("\n"))
        batch = self._made("OnlineBatch", self._made("OnlineColumns", row_type, keys, order, labels))
        for row in rows:
            self._call(batch, "add", again.toBinaryRow(reader.deserialize(json.dumps(row).encode())))
        return self._put(model.name, self._call(batch, "rows"), model.ttl_ms)

    def may_wait(self, since: int, now: int, youngest: int) -> bool:
        """Whether a batch waits for another moment; all in milliseconds since 1970."""
        writer = self._classes.loadClass("sqlfeat.OnlineWriter")
        (method,) = [method for method in writer.getMethods() if method.getName() == "mayWait"]
        return bool(method.invoke(None, self._objects(map(self._gateway.jvm.java.lang.Long, (since, now, youngest)))))

    def _json_reader(self, row_type: Any) -> Any:
        flink = self._gateway.jvm.org.apache.flink
        produced = flink.table.runtime.typeutils.InternalTypeInfo.of(row_type)
        # Neither fails for a missing field, nor ignores errors.
        strictness = (False, False, flink.formats.common.TimestampFormat.SQL)
        reader = flink.formats.json.JsonRowDataDeserializationSchema(row_type, produced, *strictness)
        reader.open(None)
        return reader

    def _put(self, view: str, rows: Any, ttl_ms: int) -> int:
        if (view, ttl_ms) not in self._stores:
            self._stores[view, ttl_ms] = self._store(view, ttl_ms)
        try:
            return int(self._call(self._stores[view, ttl_ms], "put", rows))
        except Py4JJavaError as error:
            raise RuntimeError(error.java_exception.getCause().toString()) from None

    def close(self) -> None:
        """Give the connections back; they are opened again when they are needed."""
        for store in self._stores.values():
            self._call(store, "close")

    def _store(self, view: str, ttl_ms: int) -> Any:
        sink = OnlineSink(OnlineTarget("redis", url=self._url), None, self._project, None)  # type: ignore[arg-type]
        options = redis_options(sink, view, ttl_ms)
        server = self._made(
            "RedisServer", options["url-shown"], options["host"], int(options["port"]), int(options["database"]),
            options.get("user"), options.get("password"), options["tls"] == "true", options.get("tls.authorities"),
            options["tls.check-host"] == "true",
        )  # fmt: skip
        texts = (options["script"], options["name.head"], options["name.tail"])
        return self._made("RedisStore", server, *texts, ttl_ms)

    def _call(self, target: Any, name: str, *arguments: object) -> Any:
        key = (target.getClass().getName(), name)
        if key not in self._methods:
            methods = [method for method in target.getClass().getMethods() if method.getName() == name]
            (self._methods[key],) = methods
        return self._methods[key].invoke(target, self._objects(arguments))

    def _objects(self, values: Iterable[object]) -> Any:
        return array(self._gateway, self._gateway.jvm.java.lang.Object, list(values))

    def _made(self, name: str, *arguments: object) -> Any:
        made = self._classes.loadClass(f"sqlfeat.{name}").getConstructors()[0]
        return made.newInstance(self._objects(arguments))
