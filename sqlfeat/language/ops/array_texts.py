"""Arrays to texts and back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import (
    Typed,
    TypeMismatch,
    Vector,
)
from sqlfeat.language.ops.array_proofs import (
    BIGINTS,
    STRINGS,
)
from sqlfeat.language.ops.array_types import (
    array_of,
    if_present,
    named,
    operation,
)
from sqlfeat.language.trees import binary, case, cast, fn, text
from sqlfeat.language.types import STRING, Kind, array
from sqlfeat.language.typing import arity, convert


def _type_join(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    value, element = array_of(args[0])
    if element.is_integer:
        value = Call("CAST", (value,), array(STRING), value.nullable)
    elif element.kind is not Kind.STRING:
        raise TypeMismatch(f"takes arrays of STRING and of whole numbers, not {args[0].type}")
    for arg in args[1:]:
        if not isinstance(arg, Literal) or not isinstance(arg.value, str):
            raise TypeMismatch("needs a constant separator, and a constant for NULLs if there is one")
    return Typed((value, *args[1:]), STRING, value.nullable)


def _duckdb_join(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value = args[0]
    if len(args) == 3:
        item = exp.column("x_")
        filled = exp.Lambda(this=fn("COALESCE", item, args[2]), expressions=[exp.to_identifier("x_")])
        value = fn("list_transform", value, filled)
    # Of NULLs alone DuckDB makes NULL, Flink an empty text.
    return if_present(args[:1], fn("COALESCE", fn("array_to_string", value, args[1]), text("")))


def _type_split(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    separator = args[1]
    if not isinstance(separator, Literal) or not isinstance(separator.value, str) or not separator.value:
        raise TypeMismatch("needs a constant separator that is not empty")
    value = convert(args[0], STRING)
    return Typed((value, separator), array(STRING), value.nullable)


def _duckdb_split(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    none = cast(exp.Array(expressions=[]), call.type, duckdb=True)
    return case((binary(exp.EQ, args[0], text("")), none), default=fn("string_split", *args))


OPERATIONS = (
    operation("ARRAY_JOIN",
              "The elements as one text with a constant between them; NULLs are left out, or written as a third "
              "argument.", _type_join, _duckdb_join, named("ARRAY_JOIN"),
              (Vector((["a", None, "é😀", ""], ", "), "a, é😀, ", (STRINGS, "STRING!")),
               Vector(([], "-"), "", (STRINGS, "STRING!")),
               Vector(([None, None], "-"), "", (STRINGS, "STRING!")), Vector((None, "-"), None, (STRINGS, "STRING!")),
               Vector((["a", "b"], ""), "ab", (STRINGS, "STRING!")),
               Vector((["a", None], "-", "?"), "a-?", (STRINGS, "STRING!", "STRING!")),
               Vector(([None], "'", "%"), "%", (STRINGS, "STRING!", "STRING!")),
               Vector(([1, None, -(2**63)], ";"), "1;-9223372036854775808",
                                                                                   (BIGINTS, "STRING!"))),
              "ARRAY_JOIN(a, ', ')", "ARRAY_TO_STRING"),
    operation("SPLIT", "The pieces of a text between the separators, as an array; an empty text has none.",
              _type_split,
              _duckdb_split, named("SPLIT"),
              (Vector(("a,b,,c,", ","), ["a", "b", "", "c", ""], ("STRING", "STRING!")),
               Vector(("", ","), [], ("STRING", "STRING!")),
               Vector((",", ","), ["", ""], ("STRING", "STRING!")), Vector((None, ","), None, ("STRING", "STRING!")),
               Vector(("aaa", "aa"), ["", "a"], ("STRING", "STRING!")),
               Vector(("é😀é", "é"), ["", "😀", ""], ("STRING", "STRING!")),
               Vector(("a.b|c", "."), ["a", "b|c"], ("STRING", "STRING!")),
               Vector(("a. b", ". "), ["a", "b"], ("STRING", "STRING!"))),
              "SPLIT(s, ',')", "STRING_SPLIT", "STR_SPLIT", "STRING_TO_ARRAY"),
)  # fmt: skip
