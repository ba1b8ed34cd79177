"""Random arguments of every type, mostly the ones that break things: the engines are compared beyond the vectors."""

from __future__ import annotations

import math
import random
import struct
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlfeat.language.operation import Vector
from sqlfeat.language.types import Kind, parse_type
from tests.conformance.cases import UNKNOWN
from tests.conformance.json_documents import document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlfeat.language.types import DataType
    from tests.conformance.cases import Subject

_WHOLE = (
    0, 1, -1, 2, 3, 7, 9, 10, -10, 12, 31, 32, 63, 64, 100, 255, 256, 999, 1000, 1024, 86400, 10**6, 86_400_000, 10**9,
)  # fmt: skip
_DOUBLES = (
    0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 0.145, 1 / 3, 1e-5, 1e15, 1e16, 1e17, 2.0**52, 2.0**53, 2.0**53 + 2,
    4503599627370495.5, 0.49999999999999994, 2.0**31, -(2.0**31), 2.0**31 - 0.5, 2.0**63, -(2.0**63), 1e300, -1e300,
    1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, -5e-324, math.pi, math.e, 1e22, 1e23, 0.3, 1e-300, 100.0,
    10.0,
)  # fmt: skip
_CHARACTERS = (
    "abcdefgxyzABCXYZ0123456789  ..,;:-_+*%_\\/|()[]{}^$?'\"`#@&=<>!~\t\n\r"
    "éèüßñçøÅÆŒœÿ\u0130\u0131\u01c5\u017f\u1e9e\u03a3\u03c3\u03c2Ωдж"  # case pairs that are not one to one
    "\u00a0\u2003\u3000\u200b\u0085\u2028\ufeff\x1f\x7f\x0b"  # spaces and controls
    "e\u0301\u0308n\u0303\u200d\ufe0f"  # combining
    "\ud7ff\ue000\uf8ff\uffee\ufffd\uffff漢字한글ﬁŉǰ"
    "😀👍🏽𝒳𐐀𐐨🇩🇪\U0010ffff\U00010000"
).replace("\ufeff", "")
_WORDS = (
    "", " ", "a", "ab", "abc", "aaa", "A", "Hello World", "true", "FALSE", "null", "NaN", "Infinity", "-0", "0", "00",
    "007",
    "1", "-1", "+1", "1.5", ".5", "5.", "1e3", "1E-3", "0x10", "1_000", "1d", "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808", "2147483648", "99999999999999999999", "1e400", "1e-400", " 1 ", "1 ", "2024-02-29",
    "2023-02-29",
    "2024-13-01", "2024-1-1", "2024-02-29 12:34:56.789", "2024-02-30 00:00:00", "1969-12-31 23:59:59.999",
    "2024-02-29T12:34:56Z", "0001-01-01", "9999-12-31 23:59:59.999", "a,b,c", ",", "a,,b", "👨\u200d👩\u200d👧",
    "e\u0301", "é",
    "straße", "ÀÉÎ", "{}", "[1,2]", '{"a": 1, "b": [1, "x", null]}', '{"a": {"b": "é"}}', "a.b", "100%", "a_b", "50\\%",
    "deadbeef", "Zm9vYmFy", "http://user@example.com:80/p?q=1#f", "2a", "日本語テキスト",
)  # fmt: skip
_STAMPS = (
    datetime(1970, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999000), datetime(1970, 1, 1, 0, 0, 0, 1000),
    datetime(2000, 2, 29), datetime(2024, 2, 29, 23, 59, 59, 999000), datetime(2023, 12, 31, 23, 59, 59, 999000),
    datetime(2024, 1, 1), datetime(2021, 1, 3), datetime(2020, 12, 31), datetime(2024, 3, 31, 1, 30),
    datetime(1900, 1, 1), datetime(1582, 10, 15), datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999000),
    datetime(2038, 1, 19, 3, 14, 8), datetime(1999, 12, 31, 12), datetime(1970, 1, 4),
    datetime(1960, 2, 29, 6, 7, 8, 9000),
)  # fmt: skip


def fuzzed(subject: Subject, vectors: Sequence[Vector], count: int, seed: int) -> tuple[Subject, tuple[Vector, ...]]:
    """Random vectors of the same types, constants kept; their results are unknown.

    Args:
        subject: seeds the numbers too, so that one operation alone gets the same arguments as among all.
        vectors: say the types, and the constants that make sense.
        count: for each signature.
        seed: the same one gives the same arguments.
    """
    numbers = random.Random(f"{subject}/{seed}")
    signatures = {(v.types, repr(_constants(v))): v for v in vectors}
    found: list[Vector] = []
    for vector in signatures.values():
        pools = [_pool(vectors, i) for i in range(len(vector.args))]
        for _ in range(count):
            args = tuple(
                value if written.endswith("!") else _value(numbers, parse_type(written), pool)
                for value, written, pool in zip(vector.args, vector.types, pools, strict=True)
            )
            if subject.family == "JSON" and numbers.random() < 0.8:
                args = (document(numbers), *args[1:])
            found.append(Vector(args, UNKNOWN, vector.types))
    return subject, tuple(found)


def _constants(vector: Vector) -> list[Any]:
    return [value for value, written in zip(vector.args, vector.types, strict=True) if written.endswith("!")]


def _pool(vectors: Sequence[Vector], index: int) -> list[tuple[str, Any]]:
    """Arguments of the vectors themselves, to be combined anew."""
    return [(v.types[index], v.args[index]) for v in vectors if index < len(v.args)]


