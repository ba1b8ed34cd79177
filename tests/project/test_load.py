"""Loading a project as a whole: its models, their configuration, their graph."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.project.load import load_project
from tests.projects import EVENT, ORDERS, PROJECT, VIEW, complaints, write_project

KEYS = "materialized, entity, tags, owner, enabled, online, meta, state_ttl"


def test_models_are_rendered_and_in_order(tmp_path):
    root = write_project(
        tmp_path,
        a_last=EVENT + "SELECT * FROM {{ ref('m_middle') }} JOIN {{ ref('z_first') }} JOIN {{ ref('m_middle') }}",
        m_middle=VIEW + "SELECT * FROM {{ ref('z_first') }}",
        z_first=VIEW + "SELECT * FROM {{ source('shop', 'orders') }}",
    )
    loaded = load_project(root)
    assert loaded.order == tuple(loaded.models) == ("z_first", "m_middle", "a_last")
    assert loaded.parents == {"a_last": ("m_middle", "z_first"), "m_middle": ("z_first",), "z_first": ()}
    assert loaded.children == {"a_last": (), "m_middle": ("a_last",), "z_first": ("a_last", "m_middle")}
    model = loaded.models["a_last"]
    assert model.sql == '\nSELECT * FROM "m_middle" JOIN "z_first" JOIN "m_middle"'
    assert (model.name, model.path, model.refs) == ("a_last", "models/a_last.sql", ("m_middle", "z_first"))
    assert model.template == (root / "models/a_last.sql").read_text()
    assert loaded.models["z_first"].sources == (("shop", "orders"),)


def test_models_lie_anywhere_below_the_model_paths(tmp_path):
    files = {"project.yml": PROJECT + "paths: {models: [models, more, more/deep]}\n"}
    files |= {"models/a/b/x.sql": VIEW, "more/y.sql": VIEW, "more/deep/z.sql": VIEW, "models/.hidden/q.sql": "{{"}
    assert load_project(write_project(tmp_path, files)).order == ("x", "y", "z")


def test_model_names_are_file_names(tmp_path):
    files = {"models/a/x.sql": VIEW, "models/b/x.sql": VIEW, "models/Bad-Name.sql": VIEW}
    assert complaints(write_project(tmp_path, files)) == [
        (
            "SF0108 | models/Bad-Name.sql:1:1 <{> | `Bad-Name` cannot be the name of a model"
            " | help: rename the file: lower-case letters, digits and underscores, beginning with a letter"
        ),
        (
            "SF0111 | models/b/x.sql:1:1 <{> | model `x` is there twice | the other one is models/a/x.sql"
            " | help: rename one of the files"
        ),
    ]


def test_what_does_not_exist_is_told_at_the_call_for_all_models_at_once(tmp_path):
    root = write_project(
        tmp_path,
        {"macros/m.sql": "{% macro base() %}{{ ref('bsae') }}{% endmacro %}"},
        base=VIEW,
        a=VIEW + "SELECT *\nFROM {{ ref('bas') }}, {{ source('shpo', 'orders') }}, {{ source('shop', 'order') }}",
        b=VIEW + "FROM {{ base() }} {{ source('zzz', 'x') }}",
    )
    refs = " | help: a model is a .sql file below the model paths; its name is the file's"
    assert complaints(root) == [
        "SF0206 | models/a.sql:3:14 <bas> | there is no model `bas` | did you mean `base`?" + refs,
        "SF0207 | models/a.sql:3:35 <shpo> | there is no source `shpo` | did you mean `shop`? | declared: shop.orders",
        (
            "SF0207 | models/a.sql:3:75 <order> | source `shop` has no stream or table `order` | did you mean `orders`?"
            " | declared: shop.orders"
        ),
        "SF0206 | models/b.sql:2:6 <{{ base() }}> | there is no model `bsae` | did you mean `base`?"
        " | in macro `base` (macros/m.sql:1:27)" + refs,
        "SF0207 | models/b.sql:2:30 <zzz> | there is no source `zzz` | declared: shop.orders",
    ]


def test_a_circle_is_told_with_the_way_round(tmp_path):
    root = write_project(
        tmp_path,
        a=VIEW + "{{ ref('c') }}",
        b=VIEW + "{{ ref('a') }}",
        c=VIEW + "{{ ref('b') }} {{ ref('d') }}",
        d=VIEW + "{{ ref('d') }}",
    )
    assert complaints(root) == [
        (
            "SF0120 | models/a.sql:2:9 <c> | models read each other in a circle: a -> c -> b -> a"
            " | help: take one `ref` out of the circle"
        ),
        "SF0120 | models/d.sql:2:9 <d> | model `d` reads itself | help: take one `ref` out of the circle",
    ]


def test_configuration_must_fit_together(tmp_path):
    root = write_project(
        tmp_path,
        a="SELECT 1",
        b="{{ config(materialized='event') }}",
        c="{{ config(materialized='window', entity='usr') }}",
        d="{{ config(materialized='view', entity='user') }}",
        e="\n  {{ config(materialised='event', entity=3, tags='x') }}",
        f="{{ config(materialized='evnt', entity='user', enabled='no') }}",
    )
    assert complaints(root) == [
        (
            "SF0118 | models/a.sql:1:1 <S> | model `a` does not say what it is materialized as | choices: view,"
            " event, window"
            " | help: begin the file with `{{ config(materialized='event', entity='...') }}`"
        ),
        (
            "SF0118 | models/b.sql:1:25 <event> | feature view `b` does not say which entity it describes |"
            " entities: user"
            " | help: add it: config(materialized='event', entity='...')"
        ),
        (
            "SF0118 | models/c.sql:1:42 <usr> | there is no entity `usr` | did you mean `user`? | entities: user"
            " | help: declare it under `entities:` in a .yml file below the models"
        ),
        (
            "SF0118 | models/d.sql:1:40 <user> | view `d` has an entity, but a view has no features"
            " | help: drop `entity`, or make it a feature view: materialized='event' or 'window'"
        ),
        (
            "SF0101 | models/e.sql:2:13 <materialised> | unknown key `materialised` in the configuration of a model"
            f" | did you mean `materialized`? | keys of a model's configuration: {KEYS}"
        ),
        "SF0106 | models/e.sql:2:42 <3> | `entity` must be text, found `3`",
        (
            "SF0108 | models/f.sql:1:25 <evnt> | `materialized` cannot be `evnt` | did you mean `event`?"
            " | choices: view, event, window"
        ),
        "SF0106 | models/f.sql:1:56 <no> | `enabled` must be true or false, found `no`",
    ]


def test_configuration_from_yaml_is_blamed_where_it_stands(tmp_path):
    text = ORDERS + "models:\n  - {name: a, config: {materialized: event, entity: nobody}}\n"
    assert complaints(write_project(tmp_path, {"models/shop.yml": text}, a="SELECT 1")) == [
        (
            "SF0118 | models/shop.yml:15:12 <a> | there is no entity `nobody` | entities: user"
            " | help: declare it under `entities:` in a .yml file below the models"
        )
    ]


def test_disabled_models_are_not_there(tmp_path):
    broken = "{{ config(materialized='event', enabled=false) }} {{ ref('nothing') }}"
    root = write_project(tmp_path, a=broken, b=VIEW)
    assert load_project(root).order == ("b",)
    write_project(root, b=VIEW + "{{ ref('a') }}")
    assert complaints(root) == [
        "SF0216 | models/b.sql:2:9 <a> | model `a` is disabled | help: enable it, or do without it"
    ]


def test_a_model_that_is_not_text(tmp_path):
    root = write_project(tmp_path)
    (root / "models" / "a.sql").write_bytes(VIEW.encode() + b"SELECT '\xff'")
    (root / "models" / "b.sql").write_bytes(VIEW.encode() + b"SELECT 1")
    with pytest.raises(SqlfeatError) as caught:
        load_project(root)
    assert caught.value.diagnostics == (
        Diagnostic("SF0201", "the file is not UTF-8 text: invalid start byte", Span("models/a.sql", 2, 9, 10)),
    )


def test_windows_line_breaks_are_line_breaks(tmp_path):
    root = write_project(tmp_path)
    (root / "models" / "a.sql").write_bytes(b"{{ config(materialized='view') }}\r\nSELECT\r\n  {{ 1 + 1 }}\r\n")
    model = load_project(root).models["a"]
    assert model.sql == "\nSELECT\n  2\n"
    location = model.locate(model.sql.index("2"), model.sql.index("2") + 1)
    assert (location.span.line, location.span.col) == (3, 3)


def test_loading_needs_no_engine_and_no_parser(tmp_path):
    root = write_project(
        tmp_path, a=EVENT + "SELECT COUNT(*) OVER {{ last('1 hour') }} FROM {{ source('shop', 'orders') }}"
    )
    program = (
        "import sys\nfrom pathlib import Path\nfrom sqlfeat.project.load import load_project\n"
        f"load_project(Path({str(root)!r}))\n"
        "print(sorted({'sqlglot', 'duckdb', 'pyarrow', 'pandas', 'pyflink', 'redis'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_how_long_rows_are_kept_online(tmp_path):
    text = PROJECT + "targets: {dev: {online: {type: sqlite, path: o.db, ttl: 2 days}}}\n"
    own = EVENT.replace("entity='user'", "entity='user', online={'ttl': '30 minutes'}")
    root = write_project(tmp_path, {"project.yml": text}, a=EVENT + "SELECT 1", b=own + "SELECT 1")
    loaded = load_project(root)
    assert loaded.target.online.ttl_ms == 172_800_000
    assert [loaded.models[name].config.ttl_ms for name in ("a", "b")] == [None, 1_800_000]


@pytest.mark.parametrize(
    ("online", "complaint"),
    [
        ("{'tll': '1 day'}", "unknown key `tll` in `online` | keys of `online`: ttl"),
        ("'1 day'", "`online` must be a mapping, found `1 day`"),
    ],
)
def test_what_is_said_about_online_is_read_strictly(tmp_path, online, complaint):
    (line,) = complaints(write_project(tmp_path, a=EVENT.replace("'user'", f"'user', online={online}") + "SELECT 1"))
    assert complaint in line


def test_no_length_of_time_to_keep_rows(tmp_path):
    (line,) = complaints(write_project(tmp_path, a=EVENT.replace("'user'", "'user', online={'ttl': 7}") + "SELECT 1"))
    assert line.startswith("SF0108 | models/a.sql:1:")
