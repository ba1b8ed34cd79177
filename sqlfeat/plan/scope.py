"""Which names a piece of SQL may use, and the relation they come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlglot import exp

from sqlfeat.language.expr import Column, Expr
from sqlfeat.plan.nodes import Plan, Project, Schema
from sqlfeat.plan.report import BindError, Report

EVENT_TIME = "event_time"
"""`EVENT_TIME` names the relation's event-time column unless a column has that name."""


@dataclass(frozen=True, slots=True)
class Visible:
    """A name users may write: `alias.name`, standing for a column of the plan.

    Attributes:
        merged: the right side's key of JOIN ... USING; alone and in `*`, the name stands for the left side's.
    """

    alias: str
    name: str
    column: Column
    merged: bool = False

    def is_meant(self, alias: str) -> bool:
        """Whether a name with this alias, or with none, may be this one."""
        return self.alias.lower() == alias if alias else not self.merged


@dataclass(frozen=True, slots=True)
class Scope:
    """The relation built so far and the names for its columns.

    Attributes:
        plan: the relation.
        visible: names in the order of `*`.
        windows: definitions of the WINDOW clause.
        later: columns with the event times of both sides of a join, the later of which is that of a pair.
    """

    plan: Plan
    visible: tuple[Visible, ...]
    windows: dict[str, exp.Window] = field(default_factory=dict)
    later: tuple[str, str] | None = None

    def resolve(self, node: exp.Column, report: Report) -> Column:
        """The column a name stands for; names are case-insensitive."""
        name, alias = node.name.lower(), node.table.lower()
        found = [v for v in self.visible if v.name.lower() == name and v.is_meant(alias)]
        if len(found) == 1:
            return found[0].column
        if len(found) > 1:
            raise self._ambiguous(node, found, report)
        if name == EVENT_TIME and (time := self.plan.schema.event_time):
            return self.plan.schema.column(time)
        raise self._unknown(node, alias, report)

    def _ambiguous(self, node: exp.Column, found: list[Visible], report: Report) -> BindError:
        choices = " or ".join(f"`{v.alias}.{v.name}`" for v in found)
        return report.fail("SF0304", node, f"column `{node.name}` is ambiguous", label=f"write {choices}")

    def _unknown(self, node: exp.Column, alias: str, report: Report) -> BindError:
        aliases = sorted({v.alias for v in self.visible if not v.alias.startswith("__")})
        if alias and alias not in [a.lower() for a in aliases]:
            return report.unknown("SF0305", node, "relation", node.table, aliases)
        known = [v.name for v in self.visible if v.is_meant(alias)]
        where = f" in `{node.table or aliases[0]}`" if alias or len(aliases) == 1 else ""
        return report.unknown("SF0301", node, "column", node.name, known, where=where)

    def extended(self, items: list[tuple[str, Expr]]) -> Scope:
        """The scope over the relation with computed columns added; their names stay hidden."""
        return replace(self, plan=with_columns(self.plan, items)) if items else self


def with_columns(plan: Plan, items: list[tuple[str, Expr]]) -> Project:
    """The relation with further columns."""
    schema = plan.schema
    passed: list[tuple[str, Expr]] = [(column.name, column) for column in schema.columns]
    added = tuple(Column(name, expr.type, expr.nullable) for name, expr in items)
    return Project(plan, (*passed, *items), Schema((*schema.columns, *added), schema.event_time, schema.order))
