"""The macros that come with sqlfeat."""

from __future__ import annotations

import pytest

from sqlfeat.project.load import load_project
from tests.projects import EVENT, ORDERS, VIEW, complaints, write_project

ENTITIES = ORDERS + "  - {name: pair, keys: [{name: user_id, type: BIGINT}, {name: order, type: STRING}]}\n"
PAIR = "{{ config(materialized='event', entity='pair') }}\n"
BY = 'PARTITION BY "user_id", "order" ORDER BY EVENT_TIME'


def sql(tmp_path, expression, head=PAIR):
    root = write_project(tmp_path, {"models/shop.yml": ENTITIES}, a=VIEW, m=head + expression)
    return load_project(root).models["m"].sql.removeprefix("\n")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("last('1 hour')", f"({BY} RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)"),
        ("last('7 days')", f"({BY} RANGE BETWEEN INTERVAL '7' DAY PRECEDING AND CURRENT ROW)"),
        ("last('all')", f"({BY} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"),
        (
            "last('2 weeks', by='origin', on='ts')",
            "(PARTITION BY origin ORDER BY ts RANGE BETWEEN INTERVAL '14' DAY PRECEDING AND CURRENT ROW)",
        ),
        (
            "last('1 day', by=['origin', 'dest'])",
            "(PARTITION BY origin, dest ORDER BY EVENT_TIME RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW)",
        ),
        ("last('1 day', by=[])", "(ORDER BY EVENT_TIME RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND CURRENT ROW)"),
        ("last_rows(5)", f"({BY} ROWS BETWEEN 4 PRECEDING AND CURRENT ROW)"),
        ("last_rows(1, by='a')", "(PARTITION BY a ORDER BY EVENT_TIME ROWS BETWEEN 0 PRECEDING AND CURRENT ROW)"),
        ("event_time()", "EVENT_TIME"),
        ("interval('500 ms')", "INTERVAL '0.500' SECOND"),
        ("slug('7 days')", "7d"),
        ("slug('1 hour')", "1h"),
        ("slug('30 minutes')", "30m"),
        ("slug('10 seconds')", "10s"),
        ("slug('all')", "all"),
        ("tumble(ref('a'), '1 hour')", "TABLE(TUMBLE(TABLE \"a\", DESCRIPTOR(EVENT_TIME), INTERVAL '1' HOUR))"),
        (
            "tumble(ref('a'), '1 day', offset='6 hours', on='ts')",
            "TABLE(TUMBLE(TABLE \"a\", DESCRIPTOR(ts), INTERVAL '1' DAY, INTERVAL '6' HOUR))",
        ),
        (
            "hop(ref('a'), slide='15 minutes', size='1 hour')",
            "TABLE(HOP(TABLE \"a\", DESCRIPTOR(EVENT_TIME), INTERVAL '15' MINUTE, INTERVAL '1' HOUR))",
        ),
        (
            "cumulate(source('shop', 'orders'), step='1 hour', size='1 day')",
            "TABLE(CUMULATE(TABLE \"shop\".\"orders\", DESCRIPTOR(EVENT_TIME), INTERVAL '1' HOUR, INTERVAL '1' DAY))",
        ),
        (
            "session(ref('a'), '30 minutes')",
            'TABLE(SESSION(TABLE "a" PARTITION BY "user_id", "order", DESCRIPTOR(EVENT_TIME), INTERVAL \'30\' MINUTE))',
        ),
        (
            "session(ref('a'), gap='30 minutes', by=[])",
            "TABLE(SESSION(TABLE \"a\", DESCRIPTOR(EVENT_TIME), INTERVAL '30' MINUTE))",
        ),
        ("entity('pair')", '"user_id", "order"'),
        ("entity('pair').keys | join('-')", "user_id-order"),
    ],
)
def test_a_macro(tmp_path, expression, expected):
    assert sql(tmp_path, f"{{{{ {expression} }}}}") == expected


