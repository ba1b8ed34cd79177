from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.project.load import load_project
from sqlfeat.stores.online import open_store
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.verbs.get import get
from tests.conftest import free_port
from tests.shop import write_shop


class StoppedClock:
    def now(self):
        return datetime(2024, 1, 1, 12, tzinfo=timezone.utc)


@pytest.fixture
def shop(tmp_path):
    project = load_project(write_shop(tmp_path))
    store = open_store(project.target.online, project.config.root, project.config.name)
    store.put("spend", [OnlineRow("user_id=7", "2024-01-01 11:00:00.001 p0000000000000000005", '{"spend_1h":60}')])
    store.close()
    return project


def complaints(project, model, **key) -> tuple[Diagnostic, ...]:
    with pytest.raises(SqlfeatError) as caught:
        get(project, model, key)
    return caught.value.diagnostics


def test_the_value_with_its_age(shop):
    assert get(shop, "spend", {"user_id": "7"}, StoppedClock()).as_json() == {
        "model": "spend",
        "key": {"user_id": 7},
        "feature_time": "2024-01-01T11:00:00.001Z",
        "age_seconds": 3599.999,
        "features": {"spend_1h": 60},
    }


def test_an_unknown_key(shop):
    assert complaints(shop, "spend", user_id="9") == (
        Diagnostic(
            "SF0901",
            "`spend` has no row for user_id=9 in the online store",
            help="rows are written by `sqlfeat run --streaming --select spend`",
        ),
    )


def test_nothing_was_streamed_yet(tmp_path):
    project = load_project(write_shop(tmp_path))
    (diagnostic,) = complaints(project, "spend", user_id="7")
    assert diagnostic.code == "SF0901"
    assert not (tmp_path / project.target.online.path).exists()


def test_an_unreachable_store(tmp_path):
    root = write_shop(tmp_path)
    url = f"redis://:sesame@127.0.0.1:{free_port()}/0"
    text = (root / "project.yml").read_text(encoding="utf-8")
    online = f"online: {{type: redis, url: '{url}'}}"
    (root / "project.yml").write_text(text.replace("online: {type: sqlite, path: data/online.db}", online), "utf-8")
    (diagnostic,) = complaints(load_project(root), "spend", user_id="7")
    assert diagnostic.code == "SF0902"
    assert "sesame" not in repr(diagnostic)


def test_a_misspelt_model(shop):
    assert complaints(shop, "spnd", user_id="7") == (
        Diagnostic(
            "SF0906",
            "no feature view `spnd`",
            notes=("feature views: orders_1d, spend",),
            help="did you mean `spend`?",
        ),
    )


def test_a_staging_view(shop):
    (diagnostic,) = complaints(shop, "paid", user_id="7")
    assert (diagnostic.code, diagnostic.message) == ("SF0906", "`paid` is a staging view: it has no features")


def test_a_misspelt_key_column(shop):
    usage = "sqlfeat get spend --key user_id=<BIGINT>"
    assert complaints(shop, "spend", userid="7") == (
        Diagnostic(
            "SF0905", "`userid` is no key column of `spend`", notes=("did you mean `user_id`?",), help=usage
        ),
        Diagnostic("SF0905", "the key of `spend` lacks `user_id`", help=usage),
    )  # fmt: skip


def test_an_extra_key_column(shop):
    (diagnostic,) = complaints(shop, "spend", user_id="7", shop="1")
    assert (diagnostic.code, diagnostic.message, diagnostic.notes) == (
        "SF0905",
        "`shop` is no key column of `spend`",
        (),
    )


def test_a_key_of_another_type(shop):
    (diagnostic,) = complaints(shop, "spend", user_id="seven")
    assert diagnostic == Diagnostic(
        "SF0905", "`seven` is no BIGINT for `user_id`: a whole number is expected, for example 42"
    )
