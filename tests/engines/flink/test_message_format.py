"""Our own message format: what it reads out of JSON, CSV and Avro, and why it does not read the rest."""

from __future__ import annotations

import base64
import io
import json
import random
import struct
import zipfile
from datetime import date, datetime, timezone
from decimal import Decimal
from uuid import UUID

import fastavro
import pytest
from py4j.protocol import Py4JJavaError

from sqlfeat.engines.flink.gateway import ensure_gateway
from sqlfeat.engines.flink.own_jars import MESSAGE_FORMAT, own_jar
from sqlfeat.engines.flink.reflection import array, call
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, STRING, TIMESTAMP, decimal
from sqlfeat.project.avro import schema_of_columns, schema_words
from sqlfeat.project.config import Column

pytestmark = pytest.mark.engine
BREAKS_OFF = "not an Avro record of the schema: it breaks off"


@pytest.fixture(scope="module")
def decoder(tmp_path_factory):
    """Makes a decoder of the options of a table; that gives the fields of a message, or the reason as text."""
    folder = tmp_path_factory.mktemp("format")
    gateway = ensure_gateway(folder / "java.log")
    jvm = gateway.jvm
    jar = jvm.java.io.File(str(own_jar(MESSAGE_FORMAT, folder, folder / "java.log"))).toURI().toURL()
    loader = jvm.java.net.URLClassLoader(
        array(gateway, jvm.java.net.URL, [jar]), jvm.java.lang.Thread.currentThread().getContextClassLoader()
    )
    factory = loader.loadClass("sqlfeat.MessageFormatFactory")

    def made(**options):
        config = jvm.org.apache.flink.configuration.Configuration()
        for name, value in options.items():
            config.setString(name.replace("_", "-"), value)
        readable = ("org.apache.flink.configuration.ReadableConfig", config)
        decoder = call(gateway, None, "decoder", readable, factory)

        def decode(message):
            try:
                fields = call(gateway, decoder, "decode", ("[B", message))
            except Py4JJavaError as error:
                return error.java_exception.getCause().getMessage()
            return [None if field is None else bytes(field).decode() for field in fields]

        decode.remark = lambda: call(gateway, decoder, "remark")
        decode.show = lambda message: call(gateway, decoder, "show", ("[B", message))
        return decode

    return made


def test_the_jar_is_made_once_and_always_the_same(tmp_path):
    first = own_jar(MESSAGE_FORMAT, tmp_path / "a", tmp_path / "java.log")
    content = first.read_bytes()
    assert first.name.startswith("sqlfeat-message-format-")
    assert zipfile.ZipFile(first).namelist() == [
        "META-INF/services/org.apache.flink.table.factories.Factory",
        *sorted(f"sqlfeat/{name}.class" for name in MESSAGE_FORMAT.classes),
    ]
    first.write_bytes(b"")
    assert own_jar(MESSAGE_FORMAT, tmp_path / "a", tmp_path / "java.log").read_bytes() == b""
    assert own_jar(MESSAGE_FORMAT, tmp_path / "b", tmp_path / "java.log").read_bytes() == content


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (b"1,a,2.5", ["1", "a", "2.5"]),
        (b"1,a,2.5\n", ["1", "a", "2.5"]),
        (b"1,a,2.5\r\n", ["1", "a", "2.5"]),
        (b",,", [None, None, None]),
        (b'"","",""', ["", "", ""]),
        (b' 1 ," a"x,2', "text behind a closing quote"),
        (b" 1 , a ,2", [" 1 ", " a ", "2"]),
        (b'1,"a,b",2', ["1", "a,b", "2"]),
        (b'1,"he said ""no""",2', ["1", 'he said "no"', "2"]),
        (b'1,"""",2', ["1", '"', "2"]),
        (b'1,"a\r\nb\nc",2', ["1", "a\r\nb\nc", "2"]),
        ('1,"ü,€",😀'.encode(), ["1", "ü,€", "😀"]),
        (b'1,"a"', "2 fields instead of 3"),
        (b"1", "1 field instead of 3"),
        (b"1,a,2,", "4 fields instead of 3"),
        (b"1,a,2,3,4", "5 fields instead of 3"),
        (b"", "an empty message"),
        (b"\r\n", "an empty message"),
        (b"1,a,2\n1,b,3\n", "a line break outside of quotes"),
        (b'1,a,"2"\n1,b,3', "a line break outside of quotes"),
        (b"1,a\r,2", "a line break outside of quotes"),
        (b"1,a,2\n\n", "a line break outside of quotes"),
        (b'1,"a,2\n', "a quote that is not closed"),
        (b'1,"a"",2', "a quote that is not closed"),
        (b'1,"', "a quote that is not closed"),
        (b'1,a"b,2', "a quote in a field without quotes"),
        (b"1,\xff,2", "not UTF-8 text"),
        (b"1,\xc3", "not UTF-8 text"),
        (b"1,\xed\xa0\x80,2", "not UTF-8 text"),
        (b"\xef\xbb\xbf1,a,2", "a byte order mark before the first field"),
        (b"1,\xef\xbb\xbf,2", ["1", "\ufeff", "2"]),
    ],
)
def test_csv(decoder, message, fields):
    assert decoder(kind="csv", fields="a,b,c")(message) == fields


