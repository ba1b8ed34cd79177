"""Random feature views: a stack of steps over the streams, each a CTE, and a view of the last one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from tests.fuzz.expressions import TYPES, Columns, expression
from tests.fuzz.features import Relation
from tests.fuzz.window_steps import WindowSteps

_EVENTS: Columns = (
    ("k", "BIGINT"), ("id", "BIGINT"), ("g", "STRING"), ("i", "BIGINT"), ("n", "BIGINT"), ("x", "DOUBLE"),
    ("m", "DECIMAL"), ("t", "STRING"), ("b", "BOOLEAN"), ("d", "DATE"), ("at", "TIMESTAMP"),
)  # fmt: skip
BASES: tuple[tuple[str, Columns, bool], ...] = (
    ("staged", (*_EVENTS, ("positive", "BOOLEAN")), True),
    ("counted", (("k", "BIGINT"), ("id", "BIGINT"), ("g", "STRING"), ("n", "BIGINT"), ("x", "DOUBLE"), ("t", "STRING"),
                 ("seen", "BIGINT"), ("sum_x", "DOUBLE")), True),
    ("hourly", (("k", "BIGINT"), ("events", "BIGINT"), ("n", "BIGINT"), ("x", "DOUBLE")), False),
)  # fmt: skip
"""Models of the project that others read: their names, columns, and whether ties are broken."""
BASE_SQL = {
    "staged": """{{ config(materialized='view') }}
SELECT *, n IS NULL OR n > 0 AS positive FROM {{ source('f', 'events') }} WHERE k IS NOT NULL OR i > 0""",
    "counted": """{{ config(materialized='event', entity='one') }}
