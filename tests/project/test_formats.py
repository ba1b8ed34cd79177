"""`format:` of a stream: how messages are written, and every complaint about it to the letter."""

from __future__ import annotations

import json

import pytest

from sqlfeat.project.config import AvroMessages, CsvMessages
from sqlfeat.project.load import load_project
from tests.projects import complaints, write_project

SOURCE = """\
sources:
  - name: shop
    streams:
      - name: orders
        columns: [{name: id, type: BIGINT}, {name: price, type: "DECIMAL(9, 2)"}, {name: ts, type: TIMESTAMP(3)}]
        event_time: ts
"""
TS = {"name": "ts", "type": {"type": "long", "logicalType": "timestamp-micros"}}
FIELDS = [{"name": "id", "type": "long"}, {"name": "price", "type": ["null", "string"]}, TS]


def project(tmp_path, stream, source=SOURCE, **files):
    texts = {f"{name}.avsc": text if isinstance(text, str) else json.dumps(text) for name, text in files.items()}
    return write_project(tmp_path, {"models/shop.yml": f"{source}        stream: {stream}\n", **texts})


def read(tmp_path, stream, **files):
    return load_project(project(tmp_path, stream, **files)).config.sources[0].stream


def record(*fields):
    return {"type": "record", "name": "order", "fields": list(fields)}


def test_csv(tmp_path):
    stream = read(tmp_path, "{connector: kafka, topic: t, format: csv}")
    assert (stream.format, stream.csv, stream.decoded) == ("csv", CsvMessages(",", ""), True)
    stream = read(tmp_path, r"{connector: kafka, topic: t, format: csv, delimiter: '|', null_literal: '\N'}")
    assert stream.csv == CsvMessages("|", r"\N")


def test_a_connector_handed_through_has_every_format(tmp_path):
    stream = read(tmp_path, "{connector: kinesis, options: {stream.arn: x}, format: csv}")
    assert (stream.connector, stream.csv) == ("kinesis", CsvMessages())


def test_avro_of_the_declared_columns(tmp_path):
    stream = read(tmp_path, "{connector: kafka, topic: t, format: avro}")
    words = "record 3 id union 2 null long price union 2 null decimal 2 ts timestamp-millis"
    assert stream.avro == AvroMessages(words, -1)


def test_avro_of_a_file(tmp_path):
    stream = "{connector: kafka, topic: t, format: avro, schema: a.avsc, schema_id: 7}"
    words = "record 4 id long price union 2 null string - bytes ts timestamp-micros"
    schema = record(*FIELDS[:2], {"name": "raw", "type": "bytes"}, TS)
    assert read(tmp_path, stream, a=schema).avro == AvroMessages(words, 7)


AVRO = "{connector: kafka, topic: t, format: avro, schema: a.avsc}"
AT = "SF0108 | models/shop.yml:7:68 <a.avsc> | the schema cannot be used: "


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ("{", "it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("[]", "the schema is no record"),
        ('"long"', "the schema is no record"),
        ("7", "`7` is no type of Avro"),
        (record(*FIELDS[:2]), "the schema has no field `ts`"),
        (record({"name": "id", "type": "double"}, *FIELDS[1:]), "the field `id` is double, which is no BIGINT"),
        (record({"name": "id", "type": ["null", "bytes"]}, *FIELDS[1:]), "the field `id` is bytes, which is no BIGINT"),
        (record(*FIELDS[:2], {"name": "ts", "type": "long"}), "the field `ts` is long, which is no TIMESTAMP(3)"),
        (record({"name": "x", "type": "int64"}), "`int64` is no type of Avro"),
        (record({"name": "x"}), '`{"name": "x"}` is no field of a record'),
        (record({"name": "x", "type": "order"}), "the type `order` contains itself"),
        (record({"name": "x", "type": {"type": "array"}}), "`array` is no type of Avro"),
        (record({"name": "x", "type": {"type": "enum", "name": "e"}}), "the enum `e` has no `symbols`"),
        (record({"name": "x", "type": {"type": "fixed", "name": "f", "size": "3"}}), '`size` cannot be `"3"`'),
    ],
)
def test_schemas_that_cannot_be_used(tmp_path, schema, reason):
    assert complaints(project(tmp_path, AVRO, a=schema)) == [AT + reason]


def test_no_schema(tmp_path):
    reason = "No such file or directory; a path is relative to the folder of project.yml"
    assert complaints(project(tmp_path, AVRO)) == [AT + reason]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (
            "format: xml",
            "SF0108 | models/shop.yml:7:54 <xml> | `format` cannot be `xml` | choices: json, csv, avro",
        ),
        (
            "format: csv, delimiter: ';;'",
            (
                "SF0108 | models/shop.yml:7:70 <';;'> | `;;` cannot be a delimiter"
                " | help: one character of ASCII, for example `;` or `\\t`"
            ),
        ),
        (
            "format: csv, trusted: true",
            (
                "SF0108 | models/shop.yml:7:59 <trusted> | `trusted` is for `format: json` only"
                " | help: leave it out: the fields of CSV and Avro are always checked"
            ),
        ),
        (
            "format: avro, schema_id: 2147483648",
            "SF0108 | models/shop.yml:7:71 <2147483648> | `2147483648` is no id of a schema registry",
        ),
        (
            "delimiter: ';'",
            (
                "SF0101 | models/shop.yml:7:46 <delimiter> | unknown key `delimiter` in `stream` | keys of `stream`: "
                "connector, format, trusted, topic, brokers, group, startup, timestamp, idle_timeout, properties, "
                "options | help: for `format: csv`"
            ),
        ),
    ],
)
def test_what_cannot_be_said(tmp_path, said, complaint):
    assert complaints(project(tmp_path, f"{{connector: kafka, topic: t, {said}}}")) == [complaint]


@pytest.mark.parametrize("kind", ["csv", "avro"])
def test_arrays_are_read_from_json_only(tmp_path, kind):
    source = SOURCE.replace("BIGINT}", 'BIGINT}, {name: tags, type: "STRING[]"}')
    assert complaints(project(tmp_path, f"{{connector: kafka, topic: t, format: {kind}}}", source)) == [
        (
            f"SF0108 | models/shop.yml:7:54 <{kind}> | `format` cannot be `{kind}`"
            " | column `tags` is ARRAY<STRING>, which is read from JSON only"
        )
    ]


def test_files_are_json(tmp_path):
    assert complaints(project(tmp_path, "{connector: filesystem, path: a.csv, format: csv}")) == [
        "SF0108 | models/shop.yml:7:62 <csv> | `format` cannot be `csv` | choices: json"
    ]
