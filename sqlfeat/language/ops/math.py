"""Mathematical functions: all of them from + - * / SQRT FLOOR and comparisons, which the engines compute alike."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

from sqlglot import exp

from sqlfeat.language.doubles import NULL, Real, Sheet, square_root, when
from sqlfeat.language.expr import Call, Expr, Literal
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation, Refusal, Refused, Typed, TypeMismatch, Vector
from sqlfeat.language.ops import exponential, logarithm, rounding, trigonometry
from sqlfeat.language.trees import case, fn, is_null
from sqlfeat.language.types import BOOLEAN, DOUBLE, Kind
from sqlfeat.language.typing import any_nullable, arity, common_type, convert, takes

EARTH_RADIUS_KM = 6371.0088
_MAX = 1.7976931348623157e308
_EXP_MAX = 1.7976931348622732e308
_DECAY = 0.025517964452291125
_THIRD = 1 / 3
_D, _DD = ("DOUBLE",), ("DOUBLE", "DOUBLE")


def _type_extreme(args: Sequence[Expr]) -> Typed:
    arity(args, 1, 99)
    shared = common_type([arg.type for arg in args])
    if not shared.is_numeric and shared.kind not in (Kind.DATE, Kind.TIMESTAMP, Kind.STRING):
        raise TypeMismatch(f"compares numbers, dates, times and texts, not {shared}")
    values = tuple(convert(arg, shared) for arg in args)
    return Typed(values, shared, any_nullable(values))


def _duckdb_extreme(name: str) -> Callable[[Call, Sequence[exp.Expr]], exp.Expr]:
    """DuckDB leaves NULLs out; here they decide."""

    def lower(call: Call, args: Sequence[exp.Expr]) -> exp.Expr:
        found = fn(name, *args)
        missing = [(is_null(tree), exp.Null()) for arg, tree in zip(call.args, args, strict=True) if arg.nullable]
        return case(*missing, default=found) if missing else found

    return lower


def _flink_extreme(name: str) -> Callable[[Call, Sequence[exp.Expr]], exp.Expr]:
    return lambda call, args: fn(name, *args)


def _raw_extreme(name: str, *vectors: Vector) -> Operation:
    return Operation(f"RAW_{name}", COMPILER_FAMILY, f"{name} of what is not text.", _type_extreme,
                     _duckdb_extreme(name), _flink_extreme(name), vectors, f"{name}(a, b)", repeats=True)  # fmt: skip


def _expand_extreme(name: str, better: str) -> Callable[[Call], Expr]:
    """Texts one after the other: the engines' own functions order some characters differently."""

    def expand(call: Call) -> Expr:
        if call.type.kind is not Kind.STRING:
            return Call(f"RAW_{name}", call.args, call.type, call.nullable)
        sheet = Sheet()
        result, *others = (sheet.keep_expr(arg) for arg in call.args)
        for other in others:
            replaces = Call(better, (other, result), BOOLEAN, other.nullable or result.nullable)
            keeps = Call("NOT", (replaces,), BOOLEAN, replaces.nullable)
            chosen = (replaces, other, keeps, result, Literal(None, call.type))
            result = sheet.keep_expr(Call("CASE", chosen, call.type))
        return sheet.close_expr(result)

    return expand


def _extreme(name: str, better: str, doc: str, *vectors: Vector) -> Macro:
    return Macro(name, "math", doc, _type_extreme, _expand_extreme(name, better), vectors, f"{name}(a, b)")


def _expand_sqrt(call: Call) -> Expr:
    sheet, x = Sheet(), Real(call.args[0])
    return sheet.close(square_root(when((x >= 0.0, x), default=NULL)))


def _constant(value: float) -> Callable[[Call], Expr]:
    return lambda call: Literal(value, DOUBLE)


def _call(name: str, *args: Expr) -> Expr:
    return Call(name, args, DOUBLE)


def _half_angle_squared(start: Expr, end: Expr) -> Expr:
    half = _call("*", _call("RADIANS", _call("-", end, start)), Literal(0.5, DOUBLE))
    return _call("POWER", _call("SIN", half), Literal(2.0, DOUBLE))


def _expand_haversine(call: Call) -> Expr:
    """2 R asin(sqrt(sin^2(dlat/2) + cos(lat1) cos(lat2) sin^2(dlon/2)))."""
    lat1, lon1, lat2, lon2 = call.args
    across = _call("*", _call("COS", _call("RADIANS", lat1)), _call("COS", _call("RADIANS", lat2)))
    square = _call("+", _half_angle_squared(lat1, lat2), _call("*", across, _half_angle_squared(lon1, lon2)))
    root = _call("SQRT", _call("LEAST", square, Literal(1.0, DOUBLE)))
    return _call("*", _call("ASIN", root), Literal(2 * EARTH_RADIUS_KM, DOUBLE))


