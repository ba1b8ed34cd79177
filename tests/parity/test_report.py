from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

from sqlfeat.parity.compare import Comparison, Difference
from sqlfeat.parity.report import ModelParity, ParityResult, SourceParity, likely_cause

TIME = datetime(2013, 1, 1, 10, 0, 0, 5000)


def comparison(*pairs, tied=False):
    examples = tuple(Difference({"k": "a"}, TIME, ours, theirs) for ours, theirs in pairs)
    return Comparison(10, 9, len(pairs), {"d": 1}, examples, tied)


def test_the_json_has_exactly_the_promised_keys():
    values = {"d": -0.0, "n": None, "m": Decimal("1E-10"), "t": date(2013, 1, 2), "a": [float("nan"), 0.1]}
    result = ParityResult(
        (ModelParity("spend", comparison((values, None)), "why"),), (SourceParity("shop.orders", 3, 4, 5),)
    )
    assert json.loads(json.dumps(result.as_json(), allow_nan=False)) == {
        "models": [
            {
                "name": "spend",
                "rows": {"duckdb": 10, "flink": 9},
                "mismatches": 1,
                "columns": {"d": 1},
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
        "hints": {"spend": "why"},
    }
    assert '"d": -0.0' in json.dumps(result.as_json())


def test_it_is_fine_only_if_nothing_differs():
    equal = ModelParity("spend", comparison())
    assert ParityResult((equal,), (SourceParity("shop.orders", 3, 3, 5),)).ok
    assert not ParityResult((equal,), (SourceParity("shop.orders", 3, 4, 0),)).ok
    assert not ParityResult((equal, ModelParity("other", comparison(({"d": 1.0}, {"d": 2.0}))))).ok


def test_likely_causes():
    last_bits = ({"d": 0.1 + 0.2, "n": 1}, {"d": 0.3, "n": 1})
    other = ({"d": 1.0, "n": 1}, {"d": 2.0, "n": 1})
    assert likely_cause(comparison(), {"s": 3}) == ""
    assert likely_cause(comparison(other), {"s": 0}) == ""
    assert likely_cause(comparison(other), {"s": 1234}) == (
        "late events are left out by Flink and are in the history: 1,234 of s; a longer `lateness` lets them in"
    )
    assert likely_cause(comparison(last_bits, last_bits), {}).startswith("only the last bits of DOUBLE values differ")
    assert likely_cause(comparison(last_bits, other, tied=True), {}).startswith("several rows share the key")
    assert likely_cause(comparison(({"d": 1.0}, None)), {}) == (
        "rows of the history are missing from the stream: do both hold the same events?"
    )
    assert likely_cause(comparison((None, {"d": 1.0})), {}) == (
        "rows of the stream are missing from the history: do both hold the same events?"
    )
    assert likely_cause(comparison((None, {"d": 1.0}), ({"d": 1.0}, None)), {}) == (
        "no row has a partner: the keys or the feature times differ"
    )
