"""What CAST and TRY_CAST give: the proof of the tables of conversions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlfeat.language.operation import Vector

_STAMP = datetime(2024, 2, 29, 23, 59, 59, 999000)
_EPOCH, _BEFORE = datetime(1970, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999000)
_FIRST, _LAST = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999000)


def _vectors(target: str, type_: str, *rows: tuple[object, object]) -> list[tuple[str, Vector]]:
    return [(target, Vector((given,), result, (type_,))) for given, result in rows]


_MAX, _MIN = 2**63 - 1, -(2**63)

CAST_VECTORS: tuple[tuple[str, Vector], ...] = (
    *_vectors("BIGINT", "INT", (7, 7), (-(2**31), -(2**31)), (None, None)),
    *_vectors("BIGINT", "BOOLEAN", (True, 1), (False, 0), (None, None)),
    *_vectors("INT", "BOOLEAN", (True, 1), (False, 0), (None, None)),
    *_vectors("DOUBLE", "INT", (2**31 - 1, 2147483647.0), (0, 0.0)),
    *_vectors("DOUBLE", "BIGINT", (9007199254740993, 9007199254740992.0), (_MAX, 9223372036854775808.0),
              (_MIN, -9223372036854775808.0), (0, 0.0), (None, None)),
    *_vectors("DOUBLE", "DECIMAL(19,0)", (Decimal(-559877977881862496), -559877977881862496.0), (None, None)),
    *_vectors("DOUBLE", "DECIMAL(38,0)", (Decimal(-25484287144464894250), -25484287144464894250.0)),
    *_vectors("DOUBLE", "DECIMAL(18,4)", (Decimal("12345678901234.5678"), 12345678901234.568),
              (Decimal("0.0000"), 0.0), (Decimal("-0.1"), -0.1), (None, None)),
    *_vectors("DOUBLE", "DECIMAL(9,2)", (Decimal("0.29"), 0.29), (Decimal("-9999999.99"), -9999999.99)),
    *_vectors("DOUBLE", "DECIMAL(38,10)", (Decimal("1234567890123456789012345678.0123456789"), 1.2345678901234568e27),
              (Decimal("0.1"), 0.1)),
    *_vectors("DECIMAL(12,2)", "INT", (7, Decimal("7.00")), (-(2**31), Decimal("-2147483648.00")), (None, None)),
    *_vectors("DECIMAL(20,4)", "DECIMAL(9,2)", (Decimal("1.25"), Decimal("1.2500")),
              (Decimal("-9999999.99"), Decimal("-9999999.9900")), (None, None)),
    *_vectors("DECIMAL(19,0)", "BIGINT", (_MAX, Decimal(_MAX)), (_MIN, Decimal(_MIN))),
    *_vectors("STRING", "BIGINT", (-7, "-7"), (_MIN, str(_MIN)), (0, "0"), (None, None)),
    *_vectors("STRING", "INT", (2**31 - 1, "2147483647"), (-1, "-1")),
    *_vectors("STRING", "DECIMAL(9,2)", (Decimal("1.50"), "1.50"), (Decimal("-0.05"), "-0.05"),
              (Decimal("0.00"), "0.00"), (Decimal(9999999), "9999999.00")),
    *_vectors("STRING", "DECIMAL(4,4)", (Decimal("0.5"), "0.5000"), (Decimal("-0.0001"), "-0.0001")),
    *_vectors("STRING", "DECIMAL(38,0)", (Decimal(10**38 - 1), str(10**38 - 1)), (Decimal(0), "0")),
    *_vectors("STRING", "DECIMAL(38,20)", (Decimal("-1.00000000000000000001"), "-1.00000000000000000001"),
              (Decimal("1e-20"), "0.00000000000000000001")),
    *_vectors("STRING", "BOOLEAN", (True, "true"), (False, "false"), (None, None)),
    *_vectors("STRING", "DATE", (date(2024, 2, 29), "2024-02-29"), (date(1, 1, 1), "0001-01-01"),
              (date(9999, 12, 31), "9999-12-31"), (date(1969, 12, 31), "1969-12-31"), (None, None)),
    *_vectors("STRING", "TIMESTAMP(3)", (_STAMP, "2024-02-29 23:59:59.999"), (_EPOCH, "1970-01-01 00:00:00.000"),
              (_FIRST, "0001-01-01 00:00:00.000"), (_LAST, "9999-12-31 23:59:59.999"),
              (_BEFORE, "1969-12-31 23:59:59.999"), (datetime(2024, 1, 2, 3, 4, 5), "2024-01-02 03:04:05.000"),
              (None, None)),
    *_vectors("DATE", "TIMESTAMP(3)", (_STAMP, date(2024, 2, 29)), (_BEFORE, date(1969, 12, 31)),
              (datetime(1960, 2, 29, 6), date(1960, 2, 29)), (_FIRST, date(1, 1, 1)), (_LAST, date(9999, 12, 31)),
              (_EPOCH, date(1970, 1, 1)), (None, None)),
    *_vectors("TIMESTAMP(3)", "DATE", (date(2024, 2, 29), datetime(2024, 2, 29)), (date(1, 1, 1), _FIRST),
              (date(1969, 12, 31), datetime(1969, 12, 31)), (date(9999, 12, 31), datetime(9999, 12, 31)), (None, None)),
)  # fmt: skip
"""(target type, vector) of CAST."""

TRY_CAST_VECTORS: tuple[tuple[str, Vector], ...] = (
    *_vectors("BIGINT", "STRING", ("7", 7), ("-0", 0), ("007", 7), (str(_MAX), _MAX), (str(_MIN), _MIN),
              (str(_MAX + 1), None), (str(_MIN - 1), None), ("", None), (" 7", None), ("7 ", None),
              ("+7", None), ("1.0", None), ("1e3", None), ("0x10", None), ("1_000", None), ("٣", None), ("7\n", None),
              ("abc", None), ("99999999999999999999", None), (None, None)),
    *_vectors("INT", "STRING", ("7", 7), ("2147483647", 2**31 - 1), ("2147483648", None), ("-2147483648", -(2**31)),
              ("-2147483649", None), ("9999999999999", None), ("1.5", None), ("", None), (None, None)),
    *_vectors("DOUBLE", "STRING", ("1.5", 1.5), ("-0", 0.0), ("-0.0", 0.0), (".5", 0.5), ("5.", 5.0), ("+1e3", 1000.0),
              ("1E-3", 0.001), ("0.1", 0.1), ("1e400", None), ("1e-400", 0.0), ("-1e-400", 0.0), ("NaN", None),
              ("Infinity", None), ("inf", None), ("1d", None), ("1f", None), ("0x10", None), (" 1", None), ("", None),
              ("1e", None), ("1.7976931348623157e308", 1.7976931348623157e308), ("4.9e-324", 5e-324),
              ("2.2250738585072011e-308", 2.225073858507201e-308), ("123456789012345678901234567890",
                      1.2345678901234568e29), (None, None)),
    *_vectors("DECIMAL(9,2)", "STRING", ("1.5", Decimal("1.50")), ("-1.25", Decimal("-1.25")), ("1.255", None),
              ("1.250", Decimal("1.25")), ("9999999.99", Decimal("9999999.99")), ("10000000", None),
              ("0001", Decimal("1.00")),
              ("1.", Decimal("1.00")), (".5", None), ("+1", None), ("1e1", None), ("", None), (" 1", None),
              ("-0", Decimal("0.00")), ("00000001.50", Decimal("1.50")),
              ("0" * 60 + "1.5" + "0" * 60, Decimal("1.50")), (None, None)),
    *_vectors("DECIMAL(4,4)", "STRING", ("0.5", Decimal("0.5")), ("-0.1234", Decimal("-0.1234")),
              ("00.1", Decimal("0.1")), ("1", None), ("0.12345", None), ("0", Decimal(0))),
    *_vectors("DECIMAL(38,38)", "STRING", ("0.5", Decimal("0.5")), ("0." + "9" * 38, Decimal("0." + "9" * 38))),
    *_vectors("DECIMAL(38,0)", "STRING", (str(10**38 - 1), Decimal(10**38 - 1)), (str(10**38), None),
              ("-" + str(10**38 - 1), Decimal(1 - 10**38))),
    *_vectors("BOOLEAN", "STRING", ("true", True), ("FALSE", False), ("True", True), ("t", None), ("1", None),
              ("yes", None), ("", None), (" true", None), (None, None)),
    *_vectors("DATE", "STRING", ("2024-02-29", date(2024, 2, 29)), ("2023-02-29", None), ("2024-13-01", None),
              ("2024-1-1", None), ("0001-01-01", date(1, 1, 1)), ("9999-12-31", date(9999, 12, 31)),
              ("1969-12-31", date(1969, 12, 31)),
              ("2024-02-29 00:00:00", None), ("", None), (" 2024-02-29", None), ("2024-04-31", None), (None, None)),
    *_vectors("TIMESTAMP(3)", "STRING", ("2024-02-29 23:59:59.999", _STAMP), ("2024-02-29T23:59:59.999Z", _STAMP),
              ("2024-02-29 23:59:59.9999999", _STAMP), ("2024-01-02 03:04:05", datetime(2024, 1, 2, 3, 4, 5)),
              ("2024-01-02 03:04:05.1", datetime(2024, 1, 2, 3, 4, 5, 100000)), ("2023-02-29 00:00:00", None),
              ("2024-01-01 24:00:00", None), ("2024-01-01 00:60:00", None), ("2024-01-01 00:00:60", None),
              ("2024-01-01", None),
              ("1969-12-31 23:59:59.999", datetime(1969, 12, 31, 23, 59, 59, 999000)), ("0001-01-01 00:00:00", _FIRST),
              ("2024-01-01 00:00:00+01:00", None), ("", None), (None, None)),
    *_vectors("BIGINT", "DOUBLE", (1.9, 1), (-1.9, -1), (0.0, 0), (2.5, 2), (9.223372036854775e18,
            9223372036854774784), (9.223372036854775807e18, None), (-9.223372036854775808e18, _MIN),
            (-9.223372036854778e18, None), (1e300, None), (5e-324, 0), (None, None)),
    *_vectors("INT", "DOUBLE", (1.9, 1), (-1.9, -1), (2147483647.9, 2**31 - 1), (2147483648.0, None),
              (-2147483648.9, -(2**31)), (-2147483649.0, None), (None, None)),
    *_vectors("INT", "BIGINT", (7, 7), (2**31, None), (-(2**31), -(2**31)), (-(2**31) - 1, None), (_MAX, None),
              (_MIN, None), (None, None)),
    *_vectors("BIGINT", "DECIMAL(9,2)", (Decimal("1.99"), 1), (Decimal("-1.99"), -1), (Decimal("-0.5"), 0),
              (None, None)),
    *_vectors("BIGINT", "DECIMAL(38,10)", (Decimal("9223372036854775807.9"), _MAX),
              (Decimal(9223372036854775808), None), (Decimal("-9223372036854775808.9"), _MIN),
              (Decimal(-9223372036854775809), None), (Decimal("1.5"), 1)),
    *_vectors("INT", "DECIMAL(18,4)", (Decimal("2147483647.9999"), 2**31 - 1), (Decimal(2147483648), None),
              (Decimal("-2147483648.5"), -(2**31)), (Decimal(-2147483649), None)),
    *_vectors("DECIMAL(5,2)", "DECIMAL(18,4)", (Decimal("1.2350"), Decimal("1.24")),
              (Decimal("-1.2350"), Decimal("-1.24")), (Decimal("1.2349"), Decimal("1.23")),
              (Decimal("999.9949"), Decimal("999.99")),
              (Decimal("999.995"), None), (Decimal(1000), None), (Decimal("-0.0049"), Decimal("0.00")), (None, None)),
    *_vectors("DECIMAL(9,0)", "BIGINT", (999999999, Decimal(999999999)), (10**9, None), (_MIN, None), (None, None)),
    *_vectors("DECIMAL(5,2)", "INT", (999, Decimal("999.00")), (1000, None), (-999, Decimal("-999.00"))),
    *_vectors("DECIMAL(9,2)", "DOUBLE", (1.125, Decimal("1.13")), (-1.125, Decimal("-1.13")), (1.115, Decimal("1.11")),
              (0.145, Decimal("0.14")), (9999999.99, Decimal("9999999.99")), (9999999.995, Decimal("9999999.99")),
              (9999999.996, None), (1e10, None), (1e300, None),
              (0.0, Decimal("0.00")), (5e-324, Decimal("0.00")), (None, None)),
    *_vectors("DECIMAL(18,18)", "DOUBLE", (0.1, Decimal("0.100000000000000006")), (1.0, None)),
    *_vectors("DECIMAL(38,0)", "DOUBLE", (2.5, Decimal(3)), (9007199254740993.0, Decimal(9007199254740992)),
              (1e18, Decimal(10**18)), (1e19, None)),
    *_vectors("DECIMAL(38,6)", "DOUBLE", (3.141592653589793, Decimal("3.141593")), (-1e12, Decimal(-(10**12))),
              (1234567890123.4565, Decimal("1234567890123.456543"))),
)  # fmt: skip
"""(target type, vector) of TRY_CAST."""
