"""Values as texts: into the engines without loss, and out of them in a form that is equal for equal bits."""

from __future__ import annotations

import struct
from datetime import date, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import Kind

if TYPE_CHECKING:
    from sqlfeat.language.types import DataType


def argument(value: Any) -> Any:
    """The value as text (a list of texts for an array), None for NULL."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        return [argument(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return repr(value)


def expected(value: Any, data_type: DataType) -> Any:
    """The canonical form of the value a vector expects."""
    if value is None:
        return None
    if data_type.kind is Kind.ARRAY:
        assert data_type.element is not None
        return [expected(item, data_type.element) for item in value]
    if data_type.kind is Kind.DECIMAL:
        return format(Decimal(value).quantize(Decimal(1).scaleb(-data_type.scale), context=Context(prec=80)), "f")
    if data_type.kind is Kind.DOUBLE:
        return _double(float(value))
    return argument(value)


def actual(text: Any, data_type: DataType) -> Any:
    """The canonical form of what an engine wrote."""
    if text is None:
        return None
    match data_type.kind:
        case Kind.ARRAY:
            assert data_type.element is not None
            return [actual(item, data_type.element) for item in text]
        case Kind.DOUBLE:
            return _double(float(text))
        case Kind.BOOLEAN:
            return text.lower()
        case Kind.DECIMAL:
            # DuckDB leaves out the zero before the point when there are no digits for it.
            return format(Decimal(text), "f")
        case Kind.TIMESTAMP:
            whole, _, fraction = text.partition(".")
            return f"{whole}.{fraction:0<3}"
        case _:
            return text


def _double(value: float) -> str:
    """Its digits and its bits, so that two zeros differ and a reader sees both."""
    return f"{value!r} ({struct.pack('>d', value).hex()})"


def _stamp(value: datetime) -> str:
    return value.isoformat(sep=" ", timespec="milliseconds")
