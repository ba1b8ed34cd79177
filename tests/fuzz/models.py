"""Random feature views: a stack of steps over the streams, each a CTE, and a view of the last one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.fuzz.expressions import TYPES, expression
from tests.fuzz.features import Features, Relation

_EVENTS = (("k", "BIGINT"), ("id", "BIGINT"), ("g", "STRING"), ("i", "BIGINT"), ("n", "BIGINT"), ("x", "DOUBLE"),
           ("m", "DECIMAL"), ("t", "STRING"), ("b", "BOOLEAN"), ("d", "DATE"), ("at", "TIMESTAMP"))  # fmt: skip
_WINDOWS = (
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '1' HOUR)", "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '1' DAY)",
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '10' MINUTE, INTERVAL '3' MINUTE)",
    "TUMBLE({0}, DESCRIPTOR({1}), INTERVAL '7' DAY)",
    "HOP({0}, DESCRIPTOR({1}), INTERVAL '30' MINUTE, INTERVAL '1' HOUR)",
    "HOP({0}, DESCRIPTOR({1}), INTERVAL '1' HOUR, INTERVAL '3' HOUR, INTERVAL '10' MINUTE)",
    "CUMULATE({0}, DESCRIPTOR({1}), INTERVAL '6' HOUR, INTERVAL '1' DAY)",
    "CUMULATE({0}, DESCRIPTOR({1}), INTERVAL '20' MINUTE, INTERVAL '1' HOUR, INTERVAL '1' MINUTE)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '1' HOUR)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '10' MINUTE)",
    "SESSION({0} PARTITION BY ({2}), DESCRIPTOR({1}), INTERVAL '0.001' SECOND)",
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A feature view as SQL, before rendering."""

    sql: str
    features: int


