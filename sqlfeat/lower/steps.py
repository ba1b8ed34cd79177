"""A query as a chain of named steps (CTEs), one per relation of the plan; what both engines share of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from sqlglot import exp

from sqlfeat.language.expr import Expr
from sqlfeat.language.types import BIGINT
from sqlfeat.lower.expressions import ExpressionLowering, column, identifier
from sqlfeat.plan.columns import OutputColumn
from sqlfeat.plan.nodes import (
    Distinct,
    Filter,
    IntervalJoin,
    LookupJoin,
    Over,
    Plan,
    Project,
    Scan,
    UnionAll,
    Unnest,
    WindowAggregate,
    WindowRows,
    WindowTopN,
)


class Steps(ABC):
    """Collects the steps of one model; subclasses add what an engine does its own way."""

    def __init__(self, expressions: ExpressionLowering) -> None:
        self.expressions = expressions
        self._steps: list[tuple[str, exp.Expr]] = []
        self._names: dict[int, tuple[Plan, str]] = {}

    def final(self, plan: Project, columns: Sequence[OutputColumn]) -> exp.Select:
        """The whole query: every output column with its declared type."""
        source, condition = self._source(plan.input)
        items = dict(plan.items)
        select = self.select(
            [self.named(self.expressions.cast(self.expressions.tree(items[c.name]), c.type), c.name) for c in columns],
            source,
            condition,
        )
        if self._steps:
            ctes = [exp.CTE(this=query, alias=exp.TableAlias(this=identifier(name))) for name, query in self._steps]
            select.set("with_", exp.With(expressions=ctes))
        return select

    def relation(self, plan: Plan) -> str:
        """The name of the step or view that gives the relation."""
        if id(plan) not in self._names:
            self._names[id(plan)] = (plan, self._lower(plan))
        return self._names[id(plan)][1]

    def add(self, kind: str, query: exp.Expr) -> str:
        """A new step; its name begins with what it does."""
        name = f"{kind}_{len(self._steps) + 1}"
        self._steps.append((name, query))
        return name

    def _lower(self, plan: Plan) -> str:
        match plan:
            case Scan():
                return self.scan(plan)
            case Project():
                source, condition = self._source(plan.input)
                items = [self.named(self.item(plan, name, expr), name) for name, expr in plan.items]
                return self.add("columns", self.select(items, source, condition))
            case Filter():
                source, condition = self._source(plan)
                return self.add("rows", self.select(self.columns(plan.schema.names), source, condition))
            case Over():
                return self.over(plan)
            case WindowAggregate():
                return self.group(plan)
            case WindowRows():
                return self.windowed(plan)
            case LookupJoin():
                return self.lookup(plan)
            case IntervalJoin():
                return self.interval(plan)
            case Unnest():
                return self.unnest(plan)
            case WindowTopN():
                return self.top(plan)
            case Distinct():
                return self.distinct(plan)
            case UnionAll():
                return self._union(plan)

    def _source(self, plan: Plan) -> tuple[str, exp.Expr | None]:
        """A relation as FROM and WHERE."""
        conditions: list[exp.Expr] = []
        while isinstance(plan, Filter):
            conditions.insert(0, self.condition(plan))
            plan = plan.input
        if not conditions:
            return self.relation(plan), None
        condition = conditions[0]
        for other in conditions[1:]:
            condition = exp.And(this=exp.Paren(this=condition), expression=exp.Paren(this=other))
        return self.relation(plan), condition

    def condition(self, plan: Filter) -> exp.Expr:
        """The condition of WHERE."""
        return self.expressions.tree(plan.condition)

    def _union(self, plan: UnionAll) -> str:
        queries: list[exp.Expr] = [
            self.select(self.columns(plan.schema.names), self.relation(branch)) for branch in plan.inputs
        ]
        union = queries[0]
        for query in queries[1:]:
            union = exp.Union(this=union, expression=query, distinct=False)
        return self.add("union", union)

    def unnest(self, plan: Unnest) -> str:
        """One row per element; both engines write it alike."""
        columns = [identifier(plan.element), identifier(plan.position)]
        elements = exp.Unnest(
            expressions=[column(plan.array)], offset=True, alias=exp.TableAlias(this=identifier("__u"), columns=columns)
        )
        inner = [name for name in plan.schema.names if name != plan.position]
        position = [
            self.named(self.expressions.cast(column(plan.position), BIGINT), plan.position)
            for name in plan.schema.names
            if name == plan.position
        ]
        select = self.select([*self.columns(inner), *position], self.relation(plan.input))
        select.set("joins", [exp.Join(this=elements, kind="CROSS")])
        return self.add("elements", select)

    def top(self, plan: WindowTopN) -> str:
        """Numbered rows, cut at the limit. Explicit NULL order: by default the engines differ."""
        order = [exp.Ordered(this=column(name), desc=desc, nulls_first=not desc) for name, desc in plan.order]
        number = exp.Window(
            this=exp.Anonymous(this="ROW_NUMBER"),
            partition_by=self.columns(plan.partition),
            order=exp.Order(expressions=order),
            over="OVER",
        )
        below = [name for name in plan.schema.names if name != plan.rank]
        items = [*self.columns(below), self.named(number, plan.rank), *self.ranking_marks(plan)]
        ranked = self.add("ranked", self.select(items, self.relation(plan.input)))
        condition = exp.LTE(this=column(plan.rank), expression=exp.Literal.number(plan.limit))
        return self.add("top", self.select(self.columns([*below, plan.rank]), ranked, condition))

    def ranking_marks(self, plan: WindowTopN) -> list[exp.Expr]:  # noqa: ARG002 - for those who override it
        """Further columns of numbered rows, which nothing reads."""
        return []

    def numbered(self, plan: Distinct, window: Sequence[str]) -> exp.Expr:
        """The number of a row among those that share keys and event time; `window` names columns that stand for it."""
        order = [exp.Ordered(this=column(name), nulls_first=True) for name in plan.ordering]
        return exp.Window(
            this=exp.Anonymous(this="ROW_NUMBER"),
            partition_by=self.columns([*window, *plan.keys]),
            order=exp.Order(expressions=order),
            over="OVER",
        )

    def select(
        self, items: Sequence[exp.Expr], source: str | exp.Expr, condition: exp.Expr | None = None
    ) -> exp.Select:
        """`SELECT items FROM source [WHERE condition]`."""
        table = exp.Table(this=identifier(source)) if isinstance(source, str) else source
        select = exp.Select(expressions=list(items), from_=exp.From(this=table))
        if condition is not None:
            select.set("where", exp.Where(this=condition))
        return select

    def columns(self, names: Sequence[str]) -> list[exp.Expr]:
        """Plain columns of a select list."""
        return [column(name) for name in names]

    def named(self, tree: exp.Expr, name: str) -> exp.Expr:
        """`tree AS name`, or just the column if it has the name."""
        if isinstance(tree, exp.Column) and tree.name == name:
            return tree
        return exp.Alias(this=tree, alias=identifier(name))

    def item(self, plan: Project, name: str, expr: Expr) -> exp.Expr:  # noqa: ARG002 - for those who override it
        """One column of a projection."""
        return self.expressions.tree(expr)

    @abstractmethod
    def scan(self, plan: Scan) -> str:
        """The view of a source's accepted events."""

    @abstractmethod
    def distinct(self, plan: Distinct) -> str:
        """The first of the rows that share keys and event time."""

    @abstractmethod
    def over(self, plan: Over) -> str:
        """Aggregates over window frames."""

    @abstractmethod
    def group(self, plan: WindowAggregate) -> str:
        """Aggregates per window and key."""

    @abstractmethod
    def windowed(self, plan: WindowRows) -> str:
        """Events with the windows they are in."""

    @abstractmethod
    def interval(self, plan: IntervalJoin) -> str:
        """Pairs of rows whose event times differ by a bounded time."""

    @abstractmethod
    def lookup(self, plan: LookupJoin) -> str:
        """The one matching row of another relation."""
