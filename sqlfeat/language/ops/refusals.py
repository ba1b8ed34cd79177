"""What users may expect and the language refuses, each with the reason and the way out."""

from __future__ import annotations

from sqlfeat.language.operation import Refusal, Refused, RefusedAggregate

_CLOCK = Refused(
    "the wall clock differs at every run, and a feature's value may depend only on events",
    "the event time of the row, for example `EVENT_TIME`",
)
_WINDOW = Refused(
    "windows are made in FROM, or are a key of GROUP BY with the event time",
    "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR)) and GROUP BY window_start, window_end",
)
_RANDOM = Refused("its value differs at every run", "a hash of the event's key, for example MOD(id, 100)")


def _named(family: str, instead: str, name: str, *aliases: str) -> Refusal:
    """What other systems call by a name of their own."""
    return Refusal(name, family, Refused("another system calls it so", instead), aliases)


REFUSALS = (
    _named("conditional", "COALESCE(x, 0)", "ZEROIFNULL"),
    _named("conditional", "NULLIF(x, 0)", "NULLIFZERO"),
    _named("conditional", "CASE x WHEN 1 THEN a WHEN 2 THEN b END", "CHOOSE"),
    _named("math", "x / y, which is NULL where y is 0", "SAFE_DIVIDE"),
    _named("math", "COALESCE(x / y, 0)", "DIV0", "DIV0NULL"),
    _named("comparison", "a <> b of two BOOLEANs", "BOOL_XOR", "BOOLXOR"),
    _named("strings", "STRPOS(s, part)", "CHARINDEX"),
    _named("casts", "TRY_CAST(x AS type)", "SAFE_CAST", "TO_NUMBER", "TO_DOUBLE", "TO_DECIMAL"),
    _named("JSON", "JSON_VALUE(j, '$.a')", "JSON_EXTRACT_SCALAR"),
    _named("date and time", "EPOCH(ts)", "TO_UNIX_TIMESTAMP", "UNIX_SECONDS"),
    _named("date and time", "STRFTIME(ts, '%H')", "FORMAT_TIMESTAMP", "FORMAT_DATE", "FORMAT_DATETIME"),
    _named("date and time", "DATE_TRUNC('hour', ts)", "TIMESTAMP_TRUNC", "DATETIME_TRUNC"),
    _named("date and time", "TIMESTAMPDIFF(HOUR, a, b)", "TIMESTAMP_DIFF", "DATETIME_DIFF"),
    _named("hashing", "HASH64(s)", "FARM_FINGERPRINT", "XXHASH64", "XXHASH", "CITYHASH64"),
    Refusal("NOW", "time", _CLOCK, ("CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME", "LOCALTIMESTAMP", "LOCALTIME",
                                    "PROCTIME", "CURRENT_ROW_TIMESTAMP", "TODAY", "GETDATE", "CURRENT_WATERMARK",
                                    "MZ_NOW")),
    Refusal("TUMBLE", "time", _WINDOW, ("HOP", "CUMULATE", "SESSION")),
    Refusal("SIZE", "arrays", Refused("of NULL it is -1 elsewhere", "CARDINALITY(a)")),
    Refusal("RAND", "random", _RANDOM, ("RANDOM", "RAND_INTEGER", "UUID", "GEN_RANDOM_UUID")),
)  # fmt: skip

REFUSED_AGGREGATES = (
    RefusedAggregate(
        "APPROX_COUNT_DISTINCT",
        Refused("each engine estimates differently", "COUNT(DISTINCT x)"),
        ("APPROX_DISTINCT", "HLL", "UNIQ_HLL12"),
    ),
    RefusedAggregate(
        "LEAD",
        Refused("it looks at events after the row, which are not known yet", "LAG(x), which looks back"),
    ),
    RefusedAggregate(
        "PERCENT_RANK",
        Refused("it needs the number of all rows, and a stream has no last one", "RANK(), or COUNT(*) over a frame"),
        ("CUME_DIST", "NTILE"),
    ),
    RefusedAggregate(
        "COLLECT",
        Refused("it gives a MULTISET, which DuckDB does not have", "ARRAY_AGG(x)"),
    ),
    RefusedAggregate(
        "COLLECT_LIST",
        Refused("its values are in no certain order", "ARRAY_AGG(x), in event-time order, or "
                "ARRAY_DISTINCT(ARRAY_AGG(x))"),
        ("COLLECT_SET", "GROUP_ARRAY", "ARRAY_AGG_DISTINCT"),
    ),
    RefusedAggregate(
        "LATEST_BY_OFFSET",
        Refused("events have no offsets here, but a time and an order", "LAST_VALUE(x) IGNORE NULLS, FIRST_VALUE(x)"),
        ("EARLIEST_BY_OFFSET",),
    ),
    RefusedAggregate(
        "SUM_WHERE",
        Refused("a condition of an aggregate is written as SQL has it", "SUM(x) FILTER (WHERE ...) OVER (...)"),
        ("COUNT_WHERE", "AVG_WHERE", "MIN_WHERE", "MAX_WHERE", "SUMIF", "AVGIF", "SUM_IF", "AVG_IF"),
    ),
    RefusedAggregate("DISTINCT_COUNT", Refused("it has another name in SQL", "COUNT(DISTINCT x)"), ("UNIQ",)),
    RefusedAggregate(
        "TOPK",
        Refused("an array of the greatest values would be kept whole for every row", "QUALIFY ROW_NUMBER() OVER "
                "(PARTITION BY window_start, window_end, key ORDER BY x DESC) <= 3, which gives them as rows"),
        ("TOPKDISTINCT", "TOP_K"),
    ),
    RefusedAggregate(
        "ANY_VALUE", Refused("which value it gives is left to chance", "FIRST_VALUE(x) or MIN(x)"), ("ARBITRARY",)
    ),
)  # fmt: skip
