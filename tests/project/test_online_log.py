"""`log:` of an online store: what is read, and every complaint about it to the letter."""

from __future__ import annotations

from sqlfeat.project.config import OnlineLog
from sqlfeat.project.load import load_project
from tests.projects import complaints, write_project

HEAD = "name: shop\nversion: 1\ntargets:\n  dev:\n    default: true\n"


def project(tmp_path, *lines):
    return write_project(tmp_path, {"project.yml": HEAD + "".join(f"    {line}\n" for line in lines)})


def online(log):
    return f"online: {{type: sqlite, path: o.db, log: {{{log}}}}}"


def test_no_log_unless_one_is_asked_for(tmp_path):
    assert load_project(project(tmp_path)).target.online.log is None


def test_the_brokers_are_those_of_the_target(tmp_path):
    root = project(tmp_path, online("connector: kafka, topic: rows"), "kafka: {brokers: 'k:9092'}")
    assert load_project(root).target.online.log == OnlineLog("rows")


def test_everything_about_a_log(tmp_path):
    """Of a target that is not the one to run in, templates stay as they are."""
    log = "connector: kafka, topic: \"{{ env_var('TOPIC') }}\", brokers: 'k:1', properties: {compression.type: lz4}"
    root = project(tmp_path, online(log), "kafka: {brokers: 'k:9092'}")
    expected = OnlineLog("rows.dev", "k:1", (("compression.type", "lz4"),))
    assert load_project(root, environ={"TOPIC": "rows.dev"}).target.online.log == expected
    with (root / "project.yml").open("a", encoding="utf-8") as file:
        file.write("  prod: {online: {type: sqlite, path: p.db}}\n")
    assert load_project(root, "prod", environ={}).config.targets["dev"].online.log.topic == "{{ env_var('TOPIC') }}"


def test_a_log_is_read_strictly(tmp_path):
    root = project(
        tmp_path, online("connector: kafak, topic: a b, path: x, format: avro, properties: {sasl.jaas.config: x}")
    )
    assert complaints(root) == [
        ("SF0108 | project.yml:6:57 <kafak> | `connector` cannot be `kafak` | did you mean `kafka`? | choices: kafka"),
        (
            "SF0107 | project.yml:6:46 <connector> | `log` needs `brokers`, for its target names none"
            " | help: or name those of the target, for its streams and its log: `kafka: {brokers: localhost:9092}`"
        ),
        (
            "SF0108 | project.yml:6:99 <properties> | the property `sasl.jaas.config` is a secret, and this file is"
            " no place for one | help: in project.yml, at the target:"
            " `kafka: {properties: {sasl.jaas.config: \"{{ env_var('SQLFEAT_SECRET_KAFKA') }}\"}}`"
        ),
        (
            "SF0101 | project.yml:6:76 <path> | unknown key `path` in `log`"
            " | keys of `log`: connector, topic, brokers, properties | help: a topic is named by `topic`"
        ),
        (
            "SF0101 | project.yml:6:85 <format> | unknown key `format` in `log`"
            " | keys of `log`: connector, topic, brokers, properties | help: the messages of a log are JSON"
        ),
        (
            "SF0108 | project.yml:6:71 <a b> | `a b` cannot be a topic"
            " | help: letters, digits, `.`, `_` and `-`, at most 249 of them"
        ),
    ]
    assert complaints(project(tmp_path, "online: {type: sqlite, path: o.db, log: rows}")) == [
        "SF0106 | project.yml:6:45 <rows> | `log` must be a mapping, found text (`rows`)"
    ]


def test_a_log_needs_a_topic(tmp_path):
    assert complaints(project(tmp_path, online("connector: kafka"), "kafka: {brokers: 'k:9092'}")) == [
        "SF0107 | project.yml:6:46 <connector> | `log` needs `topic`"
    ]
