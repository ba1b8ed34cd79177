"""From parsed SQL to typed expressions: names resolved, operations looked up, types checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isinf
from typing import Protocol

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Call, Column, Expr, Literal
from sqlfeat.language.operation import Refusal, RefusedAggregate, Typed, TypeMismatch, TypeRule
from sqlfeat.language.ops.casts import cast_problem, refusal
from sqlfeat.language.ops.narrowing import try_cast, try_cast_problem
from sqlfeat.language.ops.window_functions import WINDOW_FUNCTIONS
from sqlfeat.language.registry import AGGREGATES, FUNCTIONS, OPERATIONS
from sqlfeat.language.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    DataType,
    Kind,
    decimal,
    parse_type,
)
from sqlfeat.plan.bind_arrays import bind_array_function, bind_arrays
from sqlfeat.plan.bind_json import bind_json
from sqlfeat.plan.bind_text import bind_text
from sqlfeat.plan.bind_time import bind_sum, bind_time, bind_time_function
from sqlfeat.plan.report import BindError, Report

_BINARY: dict[type[exp.Expr], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.IntDiv: "//", exp.Mod: "%",
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.And: "AND", exp.Or: "OR", exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM",
    exp.DPipe: "||",
    exp.BitwiseAnd: "&", exp.BitwiseOr: "|", exp.BitwiseXor: "^", exp.BitwiseLeftShift: "<<",
    exp.BitwiseRightShift: ">>",
}  # fmt: skip

_UNARY: dict[type[exp.Expr], str] = {
    exp.Not: "NOT", exp.Neg: "NEGATE", exp.BitwiseNot: "~", exp.Floor: "FLOOR", exp.Ceil: "CEIL",
}  # fmt: skip

_KEYWORD_FUNCTIONS: dict[type[exp.Expr], str] = {
    exp.CurrentTimestamp: "CURRENT_TIMESTAMP", exp.CurrentDate: "CURRENT_DATE", exp.CurrentTime: "CURRENT_TIME",
    exp.CurrentDatetime: "NOW", exp.Localtime: "LOCALTIME", exp.Localtimestamp: "LOCALTIMESTAMP",
}  # fmt: skip

_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?")


class Names(Protocol):
    """What an expression may refer to."""

    def column(self, node: exp.Column) -> Column:
        """The column of that name."""
        ...

    def aggregate(self, node: exp.Expr) -> Column:
        """The column that holds an aggregate, with or without OVER and FILTER."""
        ...

    def replaced(self, node: exp.Expr) -> Column | None:
        """The column that already holds this expression (a GROUP BY key)."""
        ...


class ExpressionBinder:
    """Binds expressions of one SELECT."""

    def __init__(self, names: Names, report: Report) -> None:
        self._names = names
        self._report = report

    def bind(self, node: exp.Expr) -> Expr:
        """The typed expression.

        Raises:
            BindError: after reporting what is wrong.
        """
        if (column := self._names.replaced(node)) is not None:
            return column
        match node:
            case exp.Paren() | exp.Alias():
                return self.bind(node.this)
            case exp.Column():
                return self._names.column(node)
            case exp.Literal():
                return self._literal(node)
            case exp.Boolean():
                return Literal(bool(node.this), BOOLEAN)
            case exp.Null():
                return Literal(None, NULL)
            case exp.TryCast() | exp.Cast():
                return self._cast(node)
            case exp.Window() | exp.Filter() | exp.IgnoreNulls() | exp.RespectNulls() | exp.WithinGroup():
                return self._names.aggregate(node)
            case exp.Anonymous():
                return self._function(node)
            case _:
                return self._operator(node)

    def call(self, name: str, args: Sequence[Expr], node: exp.Expr) -> Expr:
        """Apply an operation of the registry."""
        entry = OPERATIONS[name]
        if isinstance(entry, Refusal):
            raise self._report.fail(
                "SF0501",
                node,
                f"`{name}` is not in the language: {entry.refused.reason}",
                help=f"write {entry.refused.instead}",
            )
        typed = self.typed(entry.name, entry.typing, args, node)
        return Call(entry.name, typed.args, typed.type, typed.nullable)

    def typed(self, name: str, rule: TypeRule, args: Sequence[Expr], node: exp.Expr) -> Typed:
        """What a type rule makes of arguments.

        Raises:
            BindError: after reporting that they do not fit.
        """
        try:
            typed = rule(args)
        except TypeMismatch as mismatch:
            raise self._report.fail("SF0303", node, f"`{name}` {mismatch}") from None
        if any(is_untyped(arg.type) for arg in typed.args):
            raise self._report.fail(
                "SF0303", node, f"NULL has no type as an argument of `{name}`", help="write CAST(NULL AS type)"
            )
        return typed

    def fail(self, node: exp.Expr, message: str, help_: str = "") -> BindError:
        """Report what is wrong with the types of an expression."""
        return self._report.fail("SF0303", node, message, help=help_)

    def _operator(self, node: exp.Expr) -> Expr:
        kind = type(node)
        if isinstance(node, (exp.Add, exp.Sub)):
            return bind_sum(self, node, node)
        for syntax in (bind_time, bind_arrays, bind_json, bind_text):
            if (bound := syntax(self, node)) is not None:
                return bound
        if kind in _BINARY:
            return self._binary(_BINARY[kind], node)
        if kind in _UNARY:
            operand = self.bind(node.this)
            if isinstance(node, exp.Neg) and isinstance(operand, Literal) and (constant := _negative(operand)):
                return constant
            return self.call(_UNARY[kind], [operand], node)
        if kind in _KEYWORD_FUNCTIONS:
            return self.call(_KEYWORD_FUNCTIONS[kind], [], node)
        match node:
            case exp.Is():
                return self._is(node)
            case exp.Between():
                name = "BETWEEN SYMMETRIC" if node.args.get("symmetric") else "BETWEEN"
                return self.call(name, [self.bind(node.args[k]) for k in ("this", "low", "high")], node)
            case exp.In() if node.expressions:
                return self.call("IN", [self.bind(node.this), *self.bind_all(node.expressions)], node)
            case exp.In() | exp.Exists():
                return self.call("EXISTS" if isinstance(node, exp.Exists) else "IN SELECT", [], node)
            case exp.Case():
                return self._case(node)
            case exp.If():
                return self._case(exp.Case(ifs=[node], default=node.args.get("false")), node)
            case _:
                raise self._unsupported(node)

    def _binary(self, name: str, node: exp.Expr) -> Expr:
        if name not in OPERATIONS:
            raise self._unsupported(node)
        return self.call(name, self.bind_all([node.this, node.expression]), node)

    def _unsupported(self, node: exp.Expr) -> BindError:
        if isinstance(node, exp.Subquery):
            return self._report.fail(
                "SF0306", node, "a subquery is no value: it would be another one after every event of its stream",
                help="write an aggregate OVER a window of all rows up to the event, or ASOF LEFT JOIN for the last row",
            )  # fmt: skip
        text = written(node)
        shown = text if len(text) <= 60 else text[:57] + "..."
        return self._report.fail("SF0306", node, f"`{shown}` is not in the language", help="see the language reference")

    def bind_all(self, nodes: Sequence[exp.Expr]) -> list[Expr]:
        """The typed expressions; what is wrong with each of them is reported."""
        bound: list[Expr] = []
        failed: BindError | None = None
        for node in nodes:
            try:
                bound.append(self.bind(node))
            except BindError as error:
                failed = error
        if failed:
            raise failed
        return bound

    def _literal(self, node: exp.Literal) -> Literal:
        if node.is_string:
            return Literal(node.name, STRING)
        digits = node.name
        if not _NUMBER.fullmatch(digits):
            raise self._report.fail("SF0303", node, f"`{digits}` is not a number")
        if "e" in digits.lower():
            if isinf(float(digits)):
                raise self._report.fail("SF0303", node, f"`{digits}` does not fit DOUBLE")
            return Literal(float(digits) or 0.0, DOUBLE)
        if "." in digits:
            value = Decimal(digits)
            scale = max(0, -int(value.as_tuple().exponent))
            precision = max(len(value.as_tuple().digits), scale, 1)
            if precision > 38:
                raise self._report.fail("SF0303", node, f"`{digits}` has more than the 38 digits of DECIMAL")
            return Literal(value, decimal(precision, scale))
        number = int(digits)
        if number >= 2**63:
            raise self._report.fail("SF0303", node, f"`{digits}` does not fit BIGINT")
        return Literal(number, INT if number < 2**31 else BIGINT)

    def _is(self, node: exp.Is) -> Expr:
        value = self.bind(node.this)
        match node.expression:
            case exp.Null():
                return self.call("IS NULL", [value], node)
            case exp.Not(this=exp.Null()):
                return self.call("NOT", [self.call("IS NULL", [value], node)], node)
            case exp.Boolean() as truth:
                return self.call("IS NOT DISTINCT FROM", [value, Literal(bool(truth.this), BOOLEAN)], node)
            case _:
                raise self._unsupported(node)

    def _case(self, node: exp.Case, place: exp.Expr | None = None) -> Expr:
        place = place or node
        subject = self.bind(node.this) if node.this else None
        args: list[Expr] = []
        for branch in node.args["ifs"]:
            condition = self.bind(branch.this)
            if subject is not None:
                condition = self.call("=", [subject, condition], branch)
            elif condition.type not in (BOOLEAN, NULL):
                raise self._report.fail("SF0303", branch.this, f"a condition is BOOLEAN, not {condition.type}")
            args += [condition, self.bind(branch.args["true"])]
        default = node.args.get("default")
        args.append(self.bind(default) if default else Literal(None, NULL))
        return self.call("CASE", args, place)

    def _function(self, node: exp.Anonymous) -> Expr:
        name = str(node.this if isinstance(node.this, str) else node.this.name).upper()
        if name in WINDOW_FUNCTIONS:
            raise self._report.fail(
                "SF0309",
                node,
                f"`{name}` needs OVER",
                help=f"write {name}(...) OVER (PARTITION BY ... ORDER BY EVENT_TIME)",
            )
        if name in AGGREGATES:
            if isinstance(AGGREGATES[name], RefusedAggregate):
                raise self._refused_aggregate(name, node)
            return self._names.aggregate(node)
        if name == "IF":
            return self.call("CASE", self.bind_all(node.expressions), node)
        for syntax in (bind_time_function, bind_array_function):
            if (bound := syntax(self, name, node)) is not None:
                return bound
        if name not in FUNCTIONS:
            raise self._report.unknown("SF0302", node, "function", name, [*FUNCTIONS, *AGGREGATES, *WINDOW_FUNCTIONS])
        return self.call(name, self.bind_all(node.expressions), node)

    def _refused_aggregate(self, name: str, node: exp.Expr) -> BindError:
        entry = AGGREGATES[name]
        assert isinstance(entry, RefusedAggregate)
        message = f"`{name}` is not in the language: {entry.refused.reason}"
        return self._report.fail("SF0501", node, message, help=f"write {entry.refused.instead}")

    def _cast(self, node: exp.Cast) -> Expr:
        target = self.type_of(node.args["to"], node)
        if (
            isinstance(node.this, exp.Literal)
            and node.this.is_string
            and (constant := _constant(node.this.name, target))
        ):
            return constant
        value = self.bind(node.this)
        if value.type == target:
            return value
        if isinstance(value, Literal) and value.value is None:
            return Literal(None, target)
        if isinstance(node, exp.TryCast):
            return self._try_cast(value, target, node)
        if problem := cast_problem(value.type, target):
            reason, instead = problem
            raise self._report.fail(
                "SF0502", node, f"CAST of {value.type} to {target} is refused: {reason}", help=f"write {instead}"
            )
        return Call("CAST", (value,), target, value.nullable)

    def _try_cast(self, value: Expr, target: DataType, node: exp.Expr) -> Expr:
        if cast_problem(value.type, target) is None:
            return Call("CAST", (value,), target, value.nullable)
        if try_cast_problem(value.type, target) is None:
            return try_cast(value, target)
        reason, instead = refusal(value.type, target)
        raise self._report.fail(
            "SF0502", node, f"TRY_CAST of {value.type} to {target} is refused: {reason}", help=f"write {instead}"
        )

    def type_of(self, node: exp.Expr, place: exp.Expr) -> DataType:
        """The data type written in a cast."""
        text = written(node)
        text = "TIMESTAMP(3)" if text == "TIMESTAMP" and isinstance(place.this, exp.Literal) else text
        try:
            return parse_type(text)
        except ValueError as error:
            raise self._report.fail("SF0303", place, str(error)) from None


def _negative(literal: Literal) -> Literal | None:
    """The number with the other sign; what needs a constant then has one."""
    if isinstance(literal.value, bool) or not isinstance(literal.value, (int, float, Decimal)) or not literal.value:
        return None
    return Literal(-literal.value, BIGINT if literal.type.is_integer else literal.type)


def is_untyped(data_type: DataType) -> bool:
    """Whether it is the type of a bare NULL, or an array of such."""
    return data_type.kind is Kind.NULL or (data_type.element is not None and is_untyped(data_type.element))


def _constant(text: str, target: DataType) -> Literal | None:
    """`DATE '...'` and `TIMESTAMP '...'` constants."""
    try:
        if target == TIMESTAMP:
            value = datetime.fromisoformat(text)
            if value.tzinfo is None and value.microsecond % 1000 == 0:
                return Literal(value, TIMESTAMP)
        elif target == DATE:
            return Literal(date.fromisoformat(text), DATE)
    except ValueError:
        return None
    return None
