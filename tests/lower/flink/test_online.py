from __future__ import annotations

import pytest

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, STRING, TIMESTAMP, array, decimal
from sqlfeat.lower.flink.online import online_select
from sqlfeat.lower.program import CompiledModel, DuckdbProgram, OutputColumn, Role
from tests.programs import NO_FLINK

NO_DUCKDB = DuckdbProgram((), (), (), "")


def select(*columns, store="sqlite"):
    output = tuple(OutputColumn(name, kind, nullable, role) for name, kind, nullable, role in columns)
    return online_select(CompiledModel("m", "models/m.sql", output, NO_DUCKDB, NO_FLINK, (), ""), store)


TIME = ("feature_time", TIMESTAMP, False, Role.FEATURE_TIME)


def test_one_key_no_tie_breaker():
    assert select(("id", BIGINT, True, Role.KEY), TIME, ("n", BIGINT, True, Role.FEATURE)) == (
        "SELECT CONCAT('id=', CAST(`id` AS STRING)) AS `key`, CAST(`feature_time` AS STRING) AS `version`, "
        """CONCAT('{"n":', IFNULL(CAST(`n` AS STRING), 'null'), '}') AS `features` FROM `m`"""
    )


def test_two_keys_and_a_tie_breaker():
    columns = [
        ("origin", STRING, True, Role.KEY),
        ("dest", STRING, True, Role.KEY),
        TIME,
        ("ts", array(TIMESTAMP), True, Role.FEATURE),
        ("s", STRING, False, Role.FEATURE),
        ("m", decimal(12, 2), True, Role.FEATURE),
        ("b", BOOLEAN, False, Role.FEATURE),
        ("ds", array(DOUBLE), True, Role.FEATURE),
        ("__order_1", BIGINT, False, Role.ORDER),
    ]
    assert select(*columns) == (
        "SELECT CONCAT('dest=', REPLACE(REPLACE(`dest`, '%', '%25'), ',', '%2C'), "
        "',origin=', REPLACE(REPLACE(`origin`, '%', '%25'), ',', '%2C')) AS `key`, "
        "CONCAT(CAST(`feature_time` AS STRING), ' ', CASE WHEN `__order_1` < 0 THEN CONCAT('n', "
        "TRANSLATE(LPAD(SUBSTRING(CAST(`__order_1` AS STRING), 2), 19, '0'), '0123456789', '9876543210')) "
        "ELSE CONCAT('p', LPAD(CAST(`__order_1` AS STRING), 19, '0')) END) AS `version`, "
        """CONCAT('{"b":', IFNULL(LOWER(CAST(`b` AS STRING)), 'null'), ',"ds":', IFNULL(JSON_STRING(`ds`), 'null'), """
        """',"m":', IFNULL(CONCAT('"', CAST(`m` AS STRING), '"'), 'null'), """
        """',"s":', IFNULL(JSON_STRING(`s`), 'null'), """
        """',"ts":', IFNULL(JSON_STRING(CAST(`ts` AS ARRAY<STRING>)), 'null'), '}') AS `features` FROM `m`"""
    )


def test_a_key_of_each_type():
    kinds = {"b": BOOLEAN, "d": DATE, "m": decimal(12, 2), "s": STRING, "t": TIMESTAMP}
    keys = [(name, kind, True, Role.KEY) for name, kind in kinds.items()]
    key, _, _ = select(*keys, TIME).removeprefix("SELECT ").partition(" AS `key`")
    assert key == (
        "CONCAT('b=', LOWER(CAST(`b` AS STRING)), ',d=', CAST(`d` AS STRING), ',m=', CAST(`m` AS STRING), "
        "',s=', REPLACE(REPLACE(`s`, '%', '%25'), ',', '%2C'), ',t=', CAST(`t` AS STRING))"
    )


@pytest.mark.parametrize(
    ("kind", "nullable", "part"),
    [
        (STRING, False, "CONCAT('x', HEX(`o`))"),
        (BOOLEAN, True, "IFNULL(CASE WHEN `o` THEN 't' WHEN NOT `o` THEN 'f' END, '!')"),
        (DATE, True, "IFNULL(CAST(`o` AS STRING), '!')"),
        (TIMESTAMP, False, "CAST(`o` AS STRING)"),
    ],
)
def test_a_tie_breaker_of_each_type(kind, nullable, part):
    sql = select(("id", BIGINT, True, Role.KEY), TIME, ("o", kind, nullable, Role.ORDER))
    assert f"CONCAT(CAST(`feature_time` AS STRING), ' ', {part}) AS `version`" in sql


def test_redis_is_given_the_columns_as_they_are():
    columns = [
        ("b", STRING, True, Role.FEATURE),
        ("origin", STRING, True, Role.KEY),
        ("a", array(DOUBLE), True, Role.FEATURE),
        TIME,
        ("dest", STRING, True, Role.KEY),
        ("__order_1", BIGINT, False, Role.ORDER),
        ("__order_2", DATE, True, Role.ORDER),
    ]
    in_order = "`dest`, `origin`, `feature_time`, `__order_1`, `__order_2`, `a`, `b`"
    assert select(*columns, store="redis") == f"SELECT {in_order} FROM `m`"


@pytest.mark.parametrize("store", ["sqlite", "redis"])
def test_types_without_canonical_text_are_refused_together(store):
    with pytest.raises(SqlfeatError) as caught:
        select(("x", DOUBLE, True, Role.KEY), TIME, ("o", array(STRING), True, Role.ORDER), store=store)
    assert caught.value.diagnostics == (
        Diagnostic(
            "SF0904",
            "`m` cannot be written online: its key column `x` is DOUBLE",
            help="types of key columns: BIGINT, BOOLEAN, DATE, DECIMAL, INT, STRING, TIMESTAMP(3)",
        ),
        Diagnostic(
            "SF0904",
            "`m` cannot be written online: its order column `o` is ARRAY<STRING>",
            help="types of order columns: BIGINT, BOOLEAN, DATE, DECIMAL, INT, STRING, TIMESTAMP(3)",
        ),
    )


def test_a_feature_whose_name_has_other_letters():
    assert """CONCAT('{"größe":', """ in select(
        ("id", BIGINT, True, Role.KEY), TIME, ("größe", BIGINT, True, Role.FEATURE)
    )
