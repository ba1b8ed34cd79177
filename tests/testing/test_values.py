"""Cells of unit tests as values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.language.types import parse_type
from sqlfeat.testing.values import canonical, cell_value, fed_value, full_time, listed_value, shown, typed_value

DAY = date(2024, 2, 28)


def typed(value, name):
    return typed_value(value, parse_type(name), DAY)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:05", "2024-02-28 09:05:00.000"),
        ("10:05:06", "2024-02-28 10:05:06.000"),
        ("10:05:06.7", "2024-02-28 10:05:06.700"),
        ("2013-01-02", "2013-01-02 00:00:00.000"),
        ("2013-01-02 3:04", "2013-01-02 03:04:00.000"),
        ("2013-01-02T03:04:05.678", "2013-01-02 03:04:05.678"),
        ("10", "10"),
        ("10:5", "10:5"),
        ("10:05:06.7891", "10:05:06.7891"),
        ("2013-01-02 03:04:05Z", "2013-01-02 03:04:05Z"),
        ("1:02:03:04", "1:02:03:04"),
    ],
)
def test_times_may_leave_out_their_date_and_their_end(text, expected):
    assert full_time(text, DAY) == expected


@pytest.mark.parametrize(
    ("cell", "type_", "expected"),
    [
        (None, "BIGINT", None),
        ("-7", "BIGINT", -7),
        ("9223372036854775807", "BIGINT", 9223372036854775807),
        ("1e-3", "DOUBLE", 0.001),
        ("-0", "DOUBLE", 0.0),
        ("1.5", "DECIMAL(4,2)", Decimal("1.50")),
        ("NO", "STRING", "NO"),
        ("", "STRING", ""),
        ("True", "BOOLEAN", True),
        ("2013-02-28", "DATE", date(2013, 2, 28)),
        ("10:00", "TIMESTAMP(3)", datetime(2024, 2, 28, 10)),
        (("a", None), "ARRAY<STRING>", ["a", None]),
        ('["a", null, "1"]', "ARRAY<STRING>", ["a", None, "1"]),
        ("[0.1, 2]", "ARRAY<DOUBLE>", [0.1, 2.0]),
        ((("1",), ()), "ARRAY<ARRAY<INT>>", [[1], []]),
    ],
)
def test_a_cell_is_read_by_the_type_of_its_column(cell, type_, expected):
    found = typed(cell, type_)
    assert canonical(found) == canonical(expected)


@pytest.mark.parametrize(
    ("cell", "type_", "told"),
    [
        ("1.0", "BIGINT", "`1.0` is not BIGINT"),
        ("9223372036854775808", "BIGINT", "`9223372036854775808` is not BIGINT"),
        ("2147483648", "INT", "`2147483648` is not INT"),
        ("nan", "DOUBLE", "`nan` is not DOUBLE"),
        ("1_0", "DOUBLE", "`1_0` is not DOUBLE"),
        ("1.005", "DECIMAL(4,2)", "`1.005` is not DECIMAL(4,2)"),
        ("100", "DECIMAL(4,2)", "`100` is not DECIMAL(4,2)"),
        ("1e9999", "DECIMAL(4,2)", "`1e9999` is not DECIMAL(4,2)"),
        ("yes", "BOOLEAN", "`yes` is not BOOLEAN"),
        ("2013-02-30", "DATE", "`2013-02-30` is not DATE"),
        ("25:00", "TIMESTAMP(3)", "`25:00` is not TIMESTAMP(3)"),
        (("1",), "BIGINT", "a list is not BIGINT"),
        ("1", "ARRAY<BIGINT>", "`1` is not ARRAY<BIGINT>"),
        ("{}", "ARRAY<BIGINT>", "`{}` is not ARRAY<BIGINT>"),
        (("x",), "ARRAY<BIGINT>", "`x` is not BIGINT"),
    ],
)
def test_a_cell_that_is_no_value_of_its_column(cell, type_, told):
    with pytest.raises(ValueError, match="is not") as caught:
        typed(cell, type_)
    assert str(caught.value) == told


@pytest.mark.parametrize(
    ("cell", "type_", "expected"),
    [
        ("abc", "BIGINT", "abc"),
        ("10:00", "TIMESTAMP(3)", "2024-02-28 10:00:00.000"),
        ("10:00", "STRING", "10:00"),
        (None, "ARRAY<INT>", None),
        (("2013-01-02 3:00", None), "ARRAY<TIMESTAMP(3)>", ["2013-01-02 03:00:00.000", None]),
        (("1.5",), "ARRAY<DECIMAL(3,1)>", ["1.5"]),
        ((("1",),), "ARRAY<ARRAY<BIGINT>>", [[1]]),
    ],
)
def test_engines_are_fed_with_text_and_with_arrays_of_values(cell, type_, expected):
    assert fed_value(cell, parse_type(type_), DAY) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"), ("NULL", '"NULL"'), (True, "true"), (0.1, "0.1"), (Decimal("1E+2"), "100"),
        (datetime(2024, 1, 1), "2024-01-01 00:00:00"), (datetime(2024, 1, 1, 0, 0, 0, 1000), "2024-01-01 00:00:00.001"),
        (date(2024, 1, 1), "2024-01-01"), ([1, None, "é"], '[1, NULL, "é"]'),
    ],
)  # fmt: skip
def test_values_as_people_see_them(value, text):
    assert shown(value) == text


@pytest.mark.parametrize(("value", "cell"), [(True, "true"), (1.5, "1.5"), ([1, [None]], ("1", (None,)))])
def test_values_of_files_become_cells(value, cell):
    assert cell_value(value) == cell


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_that_is_shown_reads_back_to_the_same_bits(value):
    assert canonical(typed(shown(value), "DOUBLE")) == canonical(value + 0.0)


@given(
    st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1)).map(
        lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)
    )
)
def test_a_time_that_is_shown_reads_back(value):
    assert typed(shown(value), "TIMESTAMP(3)") == value


@pytest.mark.parametrize("type_", ["INT", "BIGINT", "DOUBLE", "DECIMAL(10,2)", "STRING", "TIMESTAMP(3)", "DATE"])
def test_values_made_up_for_an_order_grow(type_):
    made = [typed(listed_value(parse_type(type_), number, DAY), type_) for number in (1, 2, 9, 10, 11, 100)]
    assert made == sorted(set(made))


@pytest.mark.parametrize("type_", ["BOOLEAN", "ARRAY<INT>", "DECIMAL(4,2)"])
def test_some_types_cannot_tell_rows_apart(type_):
    with pytest.raises(ValueError, match="does not tell rows apart"):
        listed_value(parse_type(type_), 1, DAY)
