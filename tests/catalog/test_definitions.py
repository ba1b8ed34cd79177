from __future__ import annotations

import pytest

from sqlfeat.catalog.definitions import definitions_of


@pytest.mark.parametrize(
    ("sql", "definitions"),
    [
        ("SELECT a, b.c, COUNT(*) AS n FROM t", {"a": "a", "c": "b.c", "n": "COUNT(*)"}),
        ("SELECT w.temp, w.date FROM w", {"temp": "w.temp", "date": "w.date"}),
        ("SELECT COUNT(*) n FROM t", {"n": "COUNT(*)"}),
        ('SELECT x AS "Quoted Name" FROM t', {"quoted name": "x"}),
        ("SELECT CAST(x AS DECIMAL(3, 1)) AS y, EXTRACT(DAY FROM ts) AS d FROM t",
         {"y": "CAST(x AS DECIMAL(3, 1))", "d": "EXTRACT(DAY FROM ts)"}),
        ("SELECT a[1, 2] AS x FROM t", {"x": "a[1, 2]"}),
        ("SELECT *, t.*, a FROM t", {"a": "a"}),
        ("SELECT a FROM t UNION ALL SELECT b FROM s", {"a": "a"}),
        ("WITH s AS (SELECT x AS y FROM t) SELECT y AS z FROM s", {"z": "y"}),
        ("SELECT 1 AS one", {"one": "1"}),
        ("SELECT SUM(x) OVER w AS a, MIN(x) OVER v AS b FROM t WINDOW w AS (PARTITION BY k), v AS (ORDER BY (ts))",
         {"a": "SUM(x) OVER w\nWINDOW w AS (PARTITION BY k)", "b": "MIN(x) OVER v\nWINDOW v AS (ORDER BY (ts))"}),
        ("SELECT x + 1 FROM t", {}),
        ("nonsense", {}),
        ("", {}),
        ("SELECT 'open", {}),
    ],
)  # fmt: skip
def test_definitions(sql, definitions):
    assert definitions_of(sql) == definitions


def test_a_definition_of_several_lines_keeps_its_shape():
    sql = "SELECT\n    SUM(\n      x\n    ) AS total\nFROM t"
    assert definitions_of(sql) == {"total": "SUM(\n  x\n)"}
