"""LIKE: the pattern is a constant, checked when the model is compiled."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Macro, Operation, Refusal, Refused, Typed, TypeMismatch
from sqlfeat.language.ops.letters import to_lower
from sqlfeat.language.proofs import vectors
from sqlfeat.language.regex import parse_pattern
from sqlfeat.language.trees import fn, text, wrap
from sqlfeat.language.types import BOOLEAN, STRING
from sqlfeat.language.typing import arity, constant_text, convert


def _wildcards(pattern: str, escape: str) -> list[str | None]:
    """The pattern as `%`, `_` (as None) and literal characters in brackets: `['%', None, '[a]']`."""
    found: list[str | None] = []
    characters = iter(pattern)
    for character in characters:
        if escape and character == escape:
            follower = next(characters, "")
            if follower not in ("%", "_", escape) or not follower:
                raise TypeMismatch(f"needs `%`, `_` or `{escape}` after the escape character `{escape}`")
            found.append(f"[{follower}]")
        else:
            found.append({"%": "%", "_": None}.get(character, f"[{character}]"))
    return found


def _type_like(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    value = convert(args[0], STRING)
    pattern = constant_text(args[1], "the pattern")
    escape = constant_text(args[2], "the escape character") if len(args) == 3 else ""
    if len(escape) > 1:
        raise TypeMismatch("needs one escape character")
    _wildcards(pattern, escape)
    return Typed((value, *args[1:]), BOOLEAN, value.nullable)


def _type_ilike(args: Sequence[Expr]) -> Typed:
    typed = _type_like(args)
    lowered = [Literal(to_lower(constant_text(arg, "the pattern")), STRING) for arg in typed.args[1:]]
    return Typed((typed.args[0], *lowered), BOOLEAN, typed.nullable)


def _parts(call: Call) -> list[str | None]:
    constants = [str(arg.value) for arg in call.args[1:] if isinstance(arg, Literal)]
    return _wildcards(constants[0], constants[1] if len(constants) == 2 else "")


def _like(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    tree: exp.Expr = exp.Like(this=wrap(args[0]), expression=args[1].copy())
    return exp.Escape(this=tree, expression=args[2].copy()) if len(args) == 3 else tree


def _flink_like(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    parts = _parts(call)
    if None not in parts:
        return _like(call, args)
    # `_` of Flink matches no line break.
    anything = "[\\x{0}-\\x{10FFFF}]"
    regex = "".join(
        anything if part is None else anything + "*" if part == "%" else _escaped(part[1:-1]) for part in parts
    )
    return fn("REGEXP", args[0], text(f"^{regex}\\z"))


def _escaped(character: str) -> str:
    return parse_pattern(f"\\{character}" if character.isascii() and not character.isalnum() else character).text


def _ilike(call: Call) -> Expr:
    return Call("LIKE", (Call("LOWER", (call.args[0],), STRING), *call.args[1:]), BOOLEAN, call.nullable)


_P = ("STRING", "STRING!")
_PS = ("STRING", "STRING!", "STRING!")

OPERATIONS = (
    Operation(
        name="LIKE",
        family="strings",
        doc="Whether the whole string has the form of a constant pattern: `%` any characters, `_` one. No character "
            "escapes them unless ESCAPE names it.",
        typing=_type_like,
        duckdb=_like,
        flink=_flink_like,
        vectors=(
            *vectors(_P, ("hello", "he%", True), ("hello", "%lo", True), ("hello", "%ell%", True),
                      ("hello", "h%o", True), ("hello", "hello", True),
                      ("Hello", "hello", False), ("hello", "h_llo", True), ("hllo", "h_llo", False), ("", "", True),
                      ("", "%", True), ("", "_", False),
                      (None, "a%", None), ("😀é", "__", True), ("e\u0301", "_", False), ("a\nb", "a_b", True),
                      ("\n", "_", True), ("\u2028\r", "__", True),
                      ("a\nb", "a%b", True), ("a\n", "a", False), ("a.c", "a.c", True), ("abc", "a.c", False),
                      ("a(b", "_(%", True), ("50%", "%\\%", False),
                      ("50\\", "%\\", True), ("a%b_c", "a%b_c", True), ("aXbXc", "a%b_c", True), ("[x]", "[_]", True),
                      ("a^$", "_^$", True),
                      ("abab", "%ab%ab", True), ("aaa", "a%a%a", True), ("aa", "a%a%a", False)),
            *vectors(_PS, ("50%", "%!%", "!", True), ("50x", "%!%", "!", False), ("a_b", "a!_b", "!", True),
                      ("axb", "a!_b", "!", False), ("a!b", "a!!_", "!", True),
                      (None, "!%", "!", None), ("a%x", "a#%_", "#", True), ("\\%", "\\\\\\%", "\\", True)),
        ),
        example="tailnum LIKE 'N%'",
    ),)  # fmt: skip

MACROS = (
    Macro("ILIKE", "strings", "LIKE where upper and lower case of a letter are the same (see LOWER).", _type_ilike,
          _ilike,
          (*vectors(_P, ("Hello", "hE%", True), ("ÉTÉ", "é_é", True), ("ß", "SS", False), ("İ", "I", True),
                     (None, "a", None), ("a", "b", False)),
           *vectors(_PS, ("50%", "50X%", "X", True), ("50x", "50X%", "X", False))), "carrier ILIKE 'u%'"),
)  # fmt: skip

REFUSALS = (
    Refusal(
        "SIMILAR TO", "strings", Refused("the engines read its patterns differently", "REGEXP_FULL_MATCH(s, 'pattern')")
    ),
    Refusal("GLOB", "strings", Refused("Flink has no such patterns", "LIKE or REGEXP_LIKE")),
    Refusal("LIKE ANY", "strings", Refused("Flink has no such comparison", "a LIKE 'x%' OR a LIKE 'y%'")),
)
