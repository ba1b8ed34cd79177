"""Features between the JSON text in an online store and values by type.

Every value survives exactly. DECIMAL, DATE and TIMESTAMP(3) are JSON strings, as JSON has no such types; a DOUBLE is
a number that reads back to the same bits; INT and BIGINT are numbers (JavaScript readers lose digits above 2^53).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlfeat.language.types import DataType, Kind
from sqlfeat.lower.program import OutputColumn, Role

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEXT_KINDS = (Kind.DECIMAL, Kind.DATE, Kind.TIMESTAMP)


def stored_as_text(column_type: DataType) -> bool:
    """Whether values, or the elements of an array, are stored as JSON strings although they are no STRINGs."""
    element = column_type.element
    return element.kind in _TEXT_KINDS if element else column_type.kind in _TEXT_KINDS


def decode_features(text: str, columns: Iterable[OutputColumn]) -> dict[str, Any]:
    """The features of a stored row, in the model's order, as values that JSON can show.

    A feature the row does not have, because it was written before the model got it, is None.
    """
    stored = json.loads(text)
    return {c.name: _decode(stored.get(c.name), c.type) for c in columns if c.role is Role.FEATURE}


def iso_time(text: str) -> str:
    """A stored TIMESTAMP(3) in ISO 8601 with its zone.

    >>> iso_time("2013-12-31 23:59:00.000")
    '2013-12-31T23:59:00.000Z'
    """
    return text.replace(" ", "T") + "Z"


def _decode(value: Any, column_type: DataType) -> Any:
    if value is None:
        return None
    if column_type.element is not None:
        return [_decode(item, column_type.element) for item in value]
    if column_type.kind is Kind.DOUBLE:
        return float(value)
    return iso_time(value) if column_type.kind is Kind.TIMESTAMP else value
