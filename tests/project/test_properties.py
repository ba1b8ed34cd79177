"""The YAML files below the models: sources, entities, models."""

from __future__ import annotations

import pytest

from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.language.types import BIGINT, DOUBLE, STRING, TIMESTAMP
from sqlfeat.project.config import History, Stream
from sqlfeat.project.load import load_project
from tests.projects import EVENT, ORDERS, PROJECT, VIEW, complaints, write_project

FULL = """\
version: 1
sources:
  - name: shop
    description: All of it.
    streams:
      - name: orders
        description: One row per order.
        columns:
          - {name: id, type: BIGINT}
          - {name: user_id, type: BIGINT, nullable: true, description: Who.}
          - {name: ts, type: TIMESTAMP(3)}
          - {name: seen_at, type: timestamp(3)}
        event_time: ts
        lateness: 5 minutes
        order_by: [ts, id]
        unique_key: [id]
        available_at: seen_at
        history: {format: parquet, path: "raw/*.parquet"}
        stream: {connector: filesystem, path: raw/orders.jsonl, trusted: true, monitor: 2 seconds}
        meta: {team: {on_call: [a, b]}}
    tables:
      - name: users
        columns: [{name: user_id, type: BIGINT}, {name: country, type: STRING}]
        unique_key: [user_id]
"""


def source_file(tmp_path, text):
    return write_project(tmp_path, {"models/shop.yml": text})


def stream(keys, columns="[{name: id, type: BIGINT}, {name: ts, type: TIMESTAMP(3)}]"):
    """A properties file with one stream; its keys begin in line 6."""
    lines = "".join(f"        {line}\n" for line in keys.splitlines())
    return f"sources:\n  - name: shop\n    streams:\n      - name: orders\n        columns: {columns}\n{lines}"


def test_everything_a_stream_can_say(tmp_path):
    source = load_project(source_file(tmp_path, FULL)).config.source("shop", "orders")
    assert source is not None
    assert (source.full_name, source.description, source.is_static) == ("shop.orders", "One row per order.", False)
    assert (source.event_time, source.available_at, source.lateness_ms) == ("ts", "seen_at", 300_000)
    assert (source.order_by, source.unique_key) == (("id",), ("id",))
    assert source.history == History("parquet", "raw/*.parquet")
    assert source.stream == Stream("filesystem", "raw/orders.jsonl", "json", trusted=True, monitor_ms=2_000)
    assert source.stream.unbounded
    assert source.meta == {"team": {"on_call": ["a", "b"]}}
    assert [(c.name, c.type, c.nullable) for c in source.columns] == [
        ("id", BIGINT, False),
        ("user_id", BIGINT, True),
        ("ts", TIMESTAMP, False),
        ("seen_at", TIMESTAMP, True),
    ]


def test_a_table_has_no_event_time(tmp_path):
    source = load_project(source_file(tmp_path, FULL)).config.source("shop", "users")
    assert source is not None
    assert source.is_static
    assert [(c.name, c.type, c.nullable) for c in source.columns] == [
        ("user_id", BIGINT, False),
        ("country", STRING, True),
    ]


def test_an_event_time_may_be_declared_nullable(tmp_path):
    columns = "[{name: ts, type: TIMESTAMP(3), nullable: true}]"
    source = load_project(source_file(tmp_path, stream("event_time: ts", columns))).config.source("shop", "orders")
    assert source is not None
    assert source.columns[0].nullable


def test_lateness_is_none_unless_declared(tmp_path):
    source = load_project(source_file(tmp_path, stream("event_time: ts"))).config.source("shop", "orders")
    assert source is not None
    assert (source.lateness_ms, source.order_by, source.unique_key) == (0, (), ())


def test_ranges_of_numbers(tmp_path):
    columns = (
        "[{name: a, type: STRING, maximum: 1}, {name: b, type: DOUBLE, minimum: 1e400},"
        " {name: c, maximum: x, type: INT},{name: d, type: BIGINT, minimum: 2, maximum: -1e3},"
        " {name: e, type: BIGINT, maximum: 1e18}]"
    )
    assert complaints(source_file(tmp_path, stream("event_time: ts", columns)))[:5] == [
        "SF0112 | models/shop.yml:5:52 <1> | `maximum` is of numbers, not of STRING",
        "SF0112 | models/shop.yml:5:89 <1e400> | `minimum` is not a number that the engines hold",
        "SF0106 | models/shop.yml:5:116 <x> | `maximum` must be a number, found text (`x`)",
        "SF0112 | models/shop.yml:5:163 <2> | `minimum` is greater than `maximum`, so every row would be rejected",
        "SF0112 | models/shop.yml:5:215 <1e18> | `maximum` is not a number that the engines hold",
    ]


