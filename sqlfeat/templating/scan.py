"""The stretches of a template: text, expressions and statements, with their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment


class Kind(Enum):
    """What a stretch is."""

    TEXT = "text"
    EXPRESSION = "expression"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of text that is copied, or a tag.

    Attributes:
        start: offset of its first character; of the `{{` or `{%` for a tag.
        end: offset behind its last character.
        keyword: first word of a statement.
    """

    kind: Kind
    start: int
    end: int
    keyword: str = ""


_OPENING = {
    "variable_begin": (Kind.EXPRESSION, "variable_end"),
    "block_begin": (Kind.STATEMENT, "block_end"),
}


def scan(env: Environment, source: str) -> list[Stretch]:
    r"""The stretches of a template in order; where it does not lex, the tag begun last is the end of them.

    Args:
        env: lexes with its delimiters.
        source: with `\n` as the only line break, as Jinja sees it.
    """
    found: list[Stretch] = []
    opened: tuple[Kind, int, str] | None = None
    keyword = ""
    for start, token, value in _tokens(env, source):
        end = start + len(value.rstrip())  # the white space that `-}}` takes away belongs to its token
        if token == "data":
            found.append(Stretch(Kind.TEXT, start, start + len(value)))
        elif token in _OPENING:
            opened, keyword = (_OPENING[token][0], start, _OPENING[token][1]), ""
        elif opened and token == opened[2]:
            found.append(Stretch(opened[0], opened[1], end, keyword))
            opened = None
        elif opened and token == "name" and not keyword and opened[0] is Kind.STATEMENT:
            keyword = value
    if opened:
        closing = re.compile(r"}}|%}|(?=\n)|\Z").search(source, opened[1])
        found.append(Stretch(opened[0], opened[1], closing.end() if closing else len(source), keyword))
    return found


def _tokens(env: Environment, source: str) -> Iterator[tuple[int, str, str]]:
    """The tokens with their offsets; ends early where the template does not lex."""
    offset = 0
    try:
        for _, token, value in env.lexer.tokeniter(source, None):
            # `{{-` and `{%-` take white space away from the text before them: it is in no token.
            while not source.startswith(value, offset):
                offset += 1
            yield offset, token, value
            offset += len(value)
    except TemplateSyntaxError:
        return  # the parser meets the same error and reports it
