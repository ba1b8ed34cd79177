"""Ways to break SQL: what a hurried author, a template or a cut connection may leave of a model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_TOKENS = re.compile(r"\s+|\w+|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|<=|>=|<>|\|\||//|=>|.", re.DOTALL)

KEYWORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "HAVING",
    "QUALIFY",
    "WINDOW",
    "OVER",
    "PARTITION",
    "ORDER",
    "RANGE",
    "ROWS",
    "BETWEEN",
    "AND",
    "OR",
    "NOT",
    "PRECEDING",
    "FOLLOWING",
    "CURRENT",
    "ROW",
    "UNBOUNDED",
    "INTERVAL",
    "AS",
    "ON",
    "USING",
    "JOIN",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "ASOF",
    "NATURAL",
    "LATERAL",
    "UNION",
    "ALL",
    "DISTINCT",
    "EXCEPT",
    "INTERSECT",
    "WITH",
    "RECURSIVE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CAST",
    "TRY_CAST",
    "NULL",
    "TRUE",
    "FALSE",
    "IS",
    "IN",
    "LIKE",
    "EXISTS",
    "FILTER",
    "IGNORE",
    "NULLS",
    "RESPECT",
    "EXCLUDE",
    "TIES",
    "TABLE",
    "TUMBLE",
    "HOP",
    "CUMULATE",
    "SESSION",
    "DESCRIPTOR",
    "UNNEST",
    "ORDINALITY",
    "VALUES",
    "LIMIT",
    "OFFSET",
    "FETCH",
    "DESC",
    "ASC",
    "HOUR",
    "DAY",
    "MONTH",
    "SECOND",
    "ROLLUP",
    "CUBE",
    "GROUPING",
    "SETS",
    "PIVOT",
    "TABLESAMPLE",
    "FOR",
    "AT",
    "TIME",
    "ZONE",
    "ESCAPE",
    "SYMMETRIC",
    "ANY",
    "SOME",
    "ARRAY",
]
FUNCTIONS = [
    "COUNT",
    "SUM",
    "AVG",
    "MIN",
    "MAX",
    "ARRAY_AGG",
    "FIRST_VALUE",
    "LAST_VALUE",
    "LAG",
    "LEAD",
    "ROW_NUMBER",
    "RANK",
    "COALESCE",
    "NULLIF",
    "ABS",
    "UPPER",
    "CONCAT",
    "SUBSTRING",
    "EXTRACT",
    "POSITION",
    "TRIM",
    "FLOOR",
    "CEIL",
    "NOW",
    "RAND",
    "DATE_TRUNC",
    "CARDINALITY",
    "JSON_VALUE",
    "MD5",
    "QUOTIENT",
    "ROUND",
    "IF",
    "GREATEST",
    "STDDEV_POP",
    "APPROX_COUNT_DISTINCT",
    "BOOL_AND",
    "LISTAGG",
    "read_parquet",
    "frobnicate",
]
TYPES = ["INT", "BIGINT", "DOUBLE", "STRING", "DATE", "TIMESTAMP(3)", "DECIMAL(38,37)", "DECIMAL(0,0)", "ARRAY<INT>",
         "MAP<INT,INT>", "FLOAT", "VARCHAR(3)", "INTERVAL", "INT[]", "STRUCT<a INT>", "NULL"]  # fmt: skip
LITERALS = ["0", "1", "-1", "9223372036854775807", "9223372036854775808", "1e400", "1e-400", "0.1", "1.", ".5", "''",
            "'2024-02-30'", "NULL", "TRUE", "INTERVAL '1' MONTH", "INTERVAL '-1' HOUR", "INTERVAL '1' FORTNIGHT",
            "DATE '2024-13-01'", "TIMESTAMP '2024-01-01 00:00:00'", "ARRAY[1, NULL]", "[]", "{}", "x'00'", "$1", "?", "@a",
            "1" * 60, "0." + "1" * 60, "(1, 2)", "*", "COUNT(*)", "CURRENT_TIMESTAMP"]  # fmt: skip
STRANGE = ["\u0000", "\ufeff", "\u200b", "é", "\U0001f600", "\u202e", "\r", "\t", "\\", ";", "--", "/*", "*/", "'", '"', "`", "$$",
           "%", "#", "{{", "}}", "::", "->", "[", "]", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace")]  # fmt: skip


def mutated(sql: str, rnd: Random) -> str:
    """The SQL after one to three mutations."""
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        sql = rnd.choice(_MUTATIONS)(sql, rnd)
    return sql


def _tokens(sql: str) -> list[str]:
    return _TOKENS.findall(sql)


def _words(tokens: list[str]) -> list[int]:
    return [i for i, token in enumerate(tokens) if not token.isspace()] or [0]


def _edit(change: Callable[[list[str], int, Random], None]) -> Callable[[str, Random], str]:
    def mutate(sql: str, rnd: Random) -> str:
        tokens = _tokens(sql) or [" "]
        change(tokens, rnd.choice(_words(tokens)), rnd)
        return "".join(tokens)

    return mutate


def _delete(tokens: list[str], at: int, rnd: Random) -> None:
    del tokens[at : at + rnd.choice((1, 1, 2, 5))]


def _duplicate(tokens: list[str], at: int, rnd: Random) -> None:
    part = tokens[at : at + rnd.choice((1, 1, 3, 8))]
    tokens[at:at] = [*part, " "]


def _swap(tokens: list[str], at: int, rnd: Random) -> None:
    other = rnd.choice(_words(tokens))
    tokens[at], tokens[other] = tokens[other], tokens[at]


def _replace_word(tokens: list[str], at: int, rnd: Random) -> None:
    named = [i for i in _words(tokens) if tokens[i][0].isalpha() or tokens[i][0] in '"`']
    if named:
        pool = rnd.choice((KEYWORDS, FUNCTIONS, TYPES, [tokens[i] for i in named], [tokens[i] for i in named]))
        tokens[rnd.choice(named)] = rnd.choice(pool)


def _replace_literal(tokens: list[str], at: int, rnd: Random) -> None:
    literals = [i for i in _words(tokens) if tokens[i][0].isdigit() or tokens[i][0] == "'"] or [at]
    tokens[rnd.choice(literals)] = rnd.choice(LITERALS)


def _replace_any(tokens: list[str], at: int, rnd: Random) -> None:
    tokens[at] = rnd.choice(LITERALS)


def _insert(tokens: list[str], at: int, rnd: Random) -> None:
    tokens.insert(
        at, f" {rnd.choice(rnd.choice((KEYWORDS, FUNCTIONS, LITERALS, STRANGE, [',', '(', ')', '.', '='])))} "
    )


def _insert_strange(tokens: list[str], at: int, rnd: Random) -> None:
    token = tokens[at]
    cut = rnd.randint(0, len(token))
    tokens[at] = token[:cut] + rnd.choice(STRANGE) + token[cut:]


def _nest(tokens: list[str], at: int, rnd: Random) -> None:
    depth = rnd.choice((2, 10, 100, 1000))
    opening, closing = rnd.choice((("(", ")"), ("NOT ", ""), ("- ", ""), ("COALESCE(", ", 0)"), ("CASE WHEN TRUE THEN ", " END"),
                                   ("(SELECT ", ")"), ("", " + 1"), ("", " OR TRUE"), ("[", "]")))  # fmt: skip
    tokens[at] = opening * depth + tokens[at] + closing * depth


def _truncate(tokens: list[str], at: int, rnd: Random) -> None:
    del tokens[at:]


def _behead(tokens: list[str], at: int, rnd: Random) -> None:
    del tokens[:at]


_MUTATIONS = [
    _edit(change)
    for change in (
        _delete, _duplicate, _swap, _replace_word, _replace_word, _replace_word, _replace_literal, _replace_any, _insert,
        _insert_strange, _nest, _truncate, _behead,
    )
]  # fmt: skip
