"""What is looked at before Java is started, of streams in Kafka."""

from __future__ import annotations

import hashlib
import socket
from dataclasses import replace

import pytest

from sqlfeat.compiler import compile_models
from sqlfeat.connectors.artifact import pinned
from sqlfeat.connectors.jars import redis_jars
from sqlfeat.diagnostics.codes import exit_code_of
from sqlfeat.diagnostics.model import ExitCode, SqlfeatError
from sqlfeat.engines.flink.inputs import check_inputs, check_outputs
from sqlfeat.project.config import KafkaTarget, OnlineLog, OnlineTarget, Target
from sqlfeat.project.load import load_project
from tests.conftest import free_port
from tests.shop import write_shop


@pytest.fixture
def jar(tmp_path, monkeypatch):
    """A jar in place of the connector's: nothing here starts Flink."""
    folder = tmp_path / "cache" / "sqlfeat" / "jars"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    jar = replace(pinned()["kafka"], sha256=hashlib.sha256(b"").hexdigest())
    monkeypatch.setitem(pinned(), "kafka", jar)
    (folder / jar.file_name).write_bytes(b"")


def check(tmp_path, target, stream="{connector: kafka, topic: orders}"):
    root = write_shop(tmp_path / "shop")
    replacements = {
        "models/shop.yml": (
            "{connector: filesystem, path: data/orders.jsonl, format: json}",
            stream,
        ),
        "project.yml": ("    offline:", f"    kafka: {target}\n    offline:"),
    }
    for name, (old, new) in replacements.items():
        text = (root / name).read_text(encoding="utf-8")
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
    project = load_project(root)
    check_inputs(project, compile_models(project, ["spend"]))


def raised(tmp_path, target, **options):
    with pytest.raises(SqlfeatError) as caught:
        check(tmp_path, target, **options)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic, exit_code_of(caught.value)


@pytest.mark.usefixtures("jar")
def test_no_broker_answers(tmp_path):
    port = free_port()
    diagnostic, code = raised(tmp_path, f'{{brokers: "127.0.0.1:{port}, nonsense"}}')
    assert (diagnostic.code, code) == ("SF0820", ExitCode.ENVIRONMENT)
    assert diagnostic.message == (
        f"no Kafka broker of `shop.orders` can be reached: 127.0.0.1:{port}: [Errno 111] Connection refused; "
        "`nonsense` is not `host:port`"
    )
    assert diagnostic.notes == ("read by `spend`",)


@pytest.mark.usefixtures("jar")
def test_one_broker_that_answers_is_enough(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        check(tmp_path, f'{{brokers: "127.0.0.1:{free_port()},127.0.0.1:{server.getsockname()[1]}"}}')


@pytest.mark.usefixtures("jar")
def test_nobody_says_where_kafka_is(tmp_path):
    diagnostic, code = raised(tmp_path, "{}")
    assert (diagnostic.code, code) == ("SF0821", ExitCode.FAILED)
    assert diagnostic.message == "the stream of `shop.orders` is in Kafka, and nobody says where that is"
    assert diagnostic.help == "name them for the target: `kafka: {brokers: localhost:9092}` in project.yml"


@pytest.mark.usefixtures("jar")
def test_an_idle_timeout_needs_one_reader(tmp_path):
    silent = "{connector: kafka, topic: orders, idle_timeout: 1 minute}"
    with socket.create_server(("127.0.0.1", 0)) as server:
        kafka = f'{{brokers: "127.0.0.1:{server.getsockname()[1]}"}}'
        diagnostic, code = raised(tmp_path / "two", f"{kafka}\n    stream: {{parallelism: 2}}", stream=silent)
        check(tmp_path / "one", f"{kafka}\n    stream: {{parallelism: 1}}", stream=silent)
    assert (diagnostic.code, code) == ("SF0823", ExitCode.FAILED)
    assert (
        diagnostic.message == "with the `idle_timeout` of `shop.orders`, windows would drop events of silent partitions"
    )
    assert diagnostic.notes == ("the target's parallelism is 2",)
    assert (
        diagnostic.help
        == "leave `idle_timeout` out, or set `stream: {parallelism: 1}` and read one stream in each model"
    )


def test_the_connector_was_not_brought(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    diagnostic, code = raised(tmp_path, "{brokers: 'a:1'}")
    assert (diagnostic.code, code, diagnostic.help) == ("SF0023", ExitCode.ENVIRONMENT, "run `sqlfeat deps`")


def log_raised(log, brokers):
    target = Target("dev", OnlineTarget("sqlite", path="o.db", log=log), "out", kafka=KafkaTarget(brokers))
    with pytest.raises(SqlfeatError) as caught:
        check_outputs(target)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic, exit_code_of(caught.value)


@pytest.mark.usefixtures("jar")
def test_no_broker_of_the_log_answers():
    port = free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = f"127.0.0.1:{server.getsockname()[1]}"
        diagnostic, code = log_raised(OnlineLog("rows", f"127.0.0.1:{port}"), there)
        check_outputs(Target("dev", OnlineTarget("sqlite", log=OnlineLog("rows")), "", kafka=KafkaTarget(there)))
    assert (diagnostic.code, code) == ("SF0820", ExitCode.ENVIRONMENT)
    assert diagnostic.message == (
        f"no Kafka broker of the online store's log can be reached: 127.0.0.1:{port}: [Errno 111] Connection refused"
    )
    assert diagnostic.help == "start Kafka, or correct `brokers:` of the target"


def test_the_connector_of_the_log_was_not_brought(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    diagnostic, code = log_raised(OnlineLog("rows"), "a:1")
    assert (diagnostic.code, code, diagnostic.help) == ("SF0023", ExitCode.ENVIRONMENT, "run `sqlfeat deps`")


def test_what_writes_to_redis_was_not_brought(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "empty"))
    with pytest.raises(SqlfeatError) as caught:
        check_outputs(Target("dev", OnlineTarget("redis", url="redis://127.0.0.1:1/0"), ""))
    (diagnostic,) = caught.value.diagnostics
    jars = ", ".join(jar.coordinates for jar in redis_jars())
    assert (diagnostic.code, exit_code_of(caught.value)) == ("SF0023", ExitCode.ENVIRONMENT)
    assert diagnostic.message == f"connectors of Flink are missing: {jars}"
    assert diagnostic.help == "run `sqlfeat deps`"