def test_several_windows_in_one_call(tmp_path):
    expression = "{{ over_windows('COUNT(*)', as='orders', windows=['1 hour', '7 days']) }},\n1"
    assert sql(tmp_path, expression) == (
        f"COUNT(*) OVER ({BY} RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS orders_1h,\n"
        f"COUNT(*) OVER ({BY} RANGE BETWEEN INTERVAL '7' DAY PRECEDING AND CURRENT ROW) AS orders_7d,\n1"
    )


def test_the_keys_come_from_yaml_when_the_file_does_not_configure_them(tmp_path):
    text = ENTITIES + "models: [{name: m, config: {materialized: event, entity: user}}]\n"
    root = write_project(tmp_path, {"models/shop.yml": text}, m="{{ last('1 hour') }}")
    assert load_project(root).models["m"].sql.startswith('(PARTITION BY "user_id" ORDER BY')


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        (
            "last('1 huor')",
            (
                "SF0211 | models/m.sql:2:10 <1 huor> | `1 huor` is not a duration: write a whole number and ms,"
                " seconds,"
                " minutes, hours, days or weeks, for example `5 minutes`"
                " | in macro `last` (sqlfeat/templating/macros/windows.sql:32:36)"
                " | in macro `interval` (sqlfeat/templating/macros/windows.sql:8:1)"
            ),
        ),
        (
            "slug('0 hours')",
            (
                "SF0211 | models/m.sql:2:10 <0 hours> | a window cannot have no length"
                " | in macro `slug` (sqlfeat/templating/macros/windows.sql:14:1)"
            ),
        ),
        (
            "last(7)",
            (
                "SF0203 | models/m.sql:2:9 <7> | `duration` takes a length of time as text, found `7`"
                " | in macro `last` (sqlfeat/templating/macros/windows.sql:32:36)"
                " | in macro `interval` (sqlfeat/templating/macros/windows.sql:8:1)"
            ),
        ),
        (
            "last_rows(0)",
            (
                "SF0210 | models/m.sql:2:1 <{{ last_rows(0) }}> | last_rows takes a whole number from 1"
                " | in macro `last_rows` (sqlfeat/templating/macros/windows.sql:37:44)"
            ),
        ),
        (
            "over_windows('1', as='x', windows='1 hour')",
            (
                "SF0210 | models/m.sql:2:1 <{{ over_windows('1', as='x', windows='1 hour') }}>"
                " | over_windows takes a list: windows=[...]"
                " | in macro `over_windows` (sqlfeat/templating/macros/windows.sql:43:28)"
            ),
        ),
        (
            "last()",
            (
                "SF0203 | models/m.sql:2:1 <{{ last() }}> | the call gives no value for `length`"
                " | in macro `last` (sqlfeat/templating/macros/windows.sql:32:36)"
            ),
        ),
        (
            "last('1 hour', partition='a')",
            (
                "SF0203 | models/m.sql:2:1 <{{ last('1 hour', partition='a') }}>"
                " | macro `last` takes no keyword argument `partition`"
            ),
        ),
    ],
)
def test_a_macro_called_wrongly(tmp_path, expression, complaint):
    assert complaints(write_project(tmp_path, m=f"{EVENT}{{{{ {expression} }}}}"))[0].split(" | help")[0] == complaint


def test_keys_before_they_are_configured(tmp_path):
    [complaint] = complaints(write_project(tmp_path, m="{{ last('1 hour') }}\n" + EVENT))
    assert complaint == (
        "SF0214 | models/m.sql:1:1 <{{ last('1 hour') }}> | no entity is configured whose keys could be taken"
        " | in macro `last` (sqlfeat/templating/macros/windows.sql:32:2)"
        " | in macro `_over` (sqlfeat/templating/macros/windows.sql:26:1)"
        " | in macro `partition_by` (sqlfeat/templating/macros/windows.sql:19:35)"
        " | help: put `{{ config(..., entity='...') }}` before it, or name the keys: `by='...'`"
    )
