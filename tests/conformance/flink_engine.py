"""Groups of cases on Flink: a few jobs with one branch per group."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

from sqlfeat.engines.flink.environment import create_environment
from sqlfeat.language.trees import cast, flink_type
from sqlfeat.language.types import STRING, Kind, array
from sqlfeat.lower.expressions import ExpressionLowering
from sqlfeat.lower.flink.program import OPTIONS
from tests.conformance.rows import SLOTS, Outcome, projected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyflink.table import TableSchema
    from sqlglot import exp

    from sqlfeat.language.types import DataType
    from tests.conformance.cases import Group

BRANCHES = 100
"""Groups in one job: planning and the chain of operators grow faster than their number."""


class FlinkEngine:
    """A table environment with the cases as a table."""

    def __init__(self, rows: Path, folder: Path, log_file: Path) -> None:
        self._out = folder / "flink"
        self.environment = create_environment(log_file, 1, dict(OPTIONS))
        texts = ", ".join(f"a{i} STRING" for i in range(SLOTS))
        arrays = ", ".join(f"x{i} ARRAY<STRING>" for i in range(SLOTS))
        self._create(f"cases (id BIGINT, grp STRING, {texts}, {arrays})", rows)
        self._create("results (id BIGINT, answer STRING, items ARRAY<STRING>)", self._out)

    def run(self, groups: Sequence[Group]) -> Outcome:
        """What each case gives."""
        outcome = Outcome()
        usable = [group for group in groups if self._accepts(group, outcome)]
        for start in range(0, len(usable), BRANCHES):
            self._job(usable[start : start + BRANCHES], outcome)
        return outcome

    def typed(self, groups: Sequence[Group]) -> Outcome:
        """Which expressions the planner refuses, or gives another type."""
        outcome = Outcome()
        for group in groups:
            self._accepts(group, outcome)
        return outcome

    def _create(self, columns: str, path: Path) -> None:
        self.environment.execute_sql(
            f"CREATE TEMPORARY TABLE {columns} WITH ('connector' = 'filesystem', 'path' = '{path}', 'format' = 'json')"
        )

    def _accepts(self, group: Group, outcome: Outcome) -> bool:
        try:
            tree, relation = self._lowered(group)
            schema = self.environment.sql_query(f"SELECT {tree.sql('flink')} FROM ({relation})").get_schema()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a finding about the group
            outcome.broken[group.id] = _cause(error)
            return False
        (found,) = column_types(schema)
        if found != str(group.type):
            outcome.types[group.id] = found
        return True

    def _job(self, groups: Sequence[Group], outcome: Outcome) -> None:
        """One job; if it fails, the halves of it, down to the case that is to blame."""
        try:
            outcome.values.update(self._results([self.query(group) for group in groups]))
        except Exception as error:  # noqa: BLE001
            if len(groups) > 1:
                middle = len(groups) // 2
                self._job(groups[:middle], outcome)
                self._job(groups[middle:], outcome)
            else:
                self._one_by_one(groups[0], [case.id for case in groups[0].cases], outcome, error)

    def _one_by_one(self, group: Group, cases: Sequence[int], outcome: Outcome, error: Exception) -> None:
        if len(cases) == 1:
            outcome.failed[cases[0]] = _cause(error)
            return
        middle = len(cases) // 2
        for half in (cases[:middle], cases[middle:]):
            try:
                outcome.values.update(self._results([self.query(group, half)]))
            except Exception as inner:  # noqa: BLE001
                self._one_by_one(group, half, outcome, inner)

    def _results(self, queries: Sequence[str]) -> dict[int, Any]:
        shutil.rmtree(self._out, ignore_errors=True)
        self.environment.execute_sql("INSERT INTO results\n" + "\nUNION ALL\n".join(queries)).wait()
        lines = [
            line for file in self._out.rglob("part-*") for line in file.read_text(encoding="utf-8").split("\n") if line
        ]
        rows = [json.loads(line) for line in lines]
        return {row["id"]: row.get("answer") if row.get("items") is None else row["items"] for row in rows}

    def query(self, group: Group, cases: Sequence[int] = ()) -> str:
        """The cases of a group with their results as texts."""
        tree, relation = self._lowered(group)
        listed = group.type.kind is Kind.ARRAY
        text = array(STRING) if listed else STRING
        result = cast(cast(tree, group.type, duckdb=False), text, duckdb=False).sql("flink")
        columns = f"CAST(NULL AS STRING), {result}" if listed else f"{result}, CAST(NULL AS ARRAY<STRING>)"
        chosen = f" WHERE id IN ({', '.join(map(str, cases))})" if cases else ""
        return f"SELECT id, {columns} FROM ({relation}){chosen}"

    def _lowered(self, group: Group) -> tuple[exp.Expr, str]:
        """The result and the relation it is computed over."""
        lowering = ExpressionLowering(duckdb=False)
        steps, result = group.expanded
        return lowering.tree(result), projected(lowering, steps, self._inputs(group), "flink")

    def _inputs(self, group: Group) -> str:
        columns = "".join(f", {_input(c.name[1:], c.type)} AS {c.name}" for c in group.columns)
        return f"SELECT id{columns} FROM cases WHERE grp = '{group.id}'"


def _input(slot: str, data_type: DataType) -> str:
    source = f"x{slot}" if data_type.kind is Kind.ARRAY else f"a{slot}"
    # TRY_CAST, as Flink computes a CAST that a branch does not need for the rows of other branches too.
    if data_type.kind is Kind.DECIMAL:
        # It counts the zero before the point as a digit.
        source = f"TRY_CAST({source} AS DECIMAL(38, {data_type.scale}))"
    return f"TRY_CAST({source} AS {flink_type(data_type).sql('flink')})"


def column_types(schema: TableSchema) -> list[str]:
    """The types of the columns, whether NULL or the time of an event aside."""
    types = schema._j_table_schema.getFieldDataTypes()
    return [_type_name(data_type.getLogicalType().asSummaryString()) for data_type in types]


def _type_name(summary: str) -> str:
    """As the language writes it; the length of a text, which Flink derives from constants, does not matter."""
    plain = summary.replace(" NOT NULL", "").replace(" *ROWTIME*", "").replace(", ", ",")
    return re.sub(r"(VAR)?CHAR\(\d+\)", "STRING", plain)


def _cause(error: Exception) -> str:
    """The innermost reason in a Java stack trace."""
    lines = [line.strip() for line in str(error).splitlines()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (causes[-1] if causes else next((line for line in lines if line), repr(error)))[:400]
