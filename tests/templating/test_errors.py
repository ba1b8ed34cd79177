"""What can be wrong with a template, to the letter."""

from __future__ import annotations

import pytest

from sqlfeat.project.load import load_project
from tests.projects import EVENT, PROJECT, VIEW, complaints, write_project


def project(tmp_path, template, macros=""):
    return write_project(tmp_path, {"macros/m.sql": macros} if macros else {}, m=EVENT + template)


@pytest.mark.parametrize(
    ("template", "complaint"),
    [
        (
            "SELECT {{ last('1 hour' }} FROM {{ x }}",
            ("SF0201 | models/m.sql:2:8 <{{ last('1 hour' }}> | the template does not parse: unexpected `}`,"
            " expected `)`"),
        ),
        (
            "SELECT {{ 1 }}, {{ 2 +  }}, {{ 3 }}",
            ("SF0201 | models/m.sql:2:17 <{{ 2 +  }}> | the template does not parse: unexpected `end of print"
            " statement`"),
        ),
        (
            "{% for x in y %}\n{% if a %}{% set q = 1 %}\n{% endif %}",
            ("SF0201 | models/m.sql:2:1 <{% for x in y %}> | `{% for %}` is never closed"
            " | help: close it with `{% endfor %}`"),
        ),
        ("a {% set x %} b", ("SF0201 | models/m.sql:2:3 <{% set x %}> | `{% set %}` is never closed"
         " | help: close it with `{% endset %}`")),
        ("x\n {% fro a in b %}", ("SF0201 | models/m.sql:3:2 <{% fro a in b %}> | there is no tag `fro`"
         " | did you mean `for`?")),
        ("{% include 'a' %}", ("SF0204 | models/m.sql:2:1 <{% include 'a' %}> | `include` is not used in sqlfeat"
         " | help: macros of every file in the macro paths are there by name")),
        ("{{ 'a' | uper }}", ("SF0202 | models/m.sql:2:1 <{{ 'a' | uper }}> | there is no filter `uper`"
         " | did you mean `upper`?")),
        ("{{ 1 is od }}", "SF0202 | models/m.sql:2:1 <{{ 1 is od }}> | there is no test `od` | did you mean `odd`?"),
        ("{{ lats('1 hour') }}", "SF0202 | models/m.sql:2:4 <lats> | `lats` is not defined | did you mean `last`?"),
        ("{% if a %}{% endif %}", "SF0202 | models/m.sql:2:7 <a> | `a` is not defined"),
        ("{% if false %}\n{% elif b %}{% endif %}", "SF0202 | models/m.sql:3:9 <b> | `b` is not defined"),
        ("{% for i in [1] %}{% for c in cs %}{% endfor %}{% endfor %}", ("SF0202 | models/m.sql:2:31 <cs>"
         " | `cs` is not defined")),
        ("{% set x = y + 1 %}", "SF0202 | models/m.sql:2:12 <y> | `y` is not defined"),
        ("{{ 'a'.b }}", "SF0202 | models/m.sql:2:8 <b> | `str object` has no attribute `b`"),
        ("{{ ref() }}", ("SF0203 | models/m.sql:2:1 <{{ ref() }}> | `ref`: missing a required argument: `name`"
         " | help: it is `ref(name)`")),
        ("{{ ref(nope) }}", "SF0202 | models/m.sql:2:8 <nope> | `nope` is not defined"),
        ("{{ source('a') }}", ("SF0203 | models/m.sql:2:1 <{{ source('a') }}> | `source`: missing a required argument:"
         " `name` | help: it is `source(group, name)`")),
        ("{{ var('a', 1, 2) }}", ("SF0203 | models/m.sql:2:1 <{{ var('a', 1, 2) }}> | `var`: too many positional"
         " arguments | help: it is `var(name, [default])`")),
        ("{{ ref(7) }}", "SF0203 | models/m.sql:2:8 <7> | `ref` takes the name of a model as text, found `7`"),
        ("{{ config(tags=[]) }}", ("SF0203 | models/m.sql:2:1 <{{ config(tags=[]) }}> | `config` is called twice"
         " | first called at models/m.sql:1:1 | help: give all keys in one call")),
        ("{{ none }}", ("SF0205 | models/m.sql:2:1 <{{ none }}> | the expression is none, which would print as `None`"
         " | help: write NULL, or give it a default")),
        ("{{ entity('user').keys }}", ("SF0205 | models/m.sql:2:1 <{{ entity('user').keys }}>"
         " | the expression is a list, which is not SQL | help: join it: `{{ names | join(', ') }}`")),
        ("{{ {} }}", ("SF0205 | models/m.sql:2:1 <{{ {} }}> | the expression is a mapping, which is not SQL"
         " | help: print one of its values")),
        ("{{ last }}", ("SF0205 | models/m.sql:2:1 <{{ last }}> | `last` is a function, which is not SQL"
         " | help: call it: `{{ last(...) }}`")),
        ("{{ ref }}", ("SF0205 | models/m.sql:2:1 <{{ ref }}> | `ref` is a function, which is not SQL"
         " | help: call it: `{{ ref(...) }}`")),
        ("{{ ''.__class__.__mro__ }}", ("SF0208 | models/m.sql:2:1 <{{ ''.__class__.__mro__ }}> | the sandbox forbids"
         " it: access to attribute `__class__` of `str` object is unsafe")),
        ("{{ entity('usr') }}", ("SF0118 | models/m.sql:2:12 <usr> | there is no entity `usr` | did you mean `user`?"
         " | entities: user | help: declare it under `entities:` in a .yml file below the models")),
        ("{{ env_var('SQLFEAT_SECRET_X') }}", ("SF0209 | models/m.sql:2:13 <SQLFEAT_SECRET_X> | the secret"
         " `SQLFEAT_SECRET_X` cannot be used here | what is rendered here is written to files and shown"
         " | help: secrets are for values below `targets:` in project.yml")),
        ("{{ env_var('NO_SUCH') }}", ("SF0209 | models/m.sql:2:13 <NO_SUCH> | the environment variable `NO_SUCH` is not"
         " set | help: set it, or give a default: `env_var(name, default)`")),
        ("{{ var('x') }}", ("SF0212 | models/m.sql:2:9 <x> | there is no variable `x` | variables: none"
         " | help: declare it under `vars:` in project.yml, or give a default: `var(name, default)`")),
        ("{{ doc('x') }}", ("SF0217 | models/m.sql:2:9 <x> | there is no docs block `x` | docs blocks: none"
         " | help: write `{% docs x %} ... {% enddocs %}` in a .md file below the models")),
        ("{{ 1 / 0 }}", "SF0215 | models/m.sql:2:1 <{{ 1 / 0 }}> | the expression fails: division by zero"),
        ("{{ 'a' + 1 }}", ("SF0215 | models/m.sql:2:1 <{{ 'a' + 1 }}> | the expression fails: can only concatenate str"
         ' (not "int") to str')),
        ("{% for i in range(10000000) %}{% endfor %}", ("SF0215 | models/m.sql:2:1 <{% for i in range(10000000) %}>"
         " | the expression fails: range too big. The sandbox blocks ranges larger than MAX_RANGE (100000)")),
        ("{{ raise_error('at ' ~ 9) }}", "SF0210 | models/m.sql:2:1 <{{ raise_error('at ' ~ 9) }}> | at 9"),
    ],
)  # fmt: skip
def test_a_broken_template(tmp_path, template, complaint):
    assert complaints(project(tmp_path, template), environ={}) == [complaint]


