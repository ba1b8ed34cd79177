"""Colours for SQL and Jinja, as spans of a class."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_TOKEN = re.compile(
    r"""
      (?P<jinja>   \{\{.*?\}\} | \{%.*?%\} | \{\#.*?\#\} )
    | (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<string>  '(?:[^']|'')*' )
    | (?P<quoted>  "(?:[^"]|"")*" | `[^`]*` )
    | (?P<number>  \b\d+(?:\.\d+)?\b )
    | (?P<word>    (?<![.\w])[^\W\d]\w* )
    """,
    re.VERBOSE | re.DOTALL,
)

_CLASSES = {"jinja": "j", "comment": "c", "string": "s", "number": "n"}

_KEYWORDS = frozenset(
    """
    ALL AND ANY ARRAY AS ASC ASOF BEGIN BETWEEN BIGINT BOOLEAN BY CASE CAST COLUMNS CREATE CROSS CUMULATE
    CURRENT DATE DAY DECIMAL DESC DESCRIPTOR DISTINCT DOUBLE ELSE END EXCLUDE EXECUTE EXISTS EXTRACT FALSE
    FILTER FOLLOWING FOR FROM FULL GROUP HAVING HOP HOUR IF IGNORE IN INNER INSERT INT INTEGER INTERVAL INTO IS
    JOIN LAST LEFT LIKE LIMIT MACRO MINUTE MONTH NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING
    PRIMARY KEY PRAGMA QUALIFY RANGE REPLACE RESPECT RIGHT ROW ROWS SECOND SELECT SESSION SET STATEMENT STRING
    SYSTEM_TIME TABLE TEMP TEMPORARY THEN TIMESTAMP TRUE TRY_CAST TUMBLE UNBOUNDED UNION USING VALUES VARCHAR
    VIEW WATERMARK WHEN WHERE WINDOW WITH WITHIN
    """.split()  # noqa: SIM905 - a list of so many literals is harder to read
)


def highlight(code: str) -> Markup:
    """The code as HTML.

    >>> highlight("SELECT a -- <b>")
    Markup('<span class="k">SELECT</span> a <span class="c">-- &lt;b&gt;</span>')
    """
    parts: list[str] = []
    end = 0
    for token in _TOKEN.finditer(code):
        if css := _class(token):
            parts += [str(escape(code[end : token.start()])), f'<span class="{css}">{escape(token[0])}</span>']
            end = token.end()
    return Markup("".join([*parts, str(escape(code[end:]))]))  # every part is escaped


def _class(token: re.Match[str]) -> str:
    kind = token.lastgroup or ""
    if kind == "word":
        return "k" if token[0].upper() in _KEYWORDS else ""
    return _CLASSES.get(kind, "")
