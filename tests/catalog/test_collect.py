from __future__ import annotations

import pytest

from sqlfeat.catalog.collect import collect
from sqlfeat.catalog.durations import in_words
from sqlfeat.catalog.model import CheckDoc, Consumer, SourceUse
from sqlfeat.project.load import load_project
from tests.shop import write_shop


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return collect(load_project(write_shop(tmp_path_factory.mktemp("shop"))))


@pytest.fixture(scope="module")
def models(catalog):
    return {model.name: model for model in catalog.models}


def test_a_feature_view_is_described(models):
    spend = models["spend"]
    assert (spend.kind, spend.entity, spend.owner, spend.tags) == ("event", "user", "risk", ("money",))
    assert [key.name for key in spend.keys] == ["user_id"]
    assert spend.time.name == "feature_time"
    [feature] = spend.features
    assert (feature.name, feature.type, feature.nullable) == ("spend_1h", "BIGINT", True)
    assert feature.description == "Paid amount in the last hour."
    assert feature.definition.startswith("SUM(amount) OVER (PARTITION BY user_id")
    assert [script.title for script in spend.scripts] == ["DuckDB", "Flink"]
    assert len(spend.fingerprint) == 64


def test_a_view_has_columns_and_no_features(models):
    paid = models["paid"]
    assert (paid.is_view, paid.keys, paid.time, paid.scripts, paid.readings) == (True, (), None, (), ())
    assert [column.name for column in paid.features] == ["order_id", "user_id", "amount", "ts"]
    assert paid.features[2].description == "What was paid."


def test_models_know_their_neighbours(models):
    assert models["spend"].parents == ("paid",)
    assert models["paid"].children == ("spend",)
    assert models["paid"].direct_sources == ("shop.orders",)


def test_a_model_uses_the_columns_it_depends_on(models):
    [use] = models["orders_1d"].uses
    assert use.direct
    assert "user_id" in use.columns
    assert "amount" not in use.columns
    assert models["spend"].uses == (SourceUse("shop.orders", ("order_id", "user_id", "amount", "status", "ts"), False),)


def test_a_source_knows_who_reads_it(catalog):
    [orders] = catalog.sources
    assert [consumer.model for consumer in orders.consumers] == ["orders_1d", "paid", "spend"]
    assert isinstance(orders.consumers[0], Consumer)
    assert (orders.event_time, orders.lateness, orders.kind) == ("ts", "1 minute", "stream")
    assert [binding.title for binding in orders.bindings] == ["History", "Stream"]


def test_an_entity_knows_its_feature_views(catalog):
    assert [(entity.name, entity.models) for entity in catalog.entities] == [("user", ("orders_1d", "spend"))]


def test_the_catalog_counts(catalog):
    assert [model.name for model in catalog.views] == ["orders_1d", "spend"]
    assert [model.name for model in catalog.staging] == ["paid"]
    assert catalog.features == 2


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "none"), (1, "1 millisecond"), (60_000, "1 minute"), (90_000, "1 minute 30 seconds"), (172_800_000, "2 days")],
)
def test_lengths_of_time_in_words(ms, words):
    assert in_words(ms) == words


def test_models_and_sources_show_their_tests(tmp_path):
    root = write_shop(tmp_path)
    text = """\
unit_tests:
  - {name: edges, description: Both are in., model: spend, expect: []}
models:
  - name: orders_1d
    columns:
      - {name: user_id, tests: [not_null, accepted_values: [7, 8]]}
      - name: orders_1d
        tests: [range: {min: 1}, range: {min: 1, max: 9, severity: warn, name: few, where: user_id = 7}]
    tests: [unique: [user_id, feature_time]]
"""
    (root / "models" / "tests.yml").write_text(text, encoding="utf-8")
    path = root / "models" / "shop.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("amount, type: BIGINT}", "amount, type: BIGINT, tests: [not_null]}")
    )
    catalog = collect(load_project(root))
    checks = {model.name: model.checks for model in catalog.models}
    assert checks["spend"] == (CheckDoc("edges", "unit", "Both are in.", "models/tests.yml:2"),)
    assert [(check.name, check.text) for check in checks["orders_1d"]] == [
        ("not_null_orders_1d_user_id", "`user_id` never NULL"),
        ("accepted_values_orders_1d_user_id", "`user_id` one of `7`, `8`"),
        ("range_orders_1d_orders_1d", "`orders_1d` from 1"),
        ("few", "`orders_1d` from 1 to 9, where `user_id = 7` (a warning)"),
        ("unique_orders_1d_user_id_feature_time", "`user_id`, `feature_time` never the same in two rows"),
    ]
    assert [check.name for check in catalog.sources[0].checks] == ["not_null_shop_orders_amount"]


def test_a_source_says_what_its_time_rules_are(tmp_path):
    root = write_shop(tmp_path)
    path = root / "models/shop.yml"
    rules = (
        "unique_key: [order_id]",
        "unique_within: 90 minutes",
        "available_at: ts",
        "max_ahead: 1 hour",
        "late: include",
    )
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("        lateness:", "\n".join(f"        {rule}" for rule in rules) + "\n        lateness:")
    )
    (orders,) = collect(load_project(root)).sources
    assert (orders.unique_within, orders.max_ahead, orders.late) == ("1 hour 30 minutes", "1 hour", "include")


def test_a_source_without_rules(catalog):
    (orders,) = catalog.sources
    assert (orders.unique_within, orders.max_ahead, orders.late) == ("", "", "exclude")
