"""String functions defined by others, and those that the language refuses."""

from __future__ import annotations

from collections.abc import Sequence

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Macro, Refusal, Refused, Typed, TypeRule
from sqlfeat.language.proofs import vectors
from sqlfeat.language.types import BIGINT, BOOLEAN, STRING, DataType
from sqlfeat.language.typing import takes


def _number(value: int) -> Literal:
    return Literal(value, BIGINT)


def _string(value: str) -> Literal:
    return Literal(value, STRING)


def _call(op: str, type_: DataType, *args: Expr) -> Call:
    return Call(op, args, type_)


def _case(type_: DataType, *branches: Expr) -> Call:
    """Condition, value, condition, value, ..., default."""
    return Call("CASE", branches, type_)


def _known(value: Expr) -> Call:
    return _call("NOT", BOOLEAN, _call("IS NULL", BOOLEAN, value))


def _length(value: Expr) -> Call:
    return _call("LENGTH", BIGINT, value)


def _minus(left: Expr, right: Expr) -> Call:
    return _call("-", BIGINT, left, right)


def _fill(value: Expr, size: Expr, pad: Expr) -> Expr:
    """What is missing to the size, made of repetitions of `pad`."""
    missing = _minus(size, _length(value))
    filled = _call("REPEAT", STRING, pad, missing)
    single = isinstance(pad, Literal) and isinstance(pad.value, str) and len(pad.value) == 1
    return filled if single else _call("LEFT", STRING, filled, missing)


def _pad(call: Call, *, before: bool) -> Expr:
    value, size = call.args[:2]
    pad = call.args[2] if len(call.args) == 3 else _string(" ")
    filled = _fill(value, size, pad)
    parts = (filled, value) if before else (value, filled)
    enough = _call(">=", BOOLEAN, _length(value), size)
    if pad.nullable:
        enough = _call("AND", BOOLEAN, enough, _known(pad))
    return _case(STRING, enough, _call("LEFT", STRING, value, size), _call("CONCAT", STRING, *parts))


def _split_part(call: Call) -> Expr:
    value, delimiter, place = call.args
    if isinstance(place, Literal) and isinstance(place.value, int) and place.value > 0:
        return _part(value, delimiter, _number(place.value - 1))
    removed = _call("REPLACE", STRING, value, delimiter, _string(""))
    count = _call("//", BIGINT, _minus(_length(value), _length(removed)), _length(delimiter))
    from_end = _call("+", BIGINT, _call("+", BIGINT, count, _number(1)), place)
    index = _case(BIGINT, _call(">", BOOLEAN, place, _number(0)), _minus(place, _number(1)), from_end)
    is_zero = _call("=", BOOLEAN, place, _number(0))
    return _case(STRING, is_zero, Literal(None, STRING), _part(value, delimiter, index))


def _part(value: Expr, delimiter: Expr, index: Expr) -> Expr:
    """A part, or '' where there is none; NULL only of NULL or of an empty delimiter."""
    part = _call("SPLIT_INDEX", STRING, value, delimiter, index)
    known: list[Expr] = [_call("<>", BOOLEAN, delimiter, _string("")), _known(value)]
    if not isinstance(index, Literal):
        known.append(_known(index))
    condition = known[0]
    for other in known[1:]:
        condition = _call("AND", BOOLEAN, condition, other)
    return _case(STRING, condition, _call("COALESCE", STRING, part, _string("")), Literal(None, STRING))


def _overlay(call: Call) -> Expr:
    value, replacement, start = call.args[:3]
    removed = call.args[3] if len(call.args) == 4 else _length(replacement)
    positive = _case(BIGINT, _call(">", BOOLEAN, removed, _number(0)), removed, _number(0))
    head = _call("LEFT", STRING, value, _minus(start, _number(1)))
    # Both parts by LEFT and RIGHT: a sum of two large numbers would wrap.
    rest = _call("RIGHT", STRING, value, _minus(_minus(_length(value), start), _minus(positive, _number(1))))
    inside = _call("BETWEEN", BOOLEAN, start, _number(1), _length(value))
    whole = _call("CONCAT", STRING, head, replacement, rest)
    known: Expr = _known(_call("CONCAT", STRING, value, replacement))
    if len(call.args) == 4:
        known = _call("AND", BOOLEAN, known, _known(removed))
    outside = _call("AND", BOOLEAN, _call("NOT", BOOLEAN, inside), known)
    return _case(STRING, inside, whole, outside, value, Literal(None, STRING))


