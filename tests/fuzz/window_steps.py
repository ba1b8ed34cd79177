"""Steps of random feature views over windows: grouped, grouped again, ranked, joined, counted over."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.fuzz.features import Features, Relation

WINDOWS = (
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '1' HOUR)", "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '1' DAY)",
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '10' MINUTE, INTERVAL '3' MINUTE)",
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '7' DAY)",
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '1' DAY, INTERVAL '-3' HOUR)",
    "HOP({0}, DESCRIPTOR({1}), INTERVAL '30' MINUTE, INTERVAL '1' HOUR)",
    "HOP({0}, DESCRIPTOR({1}), INTERVAL '1' HOUR, INTERVAL '3' HOUR, INTERVAL '10' MINUTE)",
    "HOP({0}, DESCRIPTOR({1}), INTERVAL '1' DAY, INTERVAL '7' DAY)",
    "CUMULATE({0}, DESCRIPTOR({1}), INTERVAL '6' HOUR, INTERVAL '1' DAY)",
    "CUMULATE({0}, DESCRIPTOR({1}), INTERVAL '20' MINUTE, INTERVAL '1' HOUR, INTERVAL '1' MINUTE)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '1' HOUR)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '10' MINUTE)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '0.001' SECOND)",
)  # fmt: skip
_OF_ROWS = [form for form in WINDOWS if not form.startswith("SESSION")]


class WindowSteps:
    """Adds common table expressions that cut a relation into windows."""

    def __init__(self, rnd: Random) -> None:
        self._rnd = rnd
        self._make = Features(rnd)
        self._ctes: list[str] = []
        self._names = 0

    def _add(self, relation: Relation, sql: str) -> Relation:
        self._names += 1
        name = f"r{self._names}"
        self._ctes.append(f"{name} AS (\n{sql}\n)")
        return replace(relation, source=name)

    def _grouped(self, relation: Relation) -> Relation:
        """A row per window and keys."""
        if relation.of_windows and self._rnd.random() < 0.5:
            return relation
        keys = self._group_keys(relation)
        return self._of_windows(self._groups(relation, keys, self._tvf(relation, keys), "window_end AS ts"))

    def _grouped_again(self, relation: Relation) -> Relation:
        """Windows of several keys, grouped by fewer of them."""
        names = dict(relation.columns)
        if relation.of_windows or "k" not in names:
            return relation
        keys = ["s", "k", *(key for key in ("g", "b") if key in names and self._rnd.random() < 0.6)]
        inner = self._groups(relation, keys, self._of_rows(relation), "window_start, window_end")
        outer = keys[: self._rnd.choice((1, 2))]
        made = [self._make.aggregate(inner, last=False) for _ in range(self._rnd.randint(1, 3))]
        columns = [(key, names[key]) for key in outer if key != "s"]
        columns += [(f"c{self._names}_{i}", t) for i, (t, _) in enumerate(made)]
        items = [*outer, "window_end AS ts", *(f"{sql} AS c{self._names}_{i}" for i, (_, sql) in enumerate(made))]
        sql = f"SELECT {', '.join(items)} FROM {inner.source} GROUP BY {', '.join(outer)}, window_start, window_end"
        return self._add(Relation("", tuple(columns), ordered=False, of_windows=True), sql)

    def _groups(self, relation: Relation, keys: list[str], tvf: str, bounds: str) -> Relation:
        made = [self._make.aggregate(relation, last=False) for _ in range(self._rnd.randint(1, 4))]
        names = dict(relation.columns)
        columns = [(key, names[key]) for key in keys if key != "s"]
        columns += [(f"c{self._names}_{i}", t) for i, (t, _) in enumerate(made)]
        items = [*keys, bounds, *(f"{sql} AS c{self._names}_{i}" for i, (_, sql) in enumerate(made))]
        sql = f"SELECT {', '.join(items)}\nFROM {tvf}\nGROUP BY {', '.join(keys)}, window_start, window_end"
        return self._add(Relation("", tuple(columns), ordered=False), sql)

    def _windows_joined(self, relation: Relation) -> Relation:
        """Two groupings of the same windows, side by side."""
        if relation.of_windows:
            return relation
        keys = self._rnd.choice((["s"], ["s", "k"])) if "k" in dict(relation.columns) else ["s"]
        tvf = self._of_rows(relation)
        left, right = (self._groups(relation, keys, tvf, "window_start, window_end") for _ in range(2))
        shared = [key for key in keys if key != "s"]
        added = [(name, type_) for name, type_ in right.columns if name not in shared]
        condition = " AND ".join(f"l.{name} = r.{name}" for name in (*keys, "window_start", "window_end"))
        items = [*(f"l.{key}" for key in keys), "l.window_end AS ts"]
        items += [f"l.{name}" for name, _ in left.columns if name not in shared] + [f"r.{name}" for name, _ in added]
        side = self._rnd.choice(("LEFT ", ""))
        sql = f"SELECT {', '.join(items)}\nFROM {left.source} AS l\n{side}JOIN {right.source} AS r ON {condition}"
        return self._add(Relation("", (*left.columns, *added), ordered=False, of_windows=True), sql)

    def _counted_over(self, relation: Relation) -> Relation:
        """The rows of windows, with what is known at the end of each."""
        if relation.of_windows:
            return relation
        window = f"OVER ({self._make.partition(relation)} ORDER BY window_time)"
        value = self._make.value(relation, "BIGINT")
        made = [f"COUNT(*) {window} AS c{self._names}_0", f"SUM({value}) {window} AS c{self._names}_1"]
        columns = [*relation.columns, (f"c{self._names}_0", "BIGINT"), (f"c{self._names}_1", "BIGINT")]
        items = ["s", *(name for name, _ in relation.columns), "window_end AS ts", *made]
        sql = f"SELECT {', '.join(items)}\nFROM {self._of_rows(relation)}"
        return self._add(Relation("", tuple(columns), ordered=False, of_windows=True), sql)

    def _ranked(self, relation: Relation) -> Relation:
        """The best rows of each window, as of its end."""
        if relation.of_windows or not relation.ordered:
            return relation
        by = self._rnd.choice([n for n, t in relation.columns if t != "BOOLEAN"] or ["s"])
        keys = ["s", "k"] if "k" in dict(relation.columns) and self._rnd.random() < 0.5 else ["s"]
        by += self._rnd.choice(("", " DESC"))
        order = f"PARTITION BY window_start, window_end, {', '.join(keys)} ORDER BY {by}"
        ranked = replace(relation, columns=(*relation.columns, ("place", "BIGINT")))
        kept = self._rnd.choice(("place <= 2", "place = 1", "place < 4", "place = 2"))
        if self._rnd.random() < 0.3:
            kept = f"{kept} OR {self._make.value(ranked, 'BOOLEAN')}"
        sql = (
            f"SELECT s, {', '.join(n for n, _ in relation.columns)}, place, window_end AS ts FROM (\n"
            f"SELECT *, ROW_NUMBER() OVER ({order}) AS place\nFROM {self._of_rows(relation)}\n) AS w WHERE {kept}"
        )
        return self._add(Relation("", ranked.columns, ordered=False, of_windows=True), sql)

    def _of_windows(self, relation: Relation) -> Relation:
        return replace(relation, of_windows=True)

    def _group_keys(self, relation: Relation) -> list[str]:
        names = dict(relation.columns)
        return ["s", *(key for key in self._rnd.choice((("k",), ("k", "g"), (), ("g",), ("b", "k"))) if key in names)]

    def _tvf(self, relation: Relation, keys: list[str]) -> str:
        return self._cut(self._rnd.choice(WINDOWS), relation, keys)

    def _of_rows(self, relation: Relation) -> str:
        """Windows that a row is in whatever the others are."""
        return self._cut(self._rnd.choice(_OF_ROWS), relation, [])

    def _cut(self, form: str, relation: Relation, keys: list[str]) -> str:
        return "TABLE(" + form.format(f"TABLE {relation.source}", "EVENT_TIME", ", ".join(keys)) + ")"