def test_ranges_with_many_digits(tmp_path):
    columns = (
        "[{name: a, type: BIGINT, minimum: -123456789012345678, maximum: 999999999999999999},"
        ' {name: b, type: "DECIMAL(38,18)", maximum: 123456789012345678.123456789012345678},'
        ' {name: c, type: "DECIMAL(38,18)", minimum: 0.0000000000000000001},'
        " {name: d, type: INT, maximum: 1e999999999}]"
    )
    assert complaints(source_file(tmp_path, stream("event_time: ts", columns)))[:2] == [
        "SF0112 | models/shop.yml:5:229 <0.0000000000000000001> | `minimum` is not a number that the engines hold",
        "SF0112 | models/shop.yml:5:283 <1e999999999> | `maximum` is not a number that the engines hold",
    ]


def test_columns_that_are_not_there_or_cannot_do_their_task(tmp_path):
    columns = "[{name: id, type: BIGINT, nullable: true}, {name: ts, type: STRING}]"
    keys = "event_time: ts\navailable_at: seen_at\norder_by: [id, di, id]\nunique_key: [id]\nlateness: soon\n"
    assert complaints(source_file(tmp_path, stream(keys, columns))) == [
        (
            "SF0112 | models/shop.yml:6:21 <ts> | `event_time` must be a TIMESTAMP(3), but column `ts` is STRING"
            " | help: declare the column as TIMESTAMP(3), in UTC"
        ),
        (
            "SF0110 | models/shop.yml:8:24 <di> | `order_by` names column `di`, which a stream does not declare"
            " | columns: id, ts"
        ),
        "SF0111 | models/shop.yml:8:28 <id> | `order_by` names column `id` twice",
        (
            "SF0108 | models/shop.yml:10:19 <soon> | `soon` is not a duration: write a whole number and ms, seconds,"
            " minutes, hours, days or weeks, for example `5 minutes`"
        ),
        (
            "SF0110 | models/shop.yml:7:23 <seen_at> | `available_at` names column `seen_at`, which a stream does not"
            " declare | columns: id, ts"
        ),
        (
            "SF0112 | models/shop.yml:8:20 <id> | column `id` of `order_by` is declared `nullable: true`"
            " | a NULL here would leave the order of rows, or which row is kept, to chance"
            " | help: drop `nullable: true`: a row without the value then goes to the reject log"
        ),
        (
            "SF0112 | models/shop.yml:9:22 <id> | column `id` of `unique_key` is declared `nullable: true`"
            " | a NULL here would leave the order of rows, or which row is kept, to chance"
            " | help: drop `nullable: true`: a row without the value then goes to the reject log"
        ),
    ]


def test_wrong_columns_cause_no_further_complaints(tmp_path):
    columns = "[{name: id, type: FLOAT}, {name: Ts, type: TIMESTAMP(3)}, {nam: x}"
    columns += ", {name: a, type: INT}, {name: a, type: INT}]"
    assert complaints(source_file(tmp_path, stream("event_time: ts\norder_by: [id]", columns))) == [
        (
            "SF0109 | models/shop.yml:5:36 <FLOAT> | type `FLOAT` is not in the language: single precision is promoted"
            " differently by the engines; declare DOUBLE"
        ),
        (
            "SF0108 | models/shop.yml:5:51 <Ts> | `Ts` cannot be a name | help: a name begins with a lower-case"
            " letter and"
            " goes on with lower-case letters, digits and underscores"
        ),
        "SF0107 | models/shop.yml:5:77 <nam> | a column needs `name`",
        "SF0107 | models/shop.yml:5:77 <nam> | a column needs `type`",
        (
            "SF0101 | models/shop.yml:5:77 <nam> | unknown key `nam` in a column | did you mean `name`?"
            " | keys of a column: name, type, nullable, description, tests, minimum, maximum"
        ),
        "SF0111 | models/shop.yml:5:115 <a> | column `a` is declared twice in a stream",
    ]


def test_an_unknown_type_is_told_with_the_known_ones(tmp_path):
    columns = "[{name: ts, type: TIMESTAMP(3)}, {name: a, type: BIGNT}]"
    assert complaints(source_file(tmp_path, stream("event_time: ts", columns))) == [
        (
            "SF0109 | models/shop.yml:5:67 <BIGNT> | type `BIGNT` is unknown; the types are ARRAY<t>, BIGINT,"
            " BOOLEAN, DATE,"
            " DECIMAL(p,s), DOUBLE, INT, STRING, TIMESTAMP(3)"
        )
    ]


