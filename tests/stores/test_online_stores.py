"""What every online store promises, on each of them."""

from __future__ import annotations

import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.online import open_store
from sqlfeat.stores.protocol import OnlineRow, latest_rows
from sqlfeat.stores.redis import RedisStore
from sqlfeat.stores.sqlite import SqliteStore
from tests.redis_writer import JavaRedis

WRITER = """
import sys
from pathlib import Path
from sqlfeat.stores.protocol import OnlineRow
from sqlfeat.stores.sqlite import SqliteStore

store = SqliteStore(Path(sys.argv[1]), "contest")
store.ping()
print("ready", flush=True)
sys.stdin.readline()
for version in range(500)[:: int(sys.argv[2])]:
    store.put("m", [OnlineRow(f"k={key}", f"{version:03}", f'{{"v": {version}}}') for key in range(20)])
store.close()
"""


class WrittenByJava:
    """Redis as a job writes it and `sqlfeat get` reads it."""

    def __init__(self, url, project, log_file):
        self._reader, self._writer = RedisStore(url, project), JavaRedis(url, project, log_file)
        self.get, self.ping, self.put = self._reader.get, self._reader.ping, self._writer.put

    def close(self):
        self._reader.close()
        self._writer.close()


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.engine)])
def open_project(request, tmp_path):
    """Opens the online store of a project, to be read and written."""
    if request.param == "redis":
        url, log_file = request.getfixturevalue("redis_url"), tmp_path / "java.log"
        return lambda project: WrittenByJava(url, project, log_file)
    return lambda project: open_store(OnlineTarget("sqlite", path="online/store.db"), tmp_path, project)


@pytest.fixture
def store(open_project):
    store = open_project(f"p{uuid.uuid4().hex}")
    yield store
    store.close()


def row(version, features="{}", key="k=1"):
    return OnlineRow(key, version, features)


def test_an_unknown_key_is_none(store):
    assert store.get("m", "k=1") is None


def test_what_is_put_is_got(store):
    written = OnlineRow("k=ü", "2013-12-31 23:59:00.000 p7", '{"text":"ü\\"\\\\𝄞\\n"}')
    assert store.put("m", [written]) == 1
    assert store.get("m", "k=ü") == written
    assert written.feature_time == "2013-12-31 23:59:00.000"


def test_no_rows(store):
    assert store.put("m", []) == 0


def test_an_older_row_never_replaces_a_newer(store):
    assert store.put("m", [row("2", "new")]) == 1
    assert store.put("m", [row("1", "old")]) == 0
    assert store.get("m", "k=1") == row("2", "new")


def test_of_equal_versions_the_later_write_stays(store):
    assert store.put("m", [row("2", "first")]) == 1
    assert store.put("m", [row("2", "second")]) == 1
    assert store.get("m", "k=1") == row("2", "second")


def test_versions_compare_by_byte_whatever_the_locale(store):
    assert store.put("m", [row("a B")]) == 1
    assert store.put("m", [row("aA")]) == 1
    assert store.put("m", [row("a\u00e9")]) == 1
    assert store.put("m", [row("az")]) == 0
    assert store.put("m", [row("a")]) == 0


def test_views_and_projects_are_apart(store, open_project):
    store.put("m", [row("1", "mine")])
    other = open_project("another_project")
    assert store.get("n", "k=1") is None
    assert other.get("m", "k=1") is None
    other.close()


def test_counts_rows_written_of_a_batch(store):
    store.put("m", [row("5", key="k=1"), row("5", key="k=2")])
    assert store.put("m", [row("4", key="k=1"), row("6", key="k=2"), row("1", key="k=3")]) == 2


def test_ping_then_close_then_use_again(store):
    store.ping()
    store.close()
    assert store.put("m", [row("1")]) == 1


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 9), st.integers()), max_size=5), max_size=8
    )
)
def test_any_order_of_writes_ends_with_the_greatest_version(store, batches):
    view = uuid.uuid4().hex
    expected: dict[str, OnlineRow] = {}
    for batch in batches:
        rows = [OnlineRow(key, str(version), str(value)) for key, version, value in batch]
        store.put(view, rows)
        for r in rows:
            if r.key not in expected or r.version >= expected[r.key].version:
                expected[r.key] = r
    assert {key: store.get(view, key) for key in expected} == expected


