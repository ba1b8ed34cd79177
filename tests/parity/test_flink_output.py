from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from sqlfeat.parity.flink_output import output_files, select_output
from tests.programs import columns

OUTPUT = columns(
    k="STRING", feature_time="TIMESTAMP(3)", d="DOUBLE", m="DECIMAL(38,10)", n="BIGINT", i="INT", b="BOOLEAN",
    t="DATE", a="ARRAY<STRING>", x="ARRAY<DOUBLE>", y="ARRAY<DECIMAL(38,10)>", o="DECIMAL(3,1)",
)  # fmt: skip


def line(**values: str) -> str:
    """A line as Flink's JSON format writes it: all names, no blanks, numbers as Java prints them."""
    known = {column.name: values.get(column.name, "null") for column in OUTPUT}
    return "{" + ",".join(f'"{name}":{value}' for name, value in known.items()) + "}\n"


def read(tmp_path, *lines: str):
    (tmp_path / "part-0b5c-0-0").write_text("".join(lines), encoding="utf-8")
    return rows(tmp_path)


def rows(folder, output=OUTPUT):
    relation = duckdb.sql(select_output(output_files(folder), output).sql("duckdb"))
    return relation.fetchall()


def test_all_types(tmp_path):
    text = line(
        k='"ü😀\\"\\\\\\u2028"', feature_time='"2013-01-01 00:00:00.123"', d="1.0E-5", m="-12.5",
        n="-9223372036854775808",
        i="2147483647", b="true", t='"2013-02-28"', a='["x",null,"","a,b]"]', x="[0.1,null,-0.0]",
        y="[1E-10,null,12345678901234567890123456.1234567891]", o="-1.5",
    )  # fmt: skip
    (row,) = read(tmp_path, text)
    assert row[:3] == ('ü😀"\\\u2028', datetime(2013, 1, 1, 0, 0, 0, 123000), 1e-5)
    assert row[3:8] == (Decimal("-12.5"), -(2**63), 2**31 - 1, True, date(2013, 2, 28))
    assert row[8] == ["x", None, "", "a,b]"]
    assert repr(row[9]) == "[0.1, None, -0.0]"
    assert row[10] == [Decimal("1E-10"), None, Decimal("12345678901234567890123456.1234567891")]
    assert row[11] == Decimal("-1.5")


def test_nulls_and_empty_arrays(tmp_path):
    first, second = read(tmp_path, line(), line(a="[]", x="[]", y="[]", feature_time='"1970-01-01 00:00:00"'))
    assert first == (None,) * len(OUTPUT)
    assert second[8:11] == ([], [], [])
    assert second[1] == datetime(1970, 1, 1)


@pytest.mark.parametrize(
    "value",
    [-0.0, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 1 / 3, 0.1 + 0.2, 1e22, 123456789.1],
)
def test_doubles_keep_every_bit(tmp_path, value):
    ((_, _, found, *_),) = read(tmp_path, line(d=repr(value).replace("e", "E")))
    assert repr(found) == repr(value)


@pytest.mark.parametrize(
    "value", ["12345678901234567890123456.1234567891", "1E-10", "-9.99", "1.2345678901234567891E+19", "0", "0E-10"]
)
def test_decimals_keep_every_digit(tmp_path, value):
    ((_, _, _, found, *_),) = read(tmp_path, line(m=value))
    assert found == Decimal(value)


def test_text_that_looks_like_a_column_is_text(tmp_path):
    tricky = json.dumps('x,"m":7,{"m":8},"y":[9]')
    (row,) = read(tmp_path, line(k=tricky, m="1.5", a=f"[{tricky}]", y="[2.5]"))
    assert row[0] == 'x,"m":7,{"m":8},"y":[9]'
    assert (row[3], row[10]) == (Decimal("1.5"), [Decimal("2.5")])


def test_names_that_need_quoting(tmp_path):
    output = columns(**{"k k": "STRING", "feature_time": "TIMESTAMP(3)", "a.b(c)": "DECIMAL(5,2)", "ü": "BIGINT"})
    (tmp_path / "part").write_text('{"k k":"v","feature_time":"2013-01-01 00:00:00","a.b(c)":1.25,"ü":7}\n')
    assert rows(tmp_path, output) == [("v", datetime(2013, 1, 1), Decimal("1.25"), 7)]


def test_unfinished_files_are_not_output(tmp_path):
    (tmp_path / ".part-0-0.inprogress.1").write_text("{")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "part-0-0").write_text(line(k='"a"'))
    (tmp_path / "part-1-0").write_text(line(k='"b"'))
    assert sorted(row[0] for row in rows(tmp_path)) == ["a", "b"]


@pytest.mark.parametrize("kind", ["no folder", "no file", "empty file"])
def test_no_rows_at_all(tmp_path, kind):
    folder = tmp_path / "out"
    if kind != "no folder":
        folder.mkdir()
    if kind == "empty file":
        (folder / "part-0-0").touch()
    relation = duckdb.sql(select_output(output_files(folder), OUTPUT).sql("duckdb"))
    assert relation.fetchall() == []
    assert [str(t) for t in relation.types][:4] == ["VARCHAR", "TIMESTAMP", "DOUBLE", "DECIMAL(38,10)"]
