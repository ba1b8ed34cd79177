"""What the reference shows as an example is read as an expression."""

from __future__ import annotations

import pytest
from sqlglot import exp, parse_one

from sqlfeat.language.dialect import Sqlfeat
from sqlfeat.language.operation import COMPILER_FAMILY, Macro, Operation
from sqlfeat.language.registry import OPERATIONS

EXAMPLES = sorted(
    entry.example
    for name, entry in OPERATIONS.items()
    if isinstance(entry, (Operation, Macro)) and entry.family != COMPILER_FAMILY and name == entry.name
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_one_expression(example):
    (item,) = parse_one(f"SELECT {example}", dialect=Sqlfeat).expressions
    assert not isinstance(item, (exp.Alias, exp.Aliases)), "a function that is not known as such is a column's name"