def _function(name: str, doc: str, expand: Callable[[Call], Expr], *vectors: Vector, aliases: tuple[str, ...] = (),
              example: str = "", nullable: bool = False, inputs: int = 1) -> Macro:  # fmt: skip
    rule = takes(*[DOUBLE] * inputs, gives=DOUBLE, always_nullable=nullable)
    return Macro(name, "math", doc, rule, expand, vectors, example or f"{name}(x)", aliases)


def _of(*pairs: tuple[float | None, float | None]) -> tuple[Vector, ...]:
    return tuple(Vector((x,), y, _D) for x, y in ((None, None), *pairs))


def _of_two(*rows: tuple[float | None, float | None, float | None]) -> tuple[Vector, ...]:
    return tuple(Vector((a, b), y, _DD) for a, b, y in ((None, 1.0, None), (1.0, None, None), *rows))


_B3 = ("BIGINT", "BIGINT", "BIGINT")

_S3 = ("STRING", "STRING", "STRING")
_GREATEST = (
    Vector((1, 3, 2), 3, _B3), Vector((1, None, 2), None, _B3), Vector((0.5, -0.5), 0.5, _DD),
    Vector((2**63 - 1, -(2**63), 0), 2**63 - 1, _B3),
    Vector((Decimal("1.50"), 2), Decimal("2.00"), ("DECIMAL(9,2)", "INT")),
)  # fmt: skip
_LEAST = (
    Vector((1, 3, 2), 1, _B3), Vector((1, 2, None), None, _B3), Vector((0.5, -0.5), -0.5, _DD),
    Vector((Decimal("1.50"), 2), Decimal("1.50"), ("DECIMAL(9,2)", "INT")),
)  # fmt: skip

OPERATIONS = (*rounding.OPERATIONS, _raw_extreme("GREATEST", *_GREATEST), _raw_extreme("LEAST", *_LEAST))

