"""Functions by name."""

from __future__ import annotations

import base64
import calendar
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, STRING, TIMESTAMP, DataType, Kind, array, decimal
from tests.oracle.values import EXACT, NotInterpreted, common, finite, milliseconds, wrapped


@dataclass(frozen=True)
class Function:
    """A function of arguments that are not NULL, unless it sees NULL."""

    takes: tuple[DataType, ...]
    gives: DataType
    compute: Callable[..., Any]
    sees_null: bool = False


def function(name: str, kinds: list[DataType]) -> Function:
    """The function of that name for arguments of these types."""
    if name in _TEXT and len(kinds) in _arities(_TEXT[name][0]):
        kinds_, gives, compute = _TEXT[name]
        return Function(kinds_[: len(kinds)], gives, compute)
    if name in _PARTS and kinds in ([TIMESTAMP], [DATE]):
        return Function((kinds[0],), BIGINT, _PARTS[name])
    if name in _NAMED and kinds in ([TIMESTAMP], [DATE]):
        return Function((kinds[0],), *_NAMED[name])
    if name == "DATE_TRUNC" and kinds == [STRING, TIMESTAMP]:
        return Function((STRING, TIMESTAMP), TIMESTAMP, _truncated)
    if name in ("CARDINALITY", "ARRAY_LENGTH", "ARRAY_SIZE", "ELEMENT_AT", *_ARRAYS) and kinds[0].element:
        return _of_array(name, kinds[0], kinds[0].element, kinds[1:])
    if len(kinds) == 1 and kinds[0].is_numeric:
        return _of_number(name, kinds[0])
    raise NotInterpreted(f"{name}({', '.join(map(str, kinds))})")


def _arities(takes: tuple[DataType, ...]) -> tuple[int, ...]:
    """SUBSTRING may leave out its last argument."""
    return (2, 3) if takes == (STRING, BIGINT, BIGINT) else (len(takes),)


def _of_number(name: str, kind: DataType) -> Function:
    if name == "SQRT":
        return Function((DOUBLE,), DOUBLE, lambda x: math.sqrt(x) if x >= 0 else None)
    if name == "SIGN":
        return Function((kind,), BIGINT, lambda x: (x > 0) - (x < 0))
    if name == "ABS":
        return Function((kind,), kind, lambda x: wrapped(abs(x)) if kind.is_integer else EXACT.abs(x) if
                        kind.kind is Kind.DECIMAL else abs(x))  # fmt: skip
    if name in ("FLOOR", "CEIL", "CEILING"):
        rounded = math.floor if name == "FLOOR" else math.ceil
        if kind.kind is Kind.DECIMAL:
            return Function((kind,), decimal(kind.precision - kind.scale + 1, 0), lambda x: Decimal(rounded(x)))
        return Function((kind,), kind, lambda x: finite(float(rounded(x))) if kind == DOUBLE else x)
    raise NotInterpreted(f"{name}({kind})")


def _of_array(name: str, kind: DataType, element: DataType, others: list[DataType]) -> Function:
    if name == "ELEMENT_AT":
        return Function((kind, BIGINT), element, lambda a, i: a[i - 1] if 1 <= i <= len(a) else None)
    if name == "ARRAY_CONTAINS":
        # The element may be NULL, the array may not.
        shared = common([element, *others])
        return Function((array(shared), shared), BOOLEAN, lambda a, x: None if a is None else x in a, sees_null=True)
    if others:
        raise NotInterpreted(f"{name} with {len(others) + 1} arguments")
    if name in ("ARRAY_MAX", "ARRAY_MIN", "ARRAY_SORT", "ARRAY_REVERSE", "ARRAY_DISTINCT"):
        return Function((kind,), element if name.endswith(("MAX", "MIN")) else kind, _ARRAYS[name])
    return Function((kind,), BIGINT, len)


def text_of(kind: DataType) -> Callable[[Any], str]:
    """CAST(... AS STRING)."""
    match kind.kind:
        case Kind.INT | Kind.BIGINT | Kind.STRING | Kind.DATE:
            return str
        case Kind.DECIMAL:
            return lambda value: format(value, "f")
        case Kind.BOOLEAN:
            return lambda value: "true" if value else "false"
        case Kind.TIMESTAMP:
            return lambda value: value.isoformat(sep=" ", timespec="milliseconds")
    raise NotInterpreted(f"{kind} as text")


