"""Where sources are read, as the options of Flink's connectors."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from sqlfeat.compiler import compile_models
from sqlfeat.connectors.artifact import Artifact, pinned
from sqlfeat.language.types import BIGINT, STRING, TIMESTAMP, array
from sqlfeat.lower.flink.connectors import lines_options, table_options
from sqlfeat.lower.program import LowerOptions
from sqlfeat.project.config import AvroMessages, Column, KafkaStream, Source, Stream
from sqlfeat.project.load import load_project
from sqlfeat.verbs.scripts import flink_script
from tests.shop import write_shop

JSON = {"format": "json", "json.ignore-parse-errors": "true"}
OURS = {"format": "sqlfeat", "sqlfeat.kind": "json", "sqlfeat.fields": "id,ts"}
COLUMNS = [
    *((name, "STRING") for name in ("order_id", "user_id", "amount", "status", "ts")),
    *((f"__value_{name}", "BIGINT") for name in ("order_id", "user_id", "amount")),
    ("__value_ts", "TIMESTAMP(3)"),
    ("__broken", "STRING"),
    ("__message", "STRING"),
    ("partition", "INT METADATA VIRTUAL"),
    ("offset", "BIGINT METADATA VIRTUAL"),
    ("__event_time", "AS COALESCE(`__value_ts`, TIMESTAMP '1900-01-01 00:00:00.007')"),
]
TARGET = """\
    kafka:
      brokers: kafka:9092
      properties:
        security.protocol: SASL_SSL
        sasl.jaas.config: "{{ env_var('SQLFEAT_SECRET_JAAS', 'sesame') }}"
