"""Groups of cases on DuckDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from sqlfeat.language.trees import cast, duckdb_type
from sqlfeat.language.types import STRING, Kind, array
from sqlfeat.lower.duckdb.program import prelude
from sqlfeat.lower.expressions import ExpressionLowering
from tests.conformance.rows import SLOTS, Outcome, projected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlglot import exp

    from sqlfeat.language.types import DataType
    from tests.conformance.cases import Group


class DuckdbEngine:
    """A database with the cases as a table."""

    def __init__(self, rows: Path) -> None:
        self.connection = duckdb.connect(config={"threads": "1"})
        for statement in prelude():
            self.connection.execute(statement)
        types = {"id": "BIGINT", "grp": "VARCHAR"}
        types.update({f"a{i}": "VARCHAR" for i in range(SLOTS)})
        types.update({f"x{i}": "VARCHAR[]" for i in range(SLOTS)})
        self.connection.execute(
            f"CREATE TABLE cases AS SELECT * FROM read_json('{rows}', format='newline_delimited', columns={types!r}, "
            "maximum_object_size=16777216)"
        )

    def run(self, groups: Iterable[Group]) -> Outcome:
        """What each case gives."""
        outcome = Outcome()
        for group in groups:
            self._group(group, outcome)
        return outcome

    def _group(self, group: Group, outcome: Outcome) -> None:
        try:
            query = self.query(group)
            found = self._type(group)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a finding about the group
            outcome.broken[group.id] = _first_line(error)
            return
        wanted = duckdb_type(group.type).sql("duckdb")
        if _normal(found) != _normal(wanted):
            outcome.types[group.id] = found
        try:
            outcome.values.update(self.connection.execute(query).fetchall())
        except Exception:  # noqa: BLE001
            self._one_by_one(group, query, outcome)

    def _one_by_one(self, group: Group, query: str, outcome: Outcome) -> None:
        for case in group.cases:
            try:
                outcome.values.update(self.connection.execute(f"SELECT * FROM ({query} AND id = {case.id})").fetchall())
            except Exception as error:  # noqa: BLE001
                outcome.failed[case.id] = _first_line(error)

    def _type(self, group: Group) -> str:
        tree, relation = self._lowered(group)
        described = self.connection.execute(f"DESCRIBE SELECT {tree.sql('duckdb')} FROM ({relation})").fetchall()
        return str(described[0][1])

    def query(self, group: Group) -> str:
        """The cases of a group with their results as texts; the end of it is the condition."""
        tree, relation = self._lowered(group)
        text = array(STRING) if group.type.kind is Kind.ARRAY else STRING
        result = cast(cast(tree, group.type, duckdb=True), text, duckdb=True).sql("duckdb")
        return f"SELECT id, {result} FROM ({relation}) WHERE id >= 0"

    def _lowered(self, group: Group) -> tuple[exp.Expr, str]:
        """The result and the relation it is computed over."""
        lowering = ExpressionLowering(duckdb=True)
        steps, result = group.expanded
        return lowering.tree(result), projected(lowering, steps, self._inputs(group), "duckdb")

    def _inputs(self, group: Group) -> str:
        columns = "".join(f", {_input(c.name[1:], c.type)} AS {c.name}" for c in group.columns)
        return f"SELECT id{columns} FROM cases WHERE grp = '{group.id}'"


def _input(slot: str, data_type: DataType) -> str:
    source = f"x{slot}" if data_type.kind is Kind.ARRAY else f"a{slot}"
    return f"CAST({source} AS {duckdb_type(data_type).sql('duckdb')})"


def _normal(type_: str) -> str:
    return type_.replace(" ", "").replace("INTEGER", "INT").replace("TEXT", "VARCHAR")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300]
