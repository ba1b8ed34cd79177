"""`stream:` of a source and `kafka:` of a target: what is read, and every complaint about them to the letter."""

from __future__ import annotations

import pytest

from sqlfeat.project.config import KafkaStream, KafkaTarget, Stream
from sqlfeat.project.load import load_project
from tests.projects import PROJECT, complaints, write_project

SOURCE = """\
sources:
  - name: shop
    streams:
      - name: orders
        columns: [{name: id, type: BIGINT}, {name: ts, type: TIMESTAMP(3)}]
        event_time: ts
"""


def project(tmp_path, stream, target=""):
    return write_project(
        tmp_path, {"models/shop.yml": f"{SOURCE}        stream: {stream}\n", "project.yml": PROJECT + target}
    )


def read(tmp_path, stream):
    return load_project(project(tmp_path, stream)).config.sources[0].stream


def test_the_least_topic(tmp_path):
    stream = read(tmp_path, "{connector: kafka, topic: clicks}")
    assert stream == Stream("kafka", "clicks", kafka=KafkaStream())
    assert stream.unbounded


def test_everything_about_a_topic(tmp_path):
    text = (
        "{connector: kafka, topic: clicks, brokers: 'a:1,b:2', format: json, trusted: true, startup: timestamp, "
        "timestamp: '2024-01-31 12:00:00', group: features, idle_timeout: 1 minute, "
        "properties: {security.protocol: SSL, max.poll.records: 100}, "
        "options: {scan.topic-partition-discovery.interval: 1 min}}"
    )
    properties = (("security.protocol", "SSL"), ("max.poll.records", "100"))
    kafka = KafkaStream("a:1,b:2", "timestamp", 1_706_702_400_000, "features", 60_000, properties)
    options = (("scan.topic-partition-discovery.interval", "1 min"),)
    assert read(tmp_path, text) == Stream("kafka", "clicks", "json", trusted=True, kafka=kafka, options=options)


@pytest.mark.parametrize("moment", ["2024-01-31T12:00:00Z", "2024-01-31 13:00:00+01:00"])
def test_a_moment_may_have_a_zone(tmp_path, moment):
    stream = read(tmp_path, f"{{connector: kafka, topic: clicks, startup: timestamp, timestamp: '{moment}'}}")
    assert stream.kafka.timestamp_ms == 1_706_702_400_000


def test_any_other_connector_is_handed_its_options(tmp_path):
    stream = read(tmp_path, "{connector: kinesis, options: {stream: clicks, aws.region: eu-west-1, sized: true}}")
    assert stream == Stream(
        "kinesis", "", options=(("stream", "clicks"), ("aws.region", "eu-west-1"), ("sized", "true"))
    )
    assert stream.unbounded
    assert not read(tmp_path, "{connector: kinesis, ends: true, options: {stream: clicks}}").unbounded


def test_topics_are_read_strictly(tmp_path):
    assert complaints(
        project(tmp_path, "{connector: kafka, topic: 'a b', path: x, startup: newest, timestamp: noon, goup: g}")
    ) == [
        (
            "SF0108 | models/shop.yml:7:43 <'a b'> | `a b` cannot be a topic"
            " | help: letters, digits, `.`, `_` and `-`, at most 249 of them"
        ),
        (
            "SF0108 | models/shop.yml:7:68 <newest> | `startup` cannot be `newest`"
            " | choices: earliest, latest, timestamp, group"
        ),
        (
            "SF0108 | models/shop.yml:7:87 <noon> | `timestamp` is for `startup: timestamp` only"
            " | help: add `startup: timestamp`"
        ),
        "SF0108 | models/shop.yml:7:87 <noon> | `noon` is no time | help: write it as `2024-01-31 12:00:00`, in UTC",
        (
            "SF0101 | models/shop.yml:7:50 <path> | unknown key `path` in `stream` | keys of `stream`: connector, "
            "format, trusted, topic, brokers, group, startup, timestamp, idle_timeout, properties, options"
            " | help: a topic is named by `topic`"
        ),
        (
            "SF0101 | models/shop.yml:7:93 <goup> | unknown key `goup` in `stream` | did you mean `group`?"
            " | keys of `stream`: connector, format, trusted, topic, brokers, group, startup, timestamp, idle_timeout, "
            "properties, options"
        ),
    ]


@pytest.mark.parametrize(("startup", "key"), [("timestamp", "timestamp"), ("group", "group")])
def test_what_a_startup_needs(tmp_path, startup, key):
    assert complaints(project(tmp_path, f"{{connector: kafka, topic: t, startup: {startup}}}")) == [
        f"SF0107 | models/shop.yml:7:18 <connector> | `stream` needs `{key}`"
    ]


def test_another_connector_needs_options(tmp_path):
    assert complaints(project(tmp_path, "{connector: kafak, topic: t}")) == [
        (
            "SF0107 | models/shop.yml:7:29 <kafak> | the connector `kafak` needs `options` | did you mean `kafka`?"
            " | sqlfeat knows filesystem and kafka; any other is handed to Flink with its options"
        ),
        (
            "SF0101 | models/shop.yml:7:36 <topic> | unknown key `topic` in `stream`"
            " | keys of `stream`: connector, format, trusted, options, ends"
        ),
    ]


def test_a_secret_does_not_stand_in_the_yaml(tmp_path):
    written = "{connector: kafka, topic: t, properties: {sasl.jaas.config: sesame}}"
    target = "targets: {dev: {kafka: {properties: {ssl.key.password: sesame}}}}\n"
    assert complaints(project(tmp_path, "{connector: kafka, topic: t}", target)) == [
        (
            "SF0108 | project.yml:3:25 <properties> | the property `ssl.key.password` is a secret, and this file is no "
            "place for one | help: in project.yml, at the target: "
            "`kafka: {properties: {ssl.key.password: \"{{ env_var('SQLFEAT_SECRET_KAFKA') }}\"}}`"
        )
    ]
    (line,) = complaints(project(tmp_path, written))
    assert line.startswith(
        "SF0108 | models/shop.yml:7:46 <properties> | the property `sasl.jaas.config` is a secret, and this file is no "
    )


def test_the_kafka_of_a_target(tmp_path):
    target = """\
targets:
  dev:
    kafka:
      brokers: "{{ env_var('BROKERS', 'localhost:9092') }}"
      properties: {security.protocol: SASL_SSL, sasl.username: "{{ env_var('SQLFEAT_SECRET_USER') }}"}
"""
    root = project(tmp_path, "{connector: kafka, topic: t}", target)
    kafka = load_project(root, environ={"SQLFEAT_SECRET_USER": "ali"}).target.kafka
    properties = (("security.protocol", "SASL_SSL"), ("sasl.username", "ali"))
    assert kafka == KafkaTarget("localhost:9092", properties, ("sasl.username",))
