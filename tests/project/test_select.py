"""The selection grammar."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.project.config import Materialization, ModelConfig
from sqlfeat.project.select import Selector
from sqlfeat.templating.rendered import RenderedModel

#        base        other
#       /    \         |
#     left  right      |
#       \    /  \     /
#        top     side
PARENTS = {
    "base": (),
    "other": (),
    "left": ("base",),
    "right": ("base",),
    "side": ("right", "other"),
    "top": ("left", "right"),
}


@cache
def selector():
    folders = {"base": "staging", "other": "staging/deep"}
    models = {}
    for name, parents in PARENTS.items():
        models[name] = RenderedModel(
            name=name,
            path=f"models/{folders.get(name, 'features')}/{name}.sql",
            template="",
            sql="",
            config=ModelConfig(
                Materialization.EVENT,
                entity=None if name in folders else "user" if name != "side" else "shop",
                tags=("daily", "slow") if name == "top" else ("daily",) if name == "side" else (),
            ),
            refs=parents,
            sources=(("shop", "orders"),) if name == "base" else (("web", "clicks"),) if name == "other" else (),
            segments=(),
        )
    return Selector(models, PARENTS)


def select(*terms, exclude=()):
    return " ".join(selector().select(terms, exclude))


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], "base other left right side top"),
        ([" "], "base other left right side top"),
        (["top"], "top"),
        (["top base"], "base top"),
        (["top", "base"], "base top"),
        (["*t"], "left right"),
        (["?ase"], "base"),
        (["+top"], "base left right top"),
        (["1+top"], "left right top"),
        (["0+top"], "top"),
        (["base+"], "base left right side top"),
        (["base+1"], "base left right"),
        (["1+right+1"], "base right side top"),
        (["2+side+1"], "base other right side"),
        (["@left"], "base left right top"),
        (["@other"], "base other right side"),
        (["tag:daily"], "side top"),
        (["tag:s*"], "top"),
        (["tag:daily,tag:slow"], "top"),
        (["tag:daily,entity:shop"], "side"),
        (["+top,+side"], "base right"),
        (["entity:user"], "left right top"),
        (["source:shop"], "base"),
        (["source:web.clicks+"], "other side"),
        (["source:w*"], "other"),
        (["path:models/staging"], "base other"),
        (["path:models/staging/"], "base other"),
        (["path:./models/staging/deep"], "other"),
        (["path:models/*/base.sql"], "base"),
        (["models/features/top.sql"], "top"),
        (["name:top"], "top"),
        (["+tag:slow"], "base left right top"),
    ],
)
def test_a_selection(terms, expected):
    assert select(*terms) == expected


def test_what_is_excluded_is_written_alike():
    assert select(exclude=["tag:daily", "base+1,path:models/features"]) == "base other"
    assert select("+top", exclude=["+left"]) == "right top"
    assert select(exclude=["tag:nothing"]) == "base other left right side top"


@pytest.mark.parametrize(
    ("terms", "exclude", "complaint"),
    [
        (["tpo"], [], ("SF0103", "no model is named `tpo`", ("nearest: top",), "`sqlfeat ls` shows all models")),
        (
            ["top zzz"],
            [],
            ("SF0103", "no model is named `zzz`", ("models: base, left, other, right, side, top",),
             "`sqlfeat ls` shows all models"),
        ),
        ([], ["tpo"], ("SF0103", "no model is named `tpo`", ("nearest: top",), "`sqlfeat ls` shows all models")),
        (
            ["tag:dayly"],
            [],
            ("SF0103", "`--select tag:dayly` selects no model", ("nearest: daily",), "`sqlfeat ls` shows all models"),
        ),
        (
            ["top"],
            ["+top"],
            ("SF0103", "`--select top --exclude +top` selects no model", ("nearest: top",),
             "`sqlfeat ls` shows all models"),
        ),
        (
            ["path:models/feature"],
            [],
            ("SF0103", "`--select path:models/feature` selects no model",
             ("nearest: models/features/top.sql, models/features/side.sql, models/features/left.sql",),
             "`sqlfeat ls` shows all models"),
        ),
        (["tags:x"], [], ("SF0119", "`tags:` is not a way to select",
                          ("did you mean `tag`?", "methods: name, path, tag, entity, source"), "")),
    ],
)  # fmt: skip
def test_a_selection_of_nothing_is_told_with_the_nearest_names(terms, exclude, complaint):
    with pytest.raises(SqlfeatError) as caught:
        selector().select(terms, exclude)
    [found] = caught.value.diagnostics
    assert (found.code, found.message, found.notes, found.help) == complaint


@pytest.mark.parametrize("text", ["@top+", "+@top", "top++", "++top", "a:b:c", "@", "+", ":", "top+x", "-1+top"])
def test_a_malformed_term(text):
    with pytest.raises(SqlfeatError) as caught:
        select(text)
    [found] = caught.value.diagnostics
    assert (found.code, found.message) == ("SF0119", f"`{text}` is not a selection")
    assert found.help == (
        "write a name, `tag:x`, `path:x`, `entity:x` or `source:x`, with `+` or `2+` before it for what it reads,"
        " `+` behind it for what reads it, or `@` before it for both ways"
    )


def test_an_empty_part_between_commas():
    with pytest.raises(SqlfeatError, match="SF0119: `top,,base` has an empty part between commas"):
        select("top,,base")


def test_a_project_without_models():
    with pytest.raises(SqlfeatError, match="SF0103: the project has no models"):
        Selector({}, {}).select([], [])


terms = st.sampled_from([*PARENTS, "tag:daily", "entity:user", "source:shop", "*t", "path:models/staging"])
pluses = st.sampled_from(["", "+", "1+", "2+"])


@st.composite
def expressions(draw):
    def term():
        if draw(st.booleans()):
            return draw(pluses) + draw(terms) + draw(pluses.map(lambda plus: plus[::-1]))
        return "@" + draw(terms)

    return ",".join(term() for _ in range(draw(st.integers(1, 2))))


def chosen(*texts, exclude=()):
    try:
        return set(selector().select(texts, exclude))
    except SqlfeatError:  # nothing is left
        return set()


@given(expressions(), expressions())
def test_blanks_and_repeats_unite_and_exclusion_takes_away(one, two):
    assert chosen(f"{one} {two}") == chosen(one, two) == chosen(one) | chosen(two)
    assert chosen(one, exclude=[two]) == chosen(one) - chosen(two)


@given(expressions(), expressions())
def test_commas_intersect(one, two):
    assert chosen(f"{one},{two}") == chosen(one) & chosen(two)


@given(expressions())
def test_a_selection_comes_in_the_order_of_the_models(one):
    found = selector().select([one, "top"], [])
    assert list(found) == [name for name in PARENTS if name in found]