MACROS: tuple[Macro, ...] = (
    *rounding.MACROS,
    _extreme("GREATEST", ">", "The greatest argument; NULL if any is NULL.", *_GREATEST,
             Vector(("a", "c", "b"), "c", _S3), Vector(("a", None, "b"), None, _S3), Vector(("", "Z", "é"), "é", _S3),
             Vector(("\uffff", "😀", "z"), "😀", _S3)),
    _extreme("LEAST", "<", "The least argument; NULL if any is NULL.", *_LEAST, Vector(("b", "a", "c"), "a", _S3),
             Vector((None, "a", "b"), None, _S3), Vector(("\uffff", "😀", "\ue000"), "\ue000", _S3)),
    _function("SQRT", "The square root, correctly rounded; NULL of a negative number.", _expand_sqrt,
              *_of((2.0, math.sqrt(2.0)), (0.0, 0.0), (-1.0, None), (5e-324, math.sqrt(5e-324)), (_MAX,
                                                                                                  math.sqrt(_MAX))),
              nullable=True),
    _function("CBRT", "The cube root.", logarithm.expand_cbrt,
              *_of((27.0, 3.0), (-8.0, -2.0), (0.0, 0.0), (2.0, 1.2599210498948732), (5e-324, 1.7031839360032603e-108),
                   (_MAX, 5.643803094122362e102))),
    _function("EXP", "e to the power of x; NULL beyond the range of DOUBLE.", exponential.expand_exp,
              *_of((0.0, 1.0), (1.0, math.e), (-1.0, 0.36787944117144233), (0.5, 1.6487212707001282),
                   (709.782712893384, _EXP_MAX),
                   (710.0, None), (-745.0, 5e-324), (-746.0, 0.0), (1e300, None), (-1e300, 0.0), (1e-300, 1.0)),
                   nullable=True),
    _function("LN", "The natural logarithm; NULL of a number that is not positive.",
              logarithm.of_base(logarithm.NATURAL),
              *_of((1.0, 0.0), (math.e, 1.0), (2.0, 0.6931471805599453), (10.0, 2.302585092994046), (0.0, None),
                   (-1.0, None),
                   (5e-324, -744.4400719213812), (_MAX, 709.782712893384), (0.5, -0.6931471805599453)), nullable=True),
    _function("LOG2", "The logarithm to base 2; NULL of a number that is not positive.",
              logarithm.of_base(logarithm.BINARY),
              *_of((1.0, 0.0), (8.0, 3.0), (0.125, -3.0), (10.0, 3.321928094887362), (0.0, None), (-1.0, None),
                   (5e-324, -1074.0),
                   (_MAX, 1024.0)), nullable=True),
    _function("LOG10", "The logarithm to base 10; NULL of a number that is not positive.",
              logarithm.of_base(logarithm.DECIMAL),
              *_of((1.0, 0.0), (1000.0, 3.0), (0.001, -3.0), (2.0, 0.3010299956639812), (1e300, 300.0), (0.0, None),
                   (-1.0, None),
                   (5e-324, -323.3062153431158)), nullable=True),
    _function("LOG1P", "The natural logarithm of 1 + x, exact for small x; NULL unless x > -1.", logarithm.expand_log1p,
              *_of((0.0, 0.0), (1.0, 0.6931471805599453), (1e-10, 9.999999999500001e-11), (-1e-20, -1e-20),
                   (-1.0, None), (-2.0, None),
                   (1e300, 690.7755278982137), (5e-324, 5e-324)), aliases=("LN1P",), nullable=True),
    _function("POWER", "x to the power of y; 1 where y is 0; NULL where infinite, or x negative and y not whole.",
              logarithm.expand_power,
              *_of_two((2.0, 10.0, 1024.0), (2.0, 0.5, 1.414213562373095), (2.0, -1074.0, 5e-324), (2.0, 1024.0, None),
                       (-2.0, 3.0, -8.0), (-2.0, 2.0, 4.0), (-2.0, 0.5, None), (0.0, 0.0, 1.0), (0.0, 2.0, 0.0),
                       (0.0, -1.0, None),
                       (1.0, 1e300, 1.0), (0.5, 1e300, 0.0), (-1e-300, 3.0, 0.0), (10.0, 15.0, 1e15), (0.99, 365.0,
                                                                                                       _DECAY),
                       (9.0, -0.5, _THIRD)),
              *(Vector((x, y), z, ("DOUBLE", "DOUBLE!")) for x, y, z in ((1.1, 2.0, 1.2100000000000002),
                                                                         (-2.0, 3.0, -8.0),
                (2.0, 0.5, 1.4142135623730951), (-1.0, 0.5, None), (1e200, 2.0, None), (None, 2.0, None))),
              aliases=("POW",), example="POWER(x, y)", nullable=True, inputs=2),
    _function("SIGMOID", "1 / (1 + EXP(-x)).", exponential.expand_sigmoid,
              *_of((0.0, 0.5), (1.0, 0.7310585786300049), (-1.0, 0.2689414213699951), (40.0, 1.0), (-745.0, 5e-324),
                   (-1e300, 0.0),
                   (1e300, 1.0))),
    _function("TANH", "The hyperbolic tangent.", exponential.expand_tanh,
              *_of((0.0, 0.0), (0.5, 0.46211715726000973), (-1.0, -0.7615941559557649), (1e-300, 1e-300), (30.0, 1.0),
                   (-1e300, -1.0))),
    _function("SIN", f"The sine of an angle in radians; NULL beyond {trigonometry.ANGLE_LIMIT:.0f}.",
              trigonometry.expand_sin,
              *_of((0.0, 0.0), (1.0, 0.8414709848078965), (math.pi, 1.2246467991473532e-16), (-0.5, -0.479425538604203),
                   (5e-324, 5e-324), (1e6, -0.34999350217129294), (1e300, None)), nullable=True),
    _function("COS", f"The cosine of an angle in radians; NULL beyond {trigonometry.ANGLE_LIMIT:.0f}.",
              trigonometry.expand_cos,
              *_of((0.0, 1.0), (1.0, 0.5403023058681398), (math.pi, -1.0), (math.pi / 2, 6.123233995736766e-17),
                   (1e6, 0.9367521275331447), (-1e300, None)), nullable=True),
    _function("TAN", f"The tangent of an angle in radians; NULL beyond {trigonometry.ANGLE_LIMIT:.0f}.",
              trigonometry.expand_tan,
              *_of((0.0, 0.0), (1.0, 1.5574077246549023), (math.pi / 2, 1.633123935319537e16),
                   (-0.5, -0.5463024898437905),
                   (5e-324, 5e-324), (1e300, None)), nullable=True),
    _function("ASIN", "The arc sine in radians; NULL unless x is from -1 to 1.", trigonometry.expand_asin,
              *_of((0.0, 0.0), (1.0, math.pi / 2), (-1.0, -math.pi / 2), (0.5, 0.5235987755982989), (5e-324, 5e-324),
                   (1.5, None)),
              nullable=True),
    _function("ACOS", "The arc cosine in radians; NULL unless x is from -1 to 1.", trigonometry.expand_acos,
              *_of((0.0, math.pi / 2), (1.0, 0.0), (-1.0, math.pi), (0.5, 1.0471975511965979), (-1.5, None)),
              nullable=True),
    _function("ATAN", "The arc tangent in radians.", trigonometry.expand_atan,
              *_of((0.0, 0.0), (1.0, math.pi / 4), (-1e300, -math.pi / 2), (0.5, 0.4636476090008061),
                   (5e-324, 5e-324))),
    _function("ATAN2", "The direction of the point (x, y) in radians, above -pi, at most pi; 0 of (0, 0).",
              trigonometry.expand_atan2,
              *_of_two((0.0, 0.0, 0.0), (1.0, 1.0, math.pi / 4), (1.0, 0.0, math.pi / 2), (-1.0, 0.0, -math.pi / 2),
                       (0.0, -1.0, math.pi), (-1e-300, -1.0, -math.pi), (-5e-324, 1e300, 0.0), (_MAX, _MAX,
                                                                                                math.pi / 4)),
              example="ATAN2(y, x)", inputs=2),
    _function("DEGREES", "Radians in degrees.", trigonometry.expand_scaled(57.29577951308232),
              *_of((math.pi, 180.0), (0.0, 0.0), (-1.0, -57.29577951308232), (1e308, None)), nullable=True),
    _function("RADIANS", "Degrees in radians.", trigonometry.expand_scaled(0.017453292519943295),
              *_of((180.0, math.pi), (0.0, 0.0), (-5e-324, 0.0), (90.0, math.pi / 2))),
    Macro("PI", "math", "3.141592653589793.", takes(gives=DOUBLE), _constant(math.pi), (Vector((), math.pi, ()),),
          "PI()"),
    Macro("E", "math", "2.718281828459045.", takes(gives=DOUBLE), _constant(math.e), (Vector((), math.e, ()),), "E()"),
    _function("HAVERSINE", "Kilometres between two points in degrees, the earth taken as a sphere of 6371.0088 km.",
              _expand_haversine,
              Vector((40.6413, -73.7781, 33.9416, -118.4085), 3974.3416895777723, _DD * 2),
              Vector((0.0, 0.0, 0.0, 0.0), 0.0, _DD * 2),
              Vector((0.0, 0.0, 0.0, 180.0), 20015.114442035923, _DD * 2), Vector((None, 0.0, 0.0, 0.0), None, _DD * 2),
              example="HAVERSINE(lat1, lon1, lat2, lon2)", nullable=True, inputs=4),
)  # fmt: skip


