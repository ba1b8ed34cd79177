"""The texts that Java writes to Redis are those that Flink's SQL makes, and its newest row of a key is the same one."""

from __future__ import annotations

import json
import random

import pytest
import redis

from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.engines.flink.job import run_job
from sqlfeat.engines.flink.sink import OnlineSink
from sqlfeat.language.types import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, array, decimal
from sqlfeat.lower.flink.online import online_select
from sqlfeat.lower.program import OutputColumn, Role, Statement
from sqlfeat.project.config import OnlineTarget
from sqlfeat.stores.protocol import latest_rows
from sqlfeat.stores.version import SORTABLE
from tests.engines.flink.models import model

pytestmark = pytest.mark.engine

STRINGS = [
    "", " ", "a", "ab", "B", "%", "%25", ",", "a,b=%2C", "=", '"', "\\", "/", "'", "ü", "€", "𝄞", "\U0010ffff",
    "\u2028", "\ud800", "x\udc00y", "\ufeff", "\ufffd", "\x7f", "null", "longer than what lies in a row itself",
    *(chr(code) for code in range(32)),
]  # fmt: skip
INTS = [0, 1, -1, 7, -9, 10, 99, -100, 2**31 - 1, -(2**31)]
BIGINTS = [*INTS, 2**53 + 1, 2**63 - 1, -(2**63), 10**18, -(10**18)]
DOUBLES = [
    "0.0", "-0.0", "1.0", "-1.5", "0.1", "1e-3", "9.999e-4", "1e7", "9999999.0", "1e22", "2e-3", "123456789.123456789",
    "4.9e-324", "2.2250738585072014E-308", "1.7976931348623157e308", "-1e300", "NaN", "Infinity", "-Infinity",
]  # fmt: skip
WIDE = ["0.00", "0.05", "-0.05", "12.30", "-12.30", "100.00", "9" * 36 + ".99", "-" + "9" * 36 + ".99"]
NARROW = ["0.000", "0.001", "-0.001", "0.999", "-0.999", "0.100"]
WHOLE = ["0", "7", "-7", "99999", "-99999", "10"]
DAYS = [0, -1, 1, 15_000, -719_162, -719_528, -719_529, 2_932_896, 2_932_897, 3_000_000, -500_000, -354_285, -141_427]
"""Since 1970: of the years 1 to 9999, and beyond, where texts do not sort as times do: 10183 is written `0183`."""
SECONDS = ["2013-12-31 23:59:00", "2013-12-31 23:59:59.9", "0001-01-01 00:00:00.001", "9999-12-31 23:59:59.999"]

EPOCH = "TIMESTAMP '1970-01-01 00:00:00.000'"
ADDED = f"TIMESTAMPADD(DAY, CAST({{0}} AS INT), {EPOCH})"
TYPES = {
    "b": (BOOLEAN, ["true", "false"], None),
    "i": (INT, INTS, None),
    "l": (BIGINT, BIGINTS, None),
    "d": (DOUBLE, DOUBLES, None),
    "m": (decimal(38, 2), WIDE, None),
    "f": (decimal(3, 3), NARROW, "CAST(CAST({0} AS DECIMAL(38,3)) AS DECIMAL(3,3))"),
    "w": (decimal(5, 0), WHOLE, None),
    "s": (STRING, STRINGS, None),
    "day": (DATE, DAYS, f"CAST({ADDED} AS DATE)"),
    "t": (TIMESTAMP, DAYS, ADDED),
    "ms": (TIMESTAMP, SECONDS, None),
}
ARRAYS = {
    "bs": (BOOLEAN, ["true", "false"]), "ints": (INT, INTS), "ls": (BIGINT, BIGINTS), "ds": (DOUBLE, DOUBLES),
    "decimals": (decimal(38, 2), WIDE), "ss": (STRING, STRINGS), "ts": (TIMESTAMP, SECONDS),
    "days": (DATE, ["2013-12-31", "0001-01-01", "9999-12-31"]),
}  # fmt: skip
NESTED = {
    "nested": (BIGINT, BIGINTS),
    "nested_m": (decimal(6, 2), ["0.10", "-12.00"]),
    "nested_t": (TIMESTAMP, SECONDS),
}
ROWS, FEW = 3_000, 600
"""Python is given a row of Flink's in two milliseconds."""
READ = {
    "n": "BIGINT",
    **dict.fromkeys(TYPES, "STRING"),
    **dict.fromkeys(ARRAYS, "ARRAY<STRING>"),
    **dict.fromkeys(NESTED, "ARRAY<ARRAY<STRING>>"),
}


def some(chance, values):
    """A value or NULL, as JSON that Flink reads as a STRING."""
    return None if chance.random() < 0.08 else str(chance.choice(values))


def many(chance, item):
    return None if chance.random() < 0.1 else [item() for _ in range(chance.randrange(4))]


def vectors(count):
    chance = random.Random(5)
    for number in range(count):
        row = {"n": number, **{name: some(chance, values) for name, (_, values, _) in TYPES.items()}}
        for name, (_, values) in ARRAYS.items():
            row[name] = many(chance, lambda values=values: some(chance, values))
        for name, (_, values) in NESTED.items():
            row[name] = many(chance, lambda values=values: many(chance, lambda: some(chance, values)))
        yield row


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    lines = (json.dumps(row) + "\n" for row in vectors(ROWS))
    (folder / "vectors.jsonl").write_text("".join(lines), encoding="ascii")
    columns = ", ".join(f"`{name}` {kind}" for name, kind in READ.items())
    options = f"'connector' = 'filesystem', 'path' = '{folder}/vectors.jsonl', 'format' = 'json'"
    return Statement("vectors", f"CREATE TEMPORARY TABLE `vectors` ({columns}) WITH ({options})")