def test_a_stream_says_what_its_time_is_and_where_it_lives(tmp_path):
    keys = "stream: {connector: kafka}\nhistory: {path: p}\nwatermark: 5 minutes\n"
    assert complaints(source_file(tmp_path, stream(keys))) == [
        "SF0107 | models/shop.yml:4:15 <orders> | a stream needs `event_time`",
        "SF0107 | models/shop.yml:6:18 <connector> | `stream` needs `topic`",
        "SF0107 | models/shop.yml:7:19 <path> | `history` needs `format`",
        (
            "SF0101 | models/shop.yml:8:9 <watermark> | unknown key `watermark` in a stream | keys of a stream: "
            "name, description, columns, event_time, order_by, unique_key, unique_within, lateness, "
            "available_at, max_ahead, late, stream, history, meta"
        ),
    ]


def test_a_table_with_a_time_is_a_stream(tmp_path):
    text = """\
sources:
  - name: shop
    tables:
      - name: users
        columns: []
        event_time: ts
"""
    assert complaints(source_file(tmp_path, text)) == [
        "SF0107 | models/shop.yml:4:15 <users> | a table needs `columns`",
        (
            "SF0101 | models/shop.yml:6:9 <event_time> | unknown key `event_time` in a table | keys of a table: name,"
            " description, columns, unique_key, stream, history, meta"
            " | help: a table is the same at all times; what has an event time is declared under `streams:`"
        ),
    ]


def test_what_is_declared_twice_is_told_with_the_first_place(tmp_path):
    files = {"models/a.yml": ORDERS, "models/b.yml": ORDERS + "models: [{name: a}, {name: a}]\n"}
    root = write_project(tmp_path, files | {"models/shop.yml": ""}, a=VIEW)
    assert complaints(root) == [
        (
            "SF0111 | models/b.yml:4:15 <orders> | source `shop.orders` is declared twice | first declared at"
            " models/a.yml:4:15"
        ),
        "SF0111 | models/b.yml:13:12 <user> | entity `user` is declared twice | first declared at models/a.yml:13:12",
        "SF0111 | models/b.yml:14:28 <a> | model `a` is declared twice | first declared at models/b.yml:14:17",
    ]


def test_entities_need_keys_that_compare_alike(tmp_path):
    text = """\
entities:
  - {name: user}
  - {name: shop, keys: []}
  - {name: spot, keys: [{name: x, type: DOUBLE}, {name: a, type: ARRAY<INT>}]}
  - {name: twin, keys: [{name: i, type: INT}, {name: i, type: INT}]}
  - user
"""
    assert complaints(source_file(tmp_path, text)) == [
        "SF0106 | models/shop.yml:6:5 <user> | `an entry of entities` must be a mapping, found text (`user`)",
        "SF0107 | models/shop.yml:2:12 <user> | an entity needs `keys`",
        "SF0107 | models/shop.yml:3:12 <shop> | an entity needs `keys`",
        "SF0109 | models/shop.yml:4:41 <DOUBLE> | an entity key cannot be DOUBLE",
        "SF0109 | models/shop.yml:4:66 <ARRAY<INT>> | an entity key cannot be ARRAY<INT>",
        "SF0111 | models/shop.yml:5:54 <i> | key `i` is declared twice in an entity",
    ]


def test_descriptions_may_take_docs_blocks_and_variables(tmp_path):
    text = (
        ORDERS
        + "models:\n  - {name: a, description: \"{{ doc('a') }}\",\n"
        + "     columns: [{name: n, description: \"{{ var('n') }}!\"}]}\n"
    )
    docs = "# Notes\n{% docs a %}\nHow *it* is.\n{% enddocs %}\n"
    project = PROJECT + "vars: {n: 3}\n"
    root = write_project(tmp_path, {"models/shop.yml": text, "models/a.md": docs, "project.yml": project}, a=VIEW)
    model = load_project(root).models["a"]
    assert (model.description, model.column_descriptions) == ("How *it* is.", (("n", "3!"),))


def test_docs_blocks_that_are_missing_open_or_there_twice(tmp_path):
    docs = "{% docs a %}1{% enddocs %}{% docs a %}2{% enddocs %}\n{% docs b %}\n{% docs c %}3{% enddocs %}"
    text = "entities: [{name: x, description: \"{{ doc('aa') }}\", keys: [{name: k, type: INT}]}]\n"
    assert complaints(write_project(tmp_path, {"models/shop.yml": text, "models/a.md": docs})) == [
        "SF0111 | models/a.md:1:35 <a> | docs block `a` is written twice | first written at models/a.md:1:9",
        "SF0201 | models/a.md:2:9 <b> | docs block `b` is not closed | help: close it with `{% enddocs %}`",
        (
            "SF0217 | models/shop.yml:1:35 <\"{{ doc('aa') }}\"> | there is no docs block `aa`"
            " | did you mean `a`? | docs blocks: a, c | help: write `{% docs aa %} ... {% enddocs %}` in a .md file"
            " below the models"
        ),
    ]


