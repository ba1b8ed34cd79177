"""Strings are sequences of Unicode characters (code points): length, position and order never mean anything else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Lowering, Operation, Typed
from sqlfeat.language.proofs import vectors
from sqlfeat.language.trees import binary, case, cast, flink_bounded, fn, is_null, number, text, wrap
from sqlfeat.language.types import BIGINT, BOOLEAN, STRING
from sqlfeat.language.typing import any_nullable, arity, convert, takes

MAX_REPEAT = 10_000
"""REPEAT gives NULL beyond it: one row of a stream must not be able to exhaust the memory of a job."""
_MAX_INT = 2**31 - 1


def _named(name: str) -> Lowering:
    return lambda call, args: fn(name, *args)


def _counted(name: str) -> Lowering:
    """A Flink function that gives INT, where the language has BIGINT."""
    return lambda call, args: cast(fn(name, *args), BIGINT, duckdb=False)


def _bounded(call: Call, args: Sequence[exp.Expr], index: int, low: int, high: int, *, duckdb: bool) -> exp.Expr:
    """A BIGINT argument as the engines' functions take it, drawn into the range where they agree."""
    arg = call.args[index]
    if isinstance(arg, Literal) and isinstance(arg.value, int):
        return number(min(max(arg.value, low), high))
    value = args[index]
    if duckdb:
        # Its GREATEST would ignore NULL.
        under, over = binary(exp.LT, value, number(low)), binary(exp.GT, value, number(high))
        return case((under, number(low)), (over, number(high)), default=value)
    return flink_bounded(value, low, high)


def _cut(name: str, *, duckdb: bool) -> Lowering:
    return lambda call, args: fn(name, args[0], _bounded(call, args, 1, 0, _MAX_INT, duckdb=duckdb))


def _substring(*, duckdb: bool) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        tail = _tail(call, args, duckdb=duckdb)
        if len(args) == 2:
            return tail
        return fn("left", tail, _bounded(call, args, 2, 0, _MAX_INT, duckdb=duckdb))

    return lower


def _tail(call: Call, args: Sequence[exp.Expr], *, duckdb: bool) -> exp.Expr:
    """The string from a position on, which counts from the end when negative."""
    value, start = call.args[0], call.args[1]
    from_start = fn("substring", args[0], _bounded(call, args, 1, 1, _MAX_INT, duckdb=duckdb))
    distance = Call("NEGATE", (start,), BIGINT)
    negated = exp.Neg(this=wrap(_bounded(call, args, 1, -_MAX_INT, 0, duckdb=duckdb)))
    if isinstance(start, Literal) and isinstance(start.value, int):
        flipped = Call(call.op, (value, Literal(-start.value, distance.type)), STRING)
        return from_start if start.value >= 0 else _cut("right", duckdb=duckdb)(flipped, [args[0], args[1]])
    return case((binary(exp.GTE, args[1], number(0)), from_start), default=fn("right", args[0], negated))


def _type_trim(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 2)
    values = tuple(convert(arg, STRING) for arg in args)
    return Typed(values, STRING, any_nullable(values))