def _locate(call: Call) -> Expr:
    return _call("STRPOS", BIGINT, call.args[1], call.args[0])


def _contains(call: Call) -> Expr:
    return _call(">", BOOLEAN, _call("STRPOS", BIGINT, *call.args), _number(0))


def _bytes(call: Call) -> Expr:
    return _call("//", BIGINT, _length(_call("HEX", STRING, *call.args)), _number(2))


def _space(call: Call) -> Expr:
    return _call("REPEAT", STRING, _string(" "), *call.args)


_S = ("STRING",)
_SS = ("STRING", "STRING")
_SSN = ("STRING", "STRING", "BIGINT")
_SNS = ("STRING", "BIGINT", "STRING")


def _type_pad() -> TypeRule:
    return takes(STRING, BIGINT, STRING, gives=STRING, always_nullable=True, optional=1)


def _type_overlay(args: Sequence[Expr]) -> Typed:
    return takes(STRING, STRING, BIGINT, BIGINT, gives=STRING, optional=1)(args)


MACROS = (
    Macro("LPAD", "strings",
          "Filled on the left to n characters with repetitions of the third argument (a space if left out), cut to the "
          "first n if longer; NULL if more than 10000 repetitions are missing.",
          _type_pad(), lambda call: _pad(call, before=True),
          (*vectors(_SNS, ("7", 3, "0", "007"), ("hello", 2, "0", "he"), ("a", 6, "xyz", "xyzxya"), ("a", 3, "", "a"),
                     ("", 2, "é", "éé"),
                     ("😀", 3, "😀é", "😀é😀"), ("a", 0, "x", ""), ("a", -5, "x", ""), (None, 3, "x", None),
                     ("a", None, "x", None), ("a", 3, None, None), ("hello", 2, None, None),
                     ("a", 10**6, "x", None)),
           *vectors(("STRING", "INT!", "STRING!"), ("7", 3, "0", "007"), ("e\u0301", 3, "0", "0e\u0301"),
                     (None, 3, "0", None)),
           *vectors(("STRING", "BIGINT"), ("a", 3, "  a"))), "LPAD(code, 5, '0')"),
    Macro("RPAD", "strings", "Filled on the right; see LPAD.", _type_pad(), lambda call: _pad(call, before=False),
          (*vectors(_SNS, ("7", 3, "0", "700"), ("hello", 2, "0", "he"), ("a", 6, "xyz", "axyzxy"), ("a", 3, "", "a"),
                     ("😀", 3, "é", "😀éé"),
                     ("a", -5, "x", ""), (None, 3, "x", None), ("a", 10**6, "x", None), ("hello", 2, None, None)),
           *vectors(("STRING", "INT!", "STRING!"), ("7", 3, "0", "700"),)), "RPAD(code, 5, '.')"),
    Macro("SPLIT_PART", "strings",
          "The part at a place, counted from 1, or from the end if negative, between occurrences of a delimiter; '' "
          "where there is no part, NULL for place 0 and for an empty delimiter.",
          takes(STRING, STRING, BIGINT, gives=STRING, always_nullable=True), _split_part,
          (*vectors(_SSN, ("a,b,c", ",", 1, "a"), ("a,b,c", ",", 3, "c"), ("a,b,c", ",", 4, ""),
                     ("a,b,c", ",", -1, "c"), ("a,b,c", ",", -3, "a"),
                     ("a,b,c", ",", -4, ""), ("a,b", ",", 0, None), ("", ",", 1, ""), ("", ",", -1, ""),
                     ("a,", ",", -1, ""), ("abc", "", 1, None), ("aaa", "aa", -1, "a"),
                     (None, ",", 1, None), ("a", None, 1, None), ("a", ",", None, None), ("é😀a", "😀", 2, "a"),
                     ("a", ",", -(2**63), ""), ("a", ",", 2**63 - 1, "")),
           *vectors(("STRING", "STRING!", "INT!"), ("a/b", "/", 2, "b"), ("a/b", "/", -1, "b"), ("", "/", 1, ""),
                     (None, "/", 1, None))),
          "SPLIT_PART(email, '@', 2)"),
    Macro("OVERLAY", "strings",
          "With so many characters from a position on (as many as the second string has, if left out) replaced by the "
          "second string; unchanged if the position is not in the string.", _type_overlay, _overlay,
          (*vectors(("STRING", "STRING", "BIGINT", "BIGINT"), ("hello", "XX", 2, 3, "hXXo"),
                     ("hello", "X", 2, 0, "hXello"), ("hello", "X", 5, 9, "hellX"),
                     ("hello", "X", 6, 1, "hello"), ("hello", "X", 0, 1, "hello"), ("hello", "X", 2, -3, "hXello"),
                     ("a😀é", "b", 2, 1, "abé"),
                     (None, "X", 1, 1, None), ("a", None, 1, 1, None), ("a", "b", None, 1, None),
                     ("abc", "x", 2, 2**63 - 1, "ax"),
                     ("abc", "x", 2**63 - 1, 2**63 - 1, "abc"), ("abc", "x", 2, -(2**63), "axbc"),
                     ("abc", "x", -(2**63), 1, "abc")),
           *vectors(_SSN, ("hello", "XX", 2, "hXXlo"), ("", "X", 1, ""))),
           "OVERLAY(phone PLACING '***' FROM 4 FOR 3)"),
    Macro("LOCATE", "strings", "Position of the first string in the second, counted from 1; 0 if it is not there.",
          takes(STRING, STRING, gives=BIGINT), _locate, vectors(_SS, ("an", "banana", 2), ("x", "", 0), ("", "a", 1),
                  (None, "a", None), ("é", "😀é", 2)),
          "LOCATE('@', email)"),
    Macro("CONTAINS", "strings", "Whether the second string occurs in the first.",
          takes(STRING, STRING, gives=BOOLEAN), _contains,
          vectors(_SS, ("banana", "nan", True), ("banana", "x", False), ("a", "", True), ("", "", True),
                   (None, "a", None), ("a", None, None), ("😀é", "é", True)),
          "CONTAINS(message, 'error')"),
    Macro("OCTET_LENGTH", "strings", "Number of bytes in UTF-8.", takes(STRING, gives=BIGINT), _bytes,
          vectors(_S, ("abc", 3), ("", 0), (None, None), ("é", 2), ("日", 3), ("😀", 4)), "OCTET_LENGTH(name)",
          aliases=("STRLEN", "BYTE_LENGTH")),
    Macro("SPACE", "strings", "So many spaces; see REPEAT.", takes(BIGINT, gives=STRING, always_nullable=True), _space,
          vectors(("BIGINT",), (3, "   "), (0, ""), (-1, ""), (None, None), (10001, None)), "SPACE(3)"),
)  # fmt: skip

