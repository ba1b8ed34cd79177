"""GROUP BY: keys, the columns left beside them, aggregates of groups."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import AggregateCall, Column, Expr, Literal
from sqlfeat.language.types import BIGINT, TIMESTAMP
from sqlfeat.plan.bind_call import bind_call
from sqlfeat.plan.group_checks import WINDOW_COLUMNS, check_group, check_sessions
from sqlfeat.plan.grouping_sets import Keys, groupings_of
from sqlfeat.plan.nodes import Plan, Project, Schema, UnionAll, WindowAggregate
from sqlfeat.plan.scope import with_columns
from sqlfeat.plan.select_context import SelectContext
from sqlfeat.plan.trace import WINDOW_TIME, time_of


class GroupBinder:
    """Binds what a SELECT groups by and what it makes of the groups."""

    def __init__(self, context: SelectContext) -> None:
        self._context = context
        self._report = context.report
        self._calls: dict[str, AggregateCall] = {}
        self._key_items: list[tuple[str, Expr]] = []
        self._groupings: list[tuple[str, ...]] = []
        self._bits: dict[tuple[str, ...], str] = {}
        self._inside_aggregate = False
        self._keys_known = False

    @property
    def several(self) -> bool:
        """Whether there are several groupings, some of which have no key where others have one."""
        return len(self._groupings) > 1

    def bind_keys(self, group: exp.Expr | None) -> None:
        """Bind the keys of GROUP BY.

        Raises:
            BindError: after reporting what is wrong.
        """
        check_group(self._context, group)
        self._groupings = [self._names(keys) for keys in groupings_of(group)]
        self._keys_known = True
        if self.several:
            context = self._context
            context.group_keys = {text: replace(c, nullable=True) for text, c in context.group_keys.items()}
        check_sessions(self._context, group, several=self.several)

    def _names(self, keys: Keys) -> tuple[str, ...]:
        """The columns of the keys of a grouping; new ones are bound."""
        context = self._context
        names: list[str] = []
        for node in keys:
            if isinstance(node, exp.Column) and node.name.lower() in WINDOW_COLUMNS:
                continue
            text = _normal(node)
            if text not in context.group_keys:
                expr = context.key(node)
                name = expr.name if isinstance(expr, Column) else f"__group_{len(context.group_keys) + 1}"
                if not isinstance(expr, Column):
                    self._key_items.append((name, expr))
                context.group_keys[text] = Column(name, expr.type, expr.nullable)
            names.append(context.group_keys[text].name)
        return tuple(dict.fromkeys(names))

    def grouping(self, node: exp.Expr) -> Column | None:
        """The column of GROUPING(a, b) or GROUPING_ID(a, b): bits that say which keys a grouping has not."""
        if not self._context.grouping or self._inside_aggregate or not isinstance(node, exp.Anonymous):
            return None
        if str(node.this).upper() not in ("GROUPING", "GROUPING_ID"):
            return None
        keys = [self._context.group_keys.get(_normal(item)) for item in node.expressions]
        names = tuple(key.name for key in keys if key is not None)
        if not names or len(names) < len(keys):
            raise self._report.fail("SF0309", node, "GROUPING asks for keys of GROUP BY", help="name one of them")
        name = self._bits.setdefault(names, f"__grouping_{len(self._bits) + 1}")
        return Column(name, BIGINT, nullable=False)

    def key(self, node: exp.Expr) -> Column | None:
        """The column of a GROUP BY key, outside of aggregates."""
        if not self._context.grouping or self._inside_aggregate:
            return None
        return self._context.group_keys.get(_normal(node))

    def column(self, node: exp.Column) -> Column:
        """The column a name stands for at this point of the SELECT."""
        context = self._context
        if not context.grouping or self._inside_aggregate:
            return context.scope.resolve(node, self._report)
        name = node.name.lower()
        if name in WINDOW_COLUMNS:
            return Column(WINDOW_TIME if name == "window_time" else name, TIMESTAMP, nullable=False)
        found = context.scope.resolve(node, self._report)
        if found.name in context.group_names or not self._keys_known:
            return replace(found, nullable=found.nullable or self.several)
        raise self._report.fail(
            "SF0309", node, f"column `{node.name}` is neither a GROUP BY key nor in an aggregate",
            help="add it to GROUP BY or aggregate it",
        )  # fmt: skip

    def aggregate(self, node: exp.Expr) -> Column:
        """The column of an aggregate of groups; the same text gives the same column."""
        text = written(node)
        if text in self._calls:
            return self._calls[text].column
        if not self._context.grouping:
            raise self._report.fail(
                "SF0406", node, "an aggregate over a stream needs a window",
                help="add OVER (PARTITION BY ... ORDER BY EVENT_TIME RANGE ...), or GROUP BY over TABLE(TUMBLE(...))",
            )  # fmt: skip
        self.check_keys(node)
        if self._inside_aggregate:
            raise self._report.fail("SF0309", node, "an aggregate inside an aggregate", help="use a subquery")
        self._inside_aggregate = True
        try:
            call = bind_call(self._context, node, f"__agg_{len(self._calls) + 1}", grouped=True)
        finally:
            self._inside_aggregate = False
        self._calls[text] = call
        return call.column

    def check_keys(self, node: exp.Expr) -> None:
        """Report an aggregate in a key of GROUP BY.

        Raises:
            BindError: after reporting it.
        """
        if self._context.grouping and not self._keys_known:
            raise self._report.fail("SF0309", node, "GROUP BY comes before aggregates", help="group by columns")

    def grouped(self, plan: Plan) -> Plan:
        """The relation of the groups; that of several groupings is the union of theirs."""
        if self._key_items:
            plan = with_columns(plan, self._key_items)
        if not self.several and not self._bits:
            return self._grouped(plan, self._context.group_names)
        branches = tuple(self._with_all_keys(self._grouped(plan, names), names) for names in self._groupings)
        return UnionAll(branches, branches[0].schema)

    def _grouped(self, plan: Plan, keys: tuple[str, ...]) -> WindowAggregate:
        calls, window = tuple(self._calls.values()), self._context.window
        columns = (*(plan.schema.column(key) for key in keys), *_STAMPS, *(call.column for call in calls))
        return WindowAggregate(plan, window, keys, calls, Schema(columns, time_of(window), ()))

    def _with_all_keys(self, plan: WindowAggregate, keys: tuple[str, ...]) -> Project:
        """The groups of one grouping with NULL for the keys that it has not."""
        every = {column.name: column for column in self._context.group_keys.values()}
        items: list[tuple[str, Expr]] = [
            (name, plan.schema.column(name) if name in keys else Literal(None, column.type))
            for name, column in every.items()
        ]
        items += [(column.name, column) for column in plan.schema.columns if column.name not in keys]
        for names, name in self._bits.items():
            bits = sum((key not in keys) << place for place, key in enumerate(reversed(names)))
            items.append((name, Literal(bits, BIGINT)))
        columns = tuple(Column(name, e.type, e.nullable or name in every) for name, e in items)
        return Project(plan, tuple(items), Schema(columns, time_of(self._context.window), ()))


_STAMPS = tuple(Column(name, TIMESTAMP, nullable=False) for name in ("window_start", "window_end", WINDOW_TIME))


def _normal(node: exp.Expr) -> str:
    """The SQL with names as they are compared; texts keep their case."""
    copy = node.copy()
    for name in copy.find_all(exp.Identifier):
        name.replace(exp.Identifier(this=name.name.lower(), quoted=True))
    return written(copy)
