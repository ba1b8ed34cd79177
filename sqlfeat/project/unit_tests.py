"""`unit_tests:` of the YAML files."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import yaml

from sqlfeat.project.cells import read_row, read_rows, rows_of_list
from sqlfeat.project.declared_tests import IMPLIED_DATE, Aside, Expected, Given, InputName, Row, Rows, UnitTest
from sqlfeat.project.yaml_file import Located

if TYPE_CHECKING:
    from typing import Any

    from sqlfeat.project.block import Block
    from sqlfeat.project.sources import Describe

_INPUT = re.compile(
    r"\s*(?:source\(\s*(['\"])(?P<group>\w+)\1\s*,\s*(['\"])(?P<source>\w+)\3\s*\)|ref\(\s*(['\"])(?P<model>\w+)\5\s*\))\s*",
    re.ASCII,
)


def read_unit_test(block: Block, describe: Describe) -> UnitTest | None:
    """One entry of `unit_tests:`; None when it has no name, no model or nothing to expect.

    Args:
        block: the entry.
        describe: reads its description.
    """
    name, model, description = block.name(), block.located("model", required=True), describe(block)
    day, variables = _read_date(block), _read_variables(block)
    given = tuple(read for entry in block.blocks("given", "an input of a unit test") if (read := _read_given(entry)))
    expect = _read_expected(block)
    block.close({"at": "a unit test gives whole rows; list the row of the time in question in `expect`"})
    if name is None or model is None or expect is None:
        return None
    _refuse_twice(block, given)
    return UnitTest(name.value, model, given, expect, name.span, description, variables, day)


def _refuse_twice(block: Block, given: tuple[Given, ...]) -> None:
    first: dict[str, InputName] = {}
    for entry in given:
        if entry.input.full_name in first:
            block.file.problem("SF0111", f"`{entry.input}` is given twice in a unit test", entry.input.span)
        first.setdefault(entry.input.full_name, entry.input)


def _read_date(block: Block) -> date:
    node = block.node("date")
    if node is None:
        return IMPLIED_DATE
    try:
        return date.fromisoformat(str(node.value))
    except ValueError:
        block.wrong(node, "date", "a date such as 2024-01-31")
        return IMPLIED_DATE


def _read_variables(block: Block) -> dict[str, Located[Any]]:
    variables = block.block("vars", "`vars`")
    if variables is None:
        return {}
    return {key: Located(block.file.plain(node), variables.key_span(key)) for key, node in variables.entries()}


def _read_given(block: Block) -> Given | None:
    name = _read_input(block)
    rows = read_rows(block, "the rows of an input")
    node = block.node("defaults")
    defaults = Row({}, block.span)
    if isinstance(node, yaml.MappingNode):
        defaults = read_row(block.file, node, "`defaults`")
    elif node is not None:
        block.wrong(node, "defaults", "a mapping of columns to values")
    block.close()
    return Given(name, rows, defaults) if name else None


def _read_input(block: Block) -> InputName | None:
    written = block.located("input", required=True)
    if written is None:
        return None
    match = _INPUT.fullmatch(written.value)
    if match is None:
        hint = "write source('shop', 'orders') or ref('my_model')"
        block.file.problem("SF0108", f"`{written.value}` is not an input", written.span, hint=hint)
        return None
    return InputName(match["group"] or "", match["source"] or match["model"], written.span)


def _read_expected(test: Block) -> Expected | None:
    node = test.node("expect")
    if node is None:
        test.missing("expect")
    if isinstance(node, yaml.SequenceNode):
        return Expected(Rows(tuple(rows_of_list(test.file, node)), None, test.key_span("expect")))
    block = test.block("expect", "what a unit test expects")
    if block is None:
        return None
    rows, partial = read_rows(block, "the expected rows"), block.flag("partial")
    late, rejected = _read_asides(block, "late"), _read_asides(block, "rejected")
    block.close()
    return Expected(rows, partial is not False, late, rejected)


def _read_asides(block: Block, key: str) -> tuple[Aside, ...]:
    return tuple(aside for entry in block.blocks(key, f"an entry of `{key}`") if (aside := _read_aside(entry)))


def _read_aside(block: Block) -> Aside | None:
    name, node = _read_input(block), block.node("count")
    count = block.integer("count", 0, 0) if node is not None else None
    rows = read_rows(block, "the rows", required=count is None)
    given = block.node("rows") is not None or rows.fixture is not None
    block.close()
    if name is not None and not name.group:
        block.file.problem("SF0108", "only rows of a source are turned aside", name.span)
        return None
    return Aside(name, count, rows if given else None, block.span_of("input")) if name else None