def test_configuration_of_models_in_yaml_is_checked(tmp_path):
    text = (
        "models:\n  - {name: a, config: {materialised: view, tags: [1], entity: [x], materialized: table}, test: []}\n"
    )
    assert complaints(write_project(tmp_path, {"models/shop.yml": text}, a=VIEW)) == [
        (
            "SF0101 | models/shop.yml:2:24 <materialised> | unknown key `materialised` in the configuration of a model"
            " | did you mean `materialized`? | keys of a model's configuration:"
            " materialized, entity, tags, owner, enabled, online, meta, state_ttl"
        ),
        "SF0106 | models/shop.yml:2:50 <[1]> | `tags` must be text or a list of texts, found `[1]`",
        "SF0106 | models/shop.yml:2:63 <[x]> | `entity` must be text, found `['x']`",
        "SF0108 | models/shop.yml:2:82 <table> | `materialized` cannot be `table` | choices: view, event, window",
        (
            "SF0101 | models/shop.yml:2:90 <test> | unknown key `test` in a model | did you mean `tests`?"
            " | keys of a model: name, description, columns, config, tests"
        ),
    ]


def test_a_model_in_yaml_without_a_file(tmp_path):
    text = ORDERS + "models:\n  - name: carier\n"
    assert complaints(write_project(tmp_path, {"models/shop.yml": text}, carrier=VIEW)) == [
        (
            "SF0116 | models/shop.yml:15:11 <carier> | there is no file for model `carier` | did you mean `carrier`?"
            " | help: add carier.sql below the model paths, or remove the entry"
        )
    ]


def test_files_that_are_no_properties(tmp_path):
    root = write_project(
        tmp_path, {"models/b.yaml": "- a\n", "models/c.yml": "a: b: c\n", "models/d.yml": "!!int x: 1\n"}
    )
    (root / "models" / "a.yml").write_bytes(b"name: \xff\n")
    (root / "models" / "e.yml").write_bytes(b"name: \x01\n")
    (root / "models" / "f.yml").write_bytes(b"sources: [{name: a, streams: [{name: b, meta: {d: 2013-02-31}}]}]\n")
    (root / "models" / "g.yml").write_bytes(b"? [a]\n: b\n")
    with pytest.raises(SqlfeatError) as caught:
        load_project(root)
    found = [(d.code, d.span, " | ".join([d.message, *d.notes])) for d in caught.value.diagnostics]
    assert [(code, f"{span.path}:{span.line}:{span.col}", text) for code, span, text in found if span] == [
        ("SF0104", "models/a.yml:1:1", "the file is not UTF-8 text: invalid start byte"),
        ("SF0106", "models/b.yaml:1:1", "a properties file must be a mapping"),
        ("SF0104", "models/c.yml:1:5", "the YAML does not parse: mapping values are not allowed here"),
        ("SF0101", "models/d.yml:1:1", ("unknown key `x` in a properties file | keys of a properties file: version,"
         " sources, entities, models, unit_tests")),
        ("SF0104", "models/e.yml:1:1", "the file has a character YAML forbids: special characters are not allowed"),
        ("SF0107", "models/f.yml:1:38", "a stream needs `columns`"),
        ("SF0107", "models/f.yml:1:38", "a stream needs `event_time`"),
        ("SF0104", "models/f.yml:1:51", "the YAML does not parse: day is out of range for month"),
        ("SF0106", "models/g.yml:1:3", "a key of a properties file must be text, found a list"),
    ]  # fmt: skip


def test_defaults_of_folders_are_weaker_than_yaml_and_both_than_the_file(tmp_path):
    files = {
        "project.yml": PROJECT + "defaults:\n  models: {owner: all, tags: [t1], meta: {a: 1, b: 1}}\n"
        "  models/air: {owner: air, tags: t2, meta: {b: 2}, materialized: event}\n",
        "models/shop.yml": ORDERS + "models: [{name: m, config: {owner: yaml, entity: user, tags: [t3, t1]}}]\n",
        "models/air/m.sql": "{{ config(tags='t4', meta={'c': 3}) }}SELECT 1",
        "models/airy/n.sql": VIEW,
    }
    models = load_project(write_project(tmp_path, files)).models
    config = models["m"].config
    assert (config.materialized.value, config.entity, config.owner) == ("event", "user", "yaml")
    assert config.tags == ("t1", "t2", "t3", "t4")
    assert config.meta == {"a": 1, "b": 2, "c": 3}
    assert (models["n"].config.owner, models["n"].config.tags) == ("all", ("t1",))


def test_doubles_are_fine_as_columns(tmp_path):
    source = load_project(write_project(tmp_path, a=EVENT)).config.source("shop", "orders")
    assert source is not None
    amount = source.column("AMOUNT")
    assert amount is not None
    assert amount.type == DOUBLE
    assert source.column("nothing") is None
