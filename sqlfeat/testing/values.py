"""Cells of a unit test as values: what an engine is fed with, what is compared, what is shown."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import DataType, Kind

if TYPE_CHECKING:
    from sqlfeat.project.declared_tests import CellValue

_BARE = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?", re.ASCII)
_SHORT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


def full_time(text: str, day: date) -> str:
    """A time with its date and milliseconds; a text of any other form as it is.

    >>> [full_time(text, date(2024, 1, 1)) for text in ("9:30", "2024-02-03 10:00", "soon")]
    ['2024-01-01 09:30:00.000', '2024-02-03 10:00:00.000', 'soon']
    """
    if match := _SHORT.fullmatch(text):
        return f"{match[1]} {_clock(match[2] or '0:00')}"
    return f"{day.isoformat()} {_clock(text)}" if _BARE.fullmatch(text) else text


def _clock(text: str) -> str:
    match = _BARE.fullmatch(text)
    assert match is not None
    return f"{match[1]:0>2}:{match[2]}:{match[3] or '00'}.{match[4] or '':0<3}"


def fed_value(value: CellValue, type_: DataType, day: date) -> Any:
    """The cell as it goes into a line of JSON: text, so that a value that does not fit is rejected by the engines.

    Raises:
        ValueError: a list where the column has none, or a list that is not one of its elements.
    """
    if type_.element is not None:
        elements = typed_value(value, type_, day)
        return None if elements is None else json_value(elements)
    value = _no_list(value, type_)
    return full_time(value, day) if value is not None and type_.kind is Kind.TIMESTAMP else value


def _no_list(value: CellValue, type_: DataType) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError(f"a list is not {type_}")


def json_value(value: Any) -> Any:
    """A value as a line of JSON has it."""
    if isinstance(value, list):
        return [json_value(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return str(value) if isinstance(value, (date, Decimal)) else value


def typed_value(value: CellValue, type_: DataType, day: date) -> Any:
    """The cell as the value that DuckDB gives for it.

    Raises:
        ValueError: it is not a value of the type.
    """
    if value is None:
        return None
    if type_.element is not None:
        return [typed_value(item, type_.element, day) for item in _elements(value, type_)]
    text = _no_list(value, type_)
    assert text is not None
    try:
        return _scalar(text, type_, day)
    except (ValueError, KeyError, InvalidOperation):
        raise ValueError(f"`{value}` is not {type_}") from None


def _elements(value: str | tuple[CellValue, ...], type_: DataType) -> tuple[CellValue, ...]:
    """The elements of a list, which in CSV and JSON files is the text of a JSON array."""
    if isinstance(value, tuple):
        return value
    try:
        found = json.loads(value, parse_float=str, parse_int=str)
    except ValueError:
        found = None
    if isinstance(found, list):
        return tuple(cell_value(item) for item in found)
    raise ValueError(f"`{value}` is not {type_}")


def cell_value(value: Any) -> CellValue:
    """A value out of JSON or Parquet as the text one would write."""
    match value:
        case None:
            return None
        case list() | tuple():
            return tuple(cell_value(item) for item in value)
        case bool():
            return str(value).lower()
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds")
        case dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)


def _scalar(text: str, type_: DataType, day: date) -> Any:
    match type_.kind:
        case Kind.INT | Kind.BIGINT:
            return _whole(text, 31 if type_.kind is Kind.INT else 63)
        case Kind.DOUBLE:
            return _double(text)
        case Kind.DECIMAL:
            return _decimal(text, type_)
        case Kind.BOOLEAN:
            return {"true": True, "false": False}[text.lower()]
        case Kind.DATE:
            return date.fromisoformat(text)
        case Kind.TIMESTAMP:
            return datetime.fromisoformat(full_time(text, day))
        case _:
            return text


def _whole(text: str, bits: int) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not -(2**bits) <= int(text) < 2**bits:
        raise ValueError(text)
    return int(text)


def _double(text: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return float(text) + 0.0  # there is one zero


def _decimal(text: str, type_: DataType) -> Decimal:
    """A number of at most the declared digits: what would have to be rounded is no value of the type."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    number = Decimal(text)
    rounded = number.quantize(Decimal(1).scaleb(-type_.scale)) if number.adjusted() < 40 else None
    if rounded is None or rounded != number or abs(number) >= 10 ** (type_.precision - type_.scale):
        raise ValueError(text)
    return rounded


def canonical(value: Any) -> str:
    """A text that two values share if they are the same to the last bit."""
    if isinstance(value, list):
        return "[" + ", ".join(canonical(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return repr(value)


def shown(value: Any) -> str:
    """A value for people: text in quotes, times without needless zeros."""
    match value:
        case None:
            return "NULL"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(shown(item) for item in value) + "]"
        case datetime():
            return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
        case Decimal():
            return format(value, "f")
    return str(value)


def listed_value(type_: DataType, number: int, day: date) -> Any:
    """The value of a column that only orders rows: it grows with the number.

    Raises:
        ValueError: values of the type cannot be made to grow.
    """
    start = datetime.combine(day, datetime.min.time())
    match type_.kind:
        case Kind.INT | Kind.BIGINT | Kind.DOUBLE:
            return str(number)
        case Kind.DECIMAL if type_.precision - type_.scale >= 6:
            return str(number)
        case Kind.STRING:
            return f"{number:09d}"
        case Kind.TIMESTAMP:
            return (start + timedelta(milliseconds=number)).isoformat(sep=" ", timespec="milliseconds")
        case Kind.DATE:
            return (day + timedelta(days=number)).isoformat()
    raise ValueError(f"{type_} does not tell rows apart")