def _refused(name: str, reason: str, instead: str, *aliases: str) -> Refusal:
    return Refusal(name, "math", Refused(reason, instead), aliases)


_BITS = "Flink has no operations on bits"

REFUSALS = (
    _refused("LOG", "LOG(x) is the natural logarithm for one engine and the decimal one for the other",
             "LN(x), LOG10(x), LOG2(x), or LN(x) / LN(b)"),
    _refused("SINH", "neither is it needed often nor do the engines agree on it", "(EXP(x) - EXP(-x)) / 2"),
    _refused("COSH", "neither is it needed often nor do the engines agree on it", "(EXP(x) + EXP(-x)) / 2"),
    _refused("COT", "it is infinite at 0", "1 / TAN(x), which is NULL there"),
    _refused("GAMMA", "Flink does not have it", "a column that holds it", "LGAMMA", "FACTORIAL"),
    _refused("GCD", "Flink does not have it", "a column that holds it", "LCM", "EVEN", "NEXTAFTER"),
    _refused("ISNAN", "a DOUBLE is always a finite number here", "x IS NULL, as what is not finite becomes NULL",
             "ISINF", "ISFINITE"),
    _refused("WIDTH_BUCKET", "DuckDB does not have it", "FLOOR((x - low) / width)"),
    _refused("^", "it is a power for one reader and a difference of bits for another", "POWER(x, y)"),
    _refused("&", _BITS, "MOD(x // 8, 2) for the fourth bit of a number that is not negative", "|", "<<", ">>", "~",
             "XOR", "BIT_COUNT", "BITAND", "BITOR", "BITXOR"),
)  # fmt: skip