def _trim(name: str, *, duckdb: bool) -> Lowering:
    """Without characters to trim DuckDB takes off every white space, Flink only spaces."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        return fn(name, *(args if len(args) == 2 or not duckdb else [args[0], text(" ")]))

    return lower


def _is_filled(expr: Expr) -> bool:
    return isinstance(expr, Literal) and bool(expr.value)


def _replace(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    plain = fn("replace", *args)
    if _is_filled(call.args[1]):
        return plain
    # Java finds the empty string between all characters, DuckDB nowhere.
    return case((binary(exp.EQ, args[1], text("")), _unless_null(call.args[2], args[2], args[0])), default=plain)


def _unless_null(expr: Expr, tree: exp.Expr, value: exp.Expr) -> exp.Expr:
    return case((exp.Not(this=is_null(tree)), value)) if expr.nullable else value


def _repeat(*, duckdb: bool) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        count = call.args[1]
        plain = fn("repeat", args[0], _bounded(call, args, 1, 0, MAX_REPEAT, duckdb=duckdb))
        if isinstance(count, Literal) and isinstance(count.value, int):
            return plain if count.value <= MAX_REPEAT else cast(exp.Null(), STRING, duckdb=duckdb)
        return case((binary(exp.LTE, args[1], number(MAX_REPEAT)), plain))

    return lower


def _duckdb_reverse(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # Its own reverse keeps the characters of a grapheme in their order.
    return fn("array_to_string", fn("list_reverse", fn("string_split", args[0], text(""))), text(""))


def _type_strings(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 99)
    values = tuple(convert(arg, STRING) for arg in args)
    return Typed(values, STRING, any_nullable(values))


def _type_joined(args: Sequence[Expr]) -> Typed:
    typed = _type_strings(args)
    return Typed(typed.args, STRING, typed.args[0].nullable)


def _concat(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    tree = args[0]
    for arg in args[1:]:
        tree = exp.DPipe(this=wrap(tree) if not isinstance(tree, exp.DPipe) else tree.copy(), expression=wrap(arg))
    return tree


def _split_index(*, duckdb: bool) -> Lowering:
    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        value, delimiter, index = args
        conditions = [binary(exp.GTE, index, number(0))]
        if not _is_filled(call.args[1]):
            conditions.append(binary(exp.NEQ, delimiter, text("")))
        if not duckdb:
            part = fn("SPLIT_INDEX", value, delimiter, _bounded(call, args, 2, 0, _MAX_INT, duckdb=False))
        else:
            conditions.append(binary(exp.NEQ, value, text("")))
            place = binary(exp.Add, _bounded(call, args, 2, 0, _MAX_INT, duckdb=True), number(1))
            part = fn("list_extract", fn("string_split", value, delimiter), place)
        return case((exp.and_(*conditions), part))

    return lower


def _flink_translate(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    plain = fn("TRANSLATE", *args)
    # It takes NULL for no characters at all.
    return _unless_null(call.args[1], args[1], _unless_null(call.args[2], args[2], plain))


_S = ("STRING",)
_SS = ("STRING", "STRING")
_SSS = ("STRING", "STRING", "STRING")
_SN = ("STRING", "BIGINT")
_SNN = ("STRING", "BIGINT", "BIGINT")
_SSN = ("STRING", "STRING", "BIGINT")
_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
"""One picture, five characters."""


OPERATIONS = (
    Operation(
        name="LENGTH",
        family="strings",
        doc="Number of characters (Unicode code points).",
        typing=takes(STRING, gives=BIGINT),
        duckdb=_named("length"),
        flink=_counted("CHAR_LENGTH"),
        vectors=vectors(_S, ("abc", 3), ("", 0), (None, None), ("é", 1), ("e\u0301", 2), ("😀", 1), (_FAMILY, 5),
                         ("a\n ", 3)),
        example="LENGTH(name)",
        aliases=("CHAR_LENGTH", "CHARACTER_LENGTH"),
    ),
    Operation(
        name="SUBSTRING",
        family="strings",
        doc="From a position on, at most so many characters. Positions start at 1; 0 is 1; negative ones count from "
            "the end, and one before the beginning is the beginning. A negative length gives ''.",
        typing=takes(STRING, BIGINT, BIGINT, gives=STRING, optional=1),
        duckdb=_substring(duckdb=True),
        flink=_substring(duckdb=False),
        vectors=(
            *vectors(_SNN, ("hello", 2, 3, "ell"), ("hello", 1, 99, "hello"), ("hello", 0, 2, "he"),
                      ("hello", -3, 2, "ll"),
                      ("hello", -9, 2, "he"), ("hello", 6, 1, ""), ("hello", 2, 0, ""), ("hello", 2, -1, ""),
                      ("", 1, 1, ""),
                      ("a😀é", 2, 1, "😀"), (None, 1, 1, None), ("a", None, 1, None), ("a", 1, None, None),
                      ("hello", 2**62, 2, ""), ("hello", -(2**63), 2**63 - 1, "hello"),
                      ("hello", 5000000000, 5000000000, "")),
            *vectors(_SN, ("hello", 2, "ello"), ("hello", -2, "lo"), ("hello", 0, "hello"), ("a😀é", -2, "😀é")),
            *vectors(("STRING", "INT!", "INT!"), ("hello", 2, 3, "ell"), ("hello", -3, 2, "ll"), ("a😀é", 0, 2, "a😀"),
                      ("", 1, 1, "")),
            *vectors(("STRING", "INT!"), ("hello", 3, "llo"), ("hello", -3, "llo"), ("he", -3, "he")),
        ),
        example="SUBSTRING(name, 1, 3)",
        aliases=("SUBSTR", "MID"),
    ),
    Operation(
        name="LEFT",
        family="strings",
        doc="The first n characters; '' if n is not positive.",
        typing=takes(STRING, BIGINT, gives=STRING),
        duckdb=_cut("left", duckdb=True),
        flink=_cut("LEFT", duckdb=False),
        vectors=(
            *vectors(_SN, ("hello", 2, "he"), ("hello", 9, "hello"), ("hello", 0, ""), ("hello", -2, ""), ("", 3, ""),
                      (None, 1, None),
                      ("a", None, None), ("😀é", 1, "😀"), ("hello", 2**63 - 1, "hello"), ("hello", -(2**63), "")),
            *vectors(("STRING", "INT!"), ("hello", 2, "he"), (None, 2, None), ("hello", -1, "")),
        ),
        example="LEFT(code, 2)",
    ),
    Operation(
        name="RIGHT",
        family="strings",
        doc="The last n characters; '' if n is not positive.",
        typing=takes(STRING, BIGINT, gives=STRING),
        duckdb=_cut("right", duckdb=True),
        flink=_cut("RIGHT", duckdb=False),
        vectors=(
            *vectors(_SN, ("hello", 2, "lo"), ("hello", 9, "hello"), ("hello", 0, ""), ("hello", -2, ""), ("", 3, ""),
                      (None, 1, None),
                      ("é😀", 1, "😀"), ("hello", 2**63 - 1, "hello"), ("hello", -(2**63), "")),
            *vectors(("STRING", "INT!"), ("hello", 2, "lo"), (None, 2, None), ("hello", -1, "")),
        ),
        example="RIGHT(code, 2)",
    ),
    Operation(
        name="TRIM",
        family="strings",
        doc="Without the spaces (U+0020) at both ends, or without the given characters.",
        typing=_type_trim,
        duckdb=_trim("trim", duckdb=True),
        flink=_trim("BTRIM", duckdb=False),
        vectors=(
            *vectors(_S, ("  a b ", "a b"), ("", ""), ("   ", ""), (None, None), ("\ta\n", "\ta\n"),
                      ("\u00a0a\u3000 ", "\u00a0a\u3000")),
            *vectors(_SS, ("xyaxbyx", "xy", "axb"), ("😀é😀", "😀", "é"), ("aaa", "a", ""), (" a ", "", " a "),
                      ("a", None, None)),
            *vectors(("STRING", "STRING!"), ("--a-", "-", "a"), (None, "-", None)),
        ),
        example="TRIM(name)",
        aliases=("BTRIM",),
    ),
    Operation(
        name="LTRIM",
        family="strings",
        doc="Without the spaces (U+0020) at the beginning, or without the given characters.",
        typing=_type_trim,
        duckdb=_trim("ltrim", duckdb=True),
        flink=_trim("LTRIM", duckdb=False),
        vectors=(
            *vectors(_S, ("  a ", "a "), ("", ""), (None, None), ("\u00a0a", "\u00a0a"), ("\t a", "\t a")),
            *vectors(_SS, ("xyaxy", "xy", "axy"), ("😀é😀", "😀", "é😀"), (" a", "", " a"), ("a", None, None)),
            *vectors(("STRING", "STRING!"), ("0012", "0", "12"), ("000", "0", "")),
        ),
        example="LTRIM(code, '0')",
    ),
    Operation(
        name="RTRIM",
        family="strings",
        doc="Without the spaces (U+0020) at the end, or without the given characters.",
        typing=_type_trim,
        duckdb=_trim("rtrim", duckdb=True),
        flink=_trim("RTRIM", duckdb=False),
        vectors=(
            *vectors(_S, (" a  ", " a"), ("", ""), (None, None), ("a\u00a0", "a\u00a0"), ("a \n", "a \n")),
            *vectors(_SS, ("xyaxy", "xy", "xya"), ("😀é😀", "😀", "😀é"), ("a ", "", "a "), ("a", None, None)),
            *vectors(("STRING", "STRING!"), ("1.500", "0", "1.5"), ("000", "0", "")),
        ),
        example="RTRIM(path, '/')",
    ),
    Operation(
        name="REPLACE",
        family="strings",
        doc="Every occurrence of a string replaced, from left to right; an empty string occurs nowhere.",
        typing=takes(STRING, STRING, STRING, gives=STRING),
        duckdb=_replace,
        flink=_replace,
        vectors=(
            *vectors(_SSS, ("banana", "an", "AN", "bANANa"), ("aaa", "aa", "b", "ba"), ("abc", "", "x", "abc"),
                      ("", "", "x", ""),
                      ("abc", "b", "", "ac"), ("😀é", "é", "😀", "😀😀"), (None, "a", "b", None),
                      ("a", None, "b", None),
                      ("a", "", None, None),
                      ("a", "a", None, None), ("$1\\", "\\", "$1", "$1$1")),
            *vectors(("STRING", "STRING!", "STRING!"), ("a-b-c", "-", "", "abc"), ("abc", "", "x", "abc"),
                      (None, "a", "b", None)),
        ),
        example="REPLACE(phone, '-', '')",
    ),
    Operation(
        name="REPEAT",
        family="strings",
        doc="The string n times; '' if n is not positive, NULL if it is above 10000.",
        typing=takes(STRING, BIGINT, gives=STRING, always_nullable=True),
        duckdb=_repeat(duckdb=True),
        flink=_repeat(duckdb=False),
        vectors=(
            *vectors(_SN, ("ab", 3, "ababab"), ("ab", 0, ""), ("ab", -1, ""), ("", 5, ""), (None, 2, None),
                      ("a", None, None),
                      ("😀", 2, "😀😀"), ("", 10000, ""), ("", 10001, None), ("a", 2**63 - 1, None),
                      ("a", -(2**63), "")),
            *vectors(("STRING", "INT!"), ("ab", 2, "abab"), ("a", 10001, None), ("a", -1, "")),
        ),
        example="REPEAT('*', stars)",
    ),
    Operation(
        name="REVERSE",
        family="strings",
        doc="The characters (code points) in the opposite order.",
        typing=takes(STRING, gives=STRING),
        duckdb=_duckdb_reverse,
        flink=_named("REVERSE"),
        vectors=vectors(_S, ("abc", "cba"), ("", ""), (None, None), ("a😀é", "é😀a"), ("e\u0301x", "x\u0301e"),
                         (_FAMILY, _FAMILY[::-1])),
        example="REVERSE(code)",
    ),
    Operation(
        name="STRPOS",
        family="strings",
        doc="Position of the first occurrence of the second string in the first, counted from 1; 0 if there is none.",
        typing=takes(STRING, STRING, gives=BIGINT),
        duckdb=_named("strpos"),
        flink=_counted("INSTR"),
        vectors=vectors(_SS, ("banana", "an", 2), ("banana", "x", 0), ("abc", "", 1), ("", "", 1), ("", "a", 0),
                         ("a😀é", "é", 3),
                         (None, "a", None), ("a", None, None), ("aé", "e\u0301", 0)),
        example="STRPOS(email, '@')",
        aliases=("INSTR", "POSITION"),
    ),
    Operation(
        name="CONCAT",
        family="strings",
        doc="The strings one after the other; NULL if one of them is NULL.",
        typing=_type_strings,
        duckdb=_concat,
        flink=_concat,
        vectors=(
            *vectors(_SS, ("a", "b", "ab"), ("", "", ""), ("a", None, None), (None, None, None), ("é", "😀", "é😀"),
                      ("e", "\u0301", "e\u0301")),
            *vectors(_SSS, ("a", "b", "c", "abc"), ("a", None, "c", None)),
            *vectors(("STRING", "STRING!", "STRING"), ("a", "-", "b", "a-b"), (None, "-", "b", None)),
        ),
        example="CONCAT(origin, '-', dest)",
        aliases=("||",),
    ),
    Operation(
        name="CONCAT_WS",
        family="strings",
        doc="The strings that are not NULL, with the separator (the first argument) between them.",
        typing=_type_joined,
        duckdb=_named("concat_ws"),
        flink=_named("CONCAT_WS"),
        vectors=(
            *vectors(_SSS, (",", "a", "b", "a,b"), (",", None, "b", "b"), (",", "", "", ","), (None, "a", "b", None),
                      (",", None, None, ""),
                      ("", "é", "😀", "é😀")),
            *vectors(("STRING!", "STRING", "STRING"), ("-", "a", "b", "a-b"), ("-", "a", None, "a")),
        ),
        example="CONCAT_WS('/', origin, dest)",
    ),
    Operation(
        name="STARTSWITH",
        family="strings",
        doc="Whether the first string begins with the second.",
        typing=takes(STRING, STRING, gives=BOOLEAN),
        duckdb=_named("starts_with"),
        flink=_named("STARTSWITH"),
        vectors=vectors(_SS, ("abc", "ab", True), ("abc", "b", False), ("abc", "", True), ("", "", True),
                         ("", "a", False), (None, "a", None),
                         ("a", None, None), ("é", "e", False), ("😀a", "😀", True)),
        example="STARTSWITH(tailnum, 'N')",
        aliases=("STARTS_WITH", "PREFIX"),
    ),
    Operation(
        name="ENDSWITH",
        family="strings",
        doc="Whether the first string ends with the second.",
        typing=takes(STRING, STRING, gives=BOOLEAN),
        duckdb=_named("ends_with"),
        flink=_named("ENDSWITH"),
        vectors=vectors(_SS, ("abc", "bc", True), ("abc", "b", False), ("abc", "", True), ("", "", True),
                         (None, "a", None), ("a", None, None),
                         ("e\u0301", "é", False), ("a😀", "😀", True)),
        example="ENDSWITH(path, '.png')",
        aliases=("ENDS_WITH", "SUFFIX"),
    ),
    Operation(
        name="SPLIT_INDEX",
        family="strings",
        doc="The part at a place, counted from 0, between occurrences of a delimiter; NULL beyond the last part, for a "
            "negative place, an empty delimiter, and an empty string.",
        typing=takes(STRING, STRING, BIGINT, gives=STRING, always_nullable=True),
        duckdb=_split_index(duckdb=True),
        flink=_split_index(duckdb=False),
        vectors=(
            *vectors(_SSN, ("a,b,c", ",", 1, "b"), ("a,b,c", ",", 0, "a"), ("a,b,c", ",", 3, None),
                      ("a,,c", ",", 1, ""), ("a,b", ",", -1, None),
                      ("abc", "", 0, None), ("", ",", 0, None), (",", ",", 1, ""), ("a😀b", "😀", 1, "b"),
                      ("aaa", "aa", 1, "a"),
                      (None, ",", 0, None), ("a", None, 0, None), ("a", ",", None, None),
                      ("a,b", ",", 2**63 - 1, None)),
            *vectors(("STRING", "STRING!", "INT!"), ("a/b", "/", 1, "b"), ("", "/", 0, None), ("a/b", "/", -1, None)),
        ),
        example="SPLIT_INDEX(path, '/', 0)",
    ),
    Operation(
        name="TRANSLATE",
        family="strings",
        doc="Every character of the second string replaced by the one at the same place in the third, removed if there "
            "is none.",
        typing=takes(STRING, STRING, STRING, gives=STRING),
        duckdb=_named("translate"),
        flink=_flink_translate,
        vectors=(
            *vectors(_SSS, ("hello", "el", "ip", "hippo"), ("hello", "l", "", "heo"), ("hello", "", "x", "hello"),
                      ("", "a", "b", ""),
                      ("aa", "aa", "bc", "bb"), ("é😀", "é😀", "😀é", "😀é"), (None, "a", "b", None),
                      ("a", None, "b", None), ("a", "a", None, None)),
            *vectors(("STRING", "STRING!", "STRING!"), ("2024-01-02", "-", "/", "2024/01/02"), (None, "a", "b", None)),
        ),
        example="TRANSLATE(code, 'OI', '01')",
    ),
)  # fmt: skip
