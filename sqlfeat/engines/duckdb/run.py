"""Running compiled programs: views of the sources once, then the result of each feature view as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from sqlfeat.engines.duckdb.errors import explained
from sqlfeat.language.trees import cast
from sqlfeat.lower.program import CompiledModel, OutputColumn, Role, Slice, Statement

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_QUERY = "sqlfeat__query"
_CREATE_QUERY = "CREATE OR REPLACE TEMP VIEW sqlfeat__query AS "
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of a history that does not fit the declared columns."""

    source: str
    """Full name."""
    reason: str
    row: str


class DuckdbRun:
    """Programs of one compilation on one connection; what two programs share is created once."""

    def __init__(self, connection: DuckDBPyConnection) -> None:
        self.connection = connection
        self._created: set[str] = set()
        self._rejects: dict[str, Statement] = {}

    def materialize(self, model: CompiledModel, part: Slice, table: str) -> int:
        """Compute a feature view into the temporary table `table` (replaced), sorted; gives the number of rows.

        The table has exactly the columns of `model.columns` with their declared types, and only rows of `part`.
        The order of the rows, which `rowid` keeps, is that of `sort_columns`.

        Raises:
            SqlfeatError: SF0604, SF0605 or SF9902.
        """
        with explained(model.name, model.path):
            self.prepare(model)
            self.connection.execute(_CREATE_QUERY + model.duckdb.query.strip().rstrip(";"))
            self.connection.execute(_create_table(table, _result(model, part)).sql("duckdb"))
            # To the last row: DuckDB refuses other work on the connection while a result is unfinished.
            ((rows,),) = self.connection.execute(_count(table).sql("duckdb")).fetchall()
        return int(rows)

    def drop(self, table: str) -> None:
        """Free what `materialize` left."""
        self.connection.execute(exp.Drop(tables=[exp.to_table(table)], kind="TABLE", exists=True).sql("duckdb"))

    def rejects(self) -> Iterator[Reject]:
        """The rows turned away from the sources of all models materialized so far, each source once."""
        for statement in self._rejects.values():
            with explained(statement.name, statement.name):
                cursor = self.connection.execute(_select_rejects(statement.name).sql("duckdb"))
                while rows := cursor.fetchmany(_BATCH):
                    yield from (Reject(*row) for row in rows)

    def configure(self, model: CompiledModel) -> None:
        """Run the settings and define the macros that a model's program relies on, each once."""
        for setting in model.duckdb.setup:
            if setting not in self._created:
                self.connection.execute(setting)
                self._created.add(setting)

    def prepare(self, model: CompiledModel) -> None:
        """Create the views of the sources that a model reads."""
        self.configure(model)
        for statement in (*model.duckdb.sources, *model.duckdb.rejects):
            if statement.name not in self._created:
                self.connection.execute(statement.sql)
                self._created.add(statement.name)
        self._rejects.update({statement.name: statement for statement in model.duckdb.rejects})


def sort_columns(columns: tuple[OutputColumn, ...]) -> list[OutputColumn]:
    """All columns in the order that rows are sorted by: feature time, ORDER columns, keys, then the rest.

    The rest leaves nothing to chance: the same rows are always stored as the same file.
    """
    rank = {Role.FEATURE_TIME: 0, Role.ORDER: 1, Role.KEY: 2, Role.FEATURE: 3}
    return sorted(columns, key=lambda column: rank[column.role])


def feature_time_of(columns: tuple[OutputColumn, ...]) -> str:
    """The name of the feature time column."""
    return next(column.name for column in columns if column.role is Role.FEATURE_TIME)


def in_slice(column: str, part: Slice) -> exp.Condition | None:
    """The condition that `column` is in [start, end); None if everything is."""
    named = exp.column(column, quoted=True)
    bounds: list[exp.Expr] = []
    if part.start is not None:
        bounds.append(exp.GTE(this=named.copy(), expression=timestamp(part.start.isoformat(" "))))
    if part.end is not None:
        bounds.append(exp.LT(this=named.copy(), expression=timestamp(part.end.isoformat(" "))))
    return exp.and_(*bounds) if bounds else None


def timestamp(text: str) -> exp.Expr:
    """A TIMESTAMP constant."""
    return exp.Cast(this=exp.Literal.string(text), to=exp.DataType.build("TIMESTAMP", dialect="duckdb"))


def _result(model: CompiledModel, part: Slice) -> exp.Select:
    columns = [
        exp.alias_(cast(exp.column(column.name, quoted=True), column.type, duckdb=True), column.name, quoted=True)
        for column in model.columns
    ]
    order = [
        exp.Ordered(this=exp.column(column.name, quoted=True), desc=False, nulls_first=True)
        for column in sort_columns(model.columns)
    ]
    select = exp.select(*columns).from_(_QUERY).order_by(*order)
    if part == Slice():  # a staging view under test may have no time at all
        return select
    return select.where(in_slice(feature_time_of(model.columns), part))


def _create_table(name: str, select: exp.Select) -> exp.Create:
    properties = exp.Properties(expressions=[exp.TemporaryProperty()])
    return exp.Create(this=exp.to_table(name), kind="TABLE", replace=True, properties=properties, expression=select)


def _count(table: str) -> exp.Select:
    return exp.select(exp.Count(this=exp.Star())).from_(table)


def _select_rejects(view: str) -> exp.Select:
    columns = [cast_text(exp.column(name, quoted=True)) for name in ("source", "reason", "row")]
    return exp.select(*columns).from_(exp.Table(this=exp.to_identifier(view, quoted=True)))


def cast_text(tree: exp.Expr) -> exp.Expr:
    """The tree as VARCHAR."""
    return exp.Cast(this=tree, to=exp.DataType.build("VARCHAR", dialect="duckdb"))
