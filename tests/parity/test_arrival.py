from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.parity.arrival import Arrival, Line, arranged, in_order
from sqlfeat.project.load import load_project
from tests.shop import ORDERS, write_shop

TIMES = st.lists(st.none() | st.integers(1, 1000), max_size=40)


def lines_of(times):
    return [Line(str(number), time, None) for number, time in enumerate(times)]


@given(TIMES, st.integers(0, 200), st.integers())
def test_no_event_is_held_up_so_long_that_it_is_late(times, lateness, seed):
    lines = lines_of(times)
    arrived = in_order(lines, lateness, str(seed))
    assert sorted(arrived, key=lambda line: int(line.text)) == lines
    latest = None
    for line in arrived:
        if line.event_time is not None:
            assert latest is None or latest - line.event_time <= lateness
            latest = max(latest or 0, line.event_time)


@given(TIMES, st.integers(0, 200))
def test_a_seed_gives_one_order(times, held_up):
    assert in_order(lines_of(times), held_up, "7") == in_order(lines_of(times), held_up, "7")


def test_another_seed_gives_another_order():
    lines = lines_of(range(1, 100))
    assert in_order(lines, 50, "1") != in_order(lines, 50, "2")


def test_events_arrive_when_they_are_available_and_the_others_behind_the_one_before():
    lines = [Line("a", 1, 30), Line("b", 2, 10), Line("c", 3, None), Line("d", 4, 20), Line("e", 5, 10)]
    assert [line.text for line in in_order(lines, None, "")] == ["b", "c", "e", "d", "a"]
    unknown = [Line("a", 1, None), Line("b", 2, 10), Line("c", 3, 5)]
    assert [line.text for line in in_order(unknown, None, "")] == ["a", "c", "b"]


def copies_of(root, arrival):
    project = load_project(root)
    with connect(root) as connection:
        return arranged(connection, root, project.config.sources, arrival, root / "replay")


def edit(root, old, new):
    path = root / "models/shop.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_stream_that_is_read_as_it_lies_is_not_copied(tmp_path):
    assert copies_of(write_shop(tmp_path), Arrival()) == ()


def test_lines_are_copied_as_they_are_broken_ones_too(tmp_path):
    root = write_shop(tmp_path)
    with (root / "data/orders.jsonl").open("a", encoding="utf-8") as file:
        file.write('not json\n{"order_id": "x", "ts":"2024-01-01T10:00:00.000Z",  "amount": 1.50}\n\n')
        file.write('{"a": "\\u00e9"}\n')
    ((name, path),) = copies_of(root, Arrival(shuffle=True))
    written = (root / "data/orders.jsonl").read_text(encoding="utf-8").splitlines()
    copied = (tmp_path / "replay" / "shop.orders.jsonl").read_text(encoding="utf-8").splitlines()
    assert (name, path) == ("shop.orders", str(tmp_path / "replay" / "shop.orders.jsonl"))
    assert sorted(copied) == sorted(line for line in written if line)


def test_a_stream_of_several_files_is_copied_as_one(tmp_path):
    root = write_shop(tmp_path)
    folder = root / "data/orders"
    folder.mkdir()
    for number, order in enumerate(ORDERS):
        (folder / f"{number}.jsonl").write_text(json.dumps(order) + "\n", encoding="utf-8")
    (folder / ".hidden").write_text("{}\n", encoding="utf-8")
    edit(root, "filesystem, path: data/orders.jsonl", "filesystem, path: data/orders")
    copies_of(root, Arrival(disorder_ms=0))
    lines = (tmp_path / "replay" / "shop.orders.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["order_id"] for line in lines] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("held_up", [None, 0])
def test_available_at_is_the_order_they_came_in(tmp_path, held_up):
    root = write_shop(tmp_path)
    seen = "          - {name: seen, type: TIMESTAMP(3)}\n        event_time: ts\n        available_at: seen\n"
    edit(root, "        event_time: ts\n", seen)
    lines = [json.dumps({**order, "seen": f"2024-01-02 0{9 - number}:00:00"}) for number, order in enumerate(ORDERS)]
    (root / "data/orders.jsonl").write_text("\n".join(lines), encoding="utf-8")
    copies_of(root, Arrival(disorder_ms=held_up))
    copied = (tmp_path / "replay" / "shop.orders.jsonl").read_text(encoding="utf-8").splitlines()
    assert copied == (lines[::-1] if held_up is None else lines)


def test_a_topic_is_read_in_its_own_order_and_shuffled_from_its_history(tmp_path):
    root = write_shop(tmp_path)
    seen = "          - {name: seen, type: TIMESTAMP(3)}\n        event_time: ts\n        available_at: seen\n"
    edit(root, "        event_time: ts\n", seen)
    edit(root, "{connector: filesystem, path: data/orders.jsonl, format: json}", "{connector: kafka, topic: orders}")
    assert copies_of(root, Arrival()) == ()
    ((_, path),) = copies_of(root, Arrival(shuffle=True))
    copied = Path(path).read_text(encoding="utf-8").splitlines()
    assert sorted(copied) == (root / "data/orders.jsonl").read_text(encoding="utf-8").splitlines()


def test_a_parquet_history_becomes_lines(tmp_path):
    root = write_shop(tmp_path)
    edit(root, "{connector: filesystem, path: data/orders.jsonl, format: json}", "{connector: kafka, topic: orders}")
    edit(root, "history: {format: json, path: data/orders.jsonl}", "history: {format: parquet, path: data/o.parquet}")
    with connect(root) as connection:
        orders = connection.read_json(str(root / "data/orders.jsonl")).project("* REPLACE (ts::TIMESTAMP AS ts)")
        orders.write_parquet(str(root / "data/o.parquet"))
    ((_, path),) = copies_of(root, Arrival(disorder_ms=0))
    times = [json.loads(line)["ts"] for line in Path(path).read_text(encoding="utf-8").splitlines()]
    assert times == [order["ts"].removesuffix(".000") for order in ORDERS]


def test_a_shuffle_is_bounded_by_the_lateness_of_each_source(tmp_path):
    (source,) = load_project(write_shop(tmp_path)).config.sources
    assert Arrival(shuffle=True).held_up(source) == 60_000
    assert (Arrival().held_up(source), Arrival(disorder_ms=5).held_up(source)) == (None, 5)