def test_an_error_inside_macros_names_the_way_there(tmp_path):
    macros = "{% macro outer(x) %}\n  {{ 1 }} {{ inner(x) }}\n{% endmacro %}\n"
    macros += "{% macro inner(x) %}{{ x }}{{ y }}{% endmacro %}"
    assert complaints(project(tmp_path, "SELECT\n  {{ 1 }}, {{ outer('a') }}", macros)) == [
        (
            "SF0202 | models/m.sql:3:12 <{{ outer('a') }}> | `y` is not defined"
            " | in macro `outer` (macros/m.sql:2:11) | in macro `inner` (macros/m.sql:4:31)"
        )
    ]


def test_an_error_behind_a_macro_is_not_blamed_on_the_macro(tmp_path):
    macros = "{% macro m() %}x{% endmacro %}"
    assert complaints(project(tmp_path, "{{ m() ~ nope }}", macros)) == [
        "SF0202 | models/m.sql:2:10 <nope> | `nope` is not defined"
    ]


def test_an_error_in_a_block_given_to_a_macro(tmp_path):
    macros = "{% macro box() %}[{{ caller() }}]{% endmacro %}"
    assert complaints(project(tmp_path, "{% call box() %}\n{{ nope }}{% endcall %}", macros)) == [
        "SF0202 | models/m.sql:3:4 <nope> | `nope` is not defined"
    ]


