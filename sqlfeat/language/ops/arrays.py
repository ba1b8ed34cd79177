"""Arrays: elements, search, slices, sets, texts.

Elements may be NULL and count as values: a NULL is found, removed and kept once like any other element. A NULL array
gives NULL. Numbers of elements start at 1, as in both engines.
"""

from __future__ import annotations

from sqlfeat.language.operation import Refusal, Refused
from sqlfeat.language.ops import array_elements, array_order, array_sets, array_slices, array_texts
from sqlfeat.language.ops.array_types import FAMILY

OPERATIONS = (
    *array_elements.OPERATIONS,
    *array_slices.OPERATIONS,
    *array_order.OPERATIONS,
    *array_sets.OPERATIONS,
    *array_texts.OPERATIONS,
)
MACROS = array_sets.MACROS

_LAMBDA = Refused(
    "Flink has no functions of the elements of an array",
    "the expression before collecting (ARRAY_AGG(x * 2)), UNNEST, or VECTOR functions for arrays of a fixed length",
)
REFUSALS = (
    Refusal("LIST_TRANSFORM", FAMILY, _LAMBDA, (
        "LIST_APPLY", "ARRAY_TRANSFORM", "ARRAY_APPLY", "APPLY", "LIST_FILTER", "ARRAY_FILTER", "FILTER", "LIST_REDUCE",
        "ARRAY_REDUCE", "REDUCE", "LIST_AGGREGATE", "LIST_AGGR", "ARRAY_AGGREGATE", "ARRAY_AGGR", "LIST_ZIP",
        "ARRAY_ZIP",
        "ALL_MATCH", "ANY_MATCH",
    )),
    Refusal("ARRAY_SUM", FAMILY, Refused(
        "Flink has no sum of an array of any length", "SUM(x) before collecting, or VECTOR_SUM(a, n) for n elements",
    ), ("LIST_SUM", "LIST_AVG", "ARRAY_AVG", "LIST_PRODUCT", "LIST_STDDEV_POP", "LIST_MEDIAN", "LIST_MODE",
        "LIST_COUNT")),
    Refusal("LIST_SORT", FAMILY, Refused(
        "DuckDB puts NULLs last, Flink first",
        "ARRAY_SORT(a, TRUE, FALSE) for NULLs last, ARRAY_SORT(a) for NULLs first",
    ), ("LIST_REVERSE_SORT", "ARRAY_REVERSE_SORT", "LIST_GRADE_UP")),
    Refusal("ELEMENT", FAMILY, Refused("it stops the stream if there are several elements", "a[1]")),
    Refusal("UNNEST", FAMILY, Refused("a value of a row is one value", "CROSS JOIN UNNEST(a) AS t(x) in FROM"),
            ("EXPLODE", "POSEXPLODE", "EXPLODE_OUTER")),
    Refusal("FLATTEN", FAMILY, Refused("arrays of arrays are not in the language", "ARRAY_CONCAT(a, b)")),
    Refusal("ANY", FAMILY, Refused("Flink has no comparison with any element", "ARRAY_CONTAINS(a, x)"),
            ("ALL", "SOME")),
    Refusal("LIST_UNIQUE", FAMILY, Refused(
        "Flink has no count of different elements", "CARDINALITY(ARRAY_DISTINCT(a))",
    ), ("ARRAY_UNIQUE",)),
    Refusal("ARRAY_RESIZE", FAMILY, Refused("Flink cannot change the length of an array", "ARRAY_SLICE(a, 1, n)"),
            ("LIST_RESIZE",)),
)  # fmt: skip