NO_OBJECT = "not a JSON object"


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (b'{"a": 1, "b": "x", "c": true}', ["1", "x", "true"]),
        (b' \t\r\n{ "c" :false , "a":null,"b" : "" } \n', [None, "", "false"]),
        (b"{}", [None, None, None]),
        (b'{"A": 1, "d": {"a": 5}, "e": [{"a": 6}, "}"]}', [None, None, None]),
        (b'{"a": 1, "a": 2, "b": 3, "b": null}', ["2", None, None]),
        (b'{"\\u0061": 1, "\\u0062\\u0062": 2}', ["1", None, None]),
        # Numbers are as they are written.
        (b'{"a": 1.10, "b": -0, "c": 1E+5}', ["1.10", "-0", "1E+5"]),
        (b'{"a": 123456789012345678901234567890.5, "b": 0.0, "c": 1e999}',
         ["123456789012345678901234567890.5", "0.0", "1e999"]),
        # Objects and arrays are text without white space.
        (b'{"a": { "x" : [ 1.50, null ], "y":"\\u00fc"}, "b": [ ], "c": {"z": 1, "z": 2}}',
         ['{"x":[1.5,null],"y":"ü"}', "[]", '{"z":2}']),
        ('{"a": "ü€😀", "b": "\\ud83d\\ude00", "c": "\\ud83d"}'.encode(), ["ü€😀", "😀", "?"]),
        (b'{"a": "\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000x", "b": "a\tb\nc", "c": "\x00"}',
         ['"\\/\b\f\n\r\t\0x', "a\tb\nc", "\0"]),
        (b'\xef\xbb\xbf{"a": 1}', ["1", None, None]),
        (b"", NO_OBJECT),
        (b" ", NO_OBJECT),
        (b"null", NO_OBJECT),
        (b"[1]", NO_OBJECT),
        (b'[{"a": 1}]', NO_OBJECT),
        (b'"a"', NO_OBJECT),
        (b"{", NO_OBJECT),
        (b'{"a"', NO_OBJECT),
        (b'{"a":', NO_OBJECT),
        (b'{"a": 1', NO_OBJECT),
        (b'{"a": 1,', NO_OBJECT),
        (b'{"a": 1,}', NO_OBJECT),
        (b'{"a": 1 "b": 2}', NO_OBJECT),
        (b'{"a" 1}', NO_OBJECT),
        (b"{a: 1}", NO_OBJECT),
        (b"{'a': 1}", NO_OBJECT),
        (b'{"a": 01}', NO_OBJECT),
        (b'{"a": 1.}', NO_OBJECT),
        (b'{"a": .5}', NO_OBJECT),
        (b'{"a": +1}', NO_OBJECT),
        (b'{"a": -}', NO_OBJECT),
        (b'{"a": 1e}', NO_OBJECT),
        (b'{"a": NaN}', NO_OBJECT),
        (b'{"a": 0x1}', NO_OBJECT),
        (b'{"a": nul}', NO_OBJECT),
        (b'{"a": True}', NO_OBJECT),
        (b'{"a": truetrue}', NO_OBJECT),
        (b'{"a": "x}', NO_OBJECT),
        (b'{"a": "\\x"}', NO_OBJECT),
        (b'{"a": "\\u12g4"}', NO_OBJECT),
        (b'{"a": "\\u12', NO_OBJECT),
        (b'{"a": "\\', NO_OBJECT),
        (b'{"d": [1, }', NO_OBJECT),
        (b'{"d": {"a": 1]}', NO_OBJECT),
        (b'{"d": [01]}', NO_OBJECT),
        (b'{"d": tru}', NO_OBJECT),
        (b'{"a": "\xff"}', "not UTF-8 text"),
        (b'{"a": 1}\xff', "not UTF-8 text"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8 text"),
    ],
)  # fmt: skip
def test_json(decoder, message, fields):
    assert decoder(kind="json", fields="a,b,c")(message) == fields


