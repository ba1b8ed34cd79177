"""No template, however broken, gives anything but a diagnostic with a place inside the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.project.config import ProjectConfig
from sqlfeat.templating.functions import Scope
from sqlfeat.templating.library import load_library
from sqlfeat.templating.render import render_model
from sqlfeat.templating.strings import StringRenderer

CONFIG = ProjectConfig(
    root=Path(), name="p", vars={}, targets={}, default_target="dev", model_paths=("models",), macro_paths=("macros",),
    sources=(), entities=(), properties=(),
)  # fmt: skip
SCOPE = Scope(CONFIG, (), load_library(Path(), (), []), {}, {})

pieces = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{#", "#}", "{{-", "-%}", " if ", " for ", " in ", " set ", " endset ", " macro ", " raw ",
     " endraw ", " endif ", " endfor ", " endmacro ", " else ", " elif ", " call ", " endcall ", " filter ", (" do"
     " "), "=",
     "x", "1", "'a'", "(", ")", "[", "]", "{", "}", ".", ",", "|", "upper", "last", "ref", "config", "source", "entity",
     "duration", "~", "+", "/", "\n", "\r\n", "\r", " ", "\t", "\x00", "é", "𝄞", "\u2028", "--", "'", '"', "%", "#"]
)  # fmt: skip
texts = st.lists(pieces, max_size=25).map("".join)
statements = st.lists(
    st.sampled_from(
        ["{{ x }}", "{{ 1 }}", "{{ last('1 hour', by='a') }}", "{{ last(x) }}", "{% if 1 %}", "{% endif %}",
         "{% else %}",
         "{% elif x %}", "{% for i in [1] %}", "{% endfor %}", "{% set x %}", "{% set x = 1 %}", "{% endset %}", "a\n",
         "{% macro m(a) %}", "{% endmacro %}", "{{ m(1) }}", "{{ m() }}", "{% call m(2) %}", "{% endcall %}", "b",
         "{{ caller() }}", "{{ m }}", "{% filter upper %}", "{% endfilter %}", "{{ loop(i) }}", "{{ varargs }}",
         "{% for i in [[1]] recursive %}", "{{ self }}", "{{ config(entity='x') }}", "{{ ref('x') }}", "{{ 1 / 0 }}",
         "{{ namespace() }}", "{% with a = x %}", "{% endwith %}", "{{ cycler }}", "{{ dict }}",
         "{{ range(3) | list }}"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(texts | statements)
def test_a_template_renders_or_is_complained_about(text):
    rendering = render_model("models/m.sql", text, SCOPE, {})
    lines = rendering.text.split("\n")
    for problem in rendering.problems:
        span = problem.span
        assert span is not None, problem
        assert span.path == "models/m.sql"
        assert 1 <= span.line <= max(len(lines), text.count("\r") + text.count("\n") + 1)
        assert 1 <= span.col < span.end_col
        assert problem.message
        assert "\n" not in problem.message


@pytest.mark.parametrize("end", ["", "x", "{{", "{% if"])
@given(text=texts)
def test_a_short_template_renders_or_is_complained_about(end, text):
    problems = []
    result = StringRenderer({})(text + end, None, problems)
    assert isinstance(result, str)
    assert all(problem.message for problem in problems)
