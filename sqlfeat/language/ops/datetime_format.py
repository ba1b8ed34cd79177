"""Dates and timestamps as text, by a constant format in the manner of DuckDB (`%Y-%m-%d`) or Flink (`yyyy-MM-dd`).

Both become one list of fields. Names of months and days, and AM and PM, come from constants of our own: Flink's
depend on the language that Java runs in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation, Typed, TypeMismatch, Vector
from sqlfeat.language.ops.datetime_parts import DAY_NAMES, MONTH_NAMES, part
from sqlfeat.language.ops.datetime_units import as_timestamp, big
from sqlfeat.language.trees import fn, text
from sqlfeat.language.types import BOOLEAN, STRING
from sqlfeat.language.typing import arity

_FAMILY = "date and time"

_FIELDS = {
    "%Y": "yyyy", "%y": "yy", "%m": "MM", "%-m": "M", "%d": "dd", "%-d": "d", "%j": "DDD", "%-j": "D",
    "%H": "HH", "%-H": "H", "%I": "hh", "%-I": "h", "%M": "mm", "%-M": "m", "%S": "ss", "%-S": "s",
    "%g": "SSS", "%f": "SSSSSS",
}  # fmt: skip
"""What both engines write alike for every timestamp: DuckDB's field and Java's."""

_NAMES = {"%a": "EEE", "%A": "EEEE", "%b": "MMM", "%B": "MMMM", "%p": "a"}
_SHORTHANDS = {"%F": "%Y-%m-%d", "%T": "%H:%M:%S", "%D": "%m/%d/%y", "%R": "%H:%M", "%h": "%b"}
_JAVA = {
    **{java: field for field, java in (*_FIELDS.items(), *_NAMES.items())},
    "uuuu": "%Y", "uu": "%y", "E": "%a", "EE": "%a",
}  # fmt: skip


def strftime_fields(written: str) -> list[str]:
    """The fields and texts of a format such as `%Y-%m-%d`; a text has no `%` in front."""
    fields: list[str] = []
    for found in re.finditer(r"%%|%-?.|[^%]+|%", written, re.DOTALL):
        piece = found[0]
        if piece in _SHORTHANDS:
            fields += strftime_fields(_SHORTHANDS[piece])
        elif piece == "%%" or not piece.startswith("%"):
            fields.append("'" + piece.replace("%%", "%"))
        elif piece in _FIELDS or piece in _NAMES:
            fields.append(piece)
        else:
            known = ", ".join((*_FIELDS, *_NAMES, *_SHORTHANDS, "%%"))
            raise TypeMismatch(f"does not know `{piece}` of the format; it knows {known}")
    return fields


def java_fields(written: str) -> list[str]:
    """The fields and texts of a format such as `yyyy-MM-dd 'at' HH:mm`."""
    fields: list[str] = []
    for found in re.finditer(r"''|'(?:[^']|'')*'|'|([A-Za-z])\1*|[^A-Za-z']+", written):
        piece = found[0]
        if piece == "'":
            raise TypeMismatch("has a quote in its format that does not end")
        if piece[0] == "'":
            fields.append("'" + (piece[1:-1].replace("''", "'") or "'"))
        elif piece[0].isalpha() and piece[0].isascii():
            fields.append(_java_field(piece))
        elif any(c in "[]{}#" for c in piece):
            raise TypeMismatch("gives [ ] { } # in a format a meaning of their own; quote them: '['")
        else:
            fields.append("'" + piece)
    return fields


def _java_field(piece: str) -> str:
    if piece in _JAVA:
        return _JAVA[piece]
    if piece[0] == "Y":
        raise TypeMismatch("takes `Y` for the year of the week; write yyyy")
    raise TypeMismatch(f"does not know `{piece}` of the format; it knows {', '.join(_JAVA)}; quote text: 'at'")


def _typing(parse: Callable[[str], list[str]]) -> Callable[[Sequence[Expr]], Typed]:
    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 2)
        value, written = args
        if isinstance(value, Literal) and value.type == STRING and written.type != STRING:
            value, written = written, value
        if not isinstance(written, Literal) or not isinstance(written.value, str):
            raise TypeMismatch("needs a constant format")
        if not parse(written.value):
            raise TypeMismatch("needs a format that is not empty")
        moment = as_timestamp(value)
        return Typed((moment, written), STRING, moment.nullable)

    return rule


def _expand(parse: Callable[[str], list[str]]) -> Callable[[Call], Expr]:
    def expand(call: Call) -> Expr:
        value, written = call.args
        assert isinstance(written, Literal)
        pieces = [_piece(value, run) for run in _runs(parse(str(written.value)))]
        result = pieces[0]
        for piece in pieces[1:]:
            result = Call("CONCAT", (result, piece), STRING, value.nullable)
        return result

    return expand


def _runs(fields: list[str]) -> list[list[str]]:
    """Fields that one engine function writes stay together; names stand alone."""
    runs: list[list[str]] = []
    for field in fields:
        if field in _NAMES or not runs or runs[-1][0] in _NAMES:
            runs.append([field])
        else:
            runs[-1].append(field)
    return runs


def _piece(value: Expr, run: list[str]) -> Expr:
    if run[0] not in _NAMES:
        return Call("FORMAT TIME", (value, Literal("\x00".join(run), STRING)), STRING, value.nullable)
    if run[0] == "%p":
        return _chosen(Call("<", (part("HOUR", value), big(12)), BOOLEAN, value.nullable), value)
    unit, names = ("ISODOW", DAY_NAMES) if run[0] in ("%a", "%A") else ("MONTH", MONTH_NAMES)
    args: list[Expr] = []
    for number, name in enumerate(names, 1):
        condition = Call("=", (part(unit, value), big(number)), BOOLEAN, value.nullable)
        args += [condition, Literal(name[:3] if run[0] in ("%a", "%b") else name, STRING)]
    return Call("CASE", (*args, Literal(None, STRING)), STRING, value.nullable)


def _chosen(morning: Expr, value: Expr) -> Expr:
    afternoon = Call("NOT", (morning,), BOOLEAN, value.nullable)
    branches = (morning, Literal("AM", STRING), afternoon, Literal("PM", STRING), Literal(None, STRING))
    return Call("CASE", branches, STRING, value.nullable)


def _type_native(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    return Typed(tuple(args), STRING, args[0].nullable)


def _fields_of(call: Call) -> list[str]:
    written = call.args[1]
    assert isinstance(written, Literal)
    return str(written.value).split("\x00")


def _duckdb(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    pieces = [f[1:].replace("%", "%%") if f.startswith("'") else f for f in _fields_of(call)]
    return fn("strftime", args[0], text("".join(pieces)))


def _flink(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    pieces = ["'" + f[1:].replace("'", "''") + "'" if f.startswith("'") else _FIELDS[f] for f in _fields_of(call)]
    return fn("DATE_FORMAT", args[0], text("".join(_joined(pieces))))


def _joined(pieces: list[str]) -> list[str]:
    """With neighbouring texts as one: two in quotes side by side would read as one with a quote in it."""
    joined: list[str] = []
    for piece in pieces:
        if joined and joined[-1].endswith("'") and piece.startswith("'"):
            joined[-1] = joined[-1][:-1] + piece[1:]
        else:
            joined.append(piece)
    return joined


_LATE = datetime.fromisoformat("2024-02-09 13:04:05.007")
_OLD = datetime.fromisoformat("1969-12-31 23:59:59.999")
_FIRST = datetime.fromisoformat("0001-01-01 00:00:00.000")
_T = ("TIMESTAMP(3)", "STRING!")


def _vectors(*rows: tuple[str, str, str, str]) -> tuple[Vector, ...]:
    found: list[Vector] = []
    for written, late, old, first in rows:
        found += [Vector((v, written), r, _T) for v, r in ((_LATE, late), (_OLD, old), (_FIRST, first), (None, None))]
    return tuple(found)


_STRFTIME = _vectors(
    ("%Y-%m-%d %H:%M:%S.%g", "2024-02-09 13:04:05.007", "1969-12-31 23:59:59.999", "0001-01-01 00:00:00.000"),
    ("%F %T", "2024-02-09 13:04:05", "1969-12-31 23:59:59", "0001-01-01 00:00:00"),
    ("%-d/%-m/%y %-H:%-M:%-S %f", "9/2/24 13:4:5 007000", "31/12/69 23:59:59 999000", "1/1/01 0:0:0 000000"),
    ("%j %-j %I %-I", "040 40 01 1", "365 365 11 11", "001 1 12 12"),
    ("100%% 'é😀'%Y", "100% 'é😀'2024", "100% 'é😀'1969", "100% 'é😀'0001"),
    ("week", "week", "week", "week"), ("%H", "13", "23", "00"), ("''", "''", "''", "''"),
)  # fmt: skip
_STRFTIME_NAMES = _vectors(
    ("%a, %A %d %b %B %I %p", "Fri, Friday 09 Feb February 01 PM", "Wed, Wednesday 31 Dec December 11 PM",
     "Mon, Monday 01 Jan January 12 AM"),
    ("%A", "Friday", "Wednesday", "Monday"),
)  # fmt: skip
_JAVA_VECTORS = _vectors(
    ("yyyy-MM-dd HH:mm:ss.SSS", "2024-02-09 13:04:05.007", "1969-12-31 23:59:59.999", "0001-01-01 00:00:00.000"),
    ("yyyyMMdd", "20240209", "19691231", "00010101"), ("d/M/yy H:m:s h", "9/2/24 13:4:5 1", "31/12/69 23:59:59 11",
                                                       "1/1/01 0:0:0 12"),
    ("yyyy-MM-dd'T'HH''", "2024-02-09T13'", "1969-12-31T23'", "0001-01-01T00'"),
    ("uuuu DDD", "2024 040", "1969 365", "0001 001"), ("'o''clock' HH", "o'clock 13", "o'clock 23", "o'clock 00"),
)  # fmt: skip
_JAVA_NAMES = _vectors(("E EEEE d MMM MMMM hh a", "Fri Friday 9 Feb February 01 PM",
                        "Wed Wednesday 31 Dec December 11 PM",
                        "Mon Monday 1 Jan January 12 AM"))  # fmt: skip

OPERATIONS = (
    Operation("FORMAT TIME", COMPILER_FAMILY, "Numbers of a timestamp as text.", _type_native, _duckdb, _flink,
              (Vector((_OLD, "%Y\x00'-\x00%m"), "1969-12", _T), Vector((None, "%Y"), None, _T)),
              "STRFTIME(ts, '%Y-%m')"),
)  # fmt: skip

MACROS = (
    Macro("STRFTIME", _FAMILY, "The moment as text by a constant format such as `%Y-%m-%d %H:%M:%S`.",
          _typing(strftime_fields), _expand(strftime_fields), (*_STRFTIME, *_STRFTIME_NAMES),
          "STRFTIME(ts, '%Y-%m-%d')"),
    Macro("DATE_FORMAT", _FAMILY, "The moment as text by a constant format such as `yyyy-MM-dd HH:mm:ss`.",
          _typing(java_fields), _expand(java_fields), (*_JAVA_VECTORS, *_JAVA_NAMES),
          "DATE_FORMAT(ts, 'yyyy-MM-dd')"),
)  # fmt: skip