def typed(name):
    """The SQL of a column of the vectors, and its type."""
    if name in TYPES:
        kind, _, form = TYPES[name]
        return (form or f"CAST({{0}} AS {kind})").format(f"`{name}`"), kind
    kind = array(ARRAYS[name][0]) if name in ARRAYS else array(array(NESTED[name][0]))
    return f"CAST(`{name}` AS {kind})", kind


def compiled(name, table, columns, folder, rows=ROWS):
    """A feature view of (name, SQL, type, role), of so many vectors."""
    output = tuple(OutputColumn(name, kind, True, role) for name, _, kind, role in columns)
    select = ", ".join(f"{sql} AS `{name}`" for name, sql, _, _ in columns)
    view = Statement(name, f"CREATE TEMPORARY VIEW `{name}` AS SELECT {select} FROM `vectors` WHERE `n` < {rows}")
    return model(name, output, folder, (table, view))


def texts_of_sql(models, flink_log):
    """(key, version, features) of each model as SQL makes them, in the order of the file."""
    environment = create_environment(flink_log, 1, {"table.local-time-zone": "UTC"})
    for statement in dict.fromkeys(s for m in models for s in m.flink.definitions):
        environment.execute_sql(statement.sql)
    found = {}
    for m in models:
        with environment.execute_sql(online_select(m, "sqlite")).collect() as rows:
            found[m.name] = [tuple(row) for row in rows]
    return found


def written(models, redis_url, folder, flink_log):
    """(what a job counts, its (key, version, features) in Redis by model)."""
    counts = folder / "counts"
    counts.mkdir()
    sink = OnlineSink(OnlineTarget("redis", url=redis_url), folder, folder.name, counts)
    result = run_job(models, name="texts", log_file=flink_log, parallelism=1, online=sink)
    found = {}
    with redis.Redis.from_url(redis_url) as client:
        for m in models:
            head = f"sqlfeat:{folder.name}:{m.name}:{{".encode()
            names = [name for name in client.scan_iter(count=1_000) if name.startswith(head)]
            pipeline = client.pipeline(transaction=False)
            for name in names:
                pipeline.hmget(name, ["version", "features"])
            keys = [name[len(head) : -1] for name in names]
            found[m.name] = {(key, *row) for key, row in zip(keys, pipeline.execute(), strict=True)}
    return result.counts, found


def as_bytes(rows):
    return {tuple(text.encode() for text in row) for row in rows}


def test_texts_of_every_type(table, redis_url, tmp_path, flink_log):
    kinds = {name: typed(name) for name in (*TYPES, *ARRAYS, *NESTED)}
    columns = [("n", "`n`", BIGINT, Role.KEY), ("feature_time", typed("t")[0], TIMESTAMP, Role.FEATURE_TIME)]
    columns += [
        (f"{role.value}_{name}", sql, kind, role)
        for role in (Role.KEY, Role.ORDER, Role.FEATURE)
        for name, (sql, kind) in kinds.items()
        if role is Role.FEATURE or kind.kind in SORTABLE
    ]
    columns.append(('a "quoted"\\ name, \x1f\x7f ü', "`n`", BIGINT, Role.FEATURE))
    m = compiled("every", table, columns, tmp_path)
    bare = compiled("bare", table, columns[:2], tmp_path)
    expected = texts_of_sql([m, bare], flink_log)
    counts, found = written([m, bare], redis_url, tmp_path, flink_log)
    for name, rows in expected.items():
        whole = [row for row in rows if None not in row]
        assert 1_000 < len(whole) < len(rows) == ROWS
        assert found[name] == as_bytes(whole)
        assert counts[name].no_key == len(rows) - len(whole)
    seen = b"".join(features for _, _, features in found["every"]).decode()
    for text in ('"NaN"', ":NaN,", "-Infinity", "\\u001F", "𝄞", "?", "null", '"0183-', '"000/-', "[null"):
        assert text in seen


def test_the_newest_row_of_a_key_is_that_of_the_greatest_text(table, redis_url, tmp_path, flink_log):
    sortable = [name for name, (kind, _, _) in TYPES.items() if kind.kind in SORTABLE]
    models = []
    for name in (*sortable, "feature_time"):
        columns = [
            ("k", "MOD(`n`, 40)", BIGINT, Role.KEY),
            ("s", "CAST(MOD(`n`, 3) AS STRING)", STRING, Role.KEY),
            ("feature_time", typed("t")[0] if name == "feature_time" else EPOCH, TIMESTAMP, Role.FEATURE_TIME),
            ("n", "`n`", BIGINT, Role.FEATURE),
        ]
        if name != "feature_time":
            columns.append((f"o_{name}", *typed(name), Role.ORDER))
        models.append(compiled(f"by_{name}", table, columns, tmp_path, FEW))
    expected = texts_of_sql(models, flink_log)
    _, found = written(models, redis_url, tmp_path, flink_log)
    for name, rows in expected.items():
        newest = latest_rows(row for row in rows if row[1] is not None)
        assert len(newest) == 120
        assert found[name] == as_bytes((row.key, row.version, row.features) for row in newest)
    assert {TYPES[name][0].kind for name in sortable} == SORTABLE
