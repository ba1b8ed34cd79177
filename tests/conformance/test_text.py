"""What each operation is on Flink, as text: Flink's own tests take minutes, a change of the text shows at once.

The vectors prove on a real Flink that the text is right. Macros are made of operations, and proved on DuckDB.
`SQLFEAT_UPDATE=1` writes the SQL given now into the fixtures.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sqlfeat.language.operation import Operation
from sqlfeat.language.registry import OPERATIONS
from sqlfeat.lower.expressions import ExpressionLowering
from tests.conformance.cases import CASTS, Group, groups_of, subjects
from tests.conformance.rows import projected

FOLDER = Path(__file__).parents[1] / "fixtures" / "operations"
PRIMITIVE = [(s, v) for s, v in subjects() if s.name in CASTS or isinstance(OPERATIONS[s.name], Operation)]
FAMILIES = sorted({subject.family for subject, _ in PRIMITIVE})


def text_of(group: Group) -> str:
    """The call with the types of its arguments, and what is computed for it."""
    lowering = ExpressionLowering(duckdb=False)
    steps, result = group.expanded
    relation = projected(lowering, steps, "cases", "flink")
    vector = group.cases[0].vector
    written = [
        repr(value) if type_.endswith("!") else type_ for value, type_ in zip(vector.args, vector.types, strict=True)
    ]
    sql = lowering.tree(result).sql("flink")
    below = "" if relation == "cases" else f"\nFROM {relation}"
    return f"-- {group.subject}: {', '.join(written)}\n{sql}{below}\n"


@pytest.mark.parametrize("family", FAMILIES)
def test_the_sql_of_flink_is_as_written(family: str) -> None:
    groups = groups_of((subject, vectors) for subject, vectors in PRIMITIVE if subject.family == family)
    given = "".join(dict.fromkeys(text_of(group) for group in groups)).encode()
    path = FOLDER / f"{family.replace(' ', '_')}.flink.sql"
    if os.environ.get("SQLFEAT_UPDATE"):
        path.write_bytes(given)
    assert given == path.read_bytes(), "if the new SQL is right, SQLFEAT_UPDATE=1 writes it"


def test_every_text_is_of_a_family() -> None:
    assert sorted(path.name.split(".")[0] for path in FOLDER.iterdir()) == [
        family.replace(" ", "_") for family in FAMILIES
    ]
