"""Other spellings of CASE, and the shapes of data and queries that the language leaves out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Macro, Refusal, Refused, Typed, TypeMismatch, Vector
from sqlfeat.language.types import BOOLEAN, NULL, Kind
from sqlfeat.language.typing import any_nullable, arity, common_type, convert

_FAMILY = "conditional"


def _alike(args: Sequence[Expr]) -> tuple[Expr, ...]:
    shared = common_type([arg.type for arg in args])
    return tuple(convert(arg, shared) for arg in args)


def _type_iif(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    values = _alike(args[1:])
    return Typed((convert(args[0], BOOLEAN), *values), values[0].type, any_nullable(values))


def _iif(call: Call) -> Expr:
    return Call("CASE", call.args, call.type, call.nullable)


def _type_nvl2(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    values = _alike(args[1:])
    return Typed((args[0], *values), values[0].type, any_nullable(values))


def _nvl2(call: Call) -> Expr:
    value, present, absent = call.args
    unknown = Call("IS NULL", (value,), BOOLEAN, nullable=False)
    return Call("CASE", (unknown, absent, present), call.type, call.nullable)


def _type_decode(args: Sequence[Expr]) -> Typed:
    if len(args) < 3:
        raise TypeMismatch("takes a value, pairs of a match and a result, and a default: bytes are not in the language")
    # A default stands at the end if the number of arguments is even.
    matched, default = (args[1:-1], args[-1]) if len(args) % 2 == 0 else (args[1:], Literal(None, NULL))
    keys = _alike([args[0], *matched[::2]])
    if keys[0].type.kind is Kind.ARRAY:
        raise TypeMismatch("cannot compare arrays")
    results = _alike([*matched[1::2], default])
    flat: list[Expr] = [keys[0]]
    for key, result in zip(keys[1:], results, strict=False):
        flat += [key, result]
    return Typed((*flat, results[-1]), results[-1].type, any_nullable(results))


def _decode(call: Call) -> Expr:
    value, *rest = call.args
    branches: list[Expr] = []
    for key, result in zip(rest[:-1:2], rest[1::2], strict=True):
        branches += [Call("IS NOT DISTINCT FROM", (value, key), BOOLEAN, nullable=False), result]
    return Call("CASE", (*branches, rest[-1]), call.type, call.nullable)


def _type_one(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    return Typed(tuple(args), BOOLEAN, nullable=False)


def _is_null(call: Call) -> Expr:
    return Call("IS NULL", call.args, BOOLEAN, nullable=False)


def _is_not_null(call: Call) -> Expr:
    return Call("NOT", (_is_null(call),), BOOLEAN, nullable=False)


def _type_between(args: Sequence[Expr]) -> Typed:
    arity(args, 3)
    values = _alike(args)
    return Typed(values, BOOLEAN, any_nullable(values))


def _between(call: Call) -> Expr:
    value, one, other = call.args
    forwards = Call("BETWEEN", (value, one, other), BOOLEAN, call.nullable)
    backwards = Call("BETWEEN", (value, other, one), BOOLEAN, call.nullable)
    return Call("OR", (forwards, backwards), BOOLEAN, call.nullable)


_I3 = ("BIGINT",) * 3
_CONDITION = ("BOOLEAN", "BIGINT", "BIGINT")

MACROS = (
    Macro("IIF", _FAMILY, "The second argument if the first is true, else the third.", _type_iif, _iif,
          (Vector((True, 1, 2), 1, _CONDITION), Vector((False, 1, 2), 2, _CONDITION),
           Vector((None, 1, 2), 2, _CONDITION),
           Vector((True, None, 2), None, _CONDITION), Vector((False, "a", "é😀"), "é😀", ("BOOLEAN", *("STRING",) * 2)),
           Vector((True, 1, 0.5), 1.0, ("BOOLEAN", "INT", "DOUBLE"))),
          "IIF(a, b, c)"),
    Macro("NVL2", _FAMILY, "The second argument if the first is not NULL, else the third.", _type_nvl2, _nvl2,
          (Vector(("", 1, 2), 1, ("STRING", "BIGINT", "BIGINT")),
           Vector((None, 1, 2), 2, ("STRING", "BIGINT", "BIGINT")),
           Vector((0, None, 2), None, _I3), Vector((-(2**63), 2**63 - 1, 2), 2**63 - 1, _I3)),
          "NVL2(a, b, c)"),
    Macro("DECODE", _FAMILY,
          "The result behind the first match that the value equals, NULL being equal to NULL; else the default.",
          _type_decode, _decode,
          (Vector((1, 1, "a", 2, "b", "c"), "a", ("BIGINT", "BIGINT", "STRING", "BIGINT", "STRING", "STRING")),
           Vector((2, 1, "a", 2, "é", "c"), "é", ("BIGINT", "BIGINT", "STRING", "BIGINT", "STRING", "STRING")),
           Vector((3, 1, "a", 2, "b", "c"), "c", ("BIGINT", "BIGINT", "STRING", "BIGINT", "STRING", "STRING")),
           Vector((None, 1, "a", None, "b", "c"), "b", ("BIGINT", "BIGINT", "STRING", "BIGINT", "STRING", "STRING")),
           Vector((3, 1, "a"), None, ("BIGINT", "BIGINT", "STRING")),
           Vector((1, 1, "a"), "a", ("BIGINT", "BIGINT", "STRING")),
           Vector((None, None, 1, 2), 1, ("DATE", "DATE", "BIGINT", "BIGINT")),
           Vector((date(1969, 12, 31), None, 1, 2), 2, ("DATE", "DATE", "BIGINT", "BIGINT"))),
          "DECODE(x, 1, 'one', 2, 'two', 'many')"),
    Macro("ISNULL", _FAMILY, "Whether the value is NULL.", _type_one, _is_null,
          (Vector((None,), True, ("BIGINT",)), Vector((0,), False, ("BIGINT",)), Vector(("",), False, ("STRING",)),
           Vector(([],), False, ("ARRAY<BIGINT>",)), Vector((None,), True, ("ARRAY<BIGINT>",))),
          "ISNULL(a)"),
    Macro("NOTNULL", _FAMILY, "Whether the value is not NULL.", _type_one, _is_not_null,
          (Vector((None,), False, ("BIGINT",)), Vector((0,), True, ("BIGINT",)), Vector(("",), True, ("STRING",))),
          "NOTNULL(a)"),
    Macro("BETWEEN SYMMETRIC", "comparison", "Between the bounds, whichever of them is the greater.", _type_between,
          _between,
          (Vector((2, 3, 1), True, _I3), Vector((2, 1, 3), True, _I3), Vector((4, 3, 1), False, _I3),
           Vector((1, 1, 1), True, _I3),
           Vector((2, None, 3), None, _I3), Vector((None, 1, 3), None, _I3),
           Vector((2**63 - 1, -(2**63), 2**63 - 1), True, _I3),
           Vector((date(1, 1, 1), date(9999, 12, 31), date(1, 1, 1)), True, ("DATE",) * 3)),
          "a BETWEEN SYMMETRIC b AND c"),
)  # fmt: skip

_NESTED = Refused(
    "the engines name, compare and print nested data differently",
    "one column, or one array, for each field",
)
_SUBQUERY = Refused(
    "a stream cannot be searched for every row, and a static table in WHERE and SELECT only",
    "a join: IN is an INNER JOIN, NOT IN a LEFT JOIN with IS NULL",
)
REFUSALS = (
    Refusal("TYPEOF", _FAMILY, Refused("types have other names in each engine, and are known before the model runs",
                                       "the value itself")),
    Refusal("ROW", _FAMILY, _NESTED, ("STRUCT", "STRUCT_PACK", "STRUCT_EXTRACT", "STRUCT_INSERT", "NAMED_STRUCT")),
    Refusal("MAP", _FAMILY, Refused("the engines look up missing keys differently",
                                    "one column for each key, or CASE"), (
        "MAP_KEYS", "MAP_VALUES", "MAP_ENTRIES", "MAP_FROM_ARRAYS", "MAP_UNION", "MAP_FROM_ENTRIES", "MAP_CONCAT",
        "MAP_EXTRACT",
    )),
    Refusal("IN SELECT", _FAMILY, _SUBQUERY, ("EXISTS",)),
    Refusal("TRY", _FAMILY, Refused("operations of the language do not fail", "the expression itself, or TRY_CAST")),
    Refusal("ERROR", _FAMILY, Refused("an error would stop the stream", "NULL, and a test of the model")),
)  # fmt: skip
