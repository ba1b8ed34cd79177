"""The YAML files below the model paths: sources, entities, and what is said about models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from sqlfeat.language.types import Kind
from sqlfeat.project.block import Block
from sqlfeat.project.config import Column, Entity, ModelProperties, Source
from sqlfeat.project.data_tests import read_column_tests, read_model_tests
from sqlfeat.project.model_config import read_config
from sqlfeat.project.sources import read_sources, read_type
from sqlfeat.project.unit_tests import read_unit_test
from sqlfeat.project.yaml_file import YamlFile

if TYPE_CHECKING:
    from pathlib import Path

    from sqlfeat.diagnostics.model import Diagnostic, Span
    from sqlfeat.project.declared_tests import DataTest, UnitTest
    from sqlfeat.project.yaml_file import Render

_KEYS_CANNOT_BE = (Kind.DOUBLE, Kind.ARRAY)


@dataclass(slots=True)
class Properties:
    """Everything the properties files declare, in order of files and lines."""

    sources: list[Source] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    models: list[ModelProperties] = field(default_factory=list)
    unit_tests: list[UnitTest] = field(default_factory=list)


def read_properties(root: Path, files: tuple[Path, ...], render: Render, problems: list[Diagnostic]) -> Properties:
    """Read the properties files.

    Args:
        root: the project directory.
        files: the files, in the order they are to be read.
        render: renders a description that holds a template, reporting what is wrong with it.
        problems: collects what is wrong.
    """
    found = Properties()
    for path in files:
        file = YamlFile(path.relative_to(root).as_posix(), problems, root=root)
        node = file.read(path)
        if isinstance(node, yaml.MappingNode):
            _PropertiesFile(file, render, found).read(Block(file, node, "a properties file"))
        elif node is not None:
            file.problem("SF0106", "a properties file must be a mapping", file.span(node))
    _refuse_twice("source", [(s.full_name, s.span) for s in found.sources], problems)
    _refuse_twice("entity", [(e.name, e.span) for e in found.entities], problems)
    _refuse_twice("model", [(m.name, m.span) for m in found.models], problems)
    _refuse_twice("unit test", [(t.name, t.span) for t in found.unit_tests], problems)
    return found


def _refuse_twice(what: str, named: list[tuple[str, Span | None]], problems: list[Diagnostic]) -> None:
    first: dict[str, Span] = {}
    for name, span in named:
        if span is None:
            continue
        if name in first:
            at = first[name]
            note = f"first declared at {at.path}:{at.line}:{at.col}"
            YamlFile(span.path, problems).problem("SF0111", f"{what} `{name}` is declared twice", span, notes=(note,))
        first.setdefault(name, span)


class _PropertiesFile:
    """Reads one file into `found`."""

    def __init__(self, file: YamlFile, render: Render, found: Properties) -> None:
        self._file = file
        self._render = render
        self._found = found

    def read(self, top: Block) -> None:
        """Read every section of the file."""
        top.schema_version()
        for group in top.blocks("sources", "a source"):
            self._found.sources += read_sources(group, self._description)
        for block in top.blocks("entities", "an entity"):
            self._entity(block)
        for block in top.blocks("models", "a model"):
            self._model(block)
        for block in top.blocks("unit_tests", "a unit test"):
            if test := read_unit_test(block, self._description):
                self._found.unit_tests.append(test)
        top.close()

    def _description(self, block: Block) -> str:
        written = block.located("description")
        if written is None:
            return ""
        return self._render(written.value, written.span, self._file.problems).strip()

    def _entity(self, block: Block) -> None:
        name, description = block.name(), self._description(block)
        keys: dict[str, Column] = {}
        for key in block.blocks("keys", "a key", required=True):
            column = self._key(key)
            if column and column.name in keys:
                self._file.problem("SF0111", f"key `{column.name}` is declared twice in an entity", key.span)
            elif column:
                keys[column.name] = column
        block.close()
        if name:
            self._found.entities.append(Entity(name.value, tuple(keys.values()), description, name.span))

    def _key(self, block: Block) -> Column | None:
        name, kind, description = block.name(), read_type(block), self._description(block)
        block.close()
        if kind is not None and kind.kind in _KEYS_CANNOT_BE:
            self._file.problem("SF0109", f"an entity key cannot be {kind}", block.span_of("type"))
            return None
        return Column(name.value, kind, False, description, name.span) if name and kind else None

    def _model(self, block: Block) -> None:
        name, description = block.name(), self._description(block)
        columns: dict[str, str] = {}
        tests: list[DataTest] = []
        for column in block.blocks("columns", "a column"):
            column_name, text = column.name(), self._description(column)
            tests += read_column_tests(column, name.value if name else "", column_name)
            column.close()
            if column_name and column_name.value in columns:
                self._file.problem("SF0111", f"column `{column_name.value}` is described twice", column_name.span)
            elif column_name:
                columns[column_name.value] = text
        config = read_config(block.block("config", "the configuration of a model"))
        tests += read_model_tests(block, name.value if name else "")
        block.close()
        if name:
            self._found.models.append(
                ModelProperties(name.value, description, tuple(columns.items()), name.span, config, tuple(tests))
            )
