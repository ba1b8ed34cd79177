"""The SELECTs that turn a feature view into what the online store holds: key, version and features, all text.

The texts have the meaning written down in `sqlfeat.stores.keys`, `.version` and `.features`. Redis is written by Java
(`sqlfeat/connectors/redis_sink`), which is given the columns as they are and makes the same texts, but of those rows
only that it sends. For SQLite and the log Flink builds them in SQL, of every row. Only text crosses into the Python
worker that writes SQLite: pandas would make a nullable BIGINT a float.
"""

from __future__ import annotations

import json
from functools import reduce

from sqlglot import exp

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.dialects.flink import Flink
from sqlfeat.language.trees import flink_coalesce
from sqlfeat.language.types import DataType, Kind
from sqlfeat.lower.program import CompiledModel, OutputColumn, Role
from sqlfeat.stores import keys, version
from sqlfeat.stores.features import stored_as_text


def online_select(model: CompiledModel, store: str) -> str:
    """A SELECT from the model's view of what a job hands to the writer of a store.

    Args:
        model: the feature view.
        store: the type of the store; `redis` takes `typed_columns`, others the texts of `online_rows`.

    Raises:
        SqlfeatError: SF0904, a key or ORDER column has a type without canonical text.
    """
    _check_types(model)
    return (_typed_rows(model) if store == "redis" else online_rows(model)).sql(dialect=Flink)


def typed_columns(model: CompiledModel) -> list[OutputColumn]:
    """The columns of a row as the writer to Redis takes them: in the order in which they stand in its texts."""
    by_name = {role: sorted(_with_role(model, role), key=lambda c: c.name) for role in (Role.KEY, Role.FEATURE)}
    in_order = [*_with_role(model, Role.FEATURE_TIME), *_with_role(model, Role.ORDER)]
    return [*by_name[Role.KEY], *in_order, *by_name[Role.FEATURE]]


def _typed_rows(model: CompiledModel) -> exp.Select:
    return exp.select(*map(_column, typed_columns(model))).from_(exp.to_identifier(model.name, quoted=True))


def online_rows(model: CompiledModel, *more: exp.Expr) -> exp.Select:
    """A SELECT of the texts (`key`, `version`, `features`) and further items; `key` is NULL if a key column is.

    Raises:
        SqlfeatError: SF0904.
    """
    _check_types(model)
    return exp.select(
        exp.alias_(_key(_with_role(model, Role.KEY)), "key", quoted=True),
        exp.alias_(_version(model), "version", quoted=True),
        exp.alias_(_json(_with_role(model, Role.FEATURE)), "features", quoted=True),
        *more,
    ).from_(exp.to_identifier(model.name, quoted=True))


def entity_json(model: CompiledModel, name: str) -> exp.Expr:
    """An item: the key columns as a JSON object, values written like those of features."""
    return exp.alias_(_json(_with_role(model, Role.KEY)), name, quoted=True)


def _with_role(model: CompiledModel, role: Role) -> list[OutputColumn]:
    return [column for column in model.columns if column.role is role]


def _check_types(model: CompiledModel) -> None:
    allowed = {Role.KEY: keys.KEY_KINDS, Role.ORDER: version.SORTABLE}
    problems = [
        Diagnostic(
            "SF0904",
            f"`{model.name}` cannot be written online: its {c.role.value} column `{c.name}` is {c.type}",
            help=f"types of {c.role.value} columns: " + ", ".join(sorted(kind.value for kind in allowed[c.role])),
        )
        for c in model.columns
        if c.role in allowed and c.type.kind not in allowed[c.role]
    ]
    if problems:
        raise SqlfeatError(*problems)


def _column(column: OutputColumn) -> exp.Expr:
    return exp.column(exp.to_identifier(column.name, quoted=True))


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    # Anonymous: sqlglot would rewrite functions that it knows, and these must come out as they are named.
    return exp.Anonymous(this=name, expressions=list(arguments))


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _as_text(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, exp.DataType.Type.TEXT)