@pytest.mark.parametrize("behind", [b"{}", b"x", b",", b"}", b"\x00"])
def test_what_stands_behind_an_object_is_remarked(decoder, behind):
    read = decoder(kind="json", fields="a")
    assert read(b'{"a": 1} \n' + behind) == ["1"]
    assert read.remark() == "what stands behind the JSON object was not read"
    assert read(b'{"a": 2}\n') == ["2"]
    assert read.remark() is None


def test_deep_and_long_json(decoder):
    read = decoder(kind="json", fields="a,b")
    nested = b"[" * 999 + b"]" * 999
    assert read(b'{"a": 1, "c": ' + nested + b', "b": 2}') == ["1", "2"]
    assert read(b'{"c": [[' + nested + b"]]}") == NO_OBJECT
    assert read(b'{"c": ' + b"[" * 900_000) == NO_OBJECT
    assert read(b'{"a": "' + b"\\n" * 450_000 + b'"}') == ["\n" * 450_000, None]
    assert read(b'{"c": "' + b"x" * 900_000 + b'", "b": ' + b"9" * 5_000 + b"}") == [None, "9" * 5_000]


def test_another_delimiter_and_null(decoder):
    read = decoder(kind="csv", fields="a,b,c", delimiter="\t", null_literal="\\N")
    assert read(b'\\N\t\t"\\N"') == [None, "", "\\N"]
    assert read(b"1,2\ta\tb,c") == ["1,2", "a", "b,c"]


def test_a_field_as_large_as_a_message_can_be(decoder):
    read = decoder(kind="csv", fields="a")
    assert read(b'"' + b'""' * 450_000 + b'"') == ['"' * 450_000]
    assert read(b'"' + b'""' * 450_000) == "a quote that is not closed"


COLUMNS = (
    Column("id", BIGINT, nullable=False), Column("page", STRING), Column("amount", DOUBLE), Column("paid", BOOLEAN),
    Column("price", decimal(10, 2)), Column("day", DATE), Column("ts", TIMESTAMP, nullable=False),
)  # fmt: skip


def written(schema, record):
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, record)
    return out.getvalue()


def long(number):
    return written("long", number)


def avro(decoder, schema, columns, **options):
    return decoder(kind="avro", schema=schema_words(schema, columns), **options)


RECORDS = [
    (
        {"id": 2**63 - 1, "page": "ü😀", "amount": 0.1, "paid": True, "price": Decimal("-12.30"),
         "day": date(2024, 2, 29), "ts": datetime(2024, 1, 31, 12, 0, 0, 7000, timezone.utc)},
        [str(2**63 - 1), "ü😀", "0.1", "true", "-12.30", "2024-02-29", "2024-01-31 12:00:00.007"],
    ),
    (
        {"id": -(2**63), "page": "", "amount": -1e300, "paid": False, "price": Decimal("0.00"),
         "day": date(1969, 12, 31), "ts": datetime(1969, 12, 31, 23, 59, 59, 999000, timezone.utc)},
        [str(-(2**63)), "", "-1.0E300", "false", "0.00", "1969-12-31", "1969-12-31 23:59:59.999"],
    ),
    (
        {"id": 0, "page": None, "amount": None, "paid": None, "price": None, "day": None,
         "ts": datetime(1970, 1, 1, tzinfo=timezone.utc)},
        ["0", None, None, None, None, None, "1970-01-01 00:00:00.000"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "fields"), RECORDS)
def test_avro_of_the_declared_columns(decoder, record, fields):
    schema = schema_of_columns(COLUMNS)
    assert avro(decoder, schema, COLUMNS)(written(schema, record)) == fields


OTHER = {
    "type": "record", "name": "shop.order",
    "fields": [
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "where", "type": {"type": "map", "values": ["null", "double"]}},
        {"name": "kind", "type": {"type": "enum", "name": "kind", "symbols": ["web", "shop"]}},
        {"name": "before", "type": ["null", "kind"]},
        {"name": "exact", "type": {"type": "fixed", "name": "f", "size": 4, "logicalType": "decimal", "precision": 9,
                                   "scale": 3}},
        {"name": "hash", "type": {"type": "fixed", "name": "g", "size": 3}},
        {"name": "raw", "type": "bytes"},
        {"name": "ratio", "type": "float"},
        {"name": "count", "type": "int"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "who", "type": {"type": "record", "name": "person", "fields": [
            {"name": "name", "type": "string"}, {"name": "nothing", "type": "null"}]}},
        {"name": "token", "type": {"type": "string", "logicalType": "uuid"}},
    ],
}  # fmt: skip
ORDER = {
    "tags": ["a", "bb"], "where": {"x": 1.5, "y": None}, "kind": "shop", "before": "web", "exact": Decimal("-1.250"),
    "hash": b"abc", "raw": b"\x00\xff", "ratio": 0.1, "count": -7,
    "at": datetime(2024, 1, 31, 12, 0, 0, 123456, timezone.utc), "who": {"name": "Ali", "nothing": None},
    "token": UUID(int=1),
}  # fmt: skip
OF_ORDER = (
    Column("token", STRING), Column("kind", STRING), Column("before", STRING), Column("exact", decimal(9, 3)),
    Column("ratio", DOUBLE), Column("count", BIGINT), Column("at", TIMESTAMP),
)  # fmt: skip


