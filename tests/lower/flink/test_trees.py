"""Trees of Flink SQL that several steps need."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.trees import text
from sqlfeat.lower.expressions import column
from sqlfeat.lower.flink.trees import plain_time


def test_only_the_column_of_the_event_time_is_cast():
    tree = exp.And(
        this=exp.EQ(this=column("name"), expression=text("ts")),
        expression=exp.GT(this=column("ts"), expression=column("at")),
    )
    assert plain_time(tree, "ts").sql("flink") == "`name` = 'ts' AND CAST(`ts` AS TIMESTAMP(3)) > `at`"
