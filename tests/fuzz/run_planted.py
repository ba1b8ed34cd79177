"""Plants one bug at a time in the lowerings, and counts how many the lowering fixtures catch.

python -m tests.fuzz.run_planted                          a sample of the compiler's rooms
python -m tests.fuzz.run_planted --each 3 --seed 7 lower/duckdb

A bug is a changed operator, constant or branch, or a call left out, in one function. It is caught by the *text* if a
fixture has other SQL, and by the *rows* if DuckDB then gives other rows, or other values for the registry's vectors.
Flink's lowerings are judged by the text alone; what their SQL gives is proved by the engine suite.
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from sqlfeat.compiler import compile_models
from sqlfeat.engines.duckdb.connection import connect
from sqlfeat.project.load import load_project
from tests.conformance.cases import groups_of, subjects
from tests.conformance.duckdb_engine import DuckdbEngine
from tests.conformance.rows import against_expectation, write_rows
from tests.lower.fixtures import (
    FOLDER,
    TOPICS,
    expected_rows,
    load_fixture,
    prepare_duckdb,
    run_on_duckdb,
)
from tests.lower.test_fixtures import sql_of
from tests.lower.test_slices import test_slices_have_the_rows_of_the_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlfeat.lower.program import CompiledModel
    from sqlfeat.project.load import LoadedProject
    from tests.conformance.cases import Group
    from tests.lower.fixtures import Fixture

ROOT = Path(__file__).parents[2] / "sqlfeat"
PLACES = (
    "lower/duckdb/steps.py", "lower/flink/steps.py", "lower/flink/earlier.py", "lower/flink/trees.py",
    "lower/flink/intervals.py", "lower/steps.py",
    "lower/expressions.py", "plan/frames.py", "plan/expand.py", "plan/prune.py", "plan/bound.py",
    "language/ops/aggregates.py", "language/ops/positional.py", "language/ops/window_functions.py",
)  # fmt: skip
SLICING = ("plan/bound.py",)
OPERATIONS = ("lower/expressions.py", *(f"language/ops/{name}.py" for name in (
    "arithmetic", "arrays", "casts", "conditionals", "datetime_parts", "datetime_truncate", "json", "like", "logic",
    "math", "narrowing", "rounding", "strings", "string_macros",
)))  # fmt: skip
"""The lowerings that the vectors of the registry prove."""
METADATA = ("nullable", "quoted", "pretty", "nulls_first")
"""Arguments that are not part of what is computed, or are it only in places where nothing is NULL."""
SAME, OTHER_TEXT, OTHER_ROWS = 0, 1, 2
SECONDS = 90
"""A bug that makes the compiler run longer is caught."""
_SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip
_NAMES = {
    "GTE": "GT", "GT": "GTE", "LTE": "LT", "LT": "LTE", "EQ": "NEQ", "And": "Or", "Or": "And", "Add": "Sub",
    "Sub": "Add",
}  # fmt: skip
_WORDS = {
    "MIN": "MAX", "MAX": "MIN", "arg_min": "arg_max", "arg_max": "arg_min", "FIRST_VALUE": "LAST_VALUE",
    "LAST_VALUE": "FIRST_VALUE", "LEFT": None, "ASOF": None, "ROWS": "RANGE", "RANGE": "ROWS", "COUNT": "SUM",
    ">": ">=", ">=": ">", "<": "<=", "-": "+", "+": "-", "window_start": "window_end", "window_end": "window_start",
}  # fmt: skip


@dataclass(frozen=True)
class Bug:
    """One change of one function."""

    place: str
    function: str
    line: int
    what: str
    code: CodeType


def bugs_of(place: str) -> Iterator[Bug]:
    """Every bug that can be planted in a file."""
    source = (ROOT / place).read_text(encoding="utf-8")
    tree = ast.parse(source)
    for name, function in _functions(tree):
        about = {id(k.value) for k in ast.walk(function) if isinstance(k, ast.keyword) and k.arg in METADATA}
        for number, node in enumerate(ast.walk(function)):
            if id(node) in about:
                continue
            for what, change in _changes(node):
                mutant = copy.deepcopy(tree)
                twin = next(f for n, f in _functions(mutant) if n == name)
                spot = next(n for i, n in enumerate(ast.walk(twin)) if i == number)
                change(spot)
                try:
                    code = compile(ast.fix_missing_locations(mutant), str(ROOT / place), "exec", dont_inherit=True)
                except (SyntaxError, ValueError, TypeError):
                    continue
                line = getattr(node, "lineno", function.lineno)
                yield Bug(place, name, line, what, _code_of(code, name))


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _changes(node: ast.AST) -> Iterator[tuple[str, Any]]:
    match node:
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                if swap := _SWAPS.get(type(operator)):
                    yield f"{ast.unparse(node)}: {swap.__name__}", _setter("ops", swap, place)
        case ast.BinOp() | ast.BoolOp():
            if swap := _SWAPS.get(type(node.op)):
                yield f"{ast.unparse(node)}: {swap.__name__}", _setter("op", swap)
        case ast.UnaryOp(op=ast.Not()):
            yield f"{ast.unparse(node)}: no not", _without_not
        case ast.Constant(value=bool()):
            yield f"{node.value}: {not node.value}", _value(not node.value)
        case ast.Constant(value=int()):
            yield f"{node.value}: {node.value + 1}", _value(node.value + 1)
        case ast.Constant(value=str()) if node.value in _WORDS:
            yield f"{node.value!r}: {_WORDS[node.value]!r}", _value(_WORDS[node.value])
        case ast.Attribute(value=ast.Name(id="exp")) if node.attr in _NAMES:
            yield f"exp.{node.attr}: exp.{_NAMES[node.attr]}", lambda spot: setattr(spot, "attr", _NAMES[spot.attr])
        case ast.IfExp():
            yield f"{ast.unparse(node)[:60]}: branches swapped", _swapped
        case ast.If():
            yield (
                f"if {ast.unparse(node.test)[:60]}: never",
                lambda spot: setattr(spot, "test", ast.Constant(value=False)),
            )
        case ast.Expr(value=ast.Call()):
            yield f"{ast.unparse(node)[:60]}: left out", lambda spot: setattr(spot, "value", ast.Constant(value=None))
        case ast.AugAssign():
            yield f"{ast.unparse(node)[:60]}: left out", _no_addition


def _setter(field: str, kind: type[ast.AST], place: int | None = None) -> Any:
    def change(spot: Any) -> None:
        if place is None:
            setattr(spot, field, kind())
        else:
            getattr(spot, field)[place] = kind()

    return change


def _value(value: object) -> Any:
    return lambda spot: setattr(spot, "value", value)


def _without_not(spot: Any) -> None:
    spot.operand = ast.UnaryOp(op=ast.Not(), operand=spot.operand)


def _swapped(spot: Any) -> None:
    spot.body, spot.orelse = spot.orelse, spot.body


def _no_addition(spot: Any) -> None:
    spot.value = ast.BinOp(left=spot.value, op=ast.Mult(), right=ast.Constant(value=0))


def _code_of(code: CodeType, name: str) -> CodeType:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == name:
                return constant
            if name.startswith(constant.co_qualname + "."):
                return _code_of(constant, name)
    raise LookupError(name)


def plant(bug: Bug) -> None:
    """Give the function, wherever it is held, the code with the bug."""
    module = importlib.import_module("sqlfeat." + bug.place.removesuffix(".py").replace("/", "."))
    holder: Any = module
    for part in bug.function.split("."):
        holder = vars(holder)[part]
    holder = holder.fget if isinstance(holder, property) else holder
    while hasattr(holder, "__wrapped__"):
        holder = holder.__wrapped__
    assert isinstance(holder, FunctionType)
    holder.__code__ = bug.code


@cache
def projects() -> dict[str, tuple[Fixture, Path, LoadedProject]]:
    """Every fixture as a project, loaded before any bug is planted."""
    found = {}
    for topic in TOPICS:
        fixture = load_fixture(topic)
        root = fixture.write(Path(tempfile.mkdtemp()) / topic)
        found[topic] = (fixture, root, load_project(root))
    return found


def verdict(place: str) -> int:
    """What the fixtures say of the compiler as it is: SAME, OTHER_TEXT or OTHER_ROWS."""
    result = SAME
    for topic, (fixture, root, project) in projects().items():
        models = [m for m in compile_models(project, project.order) if m.name in fixture.expected]
        changed = {engine for engine in ("duckdb", "flink") if _text(models, engine) != _held(topic, engine)}
        if changed:
            result = OTHER_TEXT
        if "duckdb" in changed and _other_rows(fixture, root, models):
            return OTHER_ROWS
        if place in SLICING and _other_slices(topic, root):
            return OTHER_ROWS
    return OTHER_ROWS if place in OPERATIONS and _other_values() else result


@cache
def vectors() -> tuple[list[Group], Path]:
    """The vectors of every operation, bound before any bug is planted."""
    path = Path(tempfile.mkdtemp()) / "rows.jsonl"
    groups = groups_of(subjects())
    write_rows(groups, path)
    return groups, path


def _other_values() -> bool:
    groups, path = vectors()
    return any(against_expectation("duckdb", groups, DuckdbEngine(path).run(groups)))


def _text(models: Sequence[CompiledModel], engine: str) -> str:
    return "\n\n".join(f"-- {model.name}\n{sql_of(model, engine)}" for model in models) + "\n"


@cache
def _held(topic: str, engine: str) -> str:
    return (FOLDER / f"{topic}.{engine}.sql").read_text(encoding="utf-8")


def _other_rows(fixture: Fixture, root: Path, models: Sequence[CompiledModel]) -> bool:
    with connect(root, threads=1) as connection:
        prepare_duckdb(connection, models)
        return any(run_on_duckdb(connection, model) != expected_rows(fixture, model) for model in models)


def _other_slices(topic: str, root: Path) -> bool:
    test_slices_have_the_rows_of_the_whole(topic, root)
    return False


def judged(bug: Bug) -> int:
    """The verdict on the bug, in a process of its own; what fails shows other rows."""
    child = os.fork()
    if child == 0:
        signal.alarm(SECONDS)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        try:
            plant(bug)
            os._exit(verdict(bug.place))
        except BaseException:  # noqa: BLE001 - whatever goes wrong shows the bug
            os._exit(OTHER_ROWS)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else OTHER_ROWS


def chosen(places: Sequence[str], each: int, seed: int) -> list[Bug]:
    """At most so many bugs of each function."""
    wanted = [
        place for place in dict.fromkeys((*PLACES, *OPERATIONS)) if not places or any(part in place for part in places)
    ]
    picked: list[Bug] = []
    for place in wanted:
        by_function: dict[str, list[Bug]] = {}
        for bug in bugs_of(place):
            by_function.setdefault(bug.function, []).append(bug)
        for name, bugs in by_function.items():
            picked += random.Random(f"{seed} {place} {name}").sample(bugs, min(each, len(bugs)))
    return picked


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", help="parts of file names; everything if left out")
    parser.add_argument("--each", type=int, default=2, help="bugs of each function")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop planting then")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    totals: dict[str, list[int]] = {}
    assert verdict(OPERATIONS[0]) == SAME, "the fixtures or vectors fail without any bug"
    bugs = chosen(options.places, options.each, options.seed)
    for bug in bugs:
        if time.monotonic() - started > 60 * options.minutes:
            print("out of time", file=sys.stderr)
            break
        found = judged(bug)
        count = totals.setdefault(bug.place, [0, 0, 0])
        for number, yes in enumerate((True, found != SAME, found == OTHER_ROWS)):
            count[number] += yes
        if found == SAME or (found == OTHER_TEXT and "/flink/" not in bug.place):
            said = "only by its text" if found else "NOT CAUGHT"
            print(f"{bug.place}:{bug.line} {bug.function}: {bug.what} -- {said}", flush=True)
    for place, (planted, found, by_rows) in totals.items():
        shown = "" if "/flink/" in place else f", {by_rows} by rows"
        print(f"{place}: {found} of {planted}{shown}")
    counts = [sum(column) for column in zip(*totals.values(), strict=True)]
    print(f"{counts[1]} of {counts[0]} caught")
    return 0 if counts[0] == counts[1] else 1


if __name__ == "__main__":
    sys.exit(main())
