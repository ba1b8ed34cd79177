"""Aggregates over the values of a list of rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlfeat.language.types import BIGINT, BOOLEAN, DOUBLE, STRING, DataType, Kind, array, decimal
from tests.oracle.sums import clamped, mean_of_whole, sum_of_doubles
from tests.oracle.values import EXACT, Near, NotInterpreted, hashable, quantized, wrapped

Fold = Callable[[list[Any]], Any]
ALIASES = {
    "MEAN": "AVG", "COUNTIF": "COUNT_IF", "EVERY": "BOOL_AND", "LOGICAL_AND": "BOOL_AND", "SOME": "BOOL_OR",
    "LOGICAL_OR": "BOOL_OR", "VARIANCE": "VAR_SAMP", "VAR": "VAR_SAMP", "STDDEV": "STDDEV_SAMP",
    "QUANTILE_CONT": "PERCENTILE_CONT", "PERCENTILE": "PERCENTILE_CONT", "QUANTILE_DISC": "PERCENTILE_DISC",
    "QUANTILE": "PERCENTILE_DISC", "LISTAGG": "STRING_AGG", "GROUP_CONCAT": "STRING_AGG", "MAX_BY": "ARG_MAX",
    "MIN_BY": "ARG_MIN", "ARGMAX": "ARG_MAX", "ARGMIN": "ARG_MIN",
}  # fmt: skip
NAMES = {
    "COUNT", "SUM", "AVG", "MIN", "MAX", "BOOL_AND", "BOOL_OR", "COUNT_IF", "ARRAY_AGG", "FIRST_VALUE", "LAST_VALUE",
    "VAR_SAMP", "VAR_POP", "STDDEV_SAMP", "STDDEV_POP", "MEDIAN", "PERCENTILE_CONT", "PERCENTILE_DISC", "STRING_AGG",
    "ARG_MAX", "ARG_MIN", "NTH_VALUE", *ALIASES,
}  # fmt: skip


@dataclass(frozen=True)
class Aggregate:
    """The type of the value, and how it is found from the values of the rows, in order, NULLs included."""

    type: DataType
    fold: Fold


def aggregate(name: str, kind: DataType, share: Any, *, distinct: bool, ignore_nulls: bool) -> Aggregate:
    """An aggregate of values of a type; COUNT(*) counts TRUE for each row.

    Args:
        name: as written in the SQL.
        kind: of the values.
        share: the constant of a percentile, the separator of texts, the number of the n-th value.
        distinct: each value once.
        ignore_nulls: FIRST_VALUE and LAST_VALUE pass over NULL.
    """
    name = ALIASES.get(name, name)
    if distinct:
        once = aggregate(name, kind, share, distinct=False, ignore_nulls=ignore_nulls)
        return Aggregate(once.type, lambda values: once.fold(list({hashable(v): v for v in values}.values())))
    match name:
        case "ARRAY_AGG":
            return Aggregate(array(kind), list)
        case "FIRST_VALUE" | "LAST_VALUE":
            place = 0 if name == "FIRST_VALUE" else -1
            return Aggregate(kind, lambda values: _at(_known(values) if ignore_nulls else values, place))
        case "COUNT":
            return Aggregate(BIGINT, lambda values: len(_known(values)))
        case "COUNT_IF":
            return Aggregate(BIGINT, lambda values: sum(value is True for value in values))
        case "BOOL_AND" | "BOOL_OR":
            return _of_some(BOOLEAN, all if name == "BOOL_AND" else any)
        case "MIN" | "MAX":
            return _of_some(kind, min if name == "MIN" else max)
        case "SUM":
            return _sum(kind)
        case "AVG":
            return _of_some(DOUBLE, _mean(kind))
        case "VAR_SAMP" | "VAR_POP" | "STDDEV_SAMP" | "STDDEV_POP":
            return _of_some(DOUBLE, lambda values: _spread(values, kind, name))
        case _:
            return _collected(name, kind, share)


def _collected(name: str, kind: DataType, share: Any) -> Aggregate:
    match name:
        case "MEDIAN" | "PERCENTILE_CONT":
            return _of_some(DOUBLE, lambda values: _between(sorted(map(float, values)), float(share or 0.5)))
        case "PERCENTILE_DISC":
            return _of_some(kind, lambda values: _nth(sorted(values), Fraction(str(share))))
        case "STRING_AGG":
            return _of_some(STRING, lambda values: ("," if share is None else share).join(map(str, values)))
        case "ARG_MAX" | "ARG_MIN":
            return Aggregate(kind, lambda pairs: _beside(pairs, max if name == "ARG_MAX" else min))
        case "NTH_VALUE":
            return Aggregate(kind, lambda values: values[int(share) - 1] if len(values) >= int(share) else None)
        case _:
            raise NotInterpreted(f"the aggregate {name}")


def _known(values: list[Any]) -> list[Any]:
    known = [value for value in values if value is not None]
    if any(isinstance(value, Near) for value in known):
        raise NotInterpreted("an aggregate of values known only nearly")
    return known


def _at(values: list[Any], place: int) -> Any:
    return values[place] if values else None


def _beside(pairs: list[Any], best: Callable[[list[Any]], Any]) -> Any:
    """The first value whose weight is the best."""
    known = [(value, weight) for value, weight in pairs if value is not None and weight is not None]
    return next((value for value, weight in known if weight == best([w for _, w in known])), None)


def _of_some(kind: DataType, fold: Fold) -> Aggregate:
    """An aggregate of the values that are not NULL; of none it is NULL."""

    def skip_null(values: list[Any]) -> Any:
        known = _known(values)
        return fold(known) if known else None

    return Aggregate(kind, skip_null)


def _sum(kind: DataType) -> Aggregate:
    if kind.kind is Kind.DOUBLE:
        return _of_some(DOUBLE, sum_of_doubles)
    if kind.kind is Kind.DECIMAL:
        return _of_some(decimal(38, kind.scale), lambda values: _exact_sum(values, kind.scale))
    if kind.is_integer:
        return _of_some(BIGINT, lambda values: wrapped(sum(values)))
    raise NotInterpreted(f"SUM of {kind}")


def _exact_sum(values: list[Any], scale: int) -> Any:
    total = values[0]
    for value in values[1:]:
        total = EXACT.add(total, value)
    return quantized(total, scale)


def _mean(kind: DataType) -> Fold:
    match kind.kind:
        case Kind.DOUBLE:
            return lambda values: sum_of_doubles(values) / len(values) + 0.0
        case Kind.DECIMAL:
            return lambda values: float(_exact_sum(values, kind.scale)) / len(values) + 0.0
        case Kind.INT:
            return lambda values: sum(values) / len(values) + 0.0
        case Kind.BIGINT:
            return mean_of_whole
        case _:
            raise NotInterpreted(f"AVG of {kind}")


def _spread(values: list[Any], kind: DataType, name: str) -> Near | None:
    """Variance and its root: the decision says how near they come, not which the last bit is."""
    if name.endswith("SAMP") and len(values) < 2:
        return None
    # BIGINT and long DECIMAL count as DOUBLE, and a DOUBLE too large for the limbs as the greatest that fits them.
    is_exact = kind.kind is Kind.DECIMAL and kind.precision <= 18
    exact = [Fraction(value if is_exact else clamped(float(value))) for value in values]
    rows, divisor = len(exact), len(exact) - name.endswith("SAMP")
    mean = sum(exact) / rows
    variance = sum((value - mean) ** 2 for value in exact) / divisor
    # A spread below 2^-48 of the size of the values is nothing, and so is what the finest limbs cut off.
    slack = sum(value * value for value in exact) / divisor / 2**92 + variance / 2**45 + Fraction(1, 2**120)
    if kind.is_integer and len(set(exact)) == 1:
        slack = Fraction(0)
    low, high = max(Fraction(0), variance - slack), variance + slack
    if name.startswith("STDDEV"):
        return Near(_root(low) * (1 - Fraction(1, 2**50)), _root(high) * (1 + Fraction(1, 2**50)), math.sqrt(variance))
    return Near(low, high, float(variance))


def _root(value: Fraction) -> Fraction:
    """The square root, to 40 digits and more."""
    scale = 10**120
    return Fraction(math.isqrt(math.floor(value * scale)), 10**60)


def _between(values: list[float], share: float) -> float | None:
    position = (len(values) - 1) * share
    below = math.floor(position)
    low, high = values[below], values[math.ceil(position)]
    if low == high:
        return low
    result = low + (position - below) * (high - low)
    return result + 0.0 if math.isfinite(result) else None


def _nth(values: list[Any], share: Fraction) -> Any:
    return values[max(0, math.ceil(share * len(values)) - 1)]
