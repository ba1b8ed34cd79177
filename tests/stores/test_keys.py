from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, decimal
from sqlfeat.stores.keys import encode_key, parse_key_value

NIGHT = datetime.fromisoformat("2013-01-02 03:00")


def test_columns_are_sorted_by_name():
    types = {"origin": STRING, "dest": STRING}
    assert encode_key({"origin": "EWR", "dest": "LAX"}, types) == "dest=LAX,origin=EWR"
    assert encode_key({"dest": "LAX", "origin": "EWR"}, types) == "dest=LAX,origin=EWR"


@pytest.mark.parametrize(
    ("value", "column_type", "text"),
    [
        ("a,b=c%", STRING, "k=a%2Cb=c%25"),
        ("", STRING, "k="),
        ("ü", STRING, "k=ü"),
        (-7, BIGINT, "k=-7"),
        (True, BOOLEAN, "k=true"),
        (date(2013, 1, 2), DATE, "k=2013-01-02"),
        (NIGHT, TIMESTAMP, "k=2013-01-02 03:00:00.000"),
        (Decimal("1.5"), decimal(6, 2), "k=1.50"),
    ],
)
def test_values_by_type(value, column_type, text):
    assert encode_key({"k": value}, {"k": column_type}) == text


@given(left=st.tuples(st.text(), st.text()), right=st.tuples(st.text(), st.text()))
def test_different_keys_have_different_texts(left, right):
    types = {"a": STRING, "b": STRING}
    texts = [encode_key(dict(zip("ab", pair, strict=True)), types) for pair in (left, right)]
    assert (texts[0] == texts[1]) == (left == right)


@pytest.mark.parametrize(
    ("text", "column_type", "value"),
    [
        ("UA", STRING, "UA"),
        ("-42", BIGINT, -42),
        ("TRUE", BOOLEAN, True),
        ("12.50", decimal(6, 2), Decimal("12.5")),
        ("2013-01-02", DATE, date(2013, 1, 2)),
        ("2013-01-02T03:04:05.6Z", TIMESTAMP, datetime.fromisoformat("2013-01-02 03:04:05.600")),
        ("2013-01-02 03:04", TIMESTAMP, datetime.fromisoformat("2013-01-02 03:04")),
    ],
)
def test_typed_by_a_person(text, column_type, value):
    assert parse_key_value(text, column_type) == value


@pytest.mark.parametrize(
    ("text", "column_type", "message"),
    [
        ("12a", BIGINT, "a whole number is expected, for example 42"),
        ("1_000", BIGINT, "a whole number is expected, for example 42"),
        ("2147483648", INT, "the number is outside INT"),
        ("yes", BOOLEAN, "`true` or `false` is expected"),
        ("1.234", decimal(6, 2), "a number that fits DECIMAL(6,2) is expected"),
        ("10000", decimal(6, 2), "a number that fits DECIMAL(6,2) is expected"),
        ("NaN", decimal(6, 2), "a number that fits DECIMAL(6,2) is expected"),
        ("2013-02-30", DATE, "a date is expected, for example 2013-12-31"),
        ("2013-01-02T25:00", TIMESTAMP, "a UTC time is expected, for example 2013-12-31T23:59:00"),
        ("tomorrow", TIMESTAMP, "a UTC time is expected, for example 2013-12-31T23:59:00"),
        ("1.0", DOUBLE, "a DOUBLE cannot be a key"),
    ],
)
def test_mistyped(text, column_type, message):
    with pytest.raises(ValueError, match="^" + message.replace("(", r"\(").replace(")", r"\)") + "$"):
        parse_key_value(text, column_type)
