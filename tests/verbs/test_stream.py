from __future__ import annotations

import pytest

from sqlfeat.console.quiet import QuietConsole
from sqlfeat.diagnostics.model import SqlfeatError
from sqlfeat.engines.flink.counts import Counts
from sqlfeat.project.load import load_project
from sqlfeat.verbs.stream import StreamedModel, StreamedSource, StreamResult, stream
from tests.conftest import free_port
from tests.projects import line_of
from tests.shop import write_shop


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path)


def edit(root, name, old, new):
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new), encoding="utf-8")


def complaints(root):
    with pytest.raises(SqlfeatError) as caught:
        stream(load_project(root), [], [], None, None, QuietConsole())
    return [line_of(diagnostic, root) for diagnostic in caught.value.diagnostics]


def test_a_source_without_a_stream(root):
    edit(root, "models/shop.yml", "stream: {connector: filesystem, path: data/orders.jsonl, format: json}", "meta: {}")
    (line,) = complaints(root)
    assert line.startswith("SF0803 | models/shop.yml:")
    assert line.endswith(
        "> | source `shop.orders` has no `stream:`, so it cannot be read live | read by `orders_1d` | read by `spend`"
        " | help: add for example `stream: {connector: filesystem, path: data/events.jsonl, format: json}`"
    )


def test_a_stream_that_is_not_there(root):
    (root / "data" / "orders.jsonl").unlink()
    (line,) = complaints(root)
    assert line.startswith("SF0804 | models/shop.yml:")
    assert line.endswith(
        "> | the stream of `shop.orders` is not there: `data/orders.jsonl` does not exist | read by `orders_1d` | "
        "read by `spend` | help: a path is relative to the folder of project.yml"
    )


def test_a_store_that_is_down_is_known_before_java_starts(root, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", "/nonexistent")
    url = f"redis://127.0.0.1:{free_port()}/0"
    edit(root, "project.yml", "{type: sqlite, path: data/online.db}", f"{{type: redis, url: '{url}'}}")
    (line,) = complaints(root)
    assert line.startswith(f"SF0902 | the online store `{url}` cannot be reached")


def test_as_json():
    result = StreamResult((StreamedModel("m", Counts(3, 1, 1, 0, 1)),), (StreamedSource("s.t", 1, 2, 9, 6),), 1.5)
    assert result.as_json() == {
        "models": [{"name": "m", "rows": 3, "written": 1, "overtaken": 1, "stale": 0, "no_key": 1}],
        "sources": [{"name": "s.t", "rejects": 1, "late": 2, "read": 9, "accepted": 6}],
        "seconds": 1.5,
    }
