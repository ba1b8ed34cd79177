"""Regular expressions: the pattern is a constant, checked and written anew when the model is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Lowering, Macro, Operation, Refusal, Refused, Typed, TypeMismatch, TypeRule
from sqlfeat.language.proofs import vectors
from sqlfeat.language.regex import BadPattern, Pattern, parse_pattern
from sqlfeat.language.trees import case, cast, flink_coalesce, fn, number, text
from sqlfeat.language.types import BIGINT, BOOLEAN, INT, STRING, DataType, array
from sqlfeat.language.typing import arity, constant_text, convert


def _pattern(expr: Expr) -> Pattern:
    try:
        return parse_pattern(constant_text(expr, "the pattern"))
    except BadPattern as problem:
        raise TypeMismatch(f"does not take this pattern: {problem}") from None


def _type_search(gives: DataType, *, always_nullable: bool = False, not_empty: bool = False) -> TypeRule:
    def rule(args: Sequence[Expr]) -> Typed:
        arity(args, 2)
        value = convert(args[0], STRING)
        pattern = _pattern(args[1])
        if not_empty and pattern.can_be_empty:
            raise TypeMismatch("needs a pattern that cannot match the empty string: the engines find those differently")
        return Typed((value, args[1]), gives, always_nullable or value.nullable)

    return rule


def _type_extract(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    value, pattern = convert(args[0], STRING), _pattern(args[1])
    group = args[2] if len(args) == 3 else Literal(0, INT)
    if (
        not isinstance(group, Literal)
        or not isinstance(group.value, int)
        or not 0 <= group.value <= len(pattern.groups)
    ):
        raise TypeMismatch(f"needs the number of a group of the pattern, 0 to {len(pattern.groups)}")
    if group.value and pattern.groups[group.value - 1]:
        raise TypeMismatch(
            f"cannot tell which repetition of group {group.value} is meant; put the repetition inside it"
        )
    return Typed((value, args[1], group), STRING, nullable=True)


def _type_extract_all(args: Sequence[Expr]) -> Typed:
    typed = _type_extract(args)
    if _pattern(args[1]).can_be_empty:
        raise TypeMismatch("needs a pattern that cannot match the empty string: the engines find those differently")
    return Typed(typed.args, array(STRING), args[0].nullable)


def _type_replace(args: Sequence[Expr]) -> Typed:
    arity(args, 3, 4)
    value, pattern, replacement = convert(args[0], STRING), _pattern(args[1]), constant_text(args[2], "the replacement")
    if pattern.can_be_empty:
        raise TypeMismatch("needs a pattern that cannot match the empty string: the engines find those differently")
    if any(replacement[i] in "\\$" and replacement[i + 1 : i + 2].isdigit() for i in range(len(replacement))):
        raise TypeMismatch(
            "cannot put groups into the replacement, which Flink takes as it is; use REGEXP_EXTRACT and ||"
        )
    if len(args) == 4 and constant_text(args[3], "the options") != "g":
        raise TypeMismatch("replaces every match, so that 'g' is the only option")
    return Typed((value, args[1], args[2]), STRING, value.nullable)


def _written(call: Call, *, whole: bool = False) -> exp.Expr:
    pattern = _pattern(call.args[1]).text
    return text(f"^(?:{pattern})\\z" if whole else pattern)


def _search(name: str, *, whole: bool = False) -> Lowering:
    return lambda call, args: fn(name, args[0], _written(call, whole=whole))


def _group_of(call: Call) -> exp.Expr:
    group = call.args[2]
    assert isinstance(group, Literal)
    assert isinstance(group.value, int)
    return number(group.value)


def _duckdb_extract(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    found = fn("regexp_extract", args[0], _written(call), _group_of(call))
    return case((fn("regexp_matches", args[0], _written(call)), found))


def _flink_extract(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    group = _group_of(call)
    found = fn("REGEXP_EXTRACT", args[0], _written(call), group)
    if group == number(0):
        return found
    # A group that took no part is NULL here, and '' in DuckDB.
    return case((fn("REGEXP", args[0], _written(call)), flink_coalesce(found, text(""))))


def _extract_all(name: str) -> Lowering:
    return lambda call, args: fn(name, args[0], _written(call), _group_of(call))


def _duckdb_replace(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    literal = call.args[2]
    assert isinstance(literal, Literal)
    replacement = text(str(literal.value).replace("\\", "\\\\"))
    return fn("regexp_replace", args[0], _written(call), replacement, text("g"))


def _flink_replace(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("REGEXP_REPLACE", args[0], _written(call), args[2])


def _duckdb_count(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("len", fn("regexp_extract_all", args[0], _written(call)))


def _flink_count(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return cast(fn("REGEXP_COUNT", args[0], _written(call)), BIGINT, duckdb=False)


def _substr(call: Call) -> Expr:
    return replace(call, op="REGEXP_EXTRACT", args=(*call.args, Literal(0, INT)))


_P = ("STRING", "STRING!")
_PS = ("STRING", "STRING!", "STRING!")
_PN = ("STRING", "STRING!", "INT!")

OPERATIONS = (
    Operation(
        name="REGEXP_LIKE",
        family="strings",
        doc="Whether a constant regular expression matches somewhere in the string. `.` is every character but a line "
            "feed, `$` the end of the string, `\\d`, `\\w`, `\\s` are ASCII; `(?i)` in front ignores the case of ASCII "
            "letters.",
        typing=_type_search(BOOLEAN),
        duckdb=_search("regexp_matches"),
        flink=_search("REGEXP"),
        vectors=vectors(
            _P, ("N12345", "^N[0-9]+$", True), ("xN1", "^N", False), ("hello", "l{2}", True),
            ("hello", "^(h|j)ello$", True), (None, "a", None), ("", "^$", True),
            ("", "a", False), ("a\n", "a$", False), ("\n", "^.$", False), ("\r", "^.$", True), ("\u2028", "^.$", True),
            ("😀", "^.$", True), ("\n", "(?s)^.$", True),
            ("\x0b", "\\s", False), (" ", "^\\s$", True), ("é", "\\w", False), ("é", "^[à-ü]$", True),
            ("٣", "\\d", False), ("HeLLo", "(?i)^hello$", True),
            ("\u212a", "(?i)k", False), ("\u017f", "(?i)[r-t]", False), ("a.b", "a\\.b", True),
            ("axb", "a\\.b", False), ("a-b]", "^[a\\-b\\]]+$", True), ("x{2}", "x\\{2\\}", True),
            ("abcabc", "^(?:abc)*$", True), ("a\tb", "a\\tb", True), ("é", "\\xe9", True),
            ("😀", "[\\x{1F600}-\\x{1F64F}]", True), ("ab12", "^\\D+\\d+\\z", True),
            ("foo@bar.com", "^[\\w.+-]+@[\\w-]+(\\.[\\w-]+){1,3}$", True), ("a b", "^[^ ]+$", False),
            ("aab", "a+?b", True), ("]", "[^\\]]", False), ("a/b&c", "/b&", True),
            ("1.2.3.4", "^(\\d{1,3}\\.){3}\\d{1,3}$", True), ("it's", "t's", True), ("\\", "^\\\\$", True),
            ("a\u0301", "^a.$", True)),
        example="REGEXP_LIKE(tailnum, '^N[0-9]+')",
        aliases=("REGEXP", "REGEXP_MATCHES", "RLIKE"),
    ),
    Operation(
        name="REGEXP_FULL_MATCH",
        family="strings",
        doc="Whether a constant regular expression matches the whole string.",
        typing=_type_search(BOOLEAN),
        duckdb=_search("regexp_matches", whole=True),
        flink=_search("REGEXP", whole=True),
        vectors=vectors(_P, ("abc", "[a-c]+", True), ("abcd", "[a-c]+", False), ("a", "a|ab", True),
                         ("ab", "a|ab", True), ("a\n", "a", False), (None, "a", None),
                         ("", "a*", True), ("é😀", "..", True)),
        example="REGEXP_FULL_MATCH(code, '[A-Z]{3}')",
    ),
    Operation(
        name="REGEXP_EXTRACT",
        family="strings",
        doc="The first match of a constant regular expression, or a group of it ('' if it took no part); NULL if "
            "there is none.",
        typing=_type_extract,
        duckdb=_duckdb_extract,
        flink=_flink_extract,
        vectors=(
            *vectors(_P, ("abc123", "[0-9]+", "123"), ("abc", "[0-9]+", None), ("", "a*", ""), (None, "a", None),
                      ("aXbX", ".*X", "aXbX"), ("aXbX", ".*?X", "aX"),
                      ("a😀b", "[^a-z]", "😀"), ("ab", "a|ab", "a")),
            *vectors(_PN, ("k=v", "(\\w)=(\\w)", 2, "v"), ("k=v", "(\\w)=(\\w)", 0, "k=v"), ("b", "(a)?b", 1, ""),
                      ("ab", "(a)?b", 1, "a"), ("x", "(a)|x", 1, ""),
                      ("none", "(a)=", 1, None), (None, "(a)", 1, None), ("2024-05", "^([0-9]{4})-([0-9]{2})$", 1,
                              "2024"), ("é=😀", "=(.)", 1, "😀")),
        ),
        example="REGEXP_EXTRACT(path, '/item/([0-9]+)', 1)",
    ),
    Operation(
        name="REGEXP_REPLACE",
        family="strings",
        doc="Every match of a constant regular expression replaced by a constant, which is taken as it is.",
        typing=_type_replace,
        duckdb=_duckdb_replace,
        flink=_flink_replace,
        vectors=vectors(_PS, ("a1b22", "[0-9]+", "#", "a#b#"), ("abc", "[0-9]", "#", "abc"),
                         ("a b  c", "\\s+", " ", "a b c"), ("a.b", "\\.", "", "ab"), (None, "a", "b", None),
                         ("", "a", "b", ""), ("aaa", "aa", "b", "ba"), ("😀é", "é", "😀", "😀😀"),
                         ("a", "a", "$x\\y&", "$x\\y&"), ("aXbX", "(?i)x", "\\", "a\\b\\"),
                         ("a\nb", ".", "-", "-\n-")),
        example="REGEXP_REPLACE(phone, '[^0-9]', '')",
    ),
    Operation(
        name="REGEXP_COUNT",
        family="strings",
        doc="Number of matches of a constant regular expression, one after the other.",
        typing=_type_search(BIGINT, not_empty=True),
        duckdb=_duckdb_count,
        flink=_flink_count,
        vectors=vectors(_P, ("banana", "an", 2), ("banana", "x", 0), ("aaa", "aa", 1), ("", "a", 0),
                         (None, "a", None), ("é😀é", "é", 2), ("a1b22", "[0-9]+", 2)),
        example="REGEXP_COUNT(text, '[0-9]+')",
    ),
    Operation(
        name="REGEXP_EXTRACT_ALL",
        family="strings",
        doc="All matches of a constant regular expression, or of a group of it, as an array.",
        typing=_type_extract_all,
        duckdb=_extract_all("regexp_extract_all"),
        flink=_extract_all("REGEXP_EXTRACT_ALL"),
        vectors=(
            *vectors(_P, ("a1b22", "[0-9]+", ["1", "22"]), ("abc", "[0-9]", []), ("", "a", []), (None, "a", None),
                      ("é😀", ".", ["é", "😀"])),
            *vectors(_PN, ("a=1,b=2", "([a-z])=([0-9])", 2, ["1", "2"]), ("a=1", "([a-z])=([0-9])", 0, ["a=1"]),
                      (None, "(a)", 1, None)),
        ),
        example="REGEXP_EXTRACT_ALL(text, '#([a-z]+)', 1)",
    ),
)  # fmt: skip

MACROS = (
    Macro("REGEXP_SUBSTR", "strings", "The first match of a constant regular expression; NULL if there is none.",
          _type_search(STRING, always_nullable=True), _substr, vectors(_P, ("abc123", "[0-9]+", "123"),
                  ("abc", "[0-9]", None), (None, "a", None)),
          "REGEXP_SUBSTR(code, '[0-9]+')"),
)  # fmt: skip

REFUSALS = (
    Refusal("REGEXP_INSTR", "strings",
            Refused("DuckDB has no such function", "STRPOS(s, REGEXP_EXTRACT(s, 'pattern'))")),
    Refusal("REGEXP_SPLIT_TO_ARRAY", "strings", Refused("Flink has no such function",
                                                        "REGEXP_REPLACE to one delimiter, then SPLIT_INDEX"),
            ("STRING_SPLIT_REGEX", "STR_SPLIT_REGEX", "REGEXP_SPLIT_TO_TABLE")),
    Refusal("REGEXP_ESCAPE", "strings", Refused("patterns are constants", "the pattern as it is meant")),
)  # fmt: skip