@pytest.fixture
def writers(tmp_path):
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", WRITER, str(tmp_path / "contest.db"), step],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    cwd=Path(__file__).parents[2],
                )
            )
            for step in ("1", "-1")
        ]


def test_two_processes_write_the_same_keys_in_opposite_order(writers, tmp_path):
    # Both are connected before either writes.
    assert [writer.stdout.readline() for writer in writers] == ["ready\n", "ready\n"]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate()[0] for writer in writers] == ["", ""]
    assert [writer.returncode for writer in writers] == [0, 0]
    store = SqliteStore(tmp_path / "contest.db", "contest")
    assert {store.get("m", f"k={key}").features for key in range(20)} == {'{"v": 499}'}
    store.close()


@pytest.mark.engine
def test_two_connections_write_the_same_keys_in_opposite_order(redis_url, tmp_path):
    project = f"p{uuid.uuid4().hex}"
    writers = [JavaRedis(redis_url, project, tmp_path / "java.log") for _ in range(2)]
    barrier = Barrier(2)

    def write(writer, versions):
        barrier.wait()
        for version in versions:
            writer.put("m", [OnlineRow(f"k={key}", f"{version:03}", f'{{"v": {version}}}') for key in range(5)])

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(write, w, range(100)[::step]) for w, step in zip(writers, (1, -1), strict=True)]
        assert [done.result() for done in both] == [None, None]
    store = RedisStore(redis_url, project)
    assert {store.get("m", f"k={key}").features for key in range(5)} == {'{"v": 99}'}
    store.close()
    for writer in writers:
        writer.close()


def test_latest_rows_keeps_the_last_of_equal_versions():
    rows = [("k=1", "1", "a"), ("k=1", "3", "b"), ("k=1", "2", "c"), ("k=1", "3", "d"), ("k=2", "1", "e")]
    assert latest_rows(rows) == [row("3", "d"), row("1", "e", "k=2")]


def test_an_unknown_type_of_store_is_a_bug(tmp_path):
    with pytest.raises(ValueError, match="online store type `etcd`"):
        open_store(OnlineTarget("etcd"), tmp_path, "p")


def at(moment, features="{}", key="k=1"):
    """A row whose feature time is so many milliseconds from now."""
    time = datetime.now(timezone.utc) + timedelta(milliseconds=moment)
    return OnlineRow(key, time.strftime("%Y-%m-%d %H:%M:%S.") + f"{time.microsecond // 1000:03}", features)


def test_a_row_is_forgotten_so_long_after_its_feature_time(store):
    assert store.put("m", [at(-60_000), at(-60_000, key="k=2")], ttl_ms=30_000) == 2
    assert store.get("m", "k=1") is None
    kept = at(-60_000)
    store.put("m", [kept], ttl_ms=90_000)
    assert store.get("m", "k=1") == kept
    assert store.get("m", "k=2") is None


def test_a_row_without_an_end_stays(store):
    store.put("m", [at(-60_000)], ttl_ms=90_000)
    last = OnlineRow("k=1", "2999-01-01 00:00:00.000", "{}")
    store.put("m", [last])
    assert store.get("m", "k=1") == last
    old = OnlineRow("k=3", "1970-01-02 00:00:00.000", "{}")
    store.put("m", [old])
    assert store.get("m", "k=3") == old


def test_a_replay_of_what_was_forgotten_brings_nothing_back(store):
    newer, older = at(-40_000, "newer"), at(-50_000, "older")
    store.put("m", [newer], ttl_ms=30_000)
    store.put("m", [older], ttl_ms=30_000)
    assert store.get("m", "k=1") is None


def test_an_older_row_does_not_shorten_the_life_of_a_newer(store):
    newer = at(0, "newer")
    store.put("m", [newer], ttl_ms=3_600_000)
    assert store.put("m", [at(-3_599_000, "older")], ttl_ms=3_600_000) == 0
    assert store.get("m", "k=1") == newer
