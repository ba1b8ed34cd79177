from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

from sqlfeat.parity.arrival import Arrival
from sqlfeat.parity.causes import HINTS, Cause, Shares
from sqlfeat.parity.compare import Comparison, Difference, Finding, OneSided
from sqlfeat.parity.report import ModelParity, ParityResult, Replay, SourceParity, likely_cause

TIME = datetime(2013, 1, 1, 10, 0, 0, 5000)


def comparison(*pairs):
    examples = tuple(Difference({"k": "a"}, TIME, ours, theirs) for ours, theirs in pairs)
    return Comparison(10, 9, len(pairs), {"d": 1}, examples)


def test_the_json_has_exactly_the_promised_keys():
    values = {"d": -0.0, "n": None, "m": Decimal("1E-10"), "t": date(2013, 1, 2), "a": [float("nan"), 0.1]}
    result = ParityResult(
        (ModelParity("spend", comparison((values, None)), "why"),),
        (SourceParity("shop.orders", 3, 4, 5),),
        Replay(Arrival(shuffle=True, seed=7), 3),
    )
    assert json.loads(json.dumps(result.as_json(), allow_nan=False)) == {
        "models": [
            {
                "name": "spend",
                "rows": {"duckdb": 10, "flink": 9},
                "mismatches": 1,
                "columns": {"d": 1},
                "causes": {},
                "one_sided": {"duckdb": 0, "flink": 0, "repeated": 0},
                "examples": [
                    {
                        "key": {"k": "a"},
                        "feature_time": "2013-01-01 10:00:00.005",
                        "duckdb": {"d": -0.0, "n": None, "m": "0.0000000001", "t": "2013-01-02", "a": ["nan", 0.1]},
                        "flink": None,
                    }
                ],
            }
        ],
        "sources": [{"name": "shop.orders", "rejects": {"duckdb": 3, "flink": 4}, "late": 5}],
        "replay": {"parallelism": 3, "shuffle": True, "disorder_ms": None, "seed": 7},
        "hints": {"spend": "why"},
    }
    assert '"d": -0.0' in json.dumps(result.as_json())


def test_it_is_fine_only_if_nothing_differs():
    equal = ModelParity("spend", comparison())
    assert ParityResult((equal,), (SourceParity("shop.orders", 3, 3, 5),)).ok
    assert not ParityResult((equal,), (SourceParity("shop.orders", 3, 4, 0),)).ok
    assert not ParityResult((equal, ModelParity("other", comparison(({"d": 1.0}, {"d": 2.0}))))).ok


def differing(*shares, one_sided=None):
    place = Difference({"k": "a"}, TIME, {}, {})
    findings = tuple(Finding(f"c{i}", Shares(*share), place) for i, share in enumerate(shares))
    return Comparison(10, 9, 1, {}, (place,), findings, one_sided or OneSided())


def test_likely_causes():
    last_bits, null, other = (3, 0, 3, 0, 0), (2, 2, 0, 0, 2), (2, 1, 1, 0, 1)
    assert likely_cause(comparison(), {"s": 3}) == ""
    assert likely_cause(differing(last_bits, last_bits), {"s": 0}) == HINTS[Cause.FLOAT]
    assert likely_cause(differing(null), {}) == HINTS[Cause.NULL]
    assert likely_cause(differing(other), {}) == HINTS[Cause.VALUE]
    assert likely_cause(differing(last_bits, null), {}) == ""
    assert likely_cause(differing(other), {"s": 1234, "t": 0}) == (
        "events of the late log are not in the history as they came: both sides read other events (1,234 of s)"
    )


def test_rows_of_one_side_only():
    assert likely_cause(differing(one_sided=OneSided(duckdb=1)), {}) == (
        "rows of the history are missing from the stream: do both hold the same events?"
    )
    assert likely_cause(differing(one_sided=OneSided(flink=1)), {}) == (
        "rows of the stream are missing from the history: do both hold the same events?"
    )
    assert likely_cause(differing(one_sided=OneSided(1, 1)), {}).startswith("rows have no partner")
    assert likely_cause(differing(one_sided=OneSided(1, 1, repeated=1)), {}) == HINTS[Cause.DUPLICATES]
