"""Rows of a unit test as YAML or CSV writes them: texts with places, which only a column's type makes values."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import yaml

from sqlfeat.diagnostics.model import Span
from sqlfeat.project.block import Block
from sqlfeat.project.declared_tests import Cell, CellValue, Row, Rows
from sqlfeat.project.yaml_file import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.project.yaml_file import YamlFile

FORMATS = ("dict", "csv")


def read_cell(file: YamlFile, key: str, node: yaml.Node, key_span: Span | None = None) -> Cell | None:
    """A value as written, not as YAML would have it: `NO` is text, `10:30:00` is no number; None after a problem."""
    if isinstance(node, yaml.MappingNode):
        file.problem("SF0106", f"`{key}` must be a value or a list, found a mapping", file.span(node))
        return None
    return Cell(_value(node), file.span(node), key_span or file.span(node))


def _value(node: yaml.Node) -> CellValue:
    if isinstance(node, yaml.SequenceNode):
        return tuple(_value(item) for item in node.value)
    return None if node.tag == f"{TAG}null" else str(node.value)


def read_row(file: YamlFile, node: yaml.MappingNode, what: str = "a row") -> Row:
    """The cells of a mapping."""
    block = Block(file, node, what)
    found = ((key, read_cell(file, key, value, block.key_span(key))) for key, value in block.entries())
    cells = {key: cell for key, cell in found if cell}
    return Row(cells, file.span(node))


def read_rows(block: Block, what: str, *, required: bool = True) -> Rows:
    """`rows:` and `format:`, or `fixture:`, of a block.

    Args:
        block: the mapping with these keys.
        what: for messages: `the rows of an input`.
        required: whether one of them must be there.
    """
    fixture, form = block.located("fixture"), block.choice("format", FORMATS, "dict")
    node = block.node("rows")
    if fixture is not None:
        if node is not None:
            block.file.problem("SF0108", f"{what} are given twice: in `rows` and in a file", fixture.span)
        return Rows((), fixture, fixture.span)
    if node is None:
        if required:
            block.missing("rows")
        return Rows((), None, block.span)
    rows = _csv_rows(block, node) if form == "csv" else rows_of_list(block.file, node)
    return Rows(tuple(rows), None, block.span_of("rows"))


def rows_of_list(file: YamlFile, node: yaml.Node) -> Iterator[Row]:
    """The rows of a list of mappings."""
    if not isinstance(node, yaml.SequenceNode):
        file.problem("SF0106", "`rows` must be a list of mappings", file.span(node), hint="or say `format: csv`")
        return
    for item in node.value:
        if isinstance(item, yaml.MappingNode):
            yield read_row(file, item)
        else:
            file.problem("SF0106", "a row must be a mapping of columns to values", file.span(item))


def _csv_rows(block: Block, node: yaml.Node) -> Iterator[Row]:
    """Rows of CSV with a header; an empty cell is NULL."""
    if not isinstance(node, yaml.ScalarNode):
        block.wrong(node, "rows", "text, as `format` is csv")
        return
    header: list[str] = []
    for number, line in enumerate(str(node.value).splitlines()):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in next(csv.reader([line], skipinitialspace=True))]
        span = _line_span(block.file, node, number)
        if not header:
            header = cells
        elif len(cells) != len(header):
            message = f"the row has {len(cells)} cells, and the header {len(header)}"
            block.file.problem("SF0122", message, span, hint="a cell with a comma stands in double quotes")
        else:
            yield Row({name: Cell(cell or None, span, span) for name, cell in zip(header, cells, strict=True)}, span)


def _line_span(file: YamlFile, node: yaml.ScalarNode, number: int) -> Span:
    """A line of a text block, which begins below its `|`; of any other text, the place of all of it."""
    at = node.start_mark.line + 1 + number
    if node.style not in ("|", ">") or at >= len(file.lines):
        return file.span(node)
    line = file.lines[at]
    indent = len(line) - len(line.lstrip())
    return Span(file.path, at + 1, indent + 1, max(len(line.rstrip()), indent + 1) + 1)
