"""The version of an online row: text that sorts as (feature time, ORDER columns) do.

Flink computes the same text in SQL (`sqlfeat.lower.flink.online`). Parts are joined by a space, the smallest
character used, and every part is of fixed width or written in hexadecimal, so that comparing versions byte by byte
compares the values one after the other. NULL sorts below every value.

| type            | text                                                                     |
| --------------- | ------------------------------------------------------------------------ |
| TIMESTAMP(3)    | `2013-12-31 23:59:00.000`                                                |
| DATE            | `2013-12-31`                                                             |
| INT, BIGINT     | `p` and zero-padded digits; negative: `n` and the nines' complement      |
| DECIMAL(p,s)    | the same, with the decimal point in its fixed place                      |
| BOOLEAN         | `f`, `t`                                                                 |
| STRING          | `x` and the upper-case hexadecimal of its UTF-8 bytes                    |
| NULL            | `!`                                                                      |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import DataType, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

FEATURE_TIME_WIDTH = len("2013-12-31 23:59:00.000")
SEPARATOR = " "
NULL_MARK = "!"
NEGATIVE_MARK = "n"
POSITIVE_MARK = "p"
STRING_MARK = "x"
FALSE_MARK = "f"
TRUE_MARK = "t"
DIGITS = "0123456789"
COMPLEMENT = DIGITS[::-1]

SORTABLE = frozenset({Kind.TIMESTAMP, Kind.DATE, Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.BOOLEAN, Kind.STRING})
"""Kinds that have sortable text; DOUBLE and ARRAY have none."""

_COMPLEMENTS = str.maketrans(DIGITS, COMPLEMENT)


def number_width(column_type: DataType) -> int:
    """Characters of the longest absolute value of a number type: all its digits, a leading zero, the point."""
    if column_type.kind is Kind.INT:
        return 10
    if column_type.kind is Kind.BIGINT:
        return 19
    return column_type.precision + 2


def timestamp_text(value: datetime) -> str:
    """`YYYY-MM-DD HH:MM:SS.mmm`, as Flink casts a TIMESTAMP(3) to STRING; an aware value must be in UTC."""
    return value.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")


def encode_version(feature_time: datetime, order: Iterable[tuple[Any, DataType]] = ()) -> str:
    """The version of a row.

    Args:
        feature_time: UTC.
        order: values of the ORDER columns with their types.

    >>> from sqlfeat.language.types import BIGINT
    >>> encode_version(datetime(2013, 12, 31, 23, 59), [(-7, BIGINT)])
    '2013-12-31 23:59:00.000 n9999999999999999992'
    """
    return SEPARATOR.join([timestamp_text(feature_time), *(_part(value, kind) for value, kind in order)])


def _part(value: Any, column_type: DataType) -> str:
    if value is None:
        return NULL_MARK
    match column_type.kind:
        case Kind.TIMESTAMP:
            return timestamp_text(value)
        case Kind.DATE:
            return str(value.isoformat())
        case Kind.BOOLEAN:
            return TRUE_MARK if value else FALSE_MARK
        case Kind.STRING:
            return f"{STRING_MARK}{value.encode().hex().upper()}"
        case Kind.INT | Kind.BIGINT | Kind.DECIMAL:
            return _number(value, column_type)
    raise ValueError(f"{column_type} has no sortable text")


def _number(value: Any, column_type: DataType) -> str:
    # `abs` of a Decimal rounds to 28 digits; a copy does not.
    is_decimal = column_type.kind is Kind.DECIMAL
    digits: str = format(value.copy_abs(), f".{column_type.scale}f") if is_decimal else format(abs(value), "d")
    digits = digits.rjust(number_width(column_type), "0")
    return NEGATIVE_MARK + digits.translate(_COMPLEMENTS) if value < 0 else POSITIVE_MARK + digits
