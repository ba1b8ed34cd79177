"""Random features of a relation: aggregates over frames, numbering, expressions."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.fuzz.expressions import TYPES, Columns, expression

_LENGTHS = ("'1' HOUR", "'10' MINUTE", "'1' MINUTE", "'1' SECOND", "'1' DAY", "'0.001' SECOND", "'2' DAY",
            "'90' MINUTE", "'0' SECOND", "'7' DAY")  # fmt: skip
_GAPS = ("'1' MINUTE", "'0.001' SECOND", "'1' HOUR", "'1' DAY")
_BOUNDED = ("RANGE BETWEEN INTERVAL {0} PRECEDING AND CURRENT ROW", "RANGE INTERVAL {0} PRECEDING",
            "ROWS BETWEEN {1} PRECEDING AND CURRENT ROW", "ROWS {1} PRECEDING")  # fmt: skip
_UNBOUNDED = ("", "ROWS UNBOUNDED PRECEDING", "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW")
_EARLIER = (
    "RANGE BETWEEN INTERVAL '1' DAY PRECEDING AND INTERVAL {2} PRECEDING",
    "RANGE BETWEEN UNBOUNDED PRECEDING AND INTERVAL {2} PRECEDING", "ROWS BETWEEN 5 PRECEDING AND {3} PRECEDING",
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING",
    "RANGE BETWEEN INTERVAL {0} PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW",
    "RANGE BETWEEN INTERVAL {0} PRECEDING AND CURRENT ROW EXCLUDE GROUP",
    "ROWS BETWEEN 3 PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW",
)  # fmt: skip
_SUMS = ("COUNT(*)", "COUNT({any})", "SUM({BIGINT})", "SUM({DOUBLE})", "SUM({DECIMAL})", "AVG({BIGINT})",
         "AVG({DOUBLE})", "AVG({DECIMAL})", "COUNT_IF({BOOLEAN})", "SUM(i)", "AVG(i)")  # fmt: skip
_OTHERS = ("MIN({any})", "MAX({any})", "BOOL_AND({BOOLEAN})", "BOOL_OR({BOOLEAN})")
_ORDERED = (
    "FIRST_VALUE({any})",
    "LAST_VALUE({any})",
    "FIRST_VALUE({any}) IGNORE NULLS",
    "LAST_VALUE({any}) IGNORE NULLS",
)
_KEEPING = ("COUNT(DISTINCT {any})", "MEDIAN({DOUBLE})", "PERCENTILE_CONT({DOUBLE}, 0.3)",
            "PERCENTILE_DISC({BIGINT}, 0.75)", "PERCENTILE_DISC({TIMESTAMP}, 0.1)")  # fmt: skip
_NEARLY = ("STDDEV({DOUBLE})", "VAR_POP({DOUBLE})", "STDDEV_POP({BIGINT})", "VAR_SAMP({DECIMAL})")
_RESULTS = {"COUNT": "BIGINT", "COUNT_IF": "BIGINT", "AVG": "DOUBLE", "MEDIAN": "DOUBLE", "PERCENTILE_CONT": "DOUBLE",
            "BOOL_AND": "BOOLEAN", "BOOL_OR": "BOOLEAN"}  # fmt: skip


def _earlier(sql: str) -> tuple[str, ...]:
    """Frames that end before the row, of those that an aggregate may have."""
    name = sql.split("(", maxsplit=1)[0]
    if sql.startswith("COUNT(DISTINCT") or name in ("MEDIAN", "PERCENTILE_CONT", "PERCENTILE_DISC"):
        return tuple(form for form in _EARLIER if "UNBOUNDED" not in form and "EXCLUDE CURRENT" not in form)
    sums = name in ("COUNT", "COUNT_IF", "SUM", "AVG")
    return tuple(form for form in _EARLIER if sums or "EXCLUDE CURRENT" not in form or form.startswith("ROWS"))


@dataclass(frozen=True)
class Relation:
    """What a step gives: a name for FROM and its columns. It also has `s` and the event time `ts`.

    Attributes:
        ordered: whether ties are broken.
        of_windows: whether its rows are those of windows.
        arrays: columns with arrays, of BIGINT.
    """

    source: str
    columns: Columns
    ordered: bool = True
    of_windows: bool = False
    arrays: tuple[str, ...] = ()


class Features:
    """Makes features of relations."""

    def __init__(self, rnd: Random) -> None:
        self._rnd = rnd

    def features(self, relation: Relation, count: int, *, last: bool) -> list[str]:
        return [self.feature(relation, last=last)[1] for _ in range(count)]

    def feature(self, relation: Relation, *, last: bool) -> tuple[str, str]:
        """A column of the select list: its type and its SQL."""
        kind = self._rnd.random()
        if kind < 0.2:
            type_ = self._rnd.choice(TYPES)
            return type_, expression(self._rnd, relation.columns, type_, 3)
        if kind < 0.3:
            return self._numbering(relation)
        if kind < 0.36 and relation.arrays:
            return self._of_array(relation)
        type_, sql = self._over(relation, last=last)
        if kind < 0.4 and type_ in TYPES and not last:
            return type_, f"COALESCE({sql}, {expression(self._rnd, relation.columns, type_, 1)})"
        return type_, sql

    def _numbering(self, relation: Relation) -> tuple[str, str]:
        window = f"OVER ({self.partition(relation)} ORDER BY ts)"
        if not relation.ordered:
            return "BIGINT", f"RANK() {window}"
        type_ = self._rnd.choice(TYPES)
        value = self.value(relation, type_)
        return self._rnd.choice((
            ("BIGINT", f"ROW_NUMBER() {window}"), ("BIGINT", f"RANK() {window}"), (type_, f"LAG({value}) {window}"),
            (type_, f"LAG({value}, {self._rnd.choice((1, 2, 5))}) {window}"),
            (type_, f"LAG({value}, 1, {self.value(relation, type_)}) {window}"),
        ))  # fmt: skip

    def _of_array(self, relation: Relation) -> tuple[str, str]:
        array = self._rnd.choice(relation.arrays)
        value = self.value(relation, "BIGINT")
        return self._rnd.choice((
            ("BIGINT", f"CARDINALITY({array})"), ("BIGINT", f"ELEMENT_AT({array}, {value})"),
            ("BIGINT", f"ARRAY_MAX({array})"), ("BIGINT", f"ARRAY_MIN({array})"),
            ("BOOLEAN", f"ARRAY_CONTAINS({array}, {value})"),
            ("BIGINT", f"CARDINALITY(ARRAY_DISTINCT(ARRAY_REVERSE(ARRAY_SORT({array}))))"),
        ))  # fmt: skip

    def _over(self, relation: Relation, *, last: bool) -> tuple[str, str]:
        choice, rows = self._rnd.random(), relation.ordered
        if choice < 0.25:
            type_, sql = self._made(relation, (*_SUMS, *_SUMS, *_OTHERS, *_KEEPING, *(_ORDERED if rows else ())))
            frame = self._frame(_earlier(sql), rows=rows)
        elif choice < 0.4:
            type_, sql = self._made(relation, _KEEPING)
            frame = self._frame(_BOUNDED, rows=rows)
        elif choice < 0.5 and last and rows:
            type_, sql = "ARRAY", f"ARRAY_AGG({self.value(relation, self._rnd.choice(TYPES))})"
            frame = self._frame(_BOUNDED, rows=rows)
        elif choice < 0.55 and last:
            type_, sql = self._made(relation, _NEARLY)
            frame = self._frame((*_BOUNDED, *_UNBOUNDED), rows=rows)
        else:
            forms = (*_SUMS, *_OTHERS, *(_ORDERED if rows else ()))
            type_, sql = self._made(relation, forms)
            frame = self._frame((*_BOUNDED, *_BOUNDED, *_UNBOUNDED), rows=rows)
        order = self._order(relation) if frame == "" or "UNBOUNDED PRECEDING AND CURRENT" in frame else "ts"
        return type_, f"{sql} OVER ({self.partition(relation)} ORDER BY {order} {frame})"

    def _order(self, relation: Relation) -> str:
        """The event time, of events now and then with what breaks their ties."""
        simple = relation.ordered and relation.source.startswith("{{ source")
        return "ts, id" if simple and self._rnd.random() < 0.3 else "ts"

    def aggregate(self, relation: Relation, *, last: bool) -> tuple[str, str]:
        """An aggregate of a group."""
        forms = (*_SUMS, *_OTHERS, *_KEEPING, *(_NEARLY if last else ()), *(_ORDERED[:2] if relation.ordered else ()))
        if last and relation.ordered and self._rnd.random() < 0.1:
            return "ARRAY", f"ARRAY_AGG({self.value(relation, self._rnd.choice(TYPES))})"
        return self._made(relation, forms)

    def _made(self, relation: Relation, forms: tuple[str, ...]) -> tuple[str, str]:
        """An aggregate with its arguments, often simple ones, sometimes with FILTER."""
        names = dict(relation.columns)
        form = self._rnd.choice([form for form in forms if "(i)" not in form or "i" in names])
        type_ = "BIGINT"
        sql = form
        for hole in ("any", *TYPES):
            if "{" + hole + "}" in sql:
                type_ = self._rnd.choice(TYPES) if hole == "any" else hole
                sql = sql.replace("{" + hole + "}", self.value(relation, type_))
        name = form.split("(")[0]
        type_ = "DOUBLE" if form in _NEARLY else _RESULTS.get(name, type_)
        skips_null = form not in _ORDERED or "IGNORE" in form
        if self._rnd.random() < 0.2 and skips_null and "IGNORE" not in form:
            sql += f" FILTER (WHERE {expression(self._rnd, relation.columns, 'BOOLEAN', 1)})"
        return type_, sql

    def value(self, relation: Relation, type_: str) -> str:
        return expression(self._rnd, relation.columns, type_, self._rnd.choice((0, 0, 0, 1, 2)))

    def _frame(self, forms: tuple[str, ...], *, rows: bool) -> str:
        form = self._rnd.choice([form for form in forms if rows or not form.startswith("ROWS")])
        return form.format(
            self._rnd.choice(_LENGTHS), self._rnd.choice((0, 1, 2, 4, 9)), self._rnd.choice(_GAPS),
            self._rnd.choice((1, 2, 5)),
        )  # fmt: skip

    def partition(self, relation: Relation) -> str:
        names = dict(relation.columns)
        extra = self._rnd.choice(("k", "k", "", "g", "k, g", "i", "b", "k % 2", "UPPER(t)", "x > 0"))
        used = {"k % 2": "k", "UPPER(t)": "t", "x > 0": "x", "k, g": "g"}.get(extra, extra)
        if not extra or used not in names or ("k" in extra and "k" not in names):
            return "PARTITION BY s"
        return f"PARTITION BY s, {extra}"
