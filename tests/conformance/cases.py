"""What is proved: every vector of the registry as a typed call, grouped by what one SELECT can compute."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlfeat.language.expr import Call, Column, Expr, Literal
from sqlfeat.language.operation import Macro, Operation, TypeMismatch, Vector
from sqlfeat.language.ops.cast_vectors import CAST_VECTORS, TRY_CAST_VECTORS
from sqlfeat.language.ops.narrowing import try_cast
from sqlfeat.language.registry import OPERATIONS
from sqlfeat.language.types import Kind, parse_type
from sqlfeat.plan.expand import expand_expr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlfeat.language.types import DataType
    from sqlfeat.plan.hoist import Step

UNKNOWN = "the result is whatever the engines agree on"
"""The result of random vectors."""

CASTS = {"CAST": CAST_VECTORS, "TRY_CAST": TRY_CAST_VECTORS}


@dataclass(frozen=True, slots=True)
class Subject:
    """An operation, or a cast to one type.

    Attributes:
        name: of the operation, or `CAST`, `TRY_CAST`.
        family: the chapter it belongs to.
        target: what a cast is to.
    """

    name: str
    family: str
    target: str = ""

    def __str__(self) -> str:
        return f"{self.name} AS {self.target}" if self.target else self.name


@dataclass(frozen=True, slots=True)
class Case:
    """One row: the values of the arguments that are columns, by column number, and the result."""

    id: int
    columns: dict[int, Any]
    vector: Vector


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that one expression computes."""

    id: str
    subject: Subject
    call: Expr
    """With the operation itself, before expansion."""
    columns: tuple[Column, ...]
    cases: list[Case] = field(default_factory=list)

    @property
    def expanded(self) -> tuple[tuple[Step, ...], Expr]:
        """In primitive operations: columns to add to the arguments, and the result."""
        return expand_expr(self.call)

    @property
    def type(self) -> DataType:
        """The type of the result."""
        return self.call.type

    def describe(self, case: Case) -> str:
        """The case as a reader looks for it in the registry."""
        return f"{self.subject}{case.vector.args!r} {case.vector.types!r}"


class BadVector(Exception):
    """A vector that the operation's own type rule refuses."""


def subjects() -> list[tuple[Subject, tuple[Vector, ...]]]:
    """Everything accepted, with its vectors; aliases share those of their operation."""
    found: list[tuple[Subject, tuple[Vector, ...]]] = []
    for name, entry in OPERATIONS.items():
        if isinstance(entry, (Operation, Macro)) and name == entry.name:
            found.append((Subject(name, entry.family), entry.vectors))
    for cast, table in CASTS.items():
        for target in dict.fromkeys(target for target, _ in table):
            vectors = tuple(vector for to, vector in table if to == target)
            found.append((Subject(cast, "casts", target), vectors))
    return found


def with_constants(vectors: Sequence[Vector]) -> list[Vector]:
    """The vectors, and of each signature one more for each argument that may be a constant beside the others.

    Constants beside a column are written without a cast, and what is computed from them has its type nevertheless.
    """
    more: dict[tuple[str, ...], Vector] = {}
    for vector in vectors:
        for i, (value, written) in enumerate(_arguments(vector)):
            types = (*vector.types[:i], f"{written}!", *vector.types[i + 1 :])
            constant = value is None or written.endswith("!") or parse_type(written).kind is Kind.ARRAY
            if not constant and not all(each.endswith("!") for each in types):
                more.setdefault(types, Vector(vector.args, vector.result, types))
    return [*vectors, *more.values()]


def groups_of(chosen: Iterable[tuple[Subject, Sequence[Vector]]]) -> list[Group]:
    """The vectors as groups, every case with its number."""
    groups: dict[tuple[Any, ...], Group] = {}
    number = 0
    for subject, vectors in chosen:
        for vector in vectors:
            key = (subject, vector.types, repr(_literals(vector)))
            if key not in groups:
                groups[key] = _group(f"g{len(groups)}", subject, vector)
            values = {i: value for i, (value, written) in enumerate(_arguments(vector)) if not written.endswith("!")}
            groups[key].cases.append(Case(number, values, vector))
            number += 1
    return list(groups.values())


def _arguments(vector: Vector) -> Iterator[tuple[Any, str]]:
    return zip(vector.args, vector.types, strict=True)


def _literals(vector: Vector) -> list[Any]:
    return [value for value, written in _arguments(vector) if written.endswith("!")]


def _group(identity: str, subject: Subject, vector: Vector) -> Group:
    args: list[Expr] = []
    for i, (value, written) in enumerate(_arguments(vector)):
        data_type = parse_type(written.rstrip("!"))
        args.append(Literal(value, data_type) if written.endswith("!") else Column(f"c{i}", data_type))
    columns = tuple(arg for arg in args if isinstance(arg, Column))
    return Group(identity, subject, call_of(subject, args), columns)


def call_of(subject: Subject, args: Sequence[Expr]) -> Expr:
    """The typed call, by the operation's own rule."""
    if subject.name == "CAST":
        return Call("CAST", tuple(args), parse_type(subject.target))
    if subject.name == "TRY_CAST":
        return try_cast(args[0], parse_type(subject.target))
    entry = OPERATIONS[subject.name]
    assert isinstance(entry, (Operation, Macro))
    try:
        typed = entry.typing(args)
    except TypeMismatch as mismatch:
        types = ", ".join(str(arg.type) for arg in args)
        raise BadVector(f"{subject} does not take the types of its own vector ({types}): {mismatch}") from mismatch
    return Call(entry.name, typed.args, typed.type, typed.nullable)