_BYTES = Refused("values of type BYTES are not in the language: the engines fail differently on bytes that are no text",
                 "the text itself as a column of the source")  # fmt: skip

REFUSALS = (
    Refusal("INITCAP", "strings", Refused("DuckDB has no such function, and Flink's knows the words of ASCII text only",
                                          "UPPER(LEFT(s, 1)) || LOWER(SUBSTRING(s, 2))")),
    Refusal("FROM_BASE64", "strings", _BYTES, ("UNBASE64", "ENCODE", "UNHEX", "FROM_HEX", "BIN", "UNBIN")),
    Refusal("URL_ENCODE", "strings", Refused("the engines leave different characters as they are",
                                             "REPLACE for the characters that occur"), ("URL_DECODE", "PARSE_URL")),
    Refusal("PRINTF", "strings", Refused("each engine has its own format language", "CONCAT and CAST(... AS STRING)"),
            ("FORMAT", "FORMAT_NUMBER", "FMT")),
    Refusal("LEVENSHTEIN", "strings", Refused("Flink has no distance between strings",
                                              "a distance computed before the source"),
            ("EDITDIST3", "DAMERAU_LEVENSHTEIN", "JACCARD", "JARO_SIMILARITY", "JARO_WINKLER_SIMILARITY", "HAMMING",
             "MISMATCHES", "SOUNDEX")),
    Refusal("STRIP_ACCENTS", "strings", Refused("Flink cannot take accents off letters",
                                                "TRANSLATE(s, 'áéí...', 'aei...')"), ("NFC_NORMALIZE", "COLLATE")),
    Refusal("ELT", "strings", Refused("DuckDB has no such function", "CASE n WHEN 1 THEN a WHEN 2 THEN b END"),
            ("STR_TO_MAP",)),
    Refusal("LENGTH_GRAPHEME", "strings",
            Refused("which characters make one grapheme changes with every version of Unicode",
                                                  "LENGTH, SUBSTRING and LEFT, which count code points"),
            ("LEFT_GRAPHEME", "RIGHT_GRAPHEME", "SUBSTRING_GRAPHEME")),
)  # fmt: skip