"""


def source(stream, event_time="ts"):
    columns = (Column("id", BIGINT), Column("tags", array(STRING)), Column("ts", TIMESTAMP))
    return Source("g", "s", columns, event_time, 0, (), (), None, stream, None)


def options(stream):
    return table_options(source(stream), stream)


def test_files():
    stream = Stream("filesystem", "a.jsonl", monitor_ms=1500)
    place = {"connector": "filesystem", "path": "a.jsonl", "source.monitor-interval": "1500 ms"}
    assert options(stream) == {**place, **JSON}
    assert lines_options(stream) == {**place, "format": "raw"}


def test_a_topic():
    place = {
        "connector": "kafka",
        "topic": "t",
        "properties.bootstrap.servers": "a:1",
        "scan.startup.mode": "earliest-offset",
    }
    stream = Stream("kafka", "t", kafka=KafkaStream("a:1"))
    place["scan.watermark.emit.strategy"] = "on-event"
    assert options(stream) == {**place, **OURS}
    flink = {**JSON, "json.decode.json-parser.enabled": "false"}
    assert options(replace(stream, trusted=True)) == {**place, **flink}


def test_the_texts_of_all_rows_where_one_may_be_beyond_a_limit():
    stream = Stream("kafka", "t", kafka=KafkaStream("a:1"))
    free = source(stream)
    number, *others = free.columns
    limits = [{"minimum": Decimal(0)}, {"maximum": Decimal(0)}]
    bounded = [replace(free, columns=(replace(number, **limit), *others)) for limit in limits]
    for limited in [replace(free, max_ahead_ms=1000), *bounded]:
        assert table_options(limited, stream) == {**options(stream), "sqlfeat.texts": "true"}


def test_a_group_and_all_else_that_can_be_said_of_a_topic():
    kafka = KafkaStream("a:1", "group", 0, "features", 60_000, (("client.id", "x"),), until_latest=True)
    assert options(Stream("kafka", "t", kafka=kafka, options=(("scan.parallelism", "1"),))) == {
        "connector": "kafka",
        "topic": "t",
        "properties.bootstrap.servers": "a:1",
        "scan.startup.mode": "group-offsets",
        "properties.group.id": "features",
        "properties.auto.offset.reset": "earliest",
        "scan.bounded.mode": "latest-offset",
        "properties.client.id": "x",
        "scan.parallelism": "1",
        "scan.watermark.emit.strategy": "on-event",
        "scan.watermark.idle-timeout": "60000 ms",
        **OURS,
    }


def test_a_point_in_time():
    table = options(Stream("kafka", "t", kafka=KafkaStream("a:1", "timestamp", 1_706_702_400_000)))
    assert table["scan.startup.mode"] == "timestamp"
    assert table["scan.startup.timestamp-millis"] == "1706702400000"


def test_only_what_comes_from_now_on():
    assert options(Stream("kafka", "t", kafka=KafkaStream("a:1", "latest")))["scan.startup.mode"] == "latest-offset"


def test_records_of_avro_with_and_without_the_header_of_a_registry():
    avro = {"sqlfeat.kind": "avro", "sqlfeat.schema": "{}"}
    headers = {-1: {}, 0: {"sqlfeat.schema-id": "0"}, 7: {"sqlfeat.schema-id": "7"}}
    for schema_id, header in headers.items():
        stream = Stream("kinesis", "", "avro", avro=AvroMessages("{}", schema_id))
        assert options(stream) == {"connector": "kinesis", "format": "sqlfeat", **avro, **header}


def test_a_table_in_a_topic_has_no_watermark():
    stream = Stream("kafka", "t", kafka=KafkaStream("a:1"))
    assert not any("watermark" in key for key in table_options(source(stream, None), stream))


def test_any_other_connector():
    stream = Stream("kinesis", "", options=(("stream", "x"),))
    assert options(stream) == {"connector": "kinesis", "stream": "x", **OURS}


def shop_in_kafka(tmp_path):
    root = write_shop(tmp_path)
    yaml = root / "models" / "shop.yml"
    files = "{connector: filesystem, path: data/orders.jsonl, format: json}"
    yaml.write_text(yaml.read_text("utf-8").replace(files, "{connector: kafka, topic: orders}"), "utf-8")
    project = root / "project.yml"
    project.write_text(project.read_text("utf-8") + TARGET, "utf-8")
    return load_project(root)


def test_secrets_are_in_what_is_run_and_nowhere_else(tmp_path):
    project = shop_in_kafka(tmp_path)
    (shown,) = compile_models(project, ["spend"])
    assert "sesame" not in repr(shown)
    assert "'properties.sasl.jaas.config' = '***'" in flink_script(shown)
    assert "'properties.security.protocol' = 'SASL_SSL'" in flink_script(shown)
    (run,) = compile_models(project, ["spend"], LowerOptions(connect=True))
    assert "'properties.sasl.jaas.config' = 'sesame'" in flink_script(run)
    assert run.fingerprint == shown.fingerprint


def test_the_brokers_of_the_source_go_before_those_of_the_target(tmp_path):
    project = shop_in_kafka(tmp_path)
    assert "'kafka:9092'" in flink_script(compile_models(project, ["spend"])[0])
    first = project.config.sources[0]
    other = replace(first, stream=replace(first.stream, kafka=KafkaStream("mine:1")))
    assert LowerOptions(kafka=project.target.kafka).placed(other).stream.kafka.brokers == "mine:1"


def test_properties_of_the_source_go_before_those_of_the_target(tmp_path):
    project = shop_in_kafka(tmp_path)
    first = project.config.sources[0]
    own = KafkaStream("", properties=(("security.protocol", "SSL"), ("client.id", "mine")))
    placed = LowerOptions(kafka=project.target.kafka).placed(replace(first, stream=replace(first.stream, kafka=own)))
    properties = dict(placed.stream.kafka.properties)
    assert (properties["security.protocol"], properties["client.id"]) == ("SSL", "mine")
    assert "sasl.jaas.config" in properties


def test_the_jars_of_a_program(tmp_path):
    project = shop_in_kafka(tmp_path)
    mine = Artifact("g", "a", "1", "0" * 64)
    project = replace(project, config=replace(project.config, deps=(mine,)))
    assert compile_models(project, ["spend"])[0].flink.jars == (pinned()["kafka"], mine)


def test_a_topic_is_read_once_and_gives_values_texts_and_what_does_not_parse(tmp_path):
    (model,) = compile_models(shop_in_kafka(tmp_path), ["spend"])
    tables = {statement.name: statement.sql for statement in model.flink.definitions}
    assert "shop__orders__lines" not in tables
    columns = re.findall(r"^  `(\w+)` (.*?),?$", tables["shop__orders__raw"], re.MULTILINE)
    assert columns == COLUMNS
    (log,) = [insert.sql for insert in model.flink.log_inserts if insert.name.endswith("rejects")]
    assert "UNION" not in log
