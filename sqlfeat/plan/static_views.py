"""Static tables behind projections and filters, which are computed of the row that a join finds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlfeat.language.expr import Call, Column, Expr, Literal, all_of, rewrite
from sqlfeat.language.registry import operation
from sqlfeat.plan.join_keys import RIGHT
from sqlfeat.plan.join_on import On
from sqlfeat.plan.join_picks import free_name
from sqlfeat.plan.nodes import Filter, Plan, Project, Scan, filtered
from sqlfeat.plan.scope import Scope, Visible

Values = dict[str, Expr]


@dataclass(frozen=True, slots=True)
class StaticView:
    """What a relation is of the rows of a static table.

    Attributes:
        scan: the table.
        values: its columns by name, of those of the table.
        conditions: which rows of the table it has.
    """

    scan: Scan
    values: Values
    conditions: tuple[Expr, ...] = ()

    @property
    def table(self) -> Scope:
        """The table itself."""
        shown = [column for column in self.scan.schema.columns if not column.name.startswith("__")]
        return Scope(self.scan, tuple(Visible("", column.name, column) for column in shown))

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns with the unique key of the table, as far as there are any."""
        found = {value.name: name for name, value in self.values.items() if isinstance(value, Column)}
        return tuple(found[name] for name in self.scan.source.unique_key if name in found)

    def keyed(self, on: On) -> On:
        """What ON says, of the table; keys that it computes are items of the right side."""
        computed = [(other, self.values[other]) for _, other in on.keys if other in self.values]
        items = [item for item in computed if not isinstance(item[1], Column)]
        names = {name: value.name for name, value in computed if isinstance(value, Column)}
        keys = [(own, names.get(other, other)) for own, other in on.keys]
        return replace(on, keys=keys, right_items=[*on.right_items, *items])


def static_view(plan: Plan) -> StaticView | None:
    """The relation as one of a static table; None if it is more than rows of one, and columns computed of them."""
    match plan:
        case Scan():
            return StaticView(plan, {column.name: column for column in plan.schema.columns})
        case Project(input=below, items=items) if view := static_view(below):
            return replace(view, values={name: _of(view.values, expr) for name, expr in items})
        case Filter(input=below, condition=condition) if view := static_view(below):
            return replace(view, conditions=(*view.conditions, _of(view.values, condition)))
    return None


def seen_through(view: StaticView, joined: Scope, left: Scope, right: Scope, on: On, *, inner: bool) -> Scope:
    """The join of the table as one of the view.

    Args:
        view: of the table.
        joined: the left relation with the columns of the table.
        left: the left relation's names.
        right: those of the view.
        on: what ON says of the view.
        inner: leave out rows that meet no row of the view.
    """
    picked = joined.visible[len(left.visible) :]
    columns: Values = {seen.column.name: v.column for seen, v in zip(view.table.visible, picked, strict=True)}
    values = {name: _of(columns, value) for name, value in view.values.items()}
    marked = {RIGHT + name: value for name, value in values.items()}
    conditions = [_of(columns, part) for part in view.conditions] + [_of(marked, part) for part, _ in on.conditions]
    plan = joined.plan
    if inner and conditions:
        plan = filtered(plan, all_of(conditions))
    found = all_of([_call("NOT", _call("IS NULL", columns[view.scan.source.unique_key[0]])), *conditions])
    hidden = {v.column.name for v in picked}
    kept = tuple(column for column in plan.schema.columns if column.name not in hidden)
    taken, items, visible = {column.name for column in kept}, [], []
    for item in right.visible:
        value = values[item.column.name]
        name = free_name(item.name, item.alias, taken)
        taken.add(name)
        if not inner and (conditions or not isinstance(value, Column)):
            value = _call("CASE", found, value, Literal(None, value.type))
        items.append((name, value))
        visible.append(replace(item, column=Column(name, value.type, value.nullable)))
    schema = replace(plan.schema, columns=(*kept, *(v.column for v in visible)))
    passed: list[tuple[str, Expr]] = [(column.name, column) for column in kept]
    return replace(joined, plan=Project(plan, (*passed, *items), schema), visible=(*left.visible, *visible))


def _of(values: Values, expr: Expr) -> Expr:
    """An expression of other columns, by their names."""
    return rewrite(expr, lambda e: values.get(e.name, e) if isinstance(e, Column) else e)


def _call(name: str, *args: Expr) -> Expr:
    typed = operation(name).typing(args)
    return Call(name, typed.args, typed.type, typed.nullable)
