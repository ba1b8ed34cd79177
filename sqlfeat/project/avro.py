"""Schemas of Avro: from a file `.avsc` or from declared columns, and as the words that the decoder reads.

The words are a schema without the names of its types, in prefix order: `record 2 id long page union 2 null string`. A
field that is no column of the source is called `-`. `AvroType.java` reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import DataType, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlfeat.project.config import Column

UNUSED = "-"
_PLAIN = frozenset({"null", "boolean", "int", "long", "float", "double", "string", "bytes"})
_UNITS = ("millis", "micros", "nanos")
_LOGICAL = {
    ("int", "date"): "date",
    **{("long", f"{local}timestamp-{unit}"): f"timestamp-{unit}" for local in ("", "local-") for unit in _UNITS},
}
_WHOLE = frozenset({"int", "long"})
_SUITS = {
    Kind.INT: _WHOLE,
    Kind.BIGINT: _WHOLE,
    Kind.DOUBLE: _WHOLE | {"float", "double"},
    Kind.DECIMAL: _WHOLE | {"decimal", "decimal-fixed"},
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.STRING: frozenset({"enum"}),
    Kind.TIMESTAMP: frozenset(_LOGICAL.values()) - {"date"},
    Kind.DATE: frozenset({"date"}),
}
"""What a column may come from, beside text."""
_OF_COLUMN: dict[Kind, Any] = {
    Kind.INT: "int",
    Kind.BIGINT: "long",
    Kind.DOUBLE: "double",
    Kind.BOOLEAN: "boolean",
    Kind.STRING: "string",
    Kind.TIMESTAMP: {"type": "long", "logicalType": "timestamp-millis"},
    Kind.DATE: {"type": "int", "logicalType": "date"},
}


class SchemaError(Exception):
    """A schema cannot be used; the text says why, without a full stop."""


@dataclass(frozen=True, slots=True)
class AvroType:
    """A type of Avro.

    Attributes:
        kind: its name, or that of its logical type where that changes how it reads.
        parts: types of its fields, branches or items.
        names: of its fields, or its symbols.
        numbers: its size and scale, as far as it has them.
    """

    kind: str
    parts: tuple[AvroType, ...] = ()
    names: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def words(self) -> Iterator[str]:
        """The type as the decoder reads it."""
        yield self.kind
        if self.kind in ("record", "enum", "union"):
            yield str(len(self.names or self.parts))
        yield from map(str, self.numbers)
        if self.kind == "enum":
            yield from self.names
        for index, part in enumerate(self.parts):
            if self.kind == "record":
                yield self.names[index]
            yield from part.words()


def schema_of_columns(columns: Iterable[Column]) -> dict[str, Any]:
    """The schema that declared columns stand for: a record of them, nullable ones as a union with null.

    >>> from sqlfeat.language.types import BIGINT
    >>> from sqlfeat.project.config import Column
    >>> schema_of_columns([Column("id", BIGINT, nullable=False)])["fields"]
    [{'name': 'id', 'type': 'long'}]
    """
    fields = [{"name": c.name, "type": ["null", _of(c.type)] if c.nullable else _of(c.type)} for c in columns]
    return {"type": "record", "name": "event", "fields": fields}


def _of(kind: DataType) -> Any:
    if kind.kind is Kind.DECIMAL:
        return {"type": "bytes", "logicalType": "decimal", "precision": kind.precision, "scale": kind.scale}
    return _OF_COLUMN[kind.kind]


def schema_words(schema: Any, columns: Sequence[Column]) -> str:
    """A schema as the decoder reads it.

    Args:
        schema: of a message, as JSON has it.
        columns: of the source; each must be a field that suits its type.

    Raises:
        SchemaError: the schema is none, or does not fit the columns.

    >>> schema_words({"type": "record", "name": "r", "fields": [{"name": "id", "type": "long"}]}, [])
    'record 1 - long'
    """
    record = _Schema().read(schema, "")
    if record.kind != "record":
        raise SchemaError("the schema is no record")
    fields = dict(zip(record.names, record.parts, strict=True))
    for column in columns:
        if column.name not in fields:
            raise SchemaError(f"the schema has no field `{column.name}`")
        _check(column, fields[column.name])
    declared = {column.name for column in columns}
    names = tuple(name if name in declared else UNUSED for name in record.names)
    return " ".join(AvroType("record", record.parts, names).words())


def _check(column: Column, kind: AvroType) -> None:
    """Every branch of the field's union must suit the column."""
    suiting = _SUITS[column.type.kind] | {"string", "null"}
    for part in kind.parts if kind.kind == "union" else (kind,):
        if part.kind not in suiting:
            raise SchemaError(f"the field `{column.name}` is {part.kind}, which is no {column.type}")


