"""Values that our own message format reads: those that the SQL of files makes of the same text, bit for bit."""

from __future__ import annotations

import json
import random

import pytest

from sqlfeat.dialects.flink import Flink
from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.own_jars import MESSAGE_FORMAT, own_jar
from sqlfeat.language.text_forms import parse_flink
from sqlfeat.language.trees import flink_type
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, TIMESTAMP, decimal
from sqlfeat.lower.expressions import column

pytestmark = pytest.mark.engine

TYPES = {
    "i": INT, "l": BIGINT, "d": DOUBLE, "b": BOOLEAN, "day": DATE, "ts": TIMESTAMP,
    "m": decimal(6, 2), "n": decimal(38, 0), "f": decimal(3, 3), "w": decimal(18, 4),
}  # fmt: skip
TEXTS = [
    "", " ", "0", "-0", "+0", "00", "7", "-7", "007", " 7", "7 ", "7\n", "\uff17", "1_000", "0x10", "7L", "7d",
    "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "-9223372036854775809", "9999999999999999999", "-9999999999999999999",
    "00000000000000000000", "10000000000000000000", "0000000000000000001",
    "1.", ".5", ".", "-.5", "+1.5", "1.5e3", "1E-3", "1e", "e1", "1e+", "1e99999", "1e0400", "1e308", "1.8e308",
    "-1e309", "1e-400", "-1e-400", "-0.0", "4.9e-324", "2.2250738585072012e-308", "0.1", "1.7976931348623157e308",
    "1.5f", "NaN", "Infinity", "-Infinity", "inf", "1,5", "1.5.2", "--1", "1-",
    "true", "TRUE", "False", "tRuE", "t", "yes", "1", "true ", "tru", "false!", "\u017false",
    "1234.56", "1234.567", "1234.560", "1234.5600000", "-1234.56", "9999.99", "10000", "10000.00", "00001234.5",
    "0.999", ".999", "0.9990", "0.9999", "1.000", "12345678901234567890123456789012345678",
    "123456789012345678901234567890123456789",
    "0" * 30 + "1", "0" * 37 + "1", "0" * 38 + "1", "0" * 60 + "1.5", "1." + "0" * 60, "1.5" + "0" * 60,
    "2024-02-29", "2023-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-01", "2024-01-00", "2024-1-1",
    "0000-01-01", "0001-01-01", "0004-02-29", "0100-02-29", "1500-02-29", "1582-10-04", "1582-10-10", "1582-10-15",
    "1900-02-29", "1969-12-31", "1970-01-01", "9999-12-31", "10000-01-01", "-001-01-01", "2024/01/01", "2024-01-01 ",
    *(f"{day}{time}" for day in ("2024-02-29", "2023-02-29", "0001-01-01", "0000-12-31", "1582-10-10", "1970-01-01")
      for time in (" 00:00:00", "T23:59:59.999Z", " 12:34:56.7", " 12:34:56.78", " 12:34:56.7899999", "T12:34:56Z",
                   " 24:00:00", " 23:60:00", " 23:59:60", " 1:02:03", " 12:34:56.", " 12:34:56.Z",
                   " 12:34:56.1234567891", " 12:34", "t12:34:56", " 12:34:56z", " 12:34:56+00:00", "  12:34:56",
                   " 12:34:56ZZ", " 12:34:5a")),
]  # fmt: skip


def noise(count):
    """Texts with a character or two gone wrong."""
    chance = random.Random(11)
    for _ in range(count):
        text = list(chance.choice(TEXTS) or "0")
        for _ in range(chance.randrange(1, 3)):
            text[chance.randrange(len(text))] = chance.choice("0123456789-+.eETZ: x\u0660")
        yield "".join(text)


@pytest.fixture(scope="module")
def environment(flink_log, tmp_path_factory):
    made = create_environment(flink_log, 1, {})
    made.execute_sql(f"ADD JAR '{own_jar(MESSAGE_FORMAT, tmp_path_factory.mktemp('jars'), flink_log)}'")
    return made


def create(environment, name, columns, path, form):
    options = {"connector": "filesystem", "path": str(path), **form}
    pairs = ", ".join(f"'{key}' = '{value}'" for key, value in options.items())
    environment.execute_sql(f"CREATE TEMPORARY TABLE {name} ({', '.join(columns)}) WITH ({pairs})")