class Maker:
    """Makes one model."""

    def __init__(self, rnd: Random, *, duplicates: bool) -> None:
        self._rnd = rnd
        self._make = Features(rnd)
        self._duplicates = duplicates
        self._ctes: list[str] = []
        self._names = 0
        self._joined = False

    def model(self) -> Model:
        relation = self._events()
        for _ in range(self._rnd.choice((0, 0, 1, 1, 2, 3))):
            step = self._rnd.choice((self._staged, self._staged, self._windowed, self._deduplicated, self._as_of,
                                     self._looked_up, self._within, self._ranked, self._united, self._grouped,
                                     self._unnested))  # fmt: skip
            relation = step(relation)
        if not relation.of_windows and self._rnd.random() < 0.3:
            return self._window_view(relation)
        return self._event_view(relation)

    def _events(self) -> Relation:
        """The events; of those that came twice nothing says which is the first, until one of them is left out."""
        events = Relation("{{ source('f', 'events') }}", _EVENTS)
        if not self._duplicates or self._rnd.random() < 0.5:
            return replace(events, ordered=not self._duplicates)
        if self._rnd.random() < 0.5:
            return replace(events, source="{{ source('f', 'unique') }}")
        once = "QUALIFY ROW_NUMBER() OVER (PARTITION BY s, id ORDER BY ts) = 1"
        return self._add(events, f"SELECT * FROM {events.source} {once}")

    # Views ------------------------------------------------------------------------------------------------------------

    def _event_view(self, relation: Relation) -> Model:
        features = self._make.features(relation, self._rnd.randint(3, 12), last=True)
        chosen = [name for name, _ in relation.columns if name != "k"][:3]
        items = [
            "s",
            self._key(relation),
            "ts AS feature_time",
            *chosen,
            *(f"{sql} AS f{i}" for i, sql in enumerate(features)),
        ]
        sql = f"SELECT {', '.join(items)}\nFROM {relation.source}{self._where(relation)}{self._qualify(relation)}"
        return self._finished(sql, "window" if relation.of_windows else "event", len(features) + len(chosen))

    def _window_view(self, relation: Relation) -> Model:
        keys = self._group_keys(relation)
        features = [self._make.aggregate(relation, last=True)[1] for _ in range(self._rnd.randint(2, 9))]
        if self._rnd.random() < 0.3:
            features.append(f"SUM(COUNT(*)) OVER (PARTITION BY {', '.join(keys)} ORDER BY window_end)")
        shown = [key for key in keys if key not in ("s", "k")]
        key = "k" if "k" in keys else "CAST(NULL AS BIGINT) AS k"
        items = ["s", key, "window_start", "window_end AS feature_time", *shown,
                 *(f"{sql} AS f{i}" for i, sql in enumerate(features))]  # fmt: skip
        having = self._rnd.choice(("", "", "\nHAVING COUNT(*) > 1", "\nHAVING MAX(id) > 2 OR COUNT(*) = 1"))
        if "id" not in dict(relation.columns):
            having = ""
        sql = (
            f"SELECT {', '.join(items)}\nFROM {self._tvf(relation, keys)}\n"
            f"GROUP BY {', '.join(keys)}, window_start, window_end{having}"
        )
        return self._finished(sql, "window", len(features) + len(shown) + 1)

    def _finished(self, sql: str, materialized: str, features: int) -> Model:
        ctes = "WITH " + ",\n".join(self._ctes) + "\n" if self._ctes else ""
        config = f"{{{{ config(materialized='{materialized}', entity='one') }}}}\n"
        return Model(config + ctes + sql, features)

    def _key(self, relation: Relation) -> str:
        return "k" if "k" in dict(relation.columns) else "CAST(NULL AS BIGINT) AS k"

    def _where(self, relation: Relation) -> str:
        if self._rnd.random() < 0.7:
            return ""
        return f"\nWHERE {expression(self._rnd, relation.columns, 'BOOLEAN', 2)}"

    def _qualify(self, relation: Relation) -> str:
        if self._rnd.random() < 0.85 or not relation.ordered:
            return ""
        return "\nQUALIFY " + self._rnd.choice((
            f"ROW_NUMBER() OVER ({self._make.partition(relation)} ORDER BY ts) <= 3",
            f"COUNT(*) OVER ({self._make.partition(relation)} ORDER BY ts RANGE INTERVAL '1' HOUR PRECEDING) > 1",
            f"ROW_NUMBER() OVER ({self._make.partition(relation)} ORDER BY ts) = 1",
        ))  # fmt: skip

    # Steps ------------------------------------------------------------------------------------------------------------

    def _add(self, relation: Relation, sql: str) -> Relation:
        self._names += 1
        name = f"r{self._names}"
        self._ctes.append(f"{name} AS (\n{sql}\n)")
        return replace(relation, source=name)

    def _columns(self, relation: Relation, made: list[tuple[str, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A select list that keeps most columns and adds new ones."""
        kept = [(n, t) for n, t in relation.columns if n in ("k", "id") or self._rnd.random() < 0.8]
        added = [(f"c{self._names}_{i}", t) for i, (t, _) in enumerate(made)]
        items = ["s", *(n for n, _ in kept), "ts", *relation.arrays]
        items += [f"{sql} AS {n}" for (n, _), (_, sql) in zip(added, made, strict=True)]
        return ", ".join(items), (*kept, *added)

    def _staged(self, relation: Relation) -> Relation:
        made: list[tuple[str, str]] = []
        for _ in range(self._rnd.randint(0, 3)):
            type_ = self._rnd.choice(TYPES)
            made.append((type_, expression(self._rnd, relation.columns, type_, 2)))
        items, columns = self._columns(relation, made)
        return self._add(
            replace(relation, columns=columns), f"SELECT {items} FROM {relation.source}{self._where(relation)}"
        )

    def _windowed(self, relation: Relation) -> Relation:
        made = [self._make.feature(relation, last=False) for _ in range(self._rnd.randint(1, 3))]
        items, columns = self._columns(relation, made)
        sql = f"SELECT {items} FROM {relation.source}{self._where(relation)}{self._qualify(relation)}"
        return self._add(replace(relation, columns=columns), sql)

    def _deduplicated(self, relation: Relation) -> Relation:
        if not relation.ordered:
            return self._staged(relation)
        once = f"ROW_NUMBER() OVER ({self._make.partition(relation)}, id ORDER BY ts) = 1"
        sql = f"SELECT * FROM {relation.source} QUALIFY {once}"
        return self._add(relation, sql) if "id" in dict(relation.columns) else relation

    def _as_of(self, relation: Relation) -> Relation:
        if self._joined or "k" not in dict(relation.columns):
            return self._staged(relation)
        self._joined = True
        sign, side = self._rnd.choice((">=", ">")), self._rnd.choice(("LEFT ", ""))
        key = self._rnd.choice(("", " AND l.k = r.k", " AND l.k = r.k"))
        sql = (
            f"SELECT l.*, r.v, r.w, r.name, r.ts AS r_at FROM {relation.source} AS l\n"
            f"ASOF {side}JOIN {self._changes()} AS r ON l.s = r.s{key} AND l.ts {sign} r.ts"
        )
        more = (("v", "BIGINT"), ("w", "DOUBLE"), ("name", "STRING"), ("r_at", "TIMESTAMP"))
        return self._add(replace(relation, columns=(*relation.columns, *more)), sql)

    def _changes(self) -> str:
        return self._rnd.choice((
            "{{ source('f', 'changes') }}", "(SELECT * FROM {{ source('f', 'changes') }} WHERE v IS NOT NULL)",
        ))  # fmt: skip

    def _changes_once(self) -> str:
        source = "{{ source('f', 'changes') }}"
        once = f"(SELECT * FROM {source} QUALIFY ROW_NUMBER() OVER (PARTITION BY s, id ORDER BY ts) = 1)"
        return once if self._duplicates else source

    def _looked_up(self, relation: Relation) -> Relation:
        names = dict(relation.columns)
        if self._joined or "k" not in names:
            return self._staged(relation)
        self._joined = True
        side = self._rnd.choice(("LEFT ", ""))
        sql = (
            f"SELECT l.*, r.label, r.weight FROM {relation.source} AS l\n"
            f"{side}JOIN {{{{ source('f', 'things') }}}} AS r ON l.k = r.k"
        )
        return self._add(replace(relation, columns=(*relation.columns, ("label", "STRING"), ("weight", "DOUBLE"))), sql)

    def _within(self, relation: Relation) -> Relation:
        if self._joined or "k" not in dict(relation.columns) or not relation.ordered:
            return self._staged(relation)
        self._joined = True
        side = self._rnd.choice(("LEFT ", ""))
        bounds = self._rnd.choice((
            "r.ts BETWEEN l.ts - INTERVAL '1' HOUR AND l.ts", "r.ts >= l.ts - INTERVAL '10' MINUTE AND r.ts < l.ts",
            "r.ts > l.ts - INTERVAL '1' DAY AND r.ts <= l.ts - INTERVAL '1' MINUTE",
        ))  # fmt: skip
        sql = (
            f"SELECT l.*, r.v, r.w, r.name, r.id AS r_id FROM {relation.source} AS l\n"
            f"{side}JOIN {self._changes_once()} AS r ON l.s = r.s AND l.k = r.k AND {bounds}"
        )
        more = (("v", "BIGINT"), ("w", "DOUBLE"), ("name", "STRING"), ("r_id", "BIGINT"))
        return self._add(replace(relation, columns=(*relation.columns, *more)), sql)

    def _united(self, relation: Relation) -> Relation:
        if relation.of_windows or not relation.ordered or self._joined or "{{" not in relation.source:
            return self._staged(relation)
        self._joined = True
        numbers, texts, doubles = (self._make.value(relation, type_) for type_ in ("BIGINT", "STRING", "DOUBLE"))
        sql = (
            f"SELECT s, k, id, {numbers} AS n, {texts} AS t, {doubles} AS x, ts FROM {relation.source}\nUNION ALL\n"
            f"SELECT s, k, id, v, name, w, ts FROM {self._changes_once()}"
        )
        columns = (("k", "BIGINT"), ("id", "BIGINT"), ("n", "BIGINT"), ("t", "STRING"), ("x", "DOUBLE"))
        return self._add(replace(relation, columns=columns), sql)

    def _grouped(self, relation: Relation) -> Relation:
        if relation.of_windows and self._rnd.random() < 0.5:
            return self._staged(relation)
        keys = self._group_keys(relation)
        made = [self._make.aggregate(relation, last=False) for _ in range(self._rnd.randint(1, 4))]
        names = dict(relation.columns)
        columns = [(key, names[key]) for key in keys if key != "s"]
        columns += [(f"c{self._names}_{i}", t) for i, (t, _) in enumerate(made)]
        items = [*keys, "window_end AS ts", *(f"{sql} AS c{self._names}_{i}" for i, (_, sql) in enumerate(made))]
        sql = (
            f"SELECT {', '.join(items)}\nFROM {self._tvf(relation, keys)}\nGROUP BY {', '.join(keys)}, window_start, "
            "window_end"
        )
        return self._add(Relation("", tuple(columns), ordered=False, of_windows=True), sql)

    def _ranked(self, relation: Relation) -> Relation:
        """The best rows of each window, as of its end."""
        if relation.of_windows or not relation.ordered:
            return self._staged(relation)
        by = self._rnd.choice([n for n, t in relation.columns if t != "BOOLEAN"] or ["s"])
        keys = ["s", "k"] if "k" in dict(relation.columns) and self._rnd.random() < 0.5 else ["s"]
        tvf = self._rnd.choice([form for form in _WINDOWS if not form.startswith("SESSION")])
        by += self._rnd.choice(("", " DESC"))
        order = f"PARTITION BY window_start, window_end, {', '.join(keys)} ORDER BY {by}"
        sql = (
            f"SELECT s, {', '.join(n for n, _ in relation.columns)}, place, window_end AS ts FROM (\n"
            f"SELECT *, ROW_NUMBER() OVER ({order}) AS place\n"
            f"FROM TABLE({tvf.format(f'TABLE {relation.source}', 'EVENT_TIME')})\n) AS w WHERE place <= 2"
        )
        columns = (*relation.columns, ("place", "BIGINT"))
        return self._add(Relation("", columns, ordered=False, of_windows=True), sql)

    def _group_keys(self, relation: Relation) -> list[str]:
        names = dict(relation.columns)
        return ["s", *(key for key in self._rnd.choice((("k",), ("k", "g"), (), ("g",), ("b", "k"))) if key in names)]

    def _tvf(self, relation: Relation, keys: list[str]) -> str:
        arguments = self._rnd.choice(_WINDOWS)
        return "TABLE(" + arguments.format(f"TABLE {relation.source}", "EVENT_TIME", ", ".join(keys)) + ")"

    def _unnested(self, relation: Relation) -> Relation:
        if not relation.ordered or self._joined:
            return self._staged(relation)
        self._joined = True
        value = self._make.value(relation, "BIGINT")
        history = f"ARRAY_AGG({value}) OVER ({self._make.partition(relation)} ORDER BY ts ROWS 2 PRECEDING)"
        held = self._add(relation, f"SELECT *, {history} AS history FROM {relation.source}")
        sql = (
            f"SELECT h.*, u.element, u.place FROM {held.source} AS h\n"
            "CROSS JOIN UNNEST(history) WITH ORDINALITY AS u(element, place)"
        )
        columns = (*relation.columns, ("element", "BIGINT"), ("place", "BIGINT"))
        return self._add(replace(relation, columns=columns), sql)


def model(rnd: Random, *, duplicates: bool) -> Model:
    """A random feature view.

    Args:
        rnd: decides.
        duplicates: whether events may come twice; then nothing depends on the order of such.
    """
    return Maker(rnd, duplicates=duplicates).model()
