"""Text to tree: the parser's complaints in the words of the language."""

from __future__ import annotations

import logging
import re

from sqlglot import exp, parse
from sqlglot.errors import ParseError, TokenError

from sqlfeat.language.dialect import Sqlfeat
from sqlfeat.plan.foreign import hint
from sqlfeat.plan.report import BindError, Report, extent_of

_QUOTED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`", re.DOTALL)
_OPENERS = re.compile(r"/\*|'|\"|`")


def parse_query(report: Report) -> exp.Expr:
    """The one statement of a model.

    Raises:
        BindError: after reporting why there is none.
    """
    sql = report.model.sql
    # What the parser would log is refused later, with a place.
    logger = logging.getLogger("sqlglot")
    logger.disabled, before = True, logger.disabled
    try:
        trees = parse(sql, dialect=Sqlfeat)
    except ParseError as error:
        start, end = _place(sql, error.errors[0])
        message = f"the SQL does not parse: {_plain(error.errors[0])}"
        report.at_offsets("SF0300", start, end, message, help=hint(sql))
        raise BindError from None
    except TokenError:
        start, message = _unclosed(sql)
        report.at_offsets("SF0300", start, start + 1, f"the SQL does not parse: {message}")
        raise BindError from None
    finally:
        logger.disabled = before
    statements = [tree for tree in trees if tree is not None and not isinstance(tree, exp.Semicolon)]
    if not statements:
        raise report.fail("SF0300", None, "a model is one query, and there is none")
    if len(statements) > 1:
        start, end = extent_of(statements[1]) or (0, 1)
        report.at_offsets("SF0300", start, end, f"a model is one query, not {len(statements)}")
        raise BindError
    return statements[0]


def _place(sql: str, error: dict[str, object]) -> tuple[int, int]:
    """Offsets of the word an error is about; its line and column are those of the word's last character."""
    line, col = int(str(error.get("line") or 1)), int(str(error.get("col") or 1))
    word = str(error.get("highlight") or "") or " "
    begin = 0
    for _ in range(line - 1):
        begin = sql.find("\n", begin) + 1
    end = max(1, min(len(sql), begin + col))
    start = max(0, end - len(word))
    if not sql.startswith(word, start):
        start = max(0, sql.rfind(word, 0, end))
    return start, start + len(word)


def _plain(error: dict[str, object]) -> str:
    """What the parser says without its own names for things."""
    description = str(error["description"]).rstrip(".")
    if description.startswith("Required keyword"):
        return "an operand is missing"
    if description.startswith("Invalid expression"):
        return f"`{error.get('highlight')}` is unexpected here"
    if match := re.fullmatch(r"Expecting (.+)", description):
        return f"`{match[1]}` is expected here"
    if description.startswith("Expected table name"):
        return "the name of a table is expected here"
    text = re.split(r" but got|<(?:class|Token)", description)[0].strip().rstrip(":")
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _unclosed(sql: str) -> tuple[int, str]:
    """Where the quote or comment that is never closed begins."""
    rest = _QUOTED.sub(lambda match: " " * len(match[0]), sql)
    opener = _OPENERS.search(rest)
    if opener is None:
        return 0, "it has a character that no SQL has"
    what = "comment" if opener[0] == "/*" else "text" if opener[0] == "'" else "name"
    return opener.start(), f"the {what} that begins here has no end"