def _key(columns: list[OutputColumn]) -> exp.Expr:
    """Flink's CONCAT is NULL if an argument is, which is what the key of a row with a NULL key must be."""
    parts: list[exp.Expr] = []
    for column in sorted(columns, key=lambda c: c.name):
        separator = keys.COLUMN_SEPARATOR if parts else ""
        parts += [_text(f"{separator}{column.name}{keys.VALUE_SEPARATOR}"), _key_value(column)]
    return _call("CONCAT", *parts)


def _key_value(column: OutputColumn) -> exp.Expr:
    if column.type.kind is Kind.BOOLEAN:
        return _call("LOWER", _as_text(_column(column)))
    if column.type.kind is not Kind.STRING:
        return _as_text(_column(column))
    return reduce(lambda value, pair: _call("REPLACE", value, *map(_text, pair)), keys.ESCAPES, _column(column))


def _version(model: CompiledModel) -> exp.Expr:
    parts = [_as_text(_column(column)) for column in _with_role(model, Role.FEATURE_TIME)]
    for column in _with_role(model, Role.ORDER):
        parts += [_text(version.SEPARATOR), _order_part(column)]
    return parts[0] if len(parts) == 1 else _call("CONCAT", *parts)


def _order_part(column: OutputColumn) -> exp.Expr:
    part = _sortable(_column(column), column.type)
    return flink_coalesce(part, _text(version.NULL_MARK)) if column.nullable else part


def _sortable(value: exp.Expr, column_type: DataType) -> exp.Expr:
    if column_type.kind in (Kind.TIMESTAMP, Kind.DATE):
        return _as_text(value)
    if column_type.kind is Kind.STRING:
        return _call("CONCAT", _text(version.STRING_MARK), _call("HEX", value))
    if column_type.kind is Kind.BOOLEAN:
        truth = exp.case().when(value, _text(version.TRUE_MARK))
        return truth.when(exp.not_(value.copy()), _text(version.FALSE_MARK))
    return _sortable_number(value, column_type)


def _sortable_number(value: exp.Expr, column_type: DataType) -> exp.Expr:
    def padded(digits: exp.Expr) -> exp.Expr:
        return _call("LPAD", digits, exp.Literal.number(version.number_width(column_type)), _text("0"))

    # The minus sign is cut from the text: negating the value would overflow for the least BIGINT.
    without_sign = _call("SUBSTRING", _as_text(value), exp.Literal.number(2))
    complement = _call("TRANSLATE", padded(without_sign), _text(version.DIGITS), _text(version.COMPLEMENT))
    negative = exp.LT(this=value.copy(), expression=exp.Literal.number(0))
    case = exp.case().when(negative, _call("CONCAT", _text(version.NEGATIVE_MARK), complement))
    return case.else_(_call("CONCAT", _text(version.POSITIVE_MARK), padded(_as_text(value.copy()))))


def _json(columns: list[OutputColumn]) -> exp.Expr:
    """Put together from texts: JSON_OBJECT would make a tree of every row, and another one to sort it."""
    parts: list[exp.Expr] = []
    for column in sorted(columns, key=lambda c: c.name):
        name = json.dumps(column.name, ensure_ascii=False)
        parts += [_text(f"{',' if parts else '{'}{name}:"), flink_coalesce(_json_text(column), _text("null"))]
    return _call("CONCAT", *parts, _text("}" if parts else "{}"))


def _json_text(column: OutputColumn) -> exp.Expr:
    """The JSON of a value, NULL for NULL."""
    value, kind = _column(column), column.type.kind
    if column.type.element is not None and stored_as_text(column.type):
        texts = exp.DataType(this=exp.DataType.Type.ARRAY, expressions=[exp.DataType.build("text")], nested=True)
        return _call("JSON_STRING", exp.cast(value, texts))
    if column.type.element is not None or kind is Kind.STRING:
        return _call("JSON_STRING", value)
    if stored_as_text(column.type):
        return _call("CONCAT", _text('"'), _as_text(value), _text('"'))
    return _call("LOWER", _as_text(value)) if kind is Kind.BOOLEAN else _as_text(value)