def test_macros_that_call_each_other_for_ever(tmp_path):
    macros = "{% macro a() %}{{ b() }}{% endmacro %}\n{% macro b() %}{{ a() }}{% endmacro %}"
    [complaint] = complaints(project(tmp_path, "{{ a() }}", macros))
    assert complaint.startswith(
        "SF0215 | models/m.sql:2:1 <{{ a() }}> | macros call each other without end"
        " | in macro `a` (macros/m.sql:1:16) | in macro `b` (macros/m.sql:2:16) | in macro `a`"
    )
    assert complaint.endswith(" calls more")


def test_macro_files_are_checked_before_the_models(tmp_path):
    files = {
        "macros/a.sql": "{% macro one() %}{% endmacro %}\n{% macro last() %}{% endmacro %}",
        "macros/b.sql": "{%- macro one() -%}{% endmacro %}{% macro ref() %}{% endmacro %}",
        "macros/c.sql": "{% macro x() %}{{ 1 + }}{% endmacro %}",
        "macros/d.sql": "{% import 'x' as y %}",
    }
    assert complaints(write_project(tmp_path, files, m="{{")) == [
        "SF0201 | macros/c.sql:1:16 <{{ 1 + }}> | the template does not parse: unexpected `end of print statement`",
        (
            "SF0204 | macros/d.sql:1:1 <{% import 'x' as y %}> | `import` is not used in sqlfeat"
            " | help: macros of every file in the macro paths are there by name"
        ),
        (
            "SF0213 | macros/a.sql:2:1 <{% macro last() %}> | macro `last` is defined twice"
            " | the other one is at sqlfeat/templating/macros/windows.sql:31:1"
        ),
        (
            "SF0213 | macros/b.sql:1:1 <{%- macro one() -%}> | macro `one` is defined twice"
            " | the other one is at macros/a.sql:1:1"
        ),
        "SF0213 | macros/b.sql:1:34 <{% macro ref() %}> | macro `ref` has the name of a built-in function",
    ]


def test_an_error_at_the_top_of_a_macro_file_is_told_once(tmp_path):
    root = write_project(tmp_path, {"macros/m.sql": "\n{% set x = nope ~ 1 %}"}, a=VIEW, b=VIEW)
    assert complaints(root) == ["SF0202 | macros/m.sql:2:12 <nope> | `nope` is not defined"]


def test_every_model_is_told_about_at_once(tmp_path):
    root = write_project(tmp_path, a=VIEW + "{{ x }}", b="{{", c=VIEW + "{{ ref('d') }}{{ ref('e') }}{{ y }}")
    assert [line.split(" | ")[:3:2] for line in complaints(root)] == [
        ["SF0202", "`x` is not defined"],
        ["SF0201", "the template does not parse: unexpected `end of template`"],
        ["SF0206", "there is no model `d`"],
        ["SF0206", "there is no model `e`"],
        ["SF0202", "`y` is not defined"],
    ]


def test_a_bug_of_ours_is_not_blamed_on_the_template(tmp_path, monkeypatch):
    from sqlfeat.templating import functions

    monkeypatch.setattr(functions, "lookup_var", lambda *arguments: {}[arguments[1]])
    root = project(tmp_path, "{{ var('x') }}")
    with pytest.raises(KeyError, match="x"):
        load_project(root)


def test_what_templates_may_use(tmp_path):
    text = PROJECT + "vars: {names: [a, b]}\n"
    template = (
        "{% do var('names').append('c') %}{{ var('names') | join }} {{ var('none', 'default') }}"
        " {{ env_var('HERE') }}{{ env_var('GONE', 'x') }} {{ 'y' if false }}{{ log('hello') }}{{ doc('d') }}"
    )
    root = write_project(
        tmp_path, {"project.yml": text, "models/d.md": "{% docs d %}D{% enddocs %}"}, m=VIEW + template
    )
    loaded = load_project(root, environ={"HERE": "h"})
    assert loaded.models["m"].sql == "\nab default hx D"
    assert loaded.notes == ("models/m.sql:2: hello",)


def test_nothing_in_a_template_depends_on_chance_or_on_the_clock(tmp_path):
    for template, name in (("{{ [1, 2] | random }}", "filter `random`"), ("{{ lipsum() }}", "`lipsum`")):
        [complaint] = complaints(project(tmp_path, template))
        assert name in complaint
