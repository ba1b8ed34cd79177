"""Late events from the stream's log to what a backfill leaves out."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import duckdb
import pytest

from sqlfeat.console.capture import CaptureConsole
from sqlfeat.project.lateness import Late
from sqlfeat.project.load import load_project
from sqlfeat.stores.offline import OfflineStore
from sqlfeat.verbs.backfill import backfill
from sqlfeat.verbs.late_events import STREAM_LOGS, collect_late, late_log, note_run
from tests.projects import complaints
from tests.shop import ORDERS, write_shop


class At:
    """A clock that stands."""

    def __init__(self, hour):
        self.hour = hour

    def now(self):
        return datetime(2024, 1, 1, self.hour, tzinfo=timezone.utc)


@pytest.fixture
def root(tmp_path):
    return write_shop(tmp_path)


def edit(root, name, old, new):
    text = (root / name).read_text(encoding="utf-8")
    assert old in text
    (root / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def streamed(root, *late, hour=12, ended=True, logs=STREAM_LOGS):
    """Leave what a run leaves that found some orders late."""
    project = load_project(root)
    logs = root / logs
    note_run(project, project.config.sources, logs, At(hour))
    folder = logs / "shop.orders" / "late"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({**order, "__watermark": "2024-01-01 10:31:00.000"}) + "\n" for order in late]
    (folder / "part-0").write_text("".join(lines), encoding="utf-8")
    return collect_late(project, logs, ended=True) if ended else {}


def spent(root, **options):
    """`spend_1h` of user 7 after a backfill, in order of time."""
    project, console = load_project(root), CaptureConsole()
    result = backfill(project, [], [], None, None, console, **options)
    with duckdb.connect() as connection:
        rows = OfflineStore.of(project).read(connection, "spend").filter("user_id = 7").fetchall()
    return [row[-1] for row in rows], result, console


def test_late_events_are_left_out_by_default(root):
    assert streamed(root, ORDERS[3]) == {"shop.orders": 1}
    values, result, console = spent(root)
    assert values == [10, 40]
    (late,) = result.late
    assert (late.source, late.events, late.unknown) == ("shop.orders", 1, 0)
    assert "shop.orders: 1 late events left out, see --late" in console.notes


def test_events_that_came_twice_stay_twice_beside_late_ones(root):
    orders = root / "data" / "orders.jsonl"
    text = orders.read_text(encoding="utf-8")
    orders.write_text(text + json.dumps(ORDERS[0]) + "\n", encoding="utf-8")
    before, *_ = spent(root)
    streamed(root, ORDERS[3])
    values, result, _ = spent(root)
    # The two at 10:00 are no longer in the hour that ends a millisecond after 11:00.
    assert (before, values) == ([20, 20, 40, 60], [20, 20, 40])
    assert (result.late[0].events, result.late[0].unknown) == (1, 0)


def test_the_flag_overrides_the_project(root):
    streamed(root, ORDERS[3])
    values, result, _ = spent(root, late=Late.INCLUDE)
    assert (values, result.late) == ([10, 30, 60], ())
    edit(root, "project.yml", "version: 1", "version: 1\nlate: include")
    assert spent(root)[0] == [10, 30, 60]
    assert spent(root, late=Late.EXCLUDE)[0] == [10, 40]


def test_the_source_overrides_the_target_and_that_the_project(root):
    streamed(root, ORDERS[3])
    edit(root, "project.yml", "version: 1", "version: 1\nlate: include")
    edit(root, "project.yml", "    default: true\n", "    default: true\n    late: exclude\n")
    assert spent(root)[0] == [10, 40]
    edit(root, "models/shop.yml", "        lateness: 1 minute\n", "        lateness: 1 minute\n        late: include\n")
    assert spent(root)[0] == [10, 30, 60]


def test_another_word_is_refused(root):
    edit(root, "project.yml", "version: 1", "version: 1\nlate: exlude")
    (line,) = complaints(root)
    assert line == (
        "SF0108 | project.yml:3:7 <exlude> | `late` cannot be `exlude` | did you mean `exclude`? | "
        "choices: exclude, include"
    )


def test_each_copy_in_the_log_leaves_out_one(root):
    with (root / "data/orders.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(ORDERS[3]) + "\n")
    streamed(root, ORDERS[3])
    assert spent(root)[0] == [10, 30, 60]


def test_copies_that_are_all_late_count_each(root):
    with (root / "data/orders.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(ORDERS[3]) + "\n")
    streamed(root, ORDERS[3], ORDERS[3])
    values, result, _ = spent(root)
    assert values == [10, 40]
    assert (result.late[0].events, result.late[0].unknown) == (2, 0)


def test_an_event_that_the_history_does_not_have(root):
    streamed(root, {**ORDERS[3], "amount": 21})
    values, result, console = spent(root)
    assert values == [10, 30, 60]
    assert result.late[0].unknown == 1
    assert console.warnings == ["shop.orders: 1 events of the late log are not in the history"]


def test_a_replay_does_not_count_twice(root):
    streamed(root, ORDERS[2], ORDERS[3])
    streamed(root, ORDERS[3], hour=13)
    assert spent(root)[1].late[0].events == 1


def test_what_a_killed_run_found_is_not_lost(root):
    streamed(root, ORDERS[3], ended=False)
    assert spent(root)[0] == [10, 40]


def test_what_a_job_that_goes_on_has_found_counts_already(root):
    streamed(root, ORDERS[3], ended=False, logs="data/state/dev/live/logs")
    assert spent(root)[0] == [10, 40]


def test_a_column_declared_after_the_run(root):
    streamed(root, ORDERS[3])
    edit(
        root,
        "models/shop.yml",
        "          - {name: status,",
        "          - {name: note, type: STRING}\n          - {name: status,",
    )
    assert spent(root)[0] == [10, 40]


def test_no_run_has_no_log(root):
    values, result, console = spent(root)
    assert (values, result.late, console.warnings) == ([10, 30, 60], (), [])
    project = load_project(root)
    assert not late_log(project, project.config.sources[0]).path.exists()


@pytest.mark.parametrize(("startup", "left"), [("earliest", [10, 30, 60]), ("latest", [10, 40])])
def test_a_topic_read_from_its_beginning_again_has_the_newer_verdict(root, startup, left):
    topic = f"stream: {{connector: kafka, topic: orders, brokers: 'h:9092', startup: {startup}}}"
    edit(root, "models/shop.yml", "stream: {connector: filesystem, path: data/orders.jsonl, format: json}", topic)
    streamed(root, ORDERS[3])
    streamed(root, hour=13)
    assert spent(root)[0] == left
