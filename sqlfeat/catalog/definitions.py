"""The expression behind each output column, cut out of a model's SQL as it is written."""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from sqlfeat.language.dialect import Sqlfeat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET}
_NAMES = {TokenType.VAR, TokenType.IDENTIFIER}
_AFTER_ITEMS = {TokenType.FROM, TokenType.UNION}


def definitions_of(sql: str) -> dict[str, str]:
    r"""The expressions of the outermost SELECT (of UNION ALL the first one) by the lower-case name of their column.

    A column that has no expression of its own, such as one of `*`, is left out. A window that is called by name is
    added to the expressions that call it.

    >>> definitions_of("SELECT k, COUNT(*) OVER w AS n FROM t WINDOW w AS (PARTITION BY k)")
    {'k': 'k', 'n': 'COUNT(*) OVER w\nWINDOW w AS (PARTITION BY k)'}
    """
    try:
        tokens = Sqlfeat().tokenize(sql)
    except TokenError:
        return {}
    windows = dict(_windows(sql, tokens))
    found = {}
    for item in _items(tokens):
        name, expression = _named(item)
        if name and expression:
            found[name.lower()] = _text(sql, expression) + _called(expression, windows)
    return found


def _items(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each item of the select list."""
    item: list[Token] = []
    inside = False
    for depth, token in _nested(tokens):
        if depth == 0 and not inside:
            inside = token.token_type is TokenType.SELECT
        elif depth == 0 and token.token_type in _AFTER_ITEMS:
            break
        elif depth == 0 and token.token_type is TokenType.COMMA:
            yield item
            item = []
        elif inside:
            item.append(token)
    yield item


def _nested(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Each token with the number of brackets around it; a bracket is inside of itself."""
    depth = 0
    for token in tokens:
        depth += token.token_type in _OPENING
        yield depth, token
        depth -= token.token_type in _CLOSING


def _named(item: list[Token]) -> tuple[str, list[Token]]:
    """The name of a column and its expression."""
    if len(item) > 2 and item[-2].token_type is TokenType.ALIAS:
        return item[-1].text, item[:-2]
    if item and (len(item) == 1 or item[-2].token_type is TokenType.DOT):
        # A plain column, whatever its name means to the tokenizer (`temp` is a keyword to it).
        return item[-1].text, [] if item[-1].token_type is TokenType.STAR else item
    return (item[-1].text, item[:-1]) if item and item[-1].token_type in _NAMES else ("", [])


def _text(sql: str, tokens: Sequence[Token]) -> str:
    start, end = tokens[0].start, tokens[-1].end + 1
    column = start - (sql.rfind("\n", 0, start) + 1)
    return textwrap.dedent(" " * column + sql[start:end])


def _windows(sql: str, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """The windows of the outermost WINDOW clause by lower-case name."""
    outer = [index for index, (depth, _) in enumerate(_nested(tokens)) if depth == 0]
    clause = next((i for i in outer if tokens[i].token_type is TokenType.WINDOW), len(tokens))
    for index in (i for i in outer if i > clause and tokens[i].token_type is TokenType.ALIAS):
        end = next((i for i in outer if i > index), len(tokens))
        yield tokens[index - 1].text.lower(), _text(sql, tokens[index - 1 : end])


def _called(expression: Sequence[Token], windows: dict[str, str]) -> str:
    names = [after.text.lower() for token, after in pairwise(expression) if token.token_type is TokenType.OVER]
    return "".join(f"\nWINDOW {windows[name]}" for name in dict.fromkeys(names) if name in windows)
