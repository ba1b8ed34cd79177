"""Scalar expressions: from a tree of the authoring dialect to a function of a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from sqlglot import exp

from sqlfeat.language.types import (
    BIGINT,
    BOOLEAN,
    DATE,
    DOUBLE,
    NULL,
    STRING,
    TIMESTAMP,
    DataType,
    Kind,
    array,
    decimal,
    parse_type,
)
from tests.oracle import functions
from tests.oracle.aggregates import NAMES as AGGREGATES
from tests.oracle.constants import UNIT_MS, Value, constant_time, interval_ms, literal, sql_of
from tests.oracle.relation import Row
from tests.oracle.values import (
    EXACT,
    Near,
    NotInterpreted,
    arithmetic_type,
    common,
    converted,
    decimal_of,
    finite,
    quantized,
    wrapped,
)

WINDOW_FUNCTIONS = {"ROW_NUMBER", "RANK", "DENSE_RANK", "LAG"}
_COMPARISONS: dict[type[exp.Expr], Callable[[Any, Any], bool]] = {
    exp.EQ: lambda a, b: a == b, exp.NEQ: lambda a, b: a != b, exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b, exp.GT: lambda a, b: a > b, exp.GTE: lambda a, b: a >= b,
}  # fmt: skip


class Names(Protocol):
    """What an expression may refer to."""

    def column(self, node: exp.Column) -> Value: ...

    def aggregate(self, node: exp.Expr) -> Value: ...

    def replaced(self, node: exp.Expr) -> Value | None: ...


class Expressions:
    """Compiles the expressions of one SELECT."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def value(self, node: exp.Expr) -> Value:
        if (known := self._names.replaced(node)) is not None:
            return known
        match node:
            case exp.Paren() | exp.Alias():
                return self.value(node.this)
            case exp.Column():
                return self._names.column(node)
            case exp.Literal():
                return literal(node)
            case exp.Boolean():
                truth = bool(node.this)
                return Value(BOOLEAN, lambda row: truth)
            case exp.Null():
                return Value(NULL, lambda row: None)
            case exp.Window() | exp.Filter() | exp.IgnoreNulls() | exp.RespectNulls():
                return self._names.aggregate(node)
            case exp.TryCast():
                raise NotInterpreted(f"`{sql_of(node)}`")
            case exp.Cast():
                return self._cast(node)
            case exp.Anonymous():
                return self._function(str(node.this).upper(), node)
            case _:
                return self._operator(node)

    def _operator(self, node: exp.Expr) -> Value:  # noqa: PLR0911 - one line for each kind of node
        match node:
            case exp.And() | exp.Or():
                return self._logic(node, stop=isinstance(node, exp.Or))
            case exp.Not():
                return _strict(BOOLEAN, lambda value: not value, self.value(node.this))
            case exp.Neg():
                return self._negated(node)
            case exp.Add() | exp.Sub() if isinstance(node.expression, exp.Interval):
                return self._shifted(node)
            case exp.Add() | exp.Sub() | exp.Mul():
                return self._arithmetic(node)
            case exp.Div():
                return self._quotient(node)
            case exp.IntDiv() | exp.Mod():
                return self._whole(node)
            case exp.DPipe():
                return _strict(STRING, lambda a, b: a + b, self.value(node.this), self.value(node.expression))
            case exp.Is():
                return self._is(node)
            case exp.Between():
                low = exp.GTE(this=node.this.copy(), expression=node.args["low"].copy())
                high = exp.LTE(this=node.this.copy(), expression=node.args["high"].copy())
                return self.value(exp.And(this=low, expression=high))
            case exp.In() if node.expressions:
                return self._in(node)
            case exp.Case():
                return self._case(node)
            case exp.If():
                return self._case(exp.Case(ifs=[node], default=node.args.get("false")))
            case exp.NullSafeEQ() | exp.NullSafeNEQ():
                left, right = self._alike([node.this, node.expression])
                same = isinstance(node, exp.NullSafeEQ)
                return Value(BOOLEAN, lambda row: (_solid(left.of(row)) == _solid(right.of(row))) is same)
            case exp.Like():
                return self._like(node)
            case exp.Extract():
                return self._named(str(node.this.name).upper(), [node.expression])
            case exp.Substring():
                parts = [node.this, node.args.get("start"), node.args.get("length")]
                return self._named("SUBSTRING", [part for part in parts if part is not None])
            case exp.Trim():
                if node.args.get("position") or node.expression:
                    raise NotInterpreted(f"`{sql_of(node)}`")
                return self._named("TRIM", [node.this])
            case exp.Floor() | exp.Ceil():
                return self._named(type(node).__name__.upper(), [node.this])
            case exp.Bracket() if len(node.expressions) == 1:
                return self._named("ELEMENT_AT", [node.this, node.expressions[0]])
            case exp.Array():
                return self._array(node.expressions)
        if type(node) in _COMPARISONS:
            return _strict(BOOLEAN, _COMPARISONS[type(node)], *self._alike([node.this, node.expression]))
        raise NotInterpreted(f"`{sql_of(node)}` ({type(node).__name__})")

    def _alike(self, nodes: list[exp.Expr]) -> list[Value]:
        """Values of the type they have in common."""
        values = [self.value(node) for node in nodes]
        shared = common([value.type for value in values])
        return [as_type(value, shared) for value in values]

    def _logic(self, node: exp.Expr, *, stop: bool) -> Value:
        left, right = self.value(node.this), self.value(node.expression)

        def of(row: Row) -> Any:
            both = [_solid(left.of(row)), _solid(right.of(row))]
            if stop in both:
                return stop
            return None if None in both else not stop

        return Value(BOOLEAN, of)

    def _negated(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        match value.type.kind:
            case Kind.INT | Kind.BIGINT:
                return _strict(BIGINT, lambda number: wrapped(-number), value)
            case Kind.DECIMAL:
                return _strict(value.type, lambda number: quantized(EXACT.minus(number), value.type.scale), value)
            case Kind.DOUBLE:
                return _strict(DOUBLE, lambda number: finite(-number), value)
        raise NotInterpreted(f"`{sql_of(node)}`")

    def _shifted(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        if value.type != TIMESTAMP:
            raise NotInterpreted(f"`{sql_of(node)}`")
        shift = timedelta(milliseconds=interval_ms(node.expression))
        return _strict(TIMESTAMP, (lambda t: t - shift) if isinstance(node, exp.Sub) else (lambda t: t + shift), value)

    def _arithmetic(self, node: exp.Expr) -> Value:
        left, right = self._number(node.this), self._number(node.expression)
        kind = arithmetic_type(left.type, right.type)
        if kind == DOUBLE:
            return _strict(DOUBLE, _DOUBLES[type(node)], as_type(left, DOUBLE), as_type(right, DOUBLE))
        if kind == BIGINT:
            return _strict(BIGINT, _WHOLE[type(node)], left, right)
        left, right = as_type(left, decimal_of(left.type)), as_type(right, decimal_of(right.type))
        return self._of_decimals(node, left, right)

    def _number(self, node: exp.Expr) -> Value:
        """A value; a constant whole number is a DECIMAL of its own digits beside another DECIMAL."""
        value = self.value(node)
        return Value(BIGINT, value.of) if value.type.kind is Kind.NULL else value

    def _of_decimals(self, node: exp.Expr, left: Value, right: Value) -> Value:
        a, b = left.type, right.type
        if isinstance(node, exp.Mul):
            scale, precision, operation = a.scale + b.scale, a.precision + b.precision, EXACT.multiply
        else:
            scale = max(a.scale, b.scale)
            precision = max(a.precision - a.scale, b.precision - b.scale) + scale + 1
            operation = EXACT.add if isinstance(node, exp.Add) else EXACT.subtract
        return _strict(decimal(min(precision, 38), scale), lambda x, y: quantized(operation(x, y), scale), left, right)

    def _quotient(self, node: exp.Expr) -> Value:
        left, right = (as_type(self._number(part), DOUBLE) for part in (node.this, node.expression))
        return _strict(DOUBLE, lambda a, b: finite(a / b) if b else None, left, right)

    def _whole(self, node: exp.Expr) -> Value:
        left, right = self.value(node.this), self.value(node.expression)
        if not (left.type.is_integer and right.type.is_integer):
            raise NotInterpreted(f"`{sql_of(node)}`")
        division = isinstance(node, exp.IntDiv)
        return _strict(BIGINT, lambda a, b: _divided(a, b, division=division), left, right)

    def _is(self, node: exp.Expr) -> Value:
        value = self.value(node.this)
        match node.expression:
            case exp.Null():
                return Value(BOOLEAN, lambda row: value.of(row) is None)
            case exp.Not(this=exp.Null()):
                return Value(BOOLEAN, lambda row: value.of(row) is not None)
            case exp.Boolean() as truth:
                wanted = bool(truth.this)
                return Value(BOOLEAN, lambda row: _solid(value.of(row)) is wanted)
        raise NotInterpreted(f"`{sql_of(node)}`")

    def _in(self, node: exp.Expr) -> Value:
        value, *others = self._alike([node.this, *node.expressions])

        def of(row: Row) -> Any:
            wanted, listed = _solid(value.of(row)), [other.of(row) for other in others]
            if wanted is None:
                return None
            if wanted in [item for item in listed if item is not None]:
                return True
            return None if None in listed else False

        return Value(BOOLEAN, of)

    def _case(self, node: exp.Expr) -> Value:
        branches = node.args["ifs"]
        default = node.args.get("default") or exp.Null()
        if node.this:
            conditions = [self.value(exp.EQ(this=node.this.copy(), expression=b.this.copy())) for b in branches]
        else:
            conditions = [self.value(branch.this) for branch in branches]
        *values, last = self._alike([*(branch.args["true"] for branch in branches), default])

        def of(row: Row) -> Any:
            for condition, value in zip(conditions, values, strict=True):
                if _solid(condition.of(row)) is True:
                    return value.of(row)
            return last.of(row)

        return Value(last.type, of)

    def _like(self, node: exp.Expr) -> Value:
        if not isinstance(node.expression, exp.Literal):
            raise NotInterpreted(f"`{sql_of(node)}`")
        forms = {"%": ".*", "_": "."}
        pattern = "".join(forms.get(letter, re.escape(letter)) for letter in node.expression.name)
        wanted = not node.args.get("negate")
        matches = lambda text: (re.fullmatch(pattern, text, re.DOTALL) is not None) is wanted  # noqa: E731
        return _strict(BOOLEAN, matches, self.value(node.this))

    def _cast(self, node: exp.Expr) -> Value:
        written = sql_of(node.args["to"])
        if isinstance(node.this, exp.Literal) and node.this.is_string and written.startswith(("TIMESTAMP", "DATE")):
            return constant_time(node.this.name, written)
        target, value = parse_type(written), self.value(node.this)
        if value.type.kind is Kind.NULL:
            return Value(target, lambda row: None)
        if target == STRING:
            return _strict(STRING, functions.text_of(value.type), value)
        if target.is_integer and value.type == BOOLEAN:
            return _strict(target, int, value)
        if (value.type, target) == (TIMESTAMP, DATE):
            return _strict(DATE, lambda moment: moment.date(), value)
        if (value.type, target) == (DATE, TIMESTAMP):
            return _strict(TIMESTAMP, lambda day: datetime(day.year, day.month, day.day), value)
        return as_type(value, target)

    def _function(self, name: str, node: exp.Anonymous) -> Value:
        if name in AGGREGATES or name in WINDOW_FUNCTIONS:
            return self._names.aggregate(node)
        if name == "TIMESTAMPDIFF":
            unit = UNIT_MS.get(node.expressions[0].name.upper())
            if unit is None:
                raise NotInterpreted(f"`{sql_of(node)}`")
            operands = [self.value(operand) for operand in node.expressions[1:]]
            return _strict(BIGINT, lambda a, b: functions.whole_units(a, b, unit), *operands)
        return self._named(name, node.expressions)

    def _named(self, name: str, nodes: list[exp.Expr]) -> Value:
        match name:
            case "IF" | "IIF":
                branch = exp.If(this=nodes[0].copy(), true=nodes[1].copy())
                return self._case(exp.Case(ifs=[branch], default=nodes[2].copy()))
            case "COALESCE" | "IFNULL" | "NVL":
                return _coalesced(self._alike(nodes))
            case "NULLIF":
                left, right = self._alike(nodes)
                return Value(left.type, lambda row: None if _solid(left.of(row)) == right.of(row) else left.of(row))
            case "NVL2":
                branch = exp.If(this=exp.Is(this=nodes[0].copy(), expression=exp.Null()), true=nodes[2].copy())
                return self._case(exp.Case(ifs=[branch], default=nodes[1].copy()))
            case "ISNULL" | "NOTNULL":
                null = exp.Is(this=nodes[0].copy(), expression=exp.Null())
                return self.value(null if name == "ISNULL" else exp.Not(this=null))
            case "CONCAT_WS":
                return _with_separator([self.value(node) for node in nodes])
            case "GREATEST" | "LEAST":
                values = self._alike(nodes)
                choose = max if name == "GREATEST" else min
                return _strict(values[0].type, lambda *given: choose(given), *values)
            case "ARRAY_VALUE" | "LIST_VALUE":
                return self._array(nodes)
            case "DIV" | "MOD":
                return self._whole({"DIV": exp.IntDiv, "MOD": exp.Mod}[name](this=nodes[0], expression=nodes[1]))
            case "CONCAT":
                return _strict(STRING, lambda *parts: "".join(parts), *(self.value(node) for node in nodes))
        values = [self.value(node) for node in nodes]
        entry = functions.function(name, [value.type for value in values])
        operands = [as_type(value, kind) for value, kind in zip(values, entry.takes, strict=True)]
        if entry.sees_null:
            return Value(entry.gives, lambda row: entry.compute(*(_solid(operand.of(row)) for operand in operands)))
        return _strict(entry.gives, entry.compute, *operands)

    def _array(self, nodes: list[exp.Expr]) -> Value:
        values = self._alike(nodes)
        return Value(array(values[0].type), lambda row: [_solid(value.of(row)) for value in values])


def as_type(value: Value, target: DataType) -> Value:
    """The value as one of another type that holds it."""
    if value.type == target:
        return value
    if target.kind is Kind.DECIMAL and value.type.is_integer and target == decimal_of(value.type):
        return Value(target, lambda row: _decimal_or_null(value.of(row)))
    return Value(target, lambda row: converted(value.of(row), value.type, target))


def _decimal_or_null(value: Any) -> Any:
    return None if value is None else Decimal(_solid(value))


def _coalesced(values: list[Value]) -> Value:
    def of(row: Row) -> Any:
        return next((found for value in values if (found := value.of(row)) is not None), None)

    return Value(values[0].type, of)


def _with_separator(values: list[Value]) -> Value:
    def of(row: Row) -> Any:
        separator, *texts = [_solid(value.of(row)) for value in values]
        return None if separator is None else separator.join(text for text in texts if text is not None)

    return Value(STRING, of)


def _solid(value: Any) -> Any:
    """The value itself, unless it is known only nearly."""
    if isinstance(value, Near):
        raise NotInterpreted("a step after a value known only nearly")
    return value


def _strict(kind: DataType, compute: Callable[..., Any], *operands: Value) -> Value:
    """NULL if an operand is."""

    def of(row: Row) -> Any:
        given = [_solid(operand.of(row)) for operand in operands]
        return None if None in given else compute(*given)

    return Value(kind, of)


def _divided(dividend: int, divisor: int, *, division: bool) -> int | None:
    """Quotient or remainder, cut towards zero."""
    if not divisor:
        return None
    quotient = abs(dividend) // abs(divisor) * (1 if (dividend < 0) == (divisor < 0) else -1)
    return wrapped(quotient) if division else dividend - quotient * divisor


_DOUBLES: dict[type[exp.Expr], Callable[[float, float], float | None]] = {
    exp.Add: lambda a, b: finite(a + b),
    exp.Sub: lambda a, b: finite(a - b),
    exp.Mul: lambda a, b: finite(a * b),
}
_WHOLE: dict[type[exp.Expr], Callable[[int, int], int]] = {
    exp.Add: lambda a, b: wrapped(a + b),
    exp.Sub: lambda a, b: wrapped(a - b),
    exp.Mul: lambda a, b: wrapped(a * b),
}
