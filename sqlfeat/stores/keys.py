"""The canonical text of an entity key: `carrier=UA`, `dest=LAX,origin=EWR`.

Columns are sorted by name, so that the order of columns in a SELECT or a YAML file does not change any key. In
values `%` is written `%25` and `,` is written `%2C`, which makes the text unambiguous: no value can look like
another column. Flink computes the same text in SQL (`sqlfeat.lower.flink.online`).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import DataType, Kind
from sqlfeat.stores.version import timestamp_text

if TYPE_CHECKING:
    from collections.abc import Mapping

ESCAPES = (("%", "%25"), (",", "%2C"))
"""Replacements inside a value, in this order."""
COLUMN_SEPARATOR = ","
VALUE_SEPARATOR = "="

KEY_KINDS = frozenset({Kind.INT, Kind.BIGINT, Kind.STRING, Kind.BOOLEAN, Kind.DATE, Kind.TIMESTAMP, Kind.DECIMAL})
"""Kinds that may be keys; a DOUBLE has several texts for nearly the same number, an ARRAY has none."""

_BOUNDS = {Kind.INT: 2**31, Kind.BIGINT: 2**63}
_BOOLEANS = {"true": True, "false": False}


def encode_key(values: Mapping[str, Any], types: Mapping[str, DataType]) -> str:
    """The canonical text of a key.

    >>> from sqlfeat.language.types import STRING
    >>> encode_key({"origin": "EWR", "dest": "LAX"}, {"origin": STRING, "dest": STRING})
    'dest=LAX,origin=EWR'
    """
    return COLUMN_SEPARATOR.join(
        name + VALUE_SEPARATOR + _escape(_value_text(values[name], types[name])) for name in sorted(values)
    )


def store_key(project: str, view: str, key: str) -> str:
    """What a row is called in Redis, and in the log of any store; `key` is canonical text.

    >>> store_key("shop", "spend", "user_id=7")
    'sqlfeat:shop:spend:{user_id=7}'
    """
    return f"sqlfeat:{project}:{view}:{{{key}}}"


def parse_key_value(text: str, column_type: DataType) -> Any:
    """A key value typed by a person, as a value of the key column.

    Raises:
        ValueError: the text is no value of that type; the message says what one looks like.
    """
    match column_type.kind:
        case Kind.STRING:
            return text
        case Kind.INT | Kind.BIGINT:
            return _parse_integer(text, column_type.kind)
        case Kind.BOOLEAN:
            return _parse_boolean(text)
        case Kind.DECIMAL:
            return _parse_decimal(text, column_type)
        case Kind.DATE:
            return _parse_date(text)
        case Kind.TIMESTAMP:
            return _parse_timestamp(text)
    raise ValueError(f"a {column_type} cannot be a key")


def _value_text(value: Any, column_type: DataType) -> str:
    match column_type.kind:
        case Kind.BOOLEAN:
            return "true" if value else "false"
        case Kind.TIMESTAMP:
            return timestamp_text(value)
        case Kind.DECIMAL:
            return format(value, f".{column_type.scale}f")
    return str(value)


def _escape(text: str) -> str:
    for plain, escaped in ESCAPES:
        text = text.replace(plain, escaped)
    return text


def _parse_integer(text: str, kind: Kind) -> int:
    if not re.fullmatch(r"[+-]?[0-9]+", text, re.ASCII):
        raise ValueError("a whole number is expected, for example 42")
    number, bound = int(text), _BOUNDS[kind]
    if not -bound <= number < bound:
        raise ValueError(f"the number is outside {kind.value}")
    return number


def _parse_boolean(text: str) -> bool:
    if (value := _BOOLEANS.get(text.lower())) is None:
        raise ValueError("`true` or `false` is expected")
    return value


def _parse_decimal(text: str, column_type: DataType) -> Decimal:
    try:
        number = Decimal(text)
        fits = number.is_finite() and round(number, column_type.scale) == number
    except InvalidOperation:
        fits = False
    if not fits or abs(number) >= Decimal(10) ** (column_type.precision - column_type.scale):
        raise ValueError(f"a number that fits {column_type} is expected")
    return abs(number) if number == 0 else number


def _parse_date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a date is expected, for example 2013-12-31") from None


def _parse_timestamp(text: str) -> datetime:
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.(\d{1,3}))?Z?", text, re.ASCII)
    try:
        day, minute, second, fraction = match.groups("") if match else ("", "", "", "")
        return datetime.fromisoformat(f"{day} {minute}{second or ':00'}.{fraction:0<3}")
    except ValueError:
        raise ValueError("a UTC time is expected, for example 2013-12-31T23:59:00") from None