SELECT s, k, ts AS feature_time, id, g, n, x, t,
  COUNT(*) OVER (PARTITION BY s, k ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS seen,
  SUM(x) OVER (PARTITION BY s, g ORDER BY ts) AS sum_x
FROM {{ source('f', 'unique') }}""",
    "hourly": """{{ config(materialized='window', entity='one') }}
SELECT s, k, window_end AS feature_time, COUNT(*) AS events, SUM(n) AS n, MAX(x) AS x
FROM TABLE(TUMBLE(TABLE {{ source('f', 'unique') }}, DESCRIPTOR(ts), INTERVAL '1' HOUR))
GROUP BY s, k, window_start, window_end""",
}
_CHANGED = "TABLE {{ source('f', 'changes') }}"
_WINDOWS_OF_CHANGES = tuple(
    "(SELECT s, k, window_end AS ts, SUM(v) AS v, MAX(w) AS w, MIN(name) AS name "
    f"FROM TABLE({function}) GROUP BY s, k, {ends})"
    for function, ends in (
        (f"TUMBLE({_CHANGED}, DESCRIPTOR(EVENT_TIME), INTERVAL '1' HOUR)", "window_start, window_end"),
        (f"TUMBLE({_CHANGED}, DESCRIPTOR(EVENT_TIME), INTERVAL '1' MINUTE)", "window_end"),
        (f"HOP({_CHANGED}, DESCRIPTOR(EVENT_TIME), INTERVAL '10' MINUTE, INTERVAL '1' HOUR)", "window_start"),
        (f"SESSION({_CHANGED} PARTITION BY (s, k), DESCRIPTOR(EVENT_TIME), INTERVAL '1' MINUTE)",
         "window_start, window_end"),
    )
)  # fmt: skip


_OF_THINGS = (
    "k IN (SELECT k FROM {{ source('f', 'things') }})",
    "k NOT IN (SELECT t.k FROM {{ source('f', 'things') }} AS t WHERE weight > 0)",
    "NOT EXISTS (SELECT 1 FROM {{ source('f', 'things') }} AS t WHERE t.k = s AND t.label <> 'a')",
    "(SELECT t.weight FROM {{ source('f', 'things') }} AS t WHERE t.k = s) > 1",
)


@dataclass(frozen=True)
class Model:
    """A feature view as SQL, before rendering."""

    sql: str
    features: int


class Maker(WindowSteps):
    """Makes one model."""

    def __init__(self, rnd: Random, *, duplicates: bool) -> None:
        super().__init__(rnd)
        self._duplicates = duplicates
        self._joined: set[str] = set()

    def model(self) -> Model:
        relation = self._base() if self._rnd.random() < 0.25 else self._events()
        for _ in range(self._rnd.choice((0, 0, 1, 1, 2, 2, 3, 4))):
            step = self._rnd.choice((self._staged, self._staged, self._windowed, self._windowed, self._deduplicated,
                                     self._as_of, self._as_of, self._looked_up, self._within, self._ranked,
                                     self._united, self._grouped, self._grouped_again, self._windows_joined,
                                     self._counted_over, self._unnested, self._remembered))  # fmt: skip
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

    def _base(self) -> Relation:
        """A model of the project; events that came twice are in it once, or in no order."""
        name, columns, ordered = self._rnd.choice(BASES)
        time = "ts" if name == "staged" else "feature_time AS ts"
        relation = Relation(f"{{{{ ref('{name}') }}}}", columns, of_windows=name == "hourly")
        relation = replace(relation, ordered=ordered and not (name == "staged" and self._duplicates))
        return self._add(relation, f"SELECT s, {', '.join(n for n, _ in columns)}, {time} FROM {relation.source}")

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
        forgets = self._rnd.choice(("", "", "", ", state_ttl='1 hour'", ", state_ttl='3 days'"))
        config = f"{{{{ config(materialized='{materialized}', entity='one'{forgets}) }}}}\n"
        return Model(config + ctes + sql, features)

    def _key(self, relation: Relation) -> str:
        return "k" if "k" in dict(relation.columns) else "CAST(NULL AS BIGINT) AS k"

    def _where(self, relation: Relation) -> str:
        if self._rnd.random() < 0.7:
            return ""
        condition = expression(self._rnd, relation.columns, "BOOLEAN", 2)
        if "k" in dict(relation.columns) and self._rnd.random() < 0.2:
            condition = f"{self._rnd.choice(_OF_THINGS)} {self._rnd.choice(('AND', 'OR'))} {condition}"
        return f"\nWHERE {condition}"

    def _qualify(self, relation: Relation) -> str:
        if self._rnd.random() < 0.85 or not relation.ordered:
            return ""
        return "\nQUALIFY " + self._rnd.choice((
            f"ROW_NUMBER() OVER ({self._make.partition(relation)} ORDER BY ts) <= 3",
            f"COUNT(*) OVER ({self._make.partition(relation)} ORDER BY ts RANGE INTERVAL '1' HOUR PRECEDING) > 1",
            f"ROW_NUMBER() OVER ({self._make.partition(relation)} ORDER BY ts) = 1",
        ))  # fmt: skip

    # Steps ------------------------------------------------------------------------------------------------------------

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
        taken = self._joined & {"as of", "within", "union"}
        if taken or relation.of_windows or "k" not in dict(relation.columns):
            return self._staged(relation)
        self._joined.add("as of")
        sign, side = self._rnd.choice((">=", ">")), self._rnd.choice(("LEFT ", ""))
        key = self._rnd.choice(("", " AND l.k = r.k", " AND l.k = r.k"))
        age = self._rnd.choice(
            ("", "", " AND r.ts >= l.ts - INTERVAL '1' HOUR", " AND r.ts >= l.ts - INTERVAL '1' SECOND")
        )
        sql = (
            f"SELECT l.*, r.v, r.w, r.name, r.ts AS r_at FROM {relation.source} AS l\n"
            f"ASOF {side}JOIN {self._changes(of_windows=bool(key))} AS r ON l.s = r.s{key} AND l.ts {sign} r.ts{age}"
        )
        more = (("v", "BIGINT"), ("w", "DOUBLE"), ("name", "STRING"), ("r_at", "TIMESTAMP"))
        return self._add(replace(relation, columns=(*relation.columns, *more)), sql)

    def _changes(self, *, of_windows: bool) -> str:
        """The changes, or what became of them in windows, of which a key has one row at a time."""
        if of_windows and self._rnd.random() < 0.35:
            return self._rnd.choice(_WINDOWS_OF_CHANGES)
        return self._rnd.choice((
            "{{ source('f', 'changes') }}", "(SELECT * FROM {{ source('f', 'changes') }} WHERE v IS NOT NULL)",
        ))  # fmt: skip

    def _changes_once(self) -> str:
        source = "{{ source('f', 'changes') }}"
        once = f"(SELECT * FROM {source} QUALIFY ROW_NUMBER() OVER (PARTITION BY s, id ORDER BY ts) = 1)"
        return once if self._duplicates else source

    def _looked_up(self, relation: Relation) -> Relation:
        names = dict(relation.columns)
        if "table" in self._joined or "k" not in names:
            return self._staged(relation)
        self._joined.add("table")
        side = self._rnd.choice(("LEFT ", ""))
        sql = (
            f"SELECT l.*, r.label, r.weight FROM {relation.source} AS l\n"
            f"{side}JOIN {{{{ source('f', 'things') }}}} AS r ON l.k = r.k"
        )
        return self._add(replace(relation, columns=(*relation.columns, ("label", "STRING"), ("weight", "DOUBLE"))), sql)

    def _within(self, relation: Relation) -> Relation:
        taken = self._joined & {"as of", "within", "union"}
        if taken or relation.of_windows or "k" not in dict(relation.columns) or not relation.ordered:
            return self._staged(relation)
        self._joined.add("within")
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
        self._joined.add("union")
        numbers, texts, doubles = (self._make.value(relation, type_) for type_ in ("BIGINT", "STRING", "DOUBLE"))
        sql = (
            f"SELECT s, k, id, {numbers} AS n, {texts} AS t, {doubles} AS x, ts FROM {relation.source}\nUNION ALL\n"
            f"SELECT s, k, id, v, name, w, ts FROM {self._changes_once()}"
        )
        columns = (("k", "BIGINT"), ("id", "BIGINT"), ("n", "BIGINT"), ("t", "STRING"), ("x", "DOUBLE"))
        return self._add(replace(relation, columns=columns, arrays=()), sql)

    def _remembered(self, relation: Relation) -> Relation:
        """A history, which features of the last step read."""
        if not relation.ordered or relation.arrays:
            return self._staged(relation)
        frame = self._rnd.choice(("ROWS 3 PRECEDING", "RANGE INTERVAL '1' HOUR PRECEDING"))
        value = self._make.value(relation, "BIGINT")
        history = f"ARRAY_AGG({value}) OVER ({self._make.partition(relation)} ORDER BY ts {frame})"
        sql = f"SELECT *, {history} AS a{self._names} FROM {relation.source}"
        return self._add(replace(relation, arrays=(f"a{self._names}",)), sql)

    def _unnested(self, relation: Relation) -> Relation:
        if not relation.ordered or "unnest" in self._joined:
            return self._staged(relation)
        self._joined.add("unnest")
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
