"""Never more readers than partitions; Kafka itself is asked in tests/verbs/test_kafka.py."""

from __future__ import annotations

from sqlfeat.compiler import compile_models
from sqlfeat.engines.flink.job import merge_options
from sqlfeat.engines.flink.topics import _narrowed, _plainly
from sqlfeat.lower.program import Statement
from sqlfeat.project.load import load_project
from tests.shop import write_shop

TABLE = Statement("t", "CREATE TEMPORARY TABLE `t` (\n  `a` INT\n) WITH (\n  'connector' = 'kafka'\n)")


def test_a_table_of_enough_partitions_stays_as_it_is():
    assert _narrowed(TABLE, 4, 4) is TABLE


def test_a_table_of_few_partitions_has_as_many_readers():
    assert _narrowed(TABLE, 1, 4).sql == TABLE.sql[:-2] + ",\n  'scan.parallelism' = '1'\n)"


def test_what_the_source_says_itself_is_kept():
    said = _narrowed(TABLE, 1, 4)
    assert _narrowed(said, 2, 4) is said


def test_one_idle_timeout_makes_flink_look_from_time_to_time_in_the_whole_job(tmp_path):
    root = write_shop(tmp_path)
    yaml = root / "models" / "shop.yml"
    text = yaml.read_text(encoding="utf-8")
    files = "{connector: filesystem, path: data/orders.jsonl, format: json}"
    loud = compile_models(load_project(root), ["spend"])
    yaml.write_text(
        text.replace(files, "{connector: kafka, topic: t, brokers: 'a:1', idle_timeout: 5 seconds}"), "utf-8"
    )
    silent = compile_models(load_project(root), ["orders_1d"])
    key = "pipeline.auto-watermark-interval"
    assert merge_options(loud)[key] == "0 ms"
    assert merge_options([*loud, *silent])[key] == merge_options([*silent, *loud])[key] == "10 ms"
    assert silent[0].flink.topics[0].properties == (("bootstrap.servers", "a:1"),)
    assert silent[0].flink.topics[0].tables == ("shop__orders__raw",)


def test_what_kafka_says_is_told_plainly():
    assert _plainly("Timed out waiting for a node assignment. Call: listNodes") == (
        "nothing there answers as Kafka does: it is another service, or it asks for TLS or a login, see"
        " `security.protocol`"
    )
    assert _plainly("Not authorized to access topics: [orders]") == "Not authorized to access topics: [orders]"