def test_avro_of_a_schema_with_more_than_the_columns(decoder):
    read = avro(decoder, OTHER, OF_ORDER)
    assert read(written(OTHER, ORDER)) == [
        "shop", "web", "-1.250", "0.10000000149011612", "-7", "2024-01-31 12:00:00.123456", str(UUID(int=1))
    ]  # fmt: skip


def test_arrays_in_blocks_of_known_size_are_passed_over(decoder):
    schema = {"type": "record", "name": "r", "fields": [OTHER["fields"][0], {"name": "id", "type": "long"}]}
    read = avro(decoder, schema, COLUMNS[:1])
    block = b"\x02a\x02b"
    assert read(b"\x03" + bytes([2 * len(block)]) + block + b"\x00\x0e") == ["7"]
    nulls = {**schema, "fields": [{"name": "n", "type": {"type": "array", "items": "null"}}, schema["fields"][1]]}
    huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # 2**63 - 1 of them
    assert avro(decoder, nulls, COLUMNS[:1])(huge + b"\x00\x0e") == ["7"]


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", BREAKS_OFF),
        (b"\x0e", BREAKS_OFF),
        (b"\x0e\x02\xfe\xff\xff\xff\x0f", BREAKS_OFF),  # a text of two gigabytes
        (b"\x0e\x02\x01", BREAKS_OFF),  # of a length below zero
        (b"\x0e\x02\x04a", BREAKS_OFF),
        (b"\x0e\x04", "not an Avro record of the schema: choice 2 of 2"),
        (b"\x0e\x01", "not an Avro record of the schema: choice -1 of 2"),
        (b"\x0e\x00\x00", "not an Avro record of the schema: more behind it"),
        (b"\xff" * 10, "not an Avro record of the schema: a number of more than 64 bits"),
        (b"\x0e\x02\x02\xff", "not an Avro record of the schema: not UTF-8 text"),
    ],
)
def test_what_is_no_record(decoder, message, reason):
    columns = COLUMNS[:2]
    assert avro(decoder, schema_of_columns(columns), columns)(message) == reason


def test_values_beyond_every_column_are_text_that_fits_none(decoder):
    columns = (COLUMNS[4], COLUMNS[5], COLUMNS[6])
    read = avro(decoder, schema_of_columns(columns), columns)
    far = 2 * (2**62)
    message = b"\x02" + long(40) + b"\x7f" * 40 + b"\x02" + long(2**31 - 1) + long(far - 1)
    assert read(message) == ["a decimal of 40 bytes", "day 2147483647", "day 106751991167 07:12:55.807"]


def test_the_header_of_a_registry(decoder):
    columns = COLUMNS[:1]
    read = avro(decoder, schema_of_columns(columns), columns, schema_id="7")
    assert read(b"\x00" + struct.pack(">i", 7) + b"\x0e") == ["7"]
    assert read(b"\x00" + struct.pack(">i", 8) + b"\x0e") == "the schema 8 instead of 7"
    assert read(b"\x0e") == "no header of a schema registry"
    assert read(b"\x01" + struct.pack(">i", 7) + b"\x0e") == "no header of a schema registry"


def test_broken_avro_is_shown_so_that_nothing_is_lost(decoder):
    read = avro(decoder, schema_of_columns(COLUMNS[:1]), COLUMNS[:1])
    assert base64.b64decode(read.show(b"\x00\xff\x80")) == b"\x00\xff\x80"
    assert decoder(kind="csv", fields="a").show(b"a\xff") == "a\ufffd"


def test_no_bytes_are_too_much(decoder):
    """Whatever comes, there are fields or a reason."""
    chance = random.Random(5)
    schema = schema_of_columns(COLUMNS)
    whole = written(schema, RECORDS[0][0])
    readers = [avro(decoder, schema, COLUMNS), *(decoder(kind=kind, fields="a,b") for kind in ("csv", "json"))]
    for _ in range(300):
        noise = bytearray(whole)
        for _ in range(chance.randrange(1, 6)):
            noise[chance.randrange(len(noise))] = chance.randrange(256)
        cut = bytes(noise[: chance.randrange(len(noise) + 1)])
        for read in readers:
            answer = read(cut)
            assert isinstance(answer, list | str), json.dumps(answer)
