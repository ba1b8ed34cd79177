"""Hashes: of the UTF-8 bytes of a string, as hexadecimal digits or as numbers to split and to sample by."""

from __future__ import annotations

from collections.abc import Sequence

from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import Lowering, Macro, Operation, Refusal, Refused, Typed, TypeMismatch
from sqlfeat.language.proofs import vectors
from sqlfeat.language.trees import fn
from sqlfeat.language.types import BIGINT, BOOLEAN, STRING
from sqlfeat.language.typing import arity, convert, takes

MAX_BUCKETS = 2**31
"""Far below the 2^52 values that are spread over the buckets, so that all are as likely as the others."""


def _named(name: str) -> Lowering:
    return lambda call, args: fn(name, *args)


def _digits(value: Expr, start: int, count: int) -> Expr:
    """Hexadecimal digits of the MD5 as a number."""
    digest = Call("MD5", (value,), STRING)
    part = Call("SUBSTRING", (digest, Literal(start, BIGINT), Literal(count, BIGINT)), STRING)
    return Call("HEX_NUMBER", (part,), BIGINT)


def _hash64(call: Call) -> Expr:
    high = Call("*", (_digits(call.args[0], 1, 8), Literal(2**32, BIGINT)), BIGINT)
    return Call("+", (high, _digits(call.args[0], 9, 8)), BIGINT)


def _type_bucket(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    value, count = convert(args[0], STRING), convert(args[1], BIGINT)
    if isinstance(count, Literal) and not (isinstance(count.value, int) and 1 <= count.value <= MAX_BUCKETS):
        raise TypeMismatch(f"needs 1 to {MAX_BUCKETS} buckets")
    return Typed((value, count), BIGINT, not isinstance(count, Literal) or value.nullable)


def _bucket(call: Call) -> Expr:
    value, count = call.args
    bucket = Call("%", (_digits(value, 1, 13), count), BIGINT)
    if isinstance(count, Literal):
        return bucket
    possible = Call("BETWEEN", (count, Literal(1, BIGINT), Literal(MAX_BUCKETS, BIGINT)), BOOLEAN)
    return Call("CASE", (possible, bucket, Literal(None, BIGINT)), BIGINT)


def _type_sha2(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    if not isinstance(args[1], Literal) or args[1].value != 256:
        raise TypeMismatch("needs 256 as the number of bits: DuckDB has no other SHA-2")
    value = convert(args[0], STRING)
    return Typed((value, args[1]), STRING, value.nullable)


def _sha2(call: Call) -> Expr:
    return Call("SHA256", call.args[:1], STRING)


_S = ("STRING",)


def _digest(name: str, doc: str, *rows: tuple[object, ...]) -> Operation:
    lower = _named(name)
    return Operation(
        name, "hashing", doc, takes(STRING, gives=STRING), lower, lower, vectors(_S, *rows), f"{name}(email)"
    )


OPERATIONS = (
    _digest("MD5", "MD5 of the UTF-8 bytes, as 32 lower-case hexadecimal digits.",
            ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"), (None, None),
            ("é😀", "62b3afe3b01f6f80152b567d9b216cde"), ("a\u0300" * 40, "b8081628d8786ee5c4fb5b7d7da557bd")),
    _digest("SHA1", "SHA-1 of the UTF-8 bytes, as 40 lower-case hexadecimal digits.",
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (None, None),
            ("é😀", "9c286deb5d7549eafd1dcb2b58e0b573bc1b4a97")),
    _digest("SHA256", "SHA-256 of the UTF-8 bytes, as 64 lower-case hexadecimal digits.",
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"), (None, None),
            ("é😀", "1184d1f608158eea09d297565575892231550c403aaa913008d867a97cfd5c76")),
)  # fmt: skip

MACROS = (
    Macro("HASH64", "hashing", "The first 64 bits of the MD5 as a BIGINT.", takes(STRING, gives=BIGINT), _hash64,
          vectors(_S, ("", -3162216497309240828), ("abc", -8070080442485551184), (None, None),
                   ("é😀", 7112221628995432320)), "HASH64(user_id)"),
    Macro("HASH_BUCKET", "hashing",
          "A number from 0 to n - 1 that depends on the string alone: the first 52 bits of its MD5 modulo n; NULL "
          "unless n is 1 to 2147483648.", _type_bucket, _bucket,
          (*vectors(("STRING", "BIGINT"), ("abc", 10, 6), ("abc", 1, 0), ("abc", 0, None), ("abc", -5, None),
                     ("abc", 2**31, 159632676), ("abc", 2**31 + 1, None),
                     (None, 10, None), ("abc", None, None), ("é😀", 100, 62)),
           *vectors(("STRING", "INT!"), ("abc", 10, 6), ("", 1000, 107), (None, 10, None))),
           "HASH_BUCKET(user_id, 100)"),
    Macro("SHA2", "hashing", "SHA-256 under Flink's name; 256 is the only size.", _type_sha2, _sha2,
          vectors(("STRING", "INT!"), ("abc", 256,
                                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                                        (None, 256, None)),
          "SHA2(email, 256)"),
)  # fmt: skip

REFUSALS = (
    Refusal("SHA512", "hashing", Refused("DuckDB has no such hash", "SHA256(s)"), ("SHA224", "SHA384")),
    Refusal("HASH", "hashing", Refused("it differs between versions of DuckDB and is not in Flink",
                                       "HASH64(s) or HASH_BUCKET(s, n)"),
            ("HASH_CODE", "MD5_NUMBER", "MD5_NUMBER_LOWER", "MD5_NUMBER_UPPER", "CRC32", "MURMUR_HASH")),
)  # fmt: skip
