"""JSON in texts: values by a constant path.

What Flink's parser reads is the rule, for nothing can change it; DuckDB follows by the macros of prelude_json.sql. A
value is read from the first object or array of the text, whatever follows it; of equal names the last one counts;
numbers keep their digits. A text that is not strict JSON, or has half a surrogate pair in it, gives NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from sqlfeat.language.doubles import LET, variable_for
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.json_path import BadPath, JsonPath, parse_path
from sqlfeat.language.operation import (
    COMPILER_FAMILY,
    Macro,
    Operation,
    Refusal,
    Refused,
    Typed,
    TypeMismatch,
    Vector,
)
from sqlfeat.language.trees import binary, case, flink_coalesce, fn, not_null, number, text
from sqlfeat.language.types import BOOLEAN, STRING, DataType, Kind, parse_type
from sqlfeat.language.typing import arity, convert, takes

_FAMILY = "JSON"
_TYPES = (Kind.STRING, Kind.BOOLEAN, Kind.INT, Kind.BIGINT, Kind.DECIMAL, Kind.DOUBLE, Kind.DATE, Kind.TIMESTAMP)

_ESCAPED_BACKSLASH = r"\\\\"
_PAIR = r"\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF = r"\\u[dD][89a-fA-F]"


def _path_of(arg: Expr) -> JsonPath:
    if not isinstance(arg, Literal) or not isinstance(arg.value, str):
        raise TypeMismatch("needs a constant path, such as '$.name'")
    try:
        return parse_path(arg.value)
    except BadPath as error:
        raise TypeMismatch(str(error)) from None


def _flink_is_whole(tree: exp.Expr) -> exp.Expr:
    """Whether no half of a surrogate pair is escaped: Flink would make a text of it that has no UTF-8."""
    rest = fn("REGEXP_REPLACE", fn("REGEXP_REPLACE", tree, text(_ESCAPED_BACKSLASH), text("")), text(_PAIR), text(""))
    none = binary(exp.EQ, fn("LOCATE", text("\\u"), tree), number(0))
    return exp.Paren(this=exp.Or(this=none, expression=exp.Not(this=fn("REGEXP", rest, text(_HALF)))))


def _type_scalar(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    _path_of(args[1])
    return Typed((convert(args[0], STRING), args[1]), STRING, nullable=True)


def _walked(document: exp.Expr, path: JsonPath) -> exp.Expr:
    """The value at the end of the path, object by object, the last of equal names each time."""
    for step in path.steps:
        if isinstance(step, str):
            document = fn("json_member", document, text(step))
        else:
            document = fn("json_item", document, text(f"$[{step}]"))
    return document


def _names_once(document: exp.Expr, path: JsonPath) -> exp.Expr:
    names = exp.Array(expressions=[text(name) for name in path.names])
    listed = exp.Cast(this=names, to=exp.DataType.build("VARCHAR[]", dialect="duckdb"))
    return fn("json_names_once", document, listed)


def _in_document(text_: exp.Expr, value: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """A value computed from the JSON that a text begins with; a list of one element serves DuckDB as a variable."""
    name = "t_"
    made = exp.Lambda(this=value(exp.column(name)), expressions=[exp.to_identifier(name)])
    documents = exp.Array(expressions=[fn("json_document", text_)])
    return fn("list_extract", fn("list_transform", documents, made), number(1))


def _duckdb_scalar(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    path = _path_of(call.args[1])
    written, last = text(path.duckdb()), path.steps[-1]

    def scalar(document: exp.Expr) -> exp.Expr:
        with_texts = fn("json_with_texts", document)
        walked = fn("json_scalar_text", _walked(document, path), _walked(with_texts, path))
        if not path.is_plain:
            return walked
        if isinstance(last, str):
            digits = fn("json_digits_of", document, text(last))
        else:
            digits = fn("json_extract_string", with_texts, written)
        straight = fn("json_scalar_at", document, written, digits)
        return case((_names_once(document, path), straight), default=walked)

    return _in_document(args[0], scalar)


def _flink_scalar(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    value = fn("JSON_VALUE", args[0], text(_path_of(call.args[1]).flink()))
    return case((_flink_is_whole(args[0]), value))


def _duckdb_found(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    path = _path_of(call.args[1])

    def kind(document: exp.Expr) -> exp.Expr:
        walked = fn("json_type", _walked(document, path))
        if not path.is_plain:
            return walked
        return case((_names_once(document, path), fn("json_type", document, text(path.duckdb()))), default=walked)

    found = exp.NEQ(this=_in_document(args[0], kind), expression=text("NULL"))
    return case((not_null(args[0]), fn("COALESCE", found, exp.false())))


def _flink_found(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    found = fn("JSON_EXISTS", args[0], text(_path_of(call.args[1]).flink()))
    readable = case((_flink_is_whole(args[0]), flink_coalesce(found, exp.false())), default=exp.false())
    return case((not_null(args[0]), readable))


def _duckdb_valid(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    return fn("json_strictly_valid", args[0])


def _flink_valid(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    """Flink reads no further than the first value. A text that is one value in an array and in an object is one value.

    What closes the array too early does not close the object, and the other way round.
    """
    value = args[0]

    def inside(opening: str, closing: str) -> exp.Expr:
        return exp.Is(
            this=exp.Paren(this=_joined(text(opening), value, text(closing))), expression=exp.Var(this="JSON")
        )

    whole = exp.And(this=inside("[", "]"), expression=inside('{"x":', "}"))
    return case((not_null(value), exp.Paren(this=exp.And(this=_flink_is_whole(value), expression=whole))))


def _joined(*parts: exp.Expr) -> exp.Expr:
    joined = parts[0]
    for part in parts[1:]:
        joined = exp.DPipe(this=joined, expression=part.copy(), safe=True)
    return joined


_S = ("STRING",)
_SP = ("STRING", "STRING!")


def _found(path: str, *rows: tuple[str | None, object]) -> tuple[Vector, ...]:
    return tuple(Vector((document, path), result, _SP) for document, result in rows)


_VALUES = (
    *_found(
        "$.a",
        ('{"a": "x"}', "x"), ('{"a": "é😀\\u00e9\\ud83d\\ude00"}', "é😀é😀"), ('{"a": true, "b": 1}', "true"),
        ('{"a":false}', "false"),
        ('{"a": null}', None), ('{"b": 1}', None), ('{"a": {"b": 2}}', None), ('{"a": [1]}', None), ('{"a": ""}', ""),
        ('{"a": "null"}', "null"), ('{"a": "\\t\\n\\"\\\\\\/"}', '\t\n"\\/'), ('{"a": "\\\\ud83d"}', "\\ud83d"),
        ('{"a": 1}', "1"), ('{"a": -0}', "0"), ('{"a": 1.50}', "1.50"), ('{"a": -1.50}', "-1.50"),
        ('{"a": 1e2}', "1E+2"),
        ('{"a": 1.50e3}', "1.50E+3"), ('{"a": 1.500e3}', "1500"), ('{"a": 0.0000012}', "0.0000012"),
        ('{"a": 0.00000012}', "1.2E-7"),
        ('{"a": -0.0}', "0.0"), ('{"a": 0E-7}', "0E-7"), ('{"a": 9223372036854775808}', "9223372036854775808"),
        ('{"a": 123456789012345678901234567890}', "123456789012345678901234567890"), ('{"a": 1e400}', "1E+400"),
        ('{"a": 0.1000000000000000055}', "0.1000000000000000055"), ('{"a": 1e2147483648}', None),
        ('{"a": 1, "b": 1e99999999999}', None),
        ('{"a": 1, "a": 2}', "2"), ('{"a": 1, "\\u0061": 3}', "3"), ('{"a": 1, "a": {}}', None), ('{"A": 1}', None),
        (' {"a": 1} ', "1"), ('{"a": 1} x', "1"), ('{"a": 1}{"a": 2}', "1"), ('{"a": "}"}}', "}"), ('{"a": 1', None),
        ('{"a": 1,}', None),
        ('{"a": 1, "b": [1,]}', None), ('{"a": 1, "b": ",}"}', "1"), ("{'a': 1}", None), ("{a: 1}", None),
        ('{"a": 01}', None),
        ('{"a": .5}', None), ('{"a": NaN}', None), ('{"a": 1, "b": Infinity}', None), ('{"a": "NaN"}', "NaN"),
        ('{"a": "\t"}', None),
        ('{"a": "\\ud83d"}', None), ('{"a": 1, "b": "\\ude00"}', None), ('{"a": 1} \\ud83d', None),
        ('{"a": "\\ud83d\\ud83d\\ude00"}', None),
        ('\ufeff{"a": 1}', None), ("", None), ("null", None), ("1", None), ('[{"a": 1}]', None), (None, None),
        ('{"a": 1, "b": ' + "[" * 999 + "]" * 999 + "}", "1"), ('{"a": 1, "b": ' + "[" * 1000 + "]" * 1000 + "}", None),
        ('{"a": ' + "1" * 1000 + "}", "1" * 1000), ('{"a": ' + "1" * 1001 + "}", None),
    ),
    *_found("$.a.b[1].c", ('{"a": {"b": [0, {"c": 1.0}]}}', "1.0"), ('{"a": {"b": [0]}}', None),
            ('{"a": {"b": {"1": 5}}}', None),
            ('{"a": 1, "a": {"b": [0, {"c": 1, "c": 2.50}]}}', "2.50"), ('{"a": [{"b": 1}]}', None), ("{}", None)),
    *_found("$[0]", ("[5]", "5"), ("[]", None), ('[ "é" ] x', "é"), ('{"0": 1}', None), ("[[1]]", None), ("5", None),
            ("[0.10,2]", "0.10")),
    *_found("$['first name'].x-y", ('{"first name": {"x-y": 7}}', "7"), ('{"first name": 1}', None)),
    *_found('$."a.b"[0][1]', ('{"a.b": [[1, 2]], "a": {"b": 3}}', "2")),
    *_found("$.é", ('{"é": "ü"}', "ü"), ('{"\\u00e9": "ü"}', "ü")),
    *(Vector((f'{{"{name}": 4, "b": 2}}', f"$['{name}']"), "4", _SP)
      for name in ("a,b", "[0]", "a]b", "$", "@", "?", "#", "a:b", "a/b", "..", "{}", "(x)", "日本", "😀", " ", "-1",
                   "0", "a.b[0]")),
    *_found("$['*']", ('{"*": 1, "b": 2}', "1"), ('{"b": 2}', None)),
)  # fmt: skip
_RETURNING = ("STRING", "STRING!", "STRING!")


def _type_value(args: Sequence[Expr]) -> Typed:
    arity(args, 2, 3)
    _path_of(args[1])
    target = _target(args[2]) if len(args) == 3 else STRING
    return Typed((convert(args[0], STRING), *args[1:]), target, nullable=True)


def _target(arg: Expr) -> DataType:
    try:
        target = parse_type(str(arg.value) if isinstance(arg, Literal) else "")
    except ValueError as error:
        raise TypeMismatch(f"returns a type of the language: {error}") from None
    if target.kind not in _TYPES:
        raise TypeMismatch(f"cannot return {target}; a value at the end of a path is a single one")
    return target


def _value(call: Call) -> Expr:
    scalar = Call("JSON SCALAR", call.args[:2], STRING)
    if call.type == STRING:
        return scalar
    variable = variable_for(scalar)  # A conversion looks at its text several times, and reading JSON is slow.
    return Call(LET, (variable, scalar, Call("TRY_CAST", (variable,), call.type)), call.type)


def _type_exists(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    _path_of(args[1])
    value = convert(args[0], STRING)
    return Typed((value, args[1]), BOOLEAN, value.nullable)


_KINDS = {"": "", "VALUE": "", "OBJECT": "OBJECT", "ARRAY": "ARRAY", "SCALAR": "SCALAR"}


def _type_is(args: Sequence[Expr]) -> Typed:
    arity(args, 2)
    kind = str(args[1].value).upper() if isinstance(args[1], Literal) else "?"
    if kind not in _KINDS:
        raise TypeMismatch("is written IS JSON, IS JSON OBJECT, IS JSON ARRAY or IS JSON SCALAR")
    return Typed((convert(args[0], STRING), Literal(_KINDS[kind], STRING)), BOOLEAN, nullable=False)


def _kind(call: Call) -> str:
    kind = call.args[1]
    assert isinstance(kind, Literal)
    return str(kind.value)


def _duckdb_is(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    valid = fn("COALESCE", fn("json_strictly_valid", args[0]), exp.false())
    if not (kind := _kind(call)):
        return valid
    found = fn("json_type", args[0])
    scalar = exp.Not(this=exp.In(this=found, expressions=[text("OBJECT"), text("ARRAY")]))
    matching = scalar if kind == "SCALAR" else binary(exp.EQ, found, text(kind))
    return case((valid, matching), default=exp.false())


def _flink_is(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
    valid = flink_coalesce(_flink_valid(call, args), exp.false())
    if not (kind := _kind(call)):
        return valid
    return exp.Paren(
        this=exp.And(this=valid, expression=exp.Is(this=args[0].copy(), expression=exp.Var(this=f"JSON {kind}")))
    )


_VALID = (
    ('{"a": 1}', True), ("[1, 2]", True), ("1", True), (' "é😀" ', True), ("null", True), ("true", True),
    ("-0.5e-3", True), ("", False),
    (" ", False), ("1 2", False), ("1, 2", False), ('"a": 1', False), ("] [", False), ("1] [2", False),
    ('1}, {"y": 2', False),
    ('{"a": 1} x', False), ('{"a": 1},', False), ("1]", False), ("1}", False), ('{"a": 1', False),
    ('{"a": 1,}', False), ("[1,]", False),
    ("NaN", False), ("[Infinity]", False), ("tru", False), ("'a'", False), ('"\\ud83d"', False),
    ('"\\ud83d\\ude00"', True),
    ('"\t"', False), ("01", False), ("1.", False), ("\ufeff1", False), ('{"a": 1, "a": 2}', True),
    ("1" * 1001, False), (None, None),
    ("[" * 999 + "]" * 999, True), ("[" * 1000 + "]" * 1000, False),
)  # fmt: skip

OPERATIONS = (
    Operation("JSON SCALAR", COMPILER_FAMILY, "A scalar as text.", _type_scalar, _duckdb_scalar, _flink_scalar,
              _found("$.a", ('{"a": 1}', "1"), (None, None), ('{"a": "\\udead"}', None)), "JSON_VALUE(j, '$.a')",
              repeats=True),
    Operation("JSON_EXISTS", _FAMILY, "Whether there is a value other than null at the end of a constant path.",
              _type_exists, _duckdb_found, _flink_found,
              (*_found("$.a.b", ('{"a": {"b": 1}}', True), ('{"a": {"b": {}}}', True), ('{"a": {"b": null}}', False),
                       ('{"a": 1}', False),
                       ("x", False), ('{"a": {"b": 1}, "a": 2}', False), ('{"a": {"b": "\\ud83d"}}', False),
                       ('{"a": {"b": 1}} x', True),
                       ('{"a": {"\\u0062": 1}}', True), (None, None), ("", False)),
               *_found("$[1]", ("[1, 2]", True), ("[1]", False), ('{"1": 2}', False))),
              "JSON_EXISTS(j, '$.a.b')", repeats=True),
    Operation("JSON_VALID", _FAMILY, "Whether the whole text is JSON.", takes(STRING, gives=BOOLEAN), _duckdb_valid,
              _flink_valid,
              tuple(Vector((document,), result, _S) for document, result in _VALID), "JSON_VALID(j)", repeats=True),
    Operation("IS JSON", _FAMILY,
              "Whether the whole text is JSON; FALSE for NULL. IS JSON OBJECT, ARRAY and SCALAR ask for the kind too.",
              _type_is, _duckdb_is, _flink_is,
              (*(Vector((document, ""), bool(result), _SP) for document, result in _VALID),
               *(Vector((document, kind), result, _SP)
                 for document, results in (("{}", "OBJECT"), ("[]", "ARRAY"), ("5", "SCALAR"), ("x", ""),
                                           ("{} x", ""), (None, ""))
                 for kind in ("OBJECT", "ARRAY", "SCALAR") for result in (kind == results,))),
              "j IS JSON OBJECT", repeats=True),
)  # fmt: skip

MACROS = (
    Macro("JSON_VALUE", _FAMILY,
          "The text, number or truth value at the end of a constant path, as text; NULL if there is none, or an object "
          "or array. RETURNING a type converts it as TRY_CAST does. Numbers keep their digits.",
          _type_value, _value,
          (*_VALUES,
           *(Vector((d, "$.a", t), r, _RETURNING) for d, t, r in (
               ('{"a": 7}', "BIGINT", 7), ('{"a": "7"}', "BIGINT", 7), ('{"a": "x"}', "BIGINT", None),
               ('{"a": 9223372036854775808}', "BIGINT", None),
               ('{"a": 1.50}', "DOUBLE", 1.5), ('{"a": 1e2}', "DOUBLE", 100.0), ('{"a": 1e400}', "DOUBLE", None),
               ('{"a": -0.0}', "DOUBLE", 0.0),
               ('{"a": true}', "BOOLEAN", True), ('{"a": "no"}', "BOOLEAN", None), ('{"a": null}', "DOUBLE", None),
               (None, "BIGINT", None)))),
          "JSON_VALUE(j, '$.user.id' RETURNING BIGINT)", ("JSON_EXTRACT_STRING", "GET_JSON_OBJECT")),
)  # fmt: skip

_TEXT_OF_JSON = Refused(
    "the engines write JSON differently: order of names, digits of numbers, spaces",
    "JSON_VALUE(j, '$.path') for each value that is needed",
)
REFUSALS = (
    Refusal("JSON_QUERY", _FAMILY, _TEXT_OF_JSON, ("JSON_EXTRACT", "JSON_EXTRACT_PATH", "JSON_EXTRACT_PATH_TEXT",
                                                   "JSON", "->")),
    Refusal("JSON_OBJECT", _FAMILY, _TEXT_OF_JSON, (
        "JSON_ARRAY", "JSON_OBJECTAGG", "JSON_ARRAYAGG", "TO_JSON", "JSON_STRING", "JSON_QUOTE", "JSON_UNQUOTE",
        "JSON_MERGE_PATCH",
        "ARRAY_TO_JSON", "ROW_TO_JSON", "JSON_PRETTY",
    )),
    Refusal("JSON_KEYS", _FAMILY, Refused("Flink cannot list what is in an object or array",
                                          "JSON_VALUE(j, '$.path') and JSON_EXISTS"), (
        "JSON_ARRAY_LENGTH", "JSON_LENGTH", "JSON_TYPE", "JSON_STRUCTURE", "JSON_CONTAINS", "JSON_EACH", "JSON_TREE",
        "FROM_JSON",
        "JSON_TRANSFORM", "JSON_TRANSFORM_STRICT", "JSON_SERIALIZE_SQL",
    )),
)  # fmt: skip
