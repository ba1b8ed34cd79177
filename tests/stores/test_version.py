from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, DataType, decimal
from sqlfeat.stores.version import FEATURE_TIME_WIDTH, encode_version

NOON = datetime.fromisoformat("2013-12-31 12:00")
MILLIS = st.datetimes().map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000))
VALUES: dict[DataType, st.SearchStrategy] = {
    INT: st.integers(-(2**31), 2**31 - 1),
    BIGINT: st.integers(-(2**63), 2**63 - 1),
    decimal(6, 2): st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2),
    decimal(3, 3): st.decimals(Decimal("-0.999"), Decimal("0.999"), places=3),
    decimal(38, 0): st.integers(-(10**38) + 1, 10**38 - 1).map(Decimal),
    BOOLEAN: st.booleans(),
    STRING: st.text(),
    DATE: st.dates(),
    TIMESTAMP: MILLIS,
}
ROWS = st.tuples(
    MILLIS,
    st.none() | VALUES[STRING],
    st.none() | VALUES[BIGINT],
    st.none() | VALUES[decimal(6, 2)],
)


def sortable(value):
    """NULL below everything; text by its UTF-8 bytes."""
    return (value is not None, value.encode() if isinstance(value, str) else value)


def test_decimals_keep_all_their_digits():
    near = [encode_version(NOON, [(Decimal(14008287389385117742034388735 + i), decimal(38, 0))]) for i in range(2)]
    assert near[0] < near[1]


@pytest.mark.parametrize("column_type", VALUES, ids=str)
@given(data=st.data())
def test_versions_sort_as_the_values_do(column_type, data):
    left, right = (data.draw(st.none() | VALUES[column_type]) for _ in range(2))
    versions = [encode_version(NOON, [(value, column_type)]) for value in (left, right)]
    if left is None or right is None:
        expected = (left is not None) < (right is not None)
    else:
        expected = sortable(left) < sortable(right)
    assert (versions[0].encode() < versions[1].encode()) == expected
    assert (versions[0] == versions[1]) == (left == right)


@given(left=ROWS, right=ROWS)
def test_columns_count_one_after_the_other(left, right):
    types = (STRING, BIGINT, decimal(6, 2))
    versions = [encode_version(row[0], zip(row[1:], types, strict=True)) for row in (left, right)]

    def nested(row):
        return (row[0], *((0,) if v is None else (1, sortable(v)) for v in row[1:]))

    assert (versions[0].encode() < versions[1].encode()) == (nested(left) < nested(right))


def test_the_text_is_readable():
    order = [
        (42, BIGINT),
        (-1, INT),
        (Decimal("-12.5"), decimal(6, 2)),
        (True, BOOLEAN),
        ("Ab", STRING),
        (date(2013, 1, 2), DATE),
        (None, STRING),
    ]
    version = encode_version(datetime(2013, 12, 31, 12, 0, 0, 5000, tzinfo=timezone.utc), order)
    assert version == ("2013-12-31 12:00:00.005 p0000000000000000042 n9999999998 n99987.49 t x4162 2013-01-02 !")
    assert version[:FEATURE_TIME_WIDTH] == "2013-12-31 12:00:00.005"


def test_a_double_has_no_sortable_text():
    with pytest.raises(ValueError, match="DOUBLE has no sortable text"):
        encode_version(NOON, [(1.0, DOUBLE)])
