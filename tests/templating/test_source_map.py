"""From every piece of rendered SQL back to the place in the model."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.project.config import Materialization, ModelConfig, ProjectConfig
from sqlfeat.templating.environment import environment
from sqlfeat.templating.functions import Scope
from sqlfeat.templating.library import load_library
from sqlfeat.templating.render import render_model
from sqlfeat.templating.rendered import RenderedModel

CONFIG = ProjectConfig(
    root=Path(), name="p", vars={}, targets={}, default_target="dev", model_paths=("models",), macro_paths=("macros",),
    sources=(), entities=(), properties=(),
)  # fmt: skip
SCOPE = Scope(CONFIG, (), load_library(Path(), (), []), {}, {})


def render(template):
    rendering = render_model("models/m.sql", template, SCOPE, {})
    assert rendering.problems == ()
    return RenderedModel(
        name="m",
        path="models/m.sql",
        template=rendering.text,
        sql=rendering.sql,
        config=ModelConfig(Materialization.VIEW),
        refs=(),
        sources=(),
        segments=rendering.segments,
    )


class Unique:
    """Literal text in which no character occurs twice, so that each tells where it must have come from."""

    def __init__(self):
        self.next = 0x4E00

    def text(self, shape):
        pieces = []
        for kind in shape:
            if kind == "x":
                pieces.append(chr(self.next))
                self.next += 1
            else:
                pieces.append(kind)
        return "".join(pieces)


shapes = st.text(alphabet="xxx \n\t'\"{}%#$", max_size=6).filter(
    lambda s: not any(tag in s for tag in ("{{", "{%", "{#", "}}", "%}", "#}")) and not s.startswith(("}", "%", "#"))
    and not s.endswith(("{", "%", "#"))
)  # fmt: skip
signs = st.sampled_from(["", "", "-"])
expressions = st.sampled_from(
    [
        "1 + 1",
        "name",
        "'a' ~ 'b'",
        "name | upper",
        "local(name)",
        "slug('1 hour')",
        "[1, 2] | join(',\n')",
        "caught",
        "none or 7",
    ]
)


BLOCKS = [
    "{{%{0} if {test} %}}{a}{{% elif name %}}{b}{{% else %}}{c}{{% endif {1}%}}",
    "{{% for i in range({count}) {1}%}}{a}{{% else %}}{b}{{%{0} endfor %}}",
    "{{% for i in range({count}) recursive %}}{a}{{% endfor %}}",
    "{{% with w = 1 %}}{a}{{{{ w }}}}{{% endwith %}}",
    "{{% macro unused(x) %}}{a}{{% endmacro %}}",
    "{{% set caught %}}{a}{{% endset %}}",
    "{{% filter upper %}}{a}{{% endfilter %}}",
    "{{% call local('c') %}}{a}{{% endcall %}}",
]


@st.composite
def bodies(draw, unique, depth=2):
    """A template, as text; every letter of its literal text is another one."""
    parts = [unique.text(draw(shapes))]
    for _ in range(draw(st.integers(0, 3))):
        left, right = draw(signs), draw(signs)
        kind = draw(st.sampled_from(["expression", "comment", "raw", "block", "block"] if depth else ["expression"]))
        if kind == "expression":
            parts.append(f"{{{{{left} {draw(expressions)} {right}}}}}")
        elif kind == "comment":
            parts.append(f"{{#{left} {unique.text('x')} {{{{ no }}}} {right}#}}")
        elif kind == "raw":
            parts.append(f"{{%{left} raw {right}%}}{unique.text('x')}{{{{ no }}}}{{%{right} endraw {left}%}}")
        else:
            inner = {name: draw(bodies(unique, depth - 1)) for name in "abc"}
            test, count = draw(st.sampled_from(["true", "false", "name == 'n'"])), draw(st.integers(0, 2))
            parts.append(draw(st.sampled_from(BLOCKS)).format(left, right, test=test, count=count, **inner))
        parts.append(unique.text(draw(shapes)))
    return "".join(parts)


PROLOGUE = (
    "{% set name = 'n' %}{% set caught = '' %}"
    "{% macro local(x) %}<{{ x }}{{ caller() if caller is defined else '' }}>{% endmacro %}"
)


@st.composite
def templates(draw):
    return PROLOGUE + draw(bodies(Unique()))


def direct(template, offset):
    """Whether text at an offset is printed as it stands: not in a block whose text is gathered first."""
    before = template[:offset]
    gathered = {"macro": "{% macro ", "filter": "{% filter ", "call": "{% call ", "set": "{% set caught %}"}
    recursive = before.count(" recursive %}")
    return not recursive and all(
        before.count(tag) == before.count(f"{{% end{kind} %}}") for kind, tag in gathered.items()
    )


@given(templates())
def test_every_literal_character_maps_back_to_its_own_place(template):
    model = render(template)
    for offset, character in enumerate(model.sql):
        if character not in template or ord(character) < 0x4E00:
            continue
        origin = template.index(character)
        span = model.locate(offset, offset + 1).span
        if direct(template, origin):
            line = template.split("\n")[span.line - 1]
            assert line[span.col - 1 : span.end_col - 1] == character
            assert sum(len(text) + 1 for text in template.split("\n")[: span.line - 1]) + span.col - 1 == origin


@given(templates())
def test_marks_change_nothing_in_the_text(template):
    expected = environment().from_string(template, globals={"slug": lambda text: "1h"}).render()
    assert render(template).sql == expected


@given(templates())
def test_segments_cover_the_text_in_order(template):
    model = render(template)
    starts = [segment.start for segment in model.segments]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    for segment, end in zip(model.segments, [*starts[1:], len(model.sql)], strict=True):
        if segment.literal:
            assert model.sql[segment.start : end] == template[segment.origin : segment.origin + segment.length]
        elif end > segment.start:
            assert template[segment.origin] == "{"


def place(model, word):
    start = model.sql.index(word)
    location = model.locate(start, start + len(word))
    line = model.template.split("\n")[location.span.line - 1]
    return line[location.span.col - 1 : location.span.end_col - 1], location.notes


def test_text_of_the_model_maps_to_itself():
    model = render("SELECT\n  {{ 'long expression' }} amount,\n  {%- for i in [1] %}\n  price{{ i }}{% endfor %}")
    assert place(model, "amount") == ("amount", ())
    assert place(model, "price") == ("price", ())
    assert place(model, "long") == ("{{ 'long expression' }}", ())


def test_output_of_a_macro_maps_to_the_call_and_names_the_macro():
    model = render("SELECT COUNT(*) OVER {{ last('1 hour', by='u') }} AS n")
    assert place(model, "RANGE") == (
        "{{ last('1 hour', by='u') }}",
        ("in macro `last` (sqlfeat/templating/macros/windows.sql:31:1)",),
    )


def test_output_of_gathered_text_maps_to_the_tag():
    model = render(
        "{% macro box() %}[{{ caller() }}]{% endmacro %}"
        "{% filter upper %}abc{% endfilter %}{% call box() %}def{% endcall %}{% for x in [1] recursive %}ghi{%"
        " endfor %}"
    )
    assert place(model, "ABC") == ("{% filter upper %}", ())
    assert place(model, "def") == ("{% call box() %}", ())
    assert place(model, "ghi") == ("{% for x in [1] recursive %}", ())


def test_marks_are_not_seen_by_filters_or_comparisons():
    template = (
        "{% macro m() %}{{ 'a' }}b{% endmacro %}{% set s %}{{ m() }}{% endset %}"
        "{{ m() | length }}{{ s | length }}{{ m() == 'ab' }}{{ (m() ~ s) | upper }}{{ '' if m() else 'empty' }}"
    )
    assert render(template).sql == "22TrueABAB"


def test_an_empty_model_has_a_place():
    assert render("").locate(0, 1).span.line == 1
