"""The syntax of JSON: JSON_VALUE(... RETURNING type), ->> and IS JSON."""

from __future__ import annotations

from sqlglot import exp

from sqlfeat.language.dialect import written
from sqlfeat.language.expr import Expr, Literal
from sqlfeat.language.types import STRING
from sqlfeat.plan.bind_time import Binder


def bind_json(binder: Binder, node: exp.Expr) -> Expr | None:
    """An operator of JSON, or None if it is none."""
    match node:
        case exp.JSONValue():
            return _value(binder, node)
        case exp.JSONExtractScalar():
            return binder.call("JSON_VALUE", [binder.bind(node.this), _path(binder, node)], node)
        case exp.JSONExtract():
            return binder.call("->", [], node)
        case exp.Is(expression=exp.JSON() as json) if not json.args.get("unique"):
            kind = json.this if isinstance(json.this, str) else ""
            return binder.call("IS JSON", [binder.bind(node.this), Literal(kind, STRING)], node)
        case _:
            return None


def _value(binder: Binder, node: exp.JSONValue) -> Expr:
    if condition := node.args.get("on_condition"):
        for event, choice in condition.args.items():
            if choice and str(choice).upper() != f"NULL ON {event.upper()}":
                raise binder.fail(
                    node,
                    f"JSON_VALUE gives NULL for what is missing and for what is no JSON, not {choice}",
                    "write COALESCE(JSON_VALUE(...), x)",
                )
    args = binder.bind_all([arg for arg in (node.this, node.args.get("path")) if arg])
    if returning := node.args.get("returning"):
        args.append(Literal(written(returning), STRING))
    return binder.call("JSON_VALUE", args, node)


def _path(binder: Binder, node: exp.JSONExtractScalar) -> Literal:
    """The path after `->>`, written in full; a text without `$` is the name of a member."""
    path = node.expression
    if not isinstance(path, exp.JSONPath):
        raise binder.fail(node, "`->>` needs a constant path after it, such as '$.name'")
    steps = []
    for part in path.expressions:
        match part:
            case exp.JSONPathRoot():
                continue
            case exp.JSONPathKey(this=str() as name):
                steps.append(f'."{name}"')
            case exp.JSONPathSubscript(this=int() as index):
                steps.append(f"[{index}]")
            case _:
                raise binder.fail(node, "`->>` follows names and numbers, without wildcards and filters")
    return Literal("$" + "".join(steps), STRING)
