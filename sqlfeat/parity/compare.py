"""Comparing the rows of a feature view as two engines give them: key by key, bit by bit.

Rows that both sides have are taken away first, each as often as both have it. What is left is paired by key, feature
time, ORDER columns and, among rows that share all of these, by its number. So one wrong row is one mismatch, also where
rows repeat.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from sqlfeat.lower.program import OutputColumn, Role
from sqlfeat.parity.bits import from_bits, to_bits
from sqlfeat.parity.causes import Shares, counts_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EXAMPLES = 10
_LEFT, _RIGHT = "parity__left", "parity__right"
_PAIRS = "parity__pairs"
_NUMBER = "parity__number"
_TIES, _TIED = "parity__ties", "parity__tied"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that differs, or that one side does not have (None)."""

    key: dict[str, Any]
    feature_time: Any
    duckdb: dict[str, Any] | None
    flink: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """How a column differs: in what way, and the first pair of rows in which it does."""

    column: str
    shares: Shares
    first: Difference


@dataclass(frozen=True, slots=True)
class OneSided:
    """Rows that only one side has, or has more often.

    Attributes:
        duckdb: rows of DuckDB without a partner.
        flink: rows of Flink without a partner.
        repeated: those of them whose key, feature time and ORDER columns the other side has too, less often.
    """

    duckdb: int = 0
    flink: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two results of a feature view compare.

    Attributes:
        duckdb_rows: rows of DuckDB.
        flink_rows: rows of Flink.
        mismatches: rows that differ or that one side lacks.
        columns: for each column that is not part of the key, the rows both have in which it differs.
        examples: the first differing rows in order of feature time.
        findings: about each column that differs anywhere.
        one_sided: about the rows that only one side has.
    """

    duckdb_rows: int
    flink_rows: int
    mismatches: int
    columns: dict[str, int]
    examples: tuple[Difference, ...]
    findings: tuple[Finding, ...] = ()
    one_sided: OneSided = OneSided()


def compare(connection: DuckDBPyConnection, columns: Sequence[OutputColumn], duckdb: str, flink: str) -> Comparison:
    """Compare two tables of the same columns.

    Args:
        connection: where the tables are.
        columns: of both.
        duckdb: the table with DuckDB's rows.
        flink: the table with Flink's rows.
    """
    _run(connection, _create(_LEFT, _only_in(columns, duckdb, flink)))
    _run(connection, _create(_RIGHT, _only_in(columns, flink, duckdb)))
    _run(connection, _create(_PAIRS, _paired(columns)))
    counted = _run(connection, _counts(columns))[0]
    values = [column.name for column in columns if not _pairs_rows(column)]
    examples = tuple(_difference(columns, row) for row in _run(connection, _first(columns)))
    # What follows is read only when there is something to explain.
    findings = _findings(connection, columns, duckdb) if examples else ()
    one_sided = _one_sided(connection, columns, duckdb, flink) if examples else OneSided()
    return Comparison(
        duckdb_rows=_rows(connection, duckdb),
        flink_rows=_rows(connection, flink),
        mismatches=counted[0],
        columns=dict(zip(values, counted[1:], strict=True)),
        examples=examples,
        findings=findings,
        one_sided=one_sided,
    )


def _pairs_rows(column: OutputColumn) -> bool:
    return column.role is not Role.FEATURE


def _only_in(columns: Sequence[OutputColumn], one: str, other: str) -> exp.Query:
    """The rows of a table that the other has not, or not as often; columns by number, as bits."""
    return exp.except_(_as_bits(columns, one), _as_bits(columns, other), distinct=False)


def _as_bits(columns: Sequence[OutputColumn], table: str) -> exp.Select:
    items = (exp.alias_(to_bits(_column(c.name), c.type), f"c{i}") for i, c in enumerate(columns))
    return exp.select(*items).from_(table)


def _paired(columns: Sequence[OutputColumn]) -> exp.Select:
    keys = [i for i, column in enumerate(columns) if _pairs_rows(column)]
    rest = [i for i, column in enumerate(columns) if not _pairs_rows(column)]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[exp.column(f"c{i}") for i in keys],
        order=exp.Order(expressions=[exp.Ordered(this=exp.column(f"c{i}"), nulls_first=True) for i in rest])
        if rest
        else None,
    )
    left, right = (
        exp.select(exp.Star(), exp.alias_(number.copy(), _NUMBER)).from_(table).subquery(side)
        for table, side in ((_LEFT, "l"), (_RIGHT, "r"))
    )
    same = exp.and_(*(exp.NullSafeEQ(this=exp.column(f"c{i}", "l"), expression=exp.column(f"c{i}", "r")) for i in keys))
    same = exp.and_(same, exp.EQ(this=exp.column(_NUMBER, "l"), expression=exp.column(_NUMBER, "r")))
    both = [
        exp.alias_(exp.column(name, side), f"{side}_{name}")
        for side in ("l", "r")
        for name in (*(f"c{i}" for i in range(len(columns))), _NUMBER)
    ]
    return exp.select(*both).from_(left).join(right, on=same, join_type="full outer")


def _counts(columns: Sequence[OutputColumn]) -> exp.Select:
    """The number of pairs, then for each feature the number of complete pairs in which it differs."""
    differing = [_differs(i) for i, column in enumerate(columns) if not _pairs_rows(column)]
    counts = [exp.Count(this=exp.Case().when(condition, exp.Literal.number(1))) for condition in differing]
    return exp.select(exp.Count(this=exp.Star()), *counts).from_(_PAIRS)


def _differs(index: int) -> exp.Expr:
    """Whether a pair is complete and differs in a column."""
    in_both = [exp.column(f"{side}_{_NUMBER}").is_(exp.Not(this=exp.null())) for side in ("l", "r")]
    unequal = exp.NullSafeNEQ(this=exp.column(f"l_c{index}"), expression=exp.column(f"r_c{index}"))
    return exp.and_(*in_both, unequal)


def _findings(connection: DuckDBPyConnection, columns: Sequence[OutputColumn], duckdb: str) -> tuple[Finding, ...]:
    _run(connection, _create(_TIES, _ties(columns, duckdb)))
    features = [(i, column) for i, column in enumerate(columns) if not _pairs_rows(column)]
    tied = exp.Exists(this=exp.select(exp.Literal.number(1)).from_(_TIES).where(*_same_instant(columns)))
    pairs = exp.select(exp.Star(), exp.alias_(tied, _TIED)).from_(_PAIRS).subquery("pairs")
    aggregates = [
        aggregate for i, column in features for aggregate in counts_of(column, i, _differs(i), exp.column(_TIED))
    ]
    (counts,) = _run(connection, exp.select(*aggregates).from_(pairs)) if features else [()]
    found = []
    for place, (i, column) in enumerate(features):
        shares = Shares(*counts[5 * place : 5 * place + 5])
        if shares.differing:
            (row,) = _run(connection, _first(columns).where(_differs(i)).limit(1))
            found.append(Finding(column.name, shares, _difference(columns, row)))
    return tuple(found)


def _ties(columns: Sequence[OutputColumn], table: str) -> exp.Select:
    """Keys and feature times of which there are several rows."""
    identity = [exp.column(f"c{i}") for i in _instant(columns)]
    select = exp.select(*identity).from_(_as_bits(columns, table).subquery("bits"))
    return select.group_by(*identity).having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1)))


def _same_instant(columns: Sequence[OutputColumn]) -> list[exp.Expr]:
    sides = ((exp.column(f"c{i}", _TIES), exp.column(f"l_c{i}"), exp.column(f"r_c{i}")) for i in _instant(columns))
    return [exp.NullSafeEQ(this=own, expression=exp.func("coalesce", left, right)) for own, left, right in sides]


def _instant(columns: Sequence[OutputColumn]) -> list[int]:
    return [i for i, column in enumerate(columns) if column.role in (Role.KEY, Role.FEATURE_TIME)]


def _one_sided(connection: DuckDBPyConnection, columns: Sequence[OutputColumn], duckdb: str, flink: str) -> OneSided:
    def missing(side: str) -> exp.Expr:
        return exp.column(f"{side}_{_NUMBER}").is_(exp.null())

    counts = [exp.Count(this=exp.Case().when(missing(side), exp.Literal.number(1))) for side in ("r", "l")]
    (only,) = _run(connection, exp.select(*counts).from_(_PAIRS))
    keys, repeated = [i for i, column in enumerate(columns) if _pairs_rows(column)], 0
    for side, lacking, other in (("l", "r", flink), ("r", "l", duckdb)):
        own = exp.select(*(exp.alias_(exp.column(f"{side}_c{i}"), f"c{i}") for i in keys))
        rows = own.from_(_PAIRS).where(missing(lacking)).subquery("one")
        same = [exp.NullSafeEQ(this=exp.column(f"c{i}", "one"), expression=exp.column(f"c{i}", "other")) for i in keys]
        found = exp.select(exp.Literal.number(1)).from_(_as_bits(columns, other).subquery("other")).where(*same)
        query = exp.select(exp.Count(this=exp.Star())).from_(rows).where(exp.Exists(this=found))
        repeated += _run(connection, query)[0][0]
    return OneSided(only[0], only[1], repeated)


def _first(columns: Sequence[OutputColumn]) -> exp.Select:
    """The first pairs: whether each side is there, and its values."""
    values = [
        from_bits(exp.column(f"{side}_c{i}"), column.type) for side in ("l", "r") for i, column in enumerate(columns)
    ]
    there = [exp.column(f"{side}_{_NUMBER}") for side in ("l", "r")]
    order = [
        exp.Ordered(this=exp.func("coalesce", exp.column(f"l_c{i}"), exp.column(f"r_c{i}")), nulls_first=True)
        for i, column in sorted(enumerate(columns), key=lambda pair: pair[1].role is not Role.FEATURE_TIME)
        if _pairs_rows(column)
    ]
    select = exp.select(*there, *values).from_(_PAIRS)
    return select.order_by(*order, exp.column(f"l_{_NUMBER}")).limit(EXAMPLES)


def _difference(columns: Sequence[OutputColumn], row: tuple[Any, ...]) -> Difference:
    width = len(columns)
    left = row[2 : 2 + width] if row[0] is not None else None
    right = row[2 + width :] if row[1] is not None else None
    known = dict(zip(columns, left or right or (), strict=True))
    return Difference(
        key={column.name: value for column, value in known.items() if column.role is Role.KEY},
        feature_time=next(value for column, value in known.items() if column.role is Role.FEATURE_TIME),
        duckdb=_values(columns, left),
        flink=_values(columns, right),
    )


def _values(columns: Iterable[OutputColumn], row: tuple[Any, ...] | None) -> dict[str, Any] | None:
    if row is None:
        return None
    shown = (Role.FEATURE, Role.ORDER)
    return {column.name: value for column, value in zip(columns, row, strict=True) if column.role in shown}


def _rows(connection: DuckDBPyConnection, table: str) -> int:
    return int(_run(connection, exp.select(exp.Count(this=exp.Star())).from_(table))[0][0])


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)


def _create(name: str, query: exp.Query) -> exp.Create:
    properties = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=exp.to_table(name), kind="TABLE", replace=True, properties=properties, expression=query)


def _run(connection: DuckDBPyConnection, tree: exp.Expr, values: Sequence[Any] = ()) -> list[Any]:
    return connection.execute(tree.sql("duckdb"), list(values)).fetchall()
