"""`tests:` of models, of their columns and of the columns of sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.block import Block
from sqlfeat.project.cells import read_cell
from sqlfeat.project.declared_tests import Cell, DataTest
from sqlfeat.project.yaml_file import TAG, Located, YamlFile

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = ("not_null", "unique", "range", "accepted_values")
SEVERITIES = ("error", "warn")
_BARE_LIST = {"unique": "columns", "not_null": "columns"}
"""What a list without a key is for, in a test of a model as a whole."""
_BARE_VALUES = {"accepted_values": "values"}
"""And in any."""


def read_column_tests(block: Block, owner: str, column: Located[str] | None) -> tuple[DataTest, ...]:
    """The entries of `tests:` of a column.

    Args:
        block: the column.
        owner: the model, or the full name of the source.
        column: its name; None if it has none, which is reported elsewhere.
    """
    return _read_tests(block, owner, column or Located("", block.span))


def read_model_tests(block: Block, owner: str) -> tuple[DataTest, ...]:
    """The entries of `tests:` of a model as a whole; they name their columns themselves."""
    return _read_tests(block, owner, None)


def _read_tests(block: Block, owner: str, column: Located[str] | None) -> tuple[DataTest, ...]:
    node = block.node("tests")
    if node is None:
        return ()
    if not isinstance(node, yaml.SequenceNode):
        block.wrong(node, "tests", "a list")
        return ()
    found = (_read_test(block.file, entry, owner, column) for entry in node.value)
    return tuple(test for test in found if test)


def _read_test(file: YamlFile, node: yaml.Node, owner: str, column: Located[str] | None) -> DataTest | None:
    named = _named(file, node, _BARE_VALUES if column else _BARE_LIST | _BARE_VALUES)
    if named is None:
        return None
    kind, block = named
    columns = (column,) if column else _columns(block)
    values = _values(block) if kind.value == "accepted_values" else ()
    low, high = (_bound(block, "min"), _bound(block, "max")) if kind.value == "range" else (None, None)
    if kind.value == "range" and low is None and high is None:
        file.problem("SF0107", "`range` needs `min` or `max`", kind.span)
    severity, name = block.choice("severity", SEVERITIES, "error"), block.located("name")
    where = block.located("where")
    block.close()
    made = "_".join((kind.value, owner.replace(".", "_"), *(column.value for column in columns)))
    return DataTest(
        name=name.value if name else made,
        kind=kind.value,
        owner=owner,
        columns=columns,
        span=kind.span,
        values=values,
        low=low,
        high=high,
        severity=severity or "error",
        where=where,
    )


def _named(file: YamlFile, node: yaml.Node, bare: Mapping[str, str]) -> tuple[Located[str], Block] | None:
    """The kind of a test and its arguments."""
    key, value = node, None
    if isinstance(node, yaml.MappingNode) and len(node.value) == 1:
        key, value = node.value[0]
    if not isinstance(key, yaml.ScalarNode) or key.tag != f"{TAG}str":
        hint = "write not_null, or {range: {min: 0}}; several tests are several entries"
        file.problem("SF0106", "a test must be a name, or one name with arguments", file.span(node), hint=hint)
        return None
    kind = Located(str(key.value), file.span(key))
    if kind.value not in KINDS:
        notes = (f"tests: {', '.join(KINDS)}",)
        label = did_you_mean(kind.value, KINDS)
        file.problem("SF0108", f"there is no test `{kind.value}`", kind.span, label=label, notes=notes)
        return None
    arguments = _arguments(file, kind, key, value, bare.get(kind.value, ""))
    return (kind, Block(file, arguments, f"the test `{kind.value}`")) if arguments else None


def _arguments(
    file: YamlFile, kind: Located[str], key: yaml.Node, value: yaml.Node | None, bare: str
) -> yaml.MappingNode | None:
    """The arguments as a mapping; a bare list stands for the key `bare`, if there is one."""
    if isinstance(value, yaml.MappingNode):
        return value
    pairs: list[tuple[yaml.Node, yaml.Node]] = []
    if isinstance(value, yaml.SequenceNode) and bare:
        pairs.append((yaml.ScalarNode(f"{TAG}str", bare, value.start_mark, value.end_mark), value))
    elif value is not None and value.tag != f"{TAG}null":
        file.problem("SF0106", f"the arguments of `{kind.value}` must be a mapping", file.span(value))
        return None
    return yaml.MappingNode(f"{TAG}map", pairs, key.start_mark, key.end_mark)


def _columns(block: Block) -> tuple[Located[str], ...]:
    """The columns of a test of a model as a whole."""
    columns = block.texts("columns")
    if not columns:
        block.missing("columns")
    return columns


def _values(block: Block) -> tuple[Cell, ...]:
    node = block.node("values")
    if not isinstance(node, yaml.SequenceNode) or not node.value:
        if node is None:
            block.missing("values")
        else:
            block.wrong(node, "values", "a list of at least one value")
        return ()
    cells = (read_cell(block.file, "an entry of values", item) for item in node.value)
    return tuple(cell for cell in cells if cell)


def _bound(block: Block, key: str) -> Cell | None:
    node = block.node(key)
    return read_cell(block.file, key, node) if node is not None else None
