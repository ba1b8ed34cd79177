"""`format:` of a stream: how messages are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import Kind
from sqlfeat.project.avro import SchemaError, schema_of_columns, schema_words
from sqlfeat.project.config import NO_FORMAT, AvroMessages, CsvMessages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sqlfeat.project.block import Block
    from sqlfeat.project.config import Column

DECODED = ("csv", "avro")
_MAX_SCHEMA_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Format:
    """How messages are written.

    Attributes:
        kind: `json`, `csv`, `avro` or `none`.
        trusted: fields are not checked.
    """

    kind: str
    trusted: bool
    csv: CsvMessages | None = None
    avro: AvroMessages | None = None


def read_format(block: Block, connector: str, columns: Sequence[Column]) -> Format:
    """The format of a stream, of columns that are declared."""
    kind = block.choice("format", _choices(connector), "json")
    csv, avro = None, None
    if kind in DECODED and (arrays := [column for column in columns if column.type.kind is Kind.ARRAY]):
        note = f"column `{arrays[0].name}` is {arrays[0].type}, which is read from JSON only"
        block.file.problem("SF0108", f"`format` cannot be `{kind}`", block.span_of("format"), notes=(note,))
    elif kind == "csv":
        csv = CsvMessages(_read_delimiter(block), block.text("null_literal"))
    elif kind == "avro":
        avro = _read_avro(block, columns)
    return Format(kind, _read_trusted(block, kind), csv, avro)


def _choices(connector: str) -> tuple[str, ...]:
    if connector == "filesystem":
        return ("json",)
    return ("json", *DECODED) if connector == "kafka" else ("json", *DECODED, NO_FORMAT)


def _read_trusted(block: Block, kind: str) -> bool:
    trusted = bool(block.flag("trusted"))
    if trusted and kind in DECODED:
        hint = "leave it out: the fields of CSV and Avro are always checked"
        block.file.problem("SF0108", "`trusted` is for `format: json` only", block.key_span("trusted"), hint=hint)
    return trusted or kind == NO_FORMAT


def _read_delimiter(block: Block) -> str:
    written = block.located("delimiter")
    if written is None:
        return ","
    if len(written.value) != 1 or not written.value.isascii() or written.value in '"\r\n\0':
        message, hint = f"`{written.value}` cannot be a delimiter", "one character of ASCII, for example `;` or `\\t`"
        block.file.problem("SF0108", message, written.span, hint=hint)
        return ","
    return written.value


def _read_avro(block: Block, columns: Sequence[Column]) -> AvroMessages:
    written = block.located("schema")
    schema_id = block.integer("schema_id", -1, 0)
    if schema_id > _MAX_SCHEMA_ID:
        block.file.problem("SF0108", f"`{schema_id}` is no id of a schema registry", block.span_of("schema_id"))
    try:
        schema = schema_of_columns(columns) if written is None else _schema_in(block.file.root / written.value)
        words = schema_words(schema, columns)
    except SchemaError as error:
        span = written.span if written else block.span_of("format")
        block.file.problem("SF0108", f"the schema cannot be used: {error}", span)
        words = ""
    return AvroMessages(words, schema_id)


def _schema_in(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SchemaError(f"{error.strerror}; a path is relative to the folder of project.yml") from None
    except ValueError as error:
        raise SchemaError(f"it is no JSON: {error}") from None
