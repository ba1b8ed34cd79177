"""Strings as numbers, digits and bytes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Call, Expr
from sqlfeat.language.operation import Lowering, Operation, Typed, TypeMismatch, Vector
from sqlfeat.language.trees import binary, case, cast, fn, number, text, wrap
from sqlfeat.language.types import BIGINT, INT, STRING, Kind
from sqlfeat.language.typing import arity, convert, takes


def _named(name: str) -> Lowering:
    return lambda call, args: fn(name, *args)


def _type_hex(args: Sequence[Expr]) -> Typed:
    arity(args, 1)
    value = args[0]
    if value.type.kind not in (Kind.STRING, Kind.INT, Kind.BIGINT, Kind.NULL):
        raise TypeMismatch(f"needs a STRING or a whole number, not {value.type}")
    value = value if value.type.kind is Kind.STRING else convert(value, BIGINT)
    return Typed((value,), STRING, value.nullable)


def _duckdb_base64(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("to_base64", fn("encode", args[0]))


def _is_character(tree: exp.Expr) -> exp.Expr:
    """Whether a number is that of a character: not NUL, not half of a surrogate pair."""
    low = exp.Between(this=wrap(tree), low=number(1), high=number(0xD7FF))
    high = exp.Between(this=wrap(tree), low=number(0xE000), high=number(0x10FFFF))
    return exp.or_(low, high)


def _duckdb_character(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return case((_is_character(args[0]), fn("chr", cast(args[0], INT, duckdb=True))))


def _flink_character(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    # CHR of Flink knows 256 characters only.
    digits = fn("LPAD", fn("HEX", args[0]), number(8), text("0"))
    return case((_is_character(args[0]), fn("DECODE", fn("UNHEX", digits), text("UTF-32BE"))))


def _duckdb_code(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    code = cast(fn("ord", args[0]), BIGINT, duckdb=True)
    return case((binary(exp.EQ, args[0], text("")), number(0)), default=code)


def _flink_code(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """The code point from the one to four bytes of the first character."""
    digits = fn("HEX", fn("LEFT", args[0], number(1)))
    value = hex_number_flink(digits)

    def byte(place: int, modulus: int) -> exp.Expr:
        shifted = binary(exp.Div, value, number(256**place)) if place else value
        return binary(exp.Mul, fn("MOD", shifted, number(modulus)), number(64**place))

    def code(lead: int, size: int) -> exp.Expr:
        parts = [byte(place, 64) for place in range(size - 1)] + [byte(size - 1, lead)]
        tree = parts[0]
        for part in parts[1:]:
            tree = binary(exp.Add, tree, part)
        return tree

    def up_to(limit: int) -> exp.Expr:
        return binary(exp.LT, value, number(limit))

    return case(
        (binary(exp.EQ, args[0], text("")), cast(number(0), BIGINT, duckdb=False)),
        (up_to(256), value), (up_to(256**2), code(32, 2)), (up_to(256**3), code(16, 3)), default=code(8, 4),
    )  # fmt: skip


def hex_number_flink(digits: exp.Expr) -> exp.Expr:
    """Up to 13 hexadecimal digits as BIGINT: Java reads hexadecimal fractions, and that many fit a DOUBLE exactly."""
    literal = exp.DPipe(this=exp.DPipe(this=text("0x"), expression=wrap(digits)), expression=text("p0"))
    return exp.Cast(this=exp.Cast(this=literal, to=exp.DataType.build("DOUBLE")), to=exp.DataType.build("BIGINT"))


def _duckdb_hex_number(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    literal = exp.DPipe(this=text("0x"), expression=wrap(args[0]))
    return case((_is_hex(args[0], duckdb=True), cast(exp.Paren(this=literal), BIGINT, duckdb=True)))


def _flink_hex_number(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return case((_is_hex(args[0], duckdb=False), hex_number_flink(args[0])))


def _is_hex(tree: exp.Expr, *, duckdb: bool) -> exp.Expr:
    return fn("regexp_matches" if duckdb else "REGEXP", tree, text("^[0-9a-fA-F]{1,13}\\z"))


_S = ("STRING",)


def _vectors(type_: str, *rows: tuple[object, object]) -> tuple[Vector, ...]:
    return tuple(Vector((given,), result, (type_,)) for given, result in rows)


OPERATIONS = (
    Operation(
        name="HEX",
        family="strings",
        doc="The UTF-8 bytes of a string, or the bits of a whole number (as 64-bit two's complement), in upper-case "
            "hexadecimal digits.",
        typing=_type_hex,
        duckdb=_named("hex"),
        flink=_named("HEX"),
        vectors=(
            *_vectors("STRING", ("aZ", "615A"), ("", ""), (None, None), ("é😀", "C3A9F09F9880"), ("\n", "0A")),
            *_vectors("BIGINT", (255, "FF"), (0, "0"), (-1, "FFFFFFFFFFFFFFFF"), (2**63 - 1, "7FFFFFFFFFFFFFFF"),
                      (-(2**63), "8000000000000000"), (None, None)),
            *_vectors("INT", (-1, "FFFFFFFFFFFFFFFF"), (31, "1F")),
        ),
        example="HEX(name)",
        aliases=("TO_HEX",),
    ),
    Operation(
        name="HEX_NUMBER",
        family="strings",
        doc="The number that 1 to 13 hexadecimal digits write; NULL for any other string.",
        typing=takes(STRING, gives=BIGINT, always_nullable=True),
        duckdb=_duckdb_hex_number,
        flink=_flink_hex_number,
        vectors=_vectors("STRING", ("ff", 255), ("FF", 255), ("0", 0), ("fffffffffffff", 2**52 - 1),
                         ("10000000000000", None), ("", None), (None, None),
                         ("g", None), ("-1", None), ("f\n", None), (" f", None), ("0001", 1)),
        example="HEX_NUMBER(SUBSTRING(MD5(id), 1, 8))",
    ),
    Operation(
        name="TO_BASE64",
        family="strings",
        doc="The UTF-8 bytes of a string in Base64, with padding.",
        typing=takes(STRING, gives=STRING),
        duckdb=_duckdb_base64,
        flink=_named("TO_BASE64"),
        vectors=_vectors("STRING", ("hello", "aGVsbG8="), ("", ""), (None, None), ("é😀", "w6nwn5iA"), ("?>~", "Pz5+"),
                         ("a" * 60, "YWFh" * 20)),
        example="TO_BASE64(name)",
        aliases=("BASE64",),
    ),
    Operation(
        name="CHR",
        family="strings",
        doc="The character with that number in Unicode; NULL if there is none (below 1, a surrogate, above 1114111).",
        typing=takes(BIGINT, gives=STRING, always_nullable=True),
        duckdb=_duckdb_character,
        flink=_flink_character,
        vectors=_vectors("BIGINT", (65, "A"), (10, "\n"), (233, "é"), (128512, "😀"), (0, None), (-1, None),
                         (55296, None), (57343, None), (57344, "\ue000"),
                         (1114111, "\U0010ffff"), (1114112, None), (2**63 - 1, None), (None, None)),
        example="CHR(65)",
        aliases=("CHAR",),
    ),
    Operation(
        name="ASCII",
        family="strings",
        doc="The number in Unicode of the first character; 0 for an empty string.",
        typing=takes(STRING, gives=BIGINT),
        duckdb=_duckdb_code,
        flink=_flink_code,
        vectors=_vectors("STRING", ("A", 65), ("abc", 97), ("", 0), (None, None), ("é", 233), ("\u07ff", 0x7FF),
                         ("\u0800", 0x800), ("日本", 0x65E5),
                         ("\uffff", 0xFFFF), ("😀", 0x1F600), ("\U0010ffff", 0x10FFFF), ("\x7f", 127), ("\u0080", 128)),
        example="ASCII(grade)",
        aliases=("ORD", "UNICODE"),
    ),
)  # fmt: skip
