from __future__ import annotations

import random
import statistics
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from tests.sums import AGGREGATES, bits, compiled, events, exact, on_duckdb, root_of


@pytest.fixture(scope="module")
def rows():
    return events(1500)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("sums")


@pytest.fixture(scope="module")
def model(root, rows):
    return compiled(root, rows, AGGREGATES)


@pytest.fixture(scope="module")
def found(root, model):
    return on_duckdb(root, model, threads=1)


def test_a_sum_is_within_an_ulp_of_the_true_one(rows, found):
    for window in exact(rows, "x"):
        total, mean = found[window.identity]["total"], found[window.identity]["mean"]
        if window.count == 0:
            assert (total, mean) == (None, None)
            continue
        assert abs(Fraction(total) - window.total) <= abs(window.total) * Fraction(1, 2**52)
        assert abs(Fraction(total) - window.total) <= window.size * Fraction(1, 2**50)
        assert abs(Fraction(mean) * window.count - window.total) <= abs(window.total) * Fraction(1, 2**51)


@pytest.mark.parametrize(
    ("column", "variance", "rounding"),
    [("x", "var_pop", float), ("n", "var_n", float), ("i", "var_i", int), ("m", "var_m", Fraction)],
)
def test_a_variance_keeps_its_digits_and_is_never_negative(rows, found, column, variance, rounding):
    typed = [{**row, column: None if row[column] is None else rounding(row[column])} for row in rows]
    for window in exact(typed, column):
        value = found[window.identity][variance]
        if window.count == 0:
            assert value is None
            continue
        assert value >= 0
        # What cancels is lost from 98 bits, not from 53.
        mean_square = window.squares / window.count
        assert abs(Fraction(value) - window.variance) <= window.variance / 2**50 + mean_square / 2**96 + Fraction(
            1, 2**124
        )


def test_the_deviation_of_a_sample(rows, found):
    for window in exact(rows, "x"):
        row = found[window.identity]
        if window.count < 2:
            assert (row["var_samp"], row["stddev"]) == (None, None)
        elif row["var_pop"]:
            sample = window.variance * window.count / (window.count - 1)
            assert row["stddev"] == pytest.approx(root_of(sample), rel=2**-48, abs=2.0**-60)


def test_means_of_whole_numbers_do_not_wrap(rows, found):
    for column, name in (("n", "mean_n"), ("i", "mean_i")):
        for window in exact(rows, column):
            mean = found[window.identity][name]
            if window.count:
                assert abs(Fraction(mean) * window.count - window.total) <= abs(window.total) * Fraction(1, 2**51)


def test_percentiles_and_conditions(rows, found):
    for values, row in windows_of(rows, found):
        known = sorted(value for value in values if value is not None)
        if not known:
            assert [row[name] for name in ("median", "tenth", "third", "all_positive", "any_positive")] == [None] * 5
            continue
        assert row["median"] == pytest.approx(statistics.median(known), rel=2**-50)
        assert row["tenth"] == known[max(0, -(-len(known) // 10) - 1)]
        assert row["positive"] == sum(value > 0 for value in known)
        assert row["all_positive"] == all(value > 0 for value in known)
        assert row["any_positive"] == any(value > 0 for value in known)
        below, above = divmod((len(known) - 1) * 3, 10)
        share = above / 10
        expected = known[below] + share * (known[min(below + 1, len(known) - 1)] - known[below])
        assert row["third"] == pytest.approx(expected, rel=1e-9, abs=1e-9 * max(map(abs, known)))


def windows_of(rows, found):
    """The values of x in the window of each row, and what was computed of them."""
    for row in rows[::10]:
        now = datetime.fromisoformat(row["ts"])
        past = now - timedelta(minutes=10)
        inside = [r["x"] for r in rows if r["k"] == row["k"] and past <= datetime.fromisoformat(r["ts"]) <= now]
        yield inside, found[row["id"]]


def test_neither_the_order_of_the_rows_nor_the_threads_matter(tmp_path, rows, found):
    shuffled = random.Random(5).sample(rows, len(rows))
    model = compiled(tmp_path, shuffled, AGGREGATES)
    wanted = bits(found, list(AGGREGATES))
    for threads in (1, 2):
        assert bits(on_duckdb(tmp_path, model, threads), list(AGGREGATES)) == wanted


def _constants(groups):
    """One key for each list of values, one event for each value."""
    return [
        {"id": 100 * key + i, "k": key, "x": x, "y": x, "ts": f"2024-01-01 10:00:00.{i:03}"}
        for key, values in enumerate(groups)
        for i, x in enumerate(values)
    ]


def test_equal_values_do_not_vary(tmp_path):
    values = [0.1, 1e-12, 1e15, -1 / 3, 1e6 + 0.1, 5e-324, 1e300, 123456789.123456789, 2.0**-43]
    spreads = {name: AGGREGATES[name] for name in ("var_pop", "var_samp", "stddev", "covar", "corr")}
    rows = on_duckdb(tmp_path, compiled(tmp_path, _constants([value] * 50 for value in values), spreads), threads=1)
    for key, value in enumerate(values):
        assert [rows[100 * key + 49][name] for name in spreads] == [0.0, 0.0, 0.0, 0.0, None], value


def test_sums_by_hand(tmp_path):
    cases = [
        ([1e16, 1.0, -1e16], 1.0),
        ([1e15, 1e-12, -1e15], 1e-12),
        ([0.1] * 10, 1.0),
        ([1e28, 1.0, -1e28], 1.0),
        ([1e300], 7.922816251426433e28),
        ([-1e300, 1e300, 2.0], 2.0),
        ([1e-30, 1e-28], 1e-28 // 2.0**-96 * 2.0**-96),
        ([0.0, -0.0], 0.0),
    ]
    rows = on_duckdb(tmp_path, compiled(tmp_path, _constants(v for v, _ in cases), {"total": "SUM(x)"}), threads=1)
    for key, (values, total) in enumerate(cases):
        assert rows[100 * key + len(values) - 1]["total"].hex() == float(total).hex(), values
