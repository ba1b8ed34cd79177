"""The SQL that writes rows to a log; what arrives there is in tests/verbs/test_online_log.py."""

from __future__ import annotations

from sqlfeat.language.types import BIGINT, STRING, TIMESTAMP
from sqlfeat.lower.flink.online_log import log_program
from sqlfeat.lower.program import CompiledModel, DuckdbProgram, OutputColumn, Role, Topic
from sqlfeat.project.config import KafkaTarget, OnlineLog, OnlineTarget, Target
from tests.programs import NO_FLINK

COLUMNS = (
    OutputColumn("origin", STRING, True, Role.KEY),
    OutputColumn("feature_time", TIMESTAMP, False, Role.FEATURE_TIME),
    OutputColumn("n", BIGINT, True, Role.FEATURE),
)
MODEL = CompiledModel("m", "models/m.sql", COLUMNS, DuckdbProgram((), (), (), ""), NO_FLINK, (), "")
KAFKA = KafkaTarget("k:9092", (("security.protocol", "SSL"), ("ssl.key.password", "sesame")), ("ssl.key.password",))


def program(log):
    return log_program("shop", Target("dev", OnlineTarget("sqlite", path="o.db", log=log), "out", kafka=KAFKA), [MODEL])


def test_no_log_costs_nothing():
    assert program(None) is None


def test_the_topic_as_a_table():
    found = program(OnlineLog("rows", properties=(("compression.type", "lz4"),)))
    assert (
        found.table.sql
        == """\
CREATE TEMPORARY TABLE `sqlfeat__log` (
  `key` STRING,
  `message` STRING
) WITH (
  'connector' = 'kafka',
  'topic' = 'rows',
  'key.format' = 'raw',
  'key.fields' = 'key',
  'value.format' = 'raw',
  'value.fields-include' = 'EXCEPT_KEY',
  'sink.delivery-guarantee' = 'at-least-once',
  'properties.security.protocol' = 'SSL',
  'properties.ssl.key.password' = 'sesame',
  'properties.compression.type' = 'lz4',
  'properties.bootstrap.servers' = 'k:9092'
)"""
    )
    properties = {**dict(KAFKA.properties), "compression.type": "lz4", "bootstrap.servers": "k:9092"}
    assert found.topic == Topic("rows", tuple(properties.items()), ("sqlfeat__log",))
    assert "'properties.bootstrap.servers' = 'l:1'" in program(OnlineLog("rows", "l:1")).table.sql


def test_no_row_of_a_key_follows_a_newer_one():
    (insert,) = program(OnlineLog("rows")).inserts
    assert insert.name == "log of m"
    assert insert.sql == (
        "INSERT INTO `sqlfeat__log` SELECT CONCAT('sqlfeat:shop:m:{', `key`, '}'),"
        """ CONCAT('{"project":"shop","model":"m","entity":', `entity`,"""
        """ ',"feature_time":"', SUBSTRING(`version`, 1, 23), '","version":"', `version`,"""
        """ '","features":', `features`, '}')"""
        " FROM (SELECT `key`, `version`, `features`, `entity`, MAX(`version`) OVER (PARTITION BY `key`"
        " ORDER BY `arrival` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS `newest`"
        " FROM (SELECT `key`, `version`, `features`, `entity`, PROCTIME() AS `arrival`"
        " FROM (SELECT CONCAT('origin=', REPLACE(REPLACE(`origin`, '%', '%25'), ',', '%2C')) AS `key`,"
        " CAST(`feature_time` AS STRING) AS `version`,"
        """ CONCAT('{"n":', IFNULL(CAST(`n` AS STRING), 'null'), '}') AS `features`,"""
        """ CONCAT('{"origin":', IFNULL(JSON_STRING(`origin`), 'null'), '}') AS `entity` FROM `m`)"""
        " WHERE NOT `key` IS NULL AND NOT `version` IS NULL)) WHERE `version` = `newest`"
    )
