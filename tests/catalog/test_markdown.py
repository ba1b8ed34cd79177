from __future__ import annotations

import pytest

from sqlfeat.catalog.highlight import highlight
from sqlfeat.catalog.markdown import render_inline, render_markdown, render_prose
from sqlfeat.catalog.pages import CODE_RANGES
from sqlfeat.diagnostics.codes import CODES
from tests.catalog.pages import read_page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a *b* `c<d`", "<p>a <em>b</em> <code>c&lt;d</code></p>\n"),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](https://example.com)", '<p><a href="https://example.com">x</a></p>\n'),
        ("![x](https://example.com/y.png)", '<p>!<a href="https://example.com/y.png">x</a></p>\n'),
        ("# x", "<h2>x</h2>"),
        ("###### x", "<h6>x</h6>"),
        ("```console\n$ a < b\n```", '<pre tabindex="0"><code>$ a &lt; b\n</code></pre>\n'),
        ("```sql\nSELECT\n```", '<pre tabindex="0"><code><span class="k">SELECT</span>\n</code></pre>\n'),
    ],
)
def test_markdown(text, html):
    assert render_markdown(text) == html


def test_inline_text_stays_in_its_line():
    assert render_inline("# a\n\n- b *c*") == "# a - b <em>c</em>"


def test_prose_knows_nothing_but_code():
    assert render_prose("*a* `b<c>` <d> `e") == "*a* <code>b&lt;c&gt;</code> &lt;d&gt; `e"


@pytest.mark.parametrize(
    ("code", "html"),
    [
        ("select 'it''s'", '<span class="k">select</span> <span class="s">&#39;it&#39;&#39;s&#39;</span>'),
        ('"select" `from`', "&#34;select&#34; `from`"),
        ("t.temp, temperature", "t.temp, temperature"),
        ("1.5 a1", '<span class="n">1.5</span> a1'),
        ("-- a 'b\nc", '<span class="c">-- a &#39;b</span>\nc'),
        ("{{ ref('a') }}", '<span class="j">{{ ref(&#39;a&#39;) }}</span>'),
        ("'open <", "&#39;open &lt;"),
    ],
)
def test_highlight(code, html):
    assert highlight(code) == html


@pytest.mark.parametrize("code", sorted(CODES))
def test_explanations_of_diagnostics_can_be_shown(code):
    page = read_page(render_markdown(CODES[code].explanation))
    assert page.problems == []
    assert "```" not in page.text
    assert "| ---" not in page.text
    assert code[:4] in CODE_RANGES
