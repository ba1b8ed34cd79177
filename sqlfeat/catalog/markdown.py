"""Markdown to HTML that is safe to show whoever wrote it."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from sqlfeat.catalog.highlight import highlight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token

_HIGHLIGHTED = {"sql", "jinja"}
_BELOW_HEADING = 1
"""Pages have a first level heading of their own."""


def render_markdown(text: str) -> Markup:
    """A text of paragraphs, lists, tables and code; its HTML is shown, not obeyed, and images are left out."""
    return Markup(_parser().render(text))  # the parser escapes


def render_inline(text: str) -> Markup:
    """A text of one paragraph, for a cell of a table."""
    return Markup(_parser().renderInline(" ".join(text.split())))  # the parser escapes


def render_prose(text: str) -> Markup:
    """Plain text with code in backquotes, as sqlfeat's own sentences are.

    >>> render_prose("a < b, see `c`")
    Markup('a &lt; b, see <code>c</code>')
    """
    parts = re.split(r"`([^`]+)`", text)
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


@cache
def _parser() -> MarkdownIt:
    # Images would be fetched from wherever they are by whoever opens the page.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("fence", _fence)
    for rule in ("heading_open", "heading_close"):
        parser.add_render_rule(rule, _heading)
    return parser


def _fence(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    language = token.info.split(" ")[0]
    code = highlight(token.content) if language in _HIGHLIGHTED else escape(token.content)
    return str(Markup('<pre tabindex="0"><code>{}</code></pre>\n').format(code))


def _heading(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    level = min(6, int(token.tag[1]) + _BELOW_HEADING)
    return f"<{'/' if token.nesting < 0 else ''}h{level}>"