def _value(numbers: random.Random, data_type: DataType, pool: Sequence[tuple[str, Any]] = ()) -> Any:
    if numbers.random() < 0.05:
        return None
    same = [value for written, value in pool if parse_type(written.rstrip("!")) == data_type]
    if same and numbers.random() < 0.25:
        return numbers.choice(same)
    return _MAKERS[data_type.kind](numbers, data_type)


def _array(numbers: random.Random, data_type: DataType) -> list[Any]:
    assert data_type.element is not None
    return [_value(numbers, data_type.element) for _ in range(numbers.choice((0, 1, 2, 3, 5, 9)))]


def _whole(numbers: random.Random, edge: int) -> int:
    match numbers.randrange(4):
        case 0:
            return numbers.choice(_WHOLE)
        case 1:
            return max(
                -edge, min(edge - 1, numbers.choice((edge, -edge, edge // 2, -edge // 2)) + numbers.randint(-3, 3))
            )
        case 2:
            return numbers.randint(-edge, edge - 1)
        case _:
            return numbers.randint(-20, 50)


def _decimal(numbers: random.Random, data_type: DataType) -> Decimal:
    limit = 10**data_type.precision - 1
    digits = (limit, -limit, 0, 1, -1, 5 * 10 ** max(0, data_type.scale - 1), numbers.randint(-limit, limit))
    unscaled = numbers.choice((*digits, numbers.randint(-999, 999), numbers.randint(-limit, limit)))
    sign, magnitude = int(unscaled < 0), abs(max(-limit, min(limit, unscaled)))
    return Decimal((sign if magnitude else 0, tuple(map(int, str(magnitude))), -data_type.scale))


def _double(numbers: random.Random) -> float:
    match numbers.randrange(6):
        case 0 | 1:
            value = numbers.choice(_DOUBLES)
        case 2:
            value = float(numbers.randint(-1000, 1000)) / numbers.choice((1, 2, 4, 10, 100, 1000))
        case 3:
            value = numbers.gauss(0, 1)
        case 4:
            value = numbers.uniform(-1, 1) * 10.0 ** numbers.randint(-20, 20)
        case _:
            value = struct.unpack(">d", numbers.getrandbits(64).to_bytes(8, "big"))[0]
    # What no source lets in is not an argument: NaN, infinities, a second zero.
    return value if math.isfinite(value) and value != 0 else 0.0


def _text(numbers: random.Random) -> str:
    kind = numbers.random()
    if kind < 0.3:
        return numbers.choice(_WORDS)
    if kind < 0.5:
        return _written(numbers)
    alphabet = numbers.choice((_CHARACTERS, _CHARACTERS[:60], "ab", "aA ", _CHARACTERS[-24:]))
    return "".join(numbers.choice(alphabet) for _ in range(numbers.choice((1, 2, 3, 5, 8, 20, 70))))


def _written(numbers: random.Random) -> str:
    """A number, a date or a time as text, and sometimes with a mistake."""
    digits = "".join(numbers.choice("0123456789") for _ in range(numbers.choice((1, 2, 5, 9, 10, 18, 19, 20, 40))))
    stamp = _stamp(numbers).isoformat(
        sep=numbers.choice(" T"), timespec=numbers.choice(("seconds", "milliseconds", "microseconds"))
    )
    written = numbers.choice(
        (
            digits,
            "-" + digits,
            f"{digits}.{digits[::-1]}",
            f"-{digits[:3]}.{digits[:2]}",
            f"{digits[:3]}.{digits[:2]}e{numbers.randint(-330, 320)}",
            repr(_double(numbers)),
            stamp,
            stamp[:10],
            stamp + "Z",
            f"{stamp[:8]}{numbers.randint(28, 32)}{stamp[10:]}",
        )
    )
    if numbers.random() < 0.2:
        place = numbers.randrange(len(written) + 1)
        written = written[:place] + numbers.choice(" 0+-.eETZ:/_x\u0661\n") + written[place + numbers.randint(0, 1) :]
    return written


def _stamp(numbers: random.Random) -> datetime:
    match numbers.randrange(4):
        case 0:
            return numbers.choice(_STAMPS)
        case 1:
            return datetime(1970, 1, 1) + timedelta(milliseconds=numbers.randint(-(10**7), 10**7))
        case 2:
            return datetime(1970, 1, 1) + timedelta(milliseconds=numbers.randint(0, 2 * 10**12))
        case _:
            day = date(numbers.randint(1850, 2150), numbers.randint(1, 12), numbers.choice((1, 2, 28)))
            return datetime(day.year, day.month, day.day) + timedelta(
                days=numbers.randint(-1, 3), milliseconds=numbers.choice((0, 1, 999, 43_200_000, 86_399_999))
            )


_MAKERS: dict[Kind, Callable[[random.Random, DataType], Any]] = {
    Kind.BOOLEAN: lambda numbers, _: numbers.random() < 0.5,
    Kind.INT: lambda numbers, _: _whole(numbers, 2**31),
    Kind.BIGINT: lambda numbers, _: _whole(numbers, 2**63),
    Kind.DECIMAL: _decimal,
    Kind.DOUBLE: lambda numbers, _: _double(numbers),
    Kind.STRING: lambda numbers, _: _text(numbers),
    Kind.DATE: lambda numbers, _: _stamp(numbers).date(),
    Kind.TIMESTAMP: lambda numbers, _: _stamp(numbers),
    Kind.ARRAY: _array,
}