def collected(environment, query):
    with environment.execute_sql(query).collect() as rows:
        return [list(row) for row in rows]


def test_values_are_those_of_the_sql_of_files(environment, tmp_path):
    texts = [*TEXTS, *noise(6_000)]
    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps(dict.fromkeys(TYPES, text)) + "\n" for text in texts), encoding="utf-8")
    kinds = {name: flink_type(type_).sql(Flink) for name, type_ in TYPES.items()}
    columns = [part for name, kind in kinds.items() for part in (f"`{name}` STRING", f"`__value_{name}` {kind}")]
    form = {"format": "sqlfeat", "sqlfeat.kind": "json", "sqlfeat.fields": ",".join(TYPES), "sqlfeat.texts": "true"}
    create(environment, "texts", columns, path, form)
    pairs = ", ".join(
        f"CAST(`__value_{name}` AS STRING), CAST({parse_flink(column(name), type_).sql(Flink)} AS STRING)"
        for name, type_ in TYPES.items()
    )
    rows = collected(environment, f"SELECT `l`, {pairs} FROM texts")
    assert sorted(row[0] for row in rows) == sorted(texts)
    for number, name in enumerate(TYPES):
        values = [(row[0], row[2 * number + 1], row[2 * number + 2]) for row in rows]
        assert [row for row in values if row[1] != row[2]] == [], name
        assert 3 < sum(value is not None for _, value, _ in values) < len(texts), name


ARRAYS = [
    "[]", "null", "[1, null, 2]", '["1", " 2 ", "x"]', "[1.5, 1e3, 9223372036854775808]", "[[1]]", '{"a": 1}', "7",
    '["2024-01-01 00:00:00"]', "[true]",
]  # fmt: skip


def test_arrays_are_those_of_flink(environment, tmp_path):
    path = tmp_path / "arrays.jsonl"
    lines = [f'{{"k": {number}, "xs": {text}, "ys": {text}}}\n' for number, text in enumerate(ARRAYS)]
    path.write_text("".join(lines), encoding="utf-8")
    arrays = ["xs ARRAY<BIGINT>", "ys ARRAY<STRING>"]
    flink = {"format": "json", "json.ignore-parse-errors": "true", "json.decode.json-parser.enabled": "false"}
    create(environment, "theirs", ["k BIGINT", *arrays], path, flink)
    form = {"format": "sqlfeat", "sqlfeat.kind": "json", "sqlfeat.fields": "k"}
    create(environment, "ours", ["k STRING", "__value_k BIGINT", *arrays], path, form)
    shown = "CAST(xs AS STRING), CAST(ys AS STRING), CARDINALITY(xs)"
    found = collected(environment, f"SELECT __value_k, {shown} FROM ours")
    assert found == collected(environment, f"SELECT k, {shown} FROM theirs")
    assert [row[1] for row in found[:3]] == ["[]", None, "[1, NULL, 2]"]


ROWS = [
    ('{"id": 1, "page": "a", "ts": "2024-01-01 00:00:00"}', [None, 1, "a", None, None, None]),
    ('{"id": "x", "page": "b", "ts": "2024-01-01 00:00:00Z"}', ["x", None, "b", "2024-01-01 00:00:00Z", None, None]),
    ('{"page": "c", "ts": "2024-01-01T00:00:00"}', [None, None, "c", "2024-01-01T00:00:00", None, None]),
    ('{"id": 4, "page": "d", "ts": "1970-01-01 00:00:00"}', ["4", 4, "d", "1970-01-01 00:00:00", None, None]),
    ('{"id": 5', [None, None, None, None, "not a JSON object", '{"id": 5']),
]


def test_texts_of_values_are_there_for_rows_that_may_be_rejected(environment, tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(line + "\n" for line, _ in ROWS), encoding="utf-8")
    columns = ["id STRING", "__value_id BIGINT", "page STRING", "ts STRING", "__value_ts TIMESTAMP(3)"]
    columns += ["__broken STRING", "__message STRING"]
    form = {"format": "sqlfeat", "sqlfeat.kind": "json", "sqlfeat.fields": "id,page,ts"}
    create(environment, "some_rows", columns, path, form)
    with environment.execute_sql(
        "SELECT id, __value_id, page, ts, __broken, __message FROM some_rows"
    ).collect() as rows:
        assert [list(row) for row in rows] == [row for _, row in ROWS]