def whole_units(start: date, end: date, unit_ms: int) -> int:
    """Whole units that passed from one moment to another, cut towards zero."""
    passed = milliseconds(end) - milliseconds(start)
    return abs(passed) // unit_ms * (1 if passed >= 0 else -1)


def _truncated(unit: str, moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    match unit.lower():
        case "second":
            return moment.replace(microsecond=0)
        case "minute":
            return moment.replace(second=0, microsecond=0)
        case "hour":
            return moment.replace(minute=0, second=0, microsecond=0)
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
    raise NotInterpreted(f"DATE_TRUNC('{unit}')")


def _md5(text: str) -> Any:
    return hashlib.md5(text.encode(), usedforsecurity=False)


def _moment(number: int) -> datetime | None:
    try:
        return datetime(1970, 1, 1) + timedelta(milliseconds=number)
    except OverflowError:
        return None


def _padding(text: str, length: int, by: str, join: Callable[[str, str], str]) -> str | None:
    """Cut to the length, or joined with repetitions of another text up to it."""
    missing = max(0, length) - len(text)
    if missing <= 0:
        return text[: max(0, length)]
    if not by:
        return text
    times = -(-missing // len(by))
    return join(text, (by * times)[:missing]) if times <= 10_000 else None


def _split_index(text: str, delimiter: str, place: int) -> str | None:
    parts = text.split(delimiter) if text and delimiter else []
    return parts[place] if 0 <= place < len(parts) else None


def _split_part(text: str, delimiter: str, place: int) -> str | None:
    if not delimiter or place == 0:
        return None
    parts = text.split(delimiter)
    inside = place <= len(parts) if place > 0 else -place <= len(parts)
    return parts[place - 1 if place > 0 else place] if inside else ""


def _translated(text: str, letters: str, others: str) -> str:
    table = {letter: others[number : number + 1] for number, letter in reversed(list(enumerate(letters)))}
    return "".join(table.get(letter, letter) for letter in text)


def _substring(text: str, start: int, length: int | None = None) -> str:
    begin = start - 1 if start > 0 else 0 if start == 0 else max(0, len(text) + start)
    return text[begin:] if length is None else text[begin : begin + max(0, length)]


def _each_letter(change: Callable[[str], str]) -> Callable[[str], str]:
    """Every letter in the other case if that is one letter; only the sharp s has a capital that Python does not use."""

    def of(text: str) -> str:
        changed = ((letter, change(letter)) for letter in text)
        return "".join(new if len(new) == 1 else "ẞ" if old == "ß" else old for old, new in changed)

    return of


def _sorted_array(values: list[Any]) -> list[Any]:
    return sorted(values, key=lambda value: (value is not None, value))


def _extreme(choose: Callable[[list[Any]], Any]) -> Callable[[list[Any]], Any]:
    def of(values: list[Any]) -> Any:
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    return of


_TEXT: dict[str, tuple[tuple[DataType, ...], DataType, Callable[..., Any]]] = {
    "LENGTH": ((STRING,), BIGINT, len),
    "CHAR_LENGTH": ((STRING,), BIGINT, len),
    "UPPER": ((STRING,), STRING, _each_letter(str.upper)),
    "LOWER": ((STRING,), STRING, _each_letter(str.lower)),
    "REVERSE": ((STRING,), STRING, lambda s: s[::-1]),
    "TRIM": ((STRING,), STRING, lambda s: s.strip(" ")),
    "LTRIM": ((STRING,), STRING, lambda s: s.lstrip(" ")),
    "RTRIM": ((STRING,), STRING, lambda s: s.rstrip(" ")),
    "SUBSTRING": ((STRING, BIGINT, BIGINT), STRING, _substring),
    "LEFT": ((STRING, BIGINT), STRING, lambda s, n: s[: max(0, n)]),
    "RIGHT": ((STRING, BIGINT), STRING, lambda s, n: s[max(0, len(s) - n) :] if n > 0 else ""),
    "REPLACE": ((STRING, STRING, STRING), STRING, lambda s, old, new: s.replace(old, new) if old else s),
    "STRPOS": ((STRING, STRING), BIGINT, lambda s, part: s.find(part) + 1),
    "STARTSWITH": ((STRING, STRING), BOOLEAN, str.startswith),
    "ENDSWITH": ((STRING, STRING), BOOLEAN, str.endswith),
    "CONTAINS": ((STRING, STRING), BOOLEAN, lambda s, part: part in s),
    "LPAD": ((STRING, BIGINT, STRING), STRING, lambda s, n, by: _padding(s, n, by, lambda s, more: more + s)),
    "RPAD": ((STRING, BIGINT, STRING), STRING, lambda s, n, by: _padding(s, n, by, lambda s, more: s + more)),
    "SPLIT_INDEX": ((STRING, STRING, BIGINT), STRING, _split_index),
    "SPLIT_PART": ((STRING, STRING, BIGINT), STRING, _split_part),
    "TRANSLATE": ((STRING, STRING, STRING), STRING, _translated),
    "OCTET_LENGTH": ((STRING,), BIGINT, lambda s: len(s.encode())),
    "ASCII": ((STRING,), BIGINT, lambda s: ord(s[0]) if s else 0),
    "CHR": ((BIGINT,), STRING, lambda n: chr(n) if 1 <= n <= 0x10FFFF and not 0xD800 <= n <= 0xDFFF else None),
    "HEX": ((STRING,), STRING, lambda s: s.encode().hex().upper()),
    "TO_BASE64": ((STRING,), STRING, lambda s: base64.b64encode(s.encode()).decode()),
    "REPEAT": ((STRING, BIGINT), STRING, lambda s, n: s * n if n <= 10_000 else None),
    "LOCATE": ((STRING, STRING), BIGINT, lambda part, s: s.find(part) + 1),
    "SHA1": ((STRING,), STRING, lambda s: hashlib.sha1(s.encode(), usedforsecurity=False).hexdigest()),
    "SHA256": ((STRING,), STRING, lambda s: hashlib.sha256(s.encode()).hexdigest()),
    "HASH64": ((STRING,), BIGINT, lambda s: int.from_bytes(_md5(s).digest()[:8], signed=True)),
    "TO_TIMESTAMP_MS": ((BIGINT,), TIMESTAMP, _moment),
    "MD5": ((STRING,), STRING, lambda s: _md5(s).hexdigest()),
}
_PARTS: dict[str, Callable[[Any], int]] = {
    "YEAR": lambda t: t.year,
    "QUARTER": lambda t: (t.month + 2) // 3,
    "MONTH": lambda t: t.month,
    "DAY": lambda t: t.day,
    "DOY": lambda t: t.timetuple().tm_yday,
    "WEEK": lambda t: t.isocalendar().week,
    "ISOYEAR": lambda t: t.isocalendar().year,
    "ISODOW": lambda t: t.isoweekday(),
    "DOW": lambda t: t.isoweekday() % 7 + 1,
    "HOUR": lambda t: t.hour,
    "MINUTE": lambda t: t.minute,
    "SECOND": lambda t: t.second,
    "MILLISECOND": lambda t: t.microsecond // 1000,
    "EPOCH": lambda t: milliseconds(t) // 1000,
    "EPOCH_MS": milliseconds,
    "DECADE": lambda t: t.year // 10,
    "CENTURY": lambda t: (t.year - 1) // 100 + 1,
    "MILLENNIUM": lambda t: (t.year - 1) // 1000 + 1,
    "YEARWEEK": lambda t: t.isocalendar().year * 100 + t.isocalendar().week,
}
_NAMED: dict[str, tuple[DataType, Callable[[Any], Any]]] = {
    "MONTHNAME": (STRING, lambda t: calendar.month_name[t.month]),
    "DAYNAME": (STRING, lambda t: calendar.day_name[t.weekday()]),
    "LAST_DAY": (DATE, lambda t: date(t.year, t.month, calendar.monthrange(t.year, t.month)[1])),
}
_ARRAYS: dict[str, Callable[[list[Any]], Any]] = {
    "ARRAY_CONTAINS": len,
    "ARRAY_MAX": _extreme(max),
    "ARRAY_MIN": _extreme(min),
    "ARRAY_SORT": _sorted_array,
    "ARRAY_REVERSE": lambda a: a[::-1],
    "ARRAY_DISTINCT": lambda a: list(dict.fromkeys(a)),
}
