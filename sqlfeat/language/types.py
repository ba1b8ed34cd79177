"""The data types of the language: what a column may hold on both engines with the same values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """The families of types."""

    BOOLEAN = "BOOLEAN"
    INT = "INT"
    BIGINT = "BIGINT"
    DECIMAL = "DECIMAL"
    DOUBLE = "DOUBLE"
    STRING = "STRING"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP(3)"
    ARRAY = "ARRAY"
    NULL = "NULL"
    """The type of a bare NULL before its context gives it one; never the type of a column."""


@dataclass(frozen=True, slots=True)
class DataType:
    """A type of the language.

    Attributes:
        kind: the family.
        precision: total digits, DECIMAL only (1 to 38).
        scale: digits after the point, DECIMAL only.
        element: the element type, ARRAY only.
    """

    kind: Kind
    precision: int = 0
    scale: int = 0
    element: DataType | None = None

    def __str__(self) -> str:
        if self.kind is Kind.DECIMAL:
            return f"DECIMAL({self.precision},{self.scale})"
        if self.kind is Kind.ARRAY:
            return f"ARRAY<{self.element}>"
        return str(self.kind.value)

    @property
    def is_integer(self) -> bool:
        """Whether values are whole numbers of fixed width."""
        return self.kind in (Kind.INT, Kind.BIGINT)

    @property
    def is_numeric(self) -> bool:
        """Whether arithmetic is defined on values."""
        return self.kind in (Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE)


BOOLEAN = DataType(Kind.BOOLEAN)
INT = DataType(Kind.INT)
BIGINT = DataType(Kind.BIGINT)
DOUBLE = DataType(Kind.DOUBLE)
STRING = DataType(Kind.STRING)
DATE = DataType(Kind.DATE)
TIMESTAMP = DataType(Kind.TIMESTAMP)
NULL = DataType(Kind.NULL)


def decimal(precision: int, scale: int) -> DataType:
    """DECIMAL(precision, scale)."""
    return DataType(Kind.DECIMAL, precision, scale)


def array(element: DataType) -> DataType:
    """ARRAY<element>."""
    return DataType(Kind.ARRAY, element=element)


_SPELLINGS = {
    "BOOLEAN": BOOLEAN, "BOOL": BOOLEAN,
    "INT": INT, "INTEGER": INT,
    "BIGINT": BIGINT,
    "DOUBLE": DOUBLE, "DOUBLE PRECISION": DOUBLE,
    "STRING": STRING, "VARCHAR": STRING, "TEXT": STRING,
    "DATE": DATE,
    "TIMESTAMP(3)": TIMESTAMP,
}  # fmt: skip

REFUSED_SPELLINGS = {
    "TIMESTAMP": "write TIMESTAMP(3): event time has milliseconds on both engines",
    "FLOAT": "single precision is promoted differently by the engines; declare DOUBLE",
    "REAL": "single precision is promoted differently by the engines; declare DOUBLE",
    "TINYINT": "declare INT: the engines overflow small integers differently",
    "SMALLINT": "declare INT: the engines overflow small integers differently",
    "TIMESTAMPTZ": "all time is UTC; declare TIMESTAMP(3)",
    "TIMESTAMP_LTZ": "all time is UTC; declare TIMESTAMP(3)",
    "TIME": "declare BIGINT milliseconds or a TIMESTAMP(3)",
    "MAP": "the engines look up missing keys differently; declare one column per key",
    "JSON": "declare STRING and read it with JSON_VALUE",
}


def parse_type(text: str) -> DataType:
    """Parse a type as written in YAML or in CAST.

    Args:
        text: for example `BIGINT`, `decimal(12, 2)`, `ARRAY<STRING>`, `DOUBLE[]`.

    Raises:
        ValueError: the type is unknown or refused; the message says what to write instead.
    """
    spelled = " ".join(text.upper().split())
    if (known := _SPELLINGS.get(spelled)) is not None:
        return known
    if match := re.fullmatch(r"(?:DECIMAL|NUMERIC) ?\( ?(\d+) ?(?:, ?(\d+) ?)?\)", spelled):
        return _checked_decimal(int(match[1]), int(match[2] or 0))
    if match := re.fullmatch(r"ARRAY ?[<(](.+)[>)]|(.+)\[\]", spelled):
        return array(parse_type(match[1] or match[2]))
    head = re.split(r"[ (<]", spelled)[0]
    if reason := REFUSED_SPELLINGS.get(spelled) or REFUSED_SPELLINGS.get(head):
        raise ValueError(f"type `{text}` is not in the language: {reason}")
    if head in ("VARCHAR", "CHAR"):
        raise ValueError(f"type `{text}` is not in the language: lengths are not enforced alike; declare STRING")
    choices = ", ".join(sorted({str(t) for t in _SPELLINGS.values()} | {"DECIMAL(p,s)", "ARRAY<t>"}))
    raise ValueError(f"type `{text}` is unknown; the types are {choices}")


def _checked_decimal(precision: int, scale: int) -> DataType:
    if not 1 <= precision <= 38 or scale > precision:
        raise ValueError(f"DECIMAL({precision},{scale}) is impossible: 1 <= precision <= 38 and scale <= precision")
    return decimal(precision, scale)
