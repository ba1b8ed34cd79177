"""Expressions in primitive form: macros expanded, doubles checked, and what is used often computed once, below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from sqlfeat.language.doubles import COLUMN, FORMULA, LET
from sqlfeat.language.expr import Call, Column, Expr, Literal, columns_of, walk
from sqlfeat.language.operation import Macro, Operation
from sqlfeat.language.ops.arithmetic import RAW_DOUBLE_OPS
from sqlfeat.language.registry import OPERATIONS
from sqlfeat.language.types import Kind
from sqlfeat.plan.nodes import Plan, Project, Schema

Step = tuple[tuple[str, Expr], ...]
"""Columns that one projection adds."""

_LIGHT = 12
"""Nodes that may be written several times: repeating them is less than another projection."""

_LIGHT_ARGUMENT = 6
"""The same for the arguments of an operation whose lowering repeats them, and which may be nested."""


class Expander:
    """Expands the expressions of one relation. Values used more than once become columns of projections below it.

    Args:
        taken: names of the relation below, which new columns must not have.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._names: dict[Expr, str] = {}
        self._once: set[str] = set()
        self._meaning: dict[str, Expr] = {}
        self._results: list[Expr] = []

    def expand(self, expr: Expr) -> Expr:
        """The expression over the relation and the columns of `steps`."""
        expanded = self._expr(expr, checked=False, inside_chain=False)
        self._results.append(expanded)
        return expanded

    def column(self, value: Expr, *, once: bool = False) -> Column | Literal:
        """An expanded value as a column of its own; equal values share one.

        Args:
            value: over the relation and earlier columns.
            once: an engine may not compute it anew where it is used.
        """
        if isinstance(value, (Column, Literal)):
            return value
        if value not in self._names:
            self._names[value] = self._new_name()
        name = self._names[value]
        if once:
            self._once.add(name)
        return Column(name, value.type, value.nullable)

    def steps(self) -> tuple[Step, ...]:
        """The columns to be added, in projections one upon the other."""
        levels: dict[str, int] = {}
        written = _written((*self._names, *self._results))
        found: list[list[tuple[str, Expr]]] = []
        for value, name in self._names.items():
            level = max((levels[used] + 1 for used in columns_of(value) if used in levels), default=0)
            levels[name] = level
            if level == len(found):
                found.append([])
            often = name in self._once and written[name] > 1
            found[level].append((name, Call("ONCE", (value,), value.type, value.nullable) if often else value))
        return tuple(tuple(step) for step in found)

    def below(self, plan: Plan) -> Plan:
        """The relation with the columns added."""
        for step in self.steps():
            schema = plan.schema
            added = tuple(Column(name, expr.type, expr.nullable) for name, expr in step)
            passed = tuple((column.name, column) for column in schema.columns)
            plan = Project(plan, (*passed, *step), Schema((*schema.columns, *added), schema.event_time, schema.order))
        return plan

    def _new_name(self) -> str:
        number = len(self._names) + 1
        while f"__v{number}" in self._taken:
            number += 1
        self._taken.add(f"__v{number}")
        return f"__v{number}"

    def _expr(self, expr: Expr, *, checked: bool, inside_chain: bool) -> Expr:
        """One node.

        Args:
            expr: the node.
            checked: inside of a formula that sees to its doubles itself.
            inside_chain: below arithmetic whose end is checked.
        """
        if isinstance(expr, Column):
            return self._meaning.get(expr.name, expr)
        if isinstance(expr, Literal):
            return expr
        if expr.op in (LET, COLUMN):
            return self._let(expr, checked=checked, inside_chain=inside_chain)
        if expr.op == FORMULA:
            return self._expr(expr.args[0], checked=True, inside_chain=False)
        entry = OPERATIONS.get(expr.op)
        if isinstance(entry, Macro):
            return self._macro(entry, expr, checked=checked, inside_chain=inside_chain)
        chain = expr.op in RAW_DOUBLE_OPS and expr.type.kind is Kind.DOUBLE and not checked
        inner = chain or expr.op == "FINITE"
        # A divisor beyond the range is not left to the end of the chain: by it the quotient would be zero.
        checks = [inner and not (expr.op == "/" and index == 1) for index in range(len(expr.args))]
        args = tuple(self._expr(arg, checked=checked, inside_chain=c) for arg, c in zip(expr.args, checks, strict=True))
        if isinstance(entry, Operation) and entry.repeats:
            args = tuple(self.column(arg, once=True) if weight(arg) > _LIGHT_ARGUMENT else arg for arg in args)
        expr = replace(expr, args=args)
        if not chain or inside_chain:
            return expr
        value = self.column(expr, once=True) if weight(expr) > _LIGHT else expr
        return Call("FINITE", (value,), expr.type)

    def _let(self, expr: Call, *, checked: bool, inside_chain: bool) -> Expr:
        variable, value, body = expr.args
        assert isinstance(variable, Column)
        if variable.name not in self._meaning:
            expanded = self._expr(value, checked=checked, inside_chain=False)
            light = expr.op == LET and weight(expanded) * (_uses(body, variable) - 1) <= _LIGHT
            self._meaning[variable.name] = expanded if light else self.column(expanded, once=True)
        return self._expr(body, checked=checked, inside_chain=inside_chain)

    def _macro(self, entry: Macro, call: Call, *, checked: bool, inside_chain: bool) -> Expr:
        args = tuple(self._expr(arg, checked=checked, inside_chain=False) for arg in call.args)
        expanded = entry.expand(replace(call, args=args))
        for index, arg in enumerate(args):
            if weight(arg) * (_uses(expanded, arg) - 1) > _LIGHT:
                args = (*args[:index], self.column(arg, once=True), *args[index + 1 :])
        if args != call.args:
            expanded = entry.expand(replace(call, args=args))
        return self._expr(expanded, checked=checked, inside_chain=inside_chain)


_WRITTEN_ONCE = frozenset({"+", "-", "*", "CAST", "WHOLE", "ONCE", "RAW_FLOOR", "RAW_ABS", "RAW_SQRT", "RAW_DIVIDE"})
"""Operations that are lowered with each argument written once."""


def _written(exprs: Iterable[Expr]) -> Counter[str]:
    """How often columns are written; at least twice where it depends on the operation."""
    found: Counter[str] = Counter()
    for expr in exprs:
        if isinstance(expr, Column):
            found[expr.name] += 1
        for node in walk(expr):
            if isinstance(node, Call):
                times = 1 if (node.op in _WRITTEN_ONCE and node.type.kind is Kind.DOUBLE) or node.op == "WHOLE" else 2
                found.update({arg.name: times for arg in node.args if isinstance(arg, Column)})
    return found


def weight(expr: Expr) -> int:
    """Nodes of the text; a check writes its argument three times."""
    if not isinstance(expr, Call):
        return 0 if isinstance(expr, Column) else 1
    return (3 if expr.op == "FINITE" else 1) * (1 + sum(map(weight, expr.args)))


def _uses(expr: Expr, part: Expr) -> int:
    return sum(node == part for node in walk(expr))
