from __future__ import annotations

from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, STRING, TIMESTAMP, array, decimal
from sqlfeat.lower.program import OutputColumn, Role
from sqlfeat.stores.features import decode_features


def feature(name, column_type, role=Role.FEATURE):
    return OutputColumn(name, column_type, True, role)


def test_by_type_and_in_order():
    columns = [
        feature("k", STRING, Role.KEY),
        feature("z", BIGINT),
        feature("d", DOUBLE),
        feature("m", decimal(38, 2)),
        feature("t", TIMESTAMP),
        feature("day", DATE),
        feature("ok", BOOLEAN),
        feature("ts", array(TIMESTAMP)),
        feature("ns", array(BIGINT)),
        feature("o", BIGINT, Role.ORDER),
    ]
    text = (
        '{"d":4.9E-324,"day":"2013-01-02","m":"-0.10","ns":[1,null],"ok":true,'
        '"t":"2013-01-02 03:04:05.600","ts":["2013-01-02 03:04:05.600",null],"z":9007199254740993}'
    )
    decoded = decode_features(text, columns)
    assert list(decoded) == ["z", "d", "m", "t", "day", "ok", "ts", "ns"]
    assert decoded == {
        "z": 9007199254740993,
        "d": 4.9e-324,
        "m": "-0.10",
        "t": "2013-01-02T03:04:05.600Z",
        "day": "2013-01-02",
        "ok": True,
        "ts": ["2013-01-02T03:04:05.600Z", None],
        "ns": [1, None],
    }


def test_a_feature_newer_than_the_row_is_none():
    assert decode_features('{"a":1}', [feature("a", BIGINT), feature("b", STRING)]) == {"a": 1, "b": None}