class _Schema:
    """Reads one schema; types are known by their full names once they are complete."""

    def __init__(self) -> None:
        self._types: dict[str, AvroType | None] = {}

    def read(self, schema: Any, space: str) -> AvroType:
        """A type in a namespace."""
        match schema:
            case list():
                return AvroType("union", tuple(self.read(part, space) for part in schema))
            case str():
                return AvroType(schema) if schema in _PLAIN else self._known(schema, space)
            case {"type": "array", "items": items}:
                return AvroType("array", (self.read(items, space),))
            case {"type": "map", "values": values}:
                return AvroType("map", (self.read(values, space),))
            case {"type": "record" | "enum" | "fixed", "name": str()}:
                return self._define(schema, space)
            case {"type": kind}:
                return _logical(schema) or self.read(kind, space)
        raise SchemaError(f"`{json.dumps(schema)}` is no type of Avro")

    def _known(self, name: str, space: str) -> AvroType:
        for full in (_full(name, space), name):
            if full in self._types:
                if (known := self._types[full]) is None:
                    raise SchemaError(f"the type `{name}` contains itself")
                return known
        raise SchemaError(f"`{name}` is no type of Avro")

    def _define(self, schema: Mapping[str, Any], space: str) -> AvroType:
        full = _full(schema["name"], str(schema.get("namespace", space)))
        self._types[full] = None
        if schema["type"] == "record":
            fields = list(_fields(schema))
            parts = tuple(self.read(kind, full.rpartition(".")[0]) for _, kind in fields)
            made = AvroType("record", parts, tuple(name for name, _ in fields))
        else:
            made = _enum(schema) if schema["type"] == "enum" else _fixed(schema)
        self._types[full] = made
        return made


def _full(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _fields(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in schema.get("fields") or ():
        match field:
            case {"name": str(name), "type": kind}:
                yield name, kind
            case _:
                raise SchemaError(f"`{json.dumps(field)}` is no field of a record")


def _enum(schema: Mapping[str, Any]) -> AvroType:
    symbols = schema.get("symbols")
    if not isinstance(symbols, list) or not all(isinstance(name, str) and name.isidentifier() for name in symbols):
        raise SchemaError(f"the enum `{schema['name']}` has no `symbols`")
    return AvroType("enum", names=tuple(symbols))


def _fixed(schema: Mapping[str, Any]) -> AvroType:
    size = _number(schema, "size")
    if schema.get("logicalType") == "decimal":
        return AvroType("decimal-fixed", numbers=(size, _number(schema, "scale")))
    return AvroType("fixed", numbers=(size,))


def _logical(schema: Mapping[str, Any]) -> AvroType | None:
    kind, logical = schema["type"], schema.get("logicalType")
    if (kind, logical) == ("bytes", "decimal"):
        return AvroType("decimal", numbers=(_number(schema, "scale"),))
    word = _LOGICAL.get((kind, logical)) if isinstance(kind, str) and isinstance(logical, str) else None
    return AvroType(word) if word else None


def _number(schema: Mapping[str, Any], key: str) -> int:
    number = schema.get(key, 0)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise SchemaError(f"`{key}` cannot be `{json.dumps(number)}`")
    return number
