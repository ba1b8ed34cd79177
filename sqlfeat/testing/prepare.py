"""From a declared unit test to a program: its model compiled over sources of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlfeat.compiler import bind_models, compile_view, sources_of
from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.language.expr import Column
from sqlfeat.language.types import STRING, DataType, Kind
from sqlfeat.lower.program import CompiledModel, LowerOptions, OutputColumn, Role
from sqlfeat.plan.nodes import Plan, Project, Scan, Schema
from sqlfeat.plan.output import FeatureView
from sqlfeat.project.config import Entity, History, Source, Stream
from sqlfeat.project.load import load_project
from sqlfeat.testing.expectations import Wanted, WantedAside, WantedReader
from sqlfeat.testing.feeds import Feed, RowReader
from sqlfeat.testing.fixture_files import read_fixture
from sqlfeat.testing.stand_in import stand_in
from sqlfeat.testing.substitute import parts_of, substituted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sqlfeat.plan.build import BoundModel
    from sqlfeat.project.declared_tests import Aside, InputName, UnitTest
    from sqlfeat.project.load import LoadedProject

FOLDER = "target/tests"
"""Where the events of unit tests are written, and what Flink gives for them."""
REASON = "reason"
"""Beside the columns of a source, what can be told of a rejected row."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A unit test that is ready to run.

    Attributes:
        model: compiled under a name of its own, reading `feeds`.
        columns: what users see of the model, in order.
        feeds: the sources; each has a name and files of its own, so that tests can run together.
        expected: rows of the model.
        late, rejected: by the name of the input.
    """

    test: UnitTest
    model: CompiledModel
    columns: tuple[OutputColumn, ...]
    feeds: tuple[Feed, ...]
    expected: Wanted
    late: Mapping[str, WantedAside]
    rejected: Mapping[str, WantedAside]


def prepare_all(project: LoadedProject, tests: Sequence[UnitTest]) -> list[Prepared]:
    """Compile the models of some unit tests and read their rows.

    Raises:
        SqlfeatError: with everything that is wrong with the tests; or with their models.
    """
    problems: list[Diagnostic] = []
    bound = _bind(project, tests)
    options = _options(project.config.root)
    found = [
        _Preparation(project, test, number, problems).prepare(models, options)
        for number, (test, models) in enumerate(zip(tests, bound, strict=True), 1)
    ]
    if problems:
        raise SqlfeatError(*dict.fromkeys(problems))
    return [prepared for prepared in found if prepared]


def _options(root: Path) -> LowerOptions:
    folder = root / FOLDER
    return LowerOptions(output_dir=str(folder / "out"), log_dir=str(folder / "logs"), project_dir=str(root))


def _bind(project: LoadedProject, tests: Sequence[UnitTest]) -> list[Mapping[str, BoundModel]]:
    """For each test its models, bound with its variables; those with the same variables together."""
    groups: dict[str, list[UnitTest]] = {}
    keys = [repr(sorted((name, value.value) for name, value in test.variables.items())) for test in tests]
    for key, test in zip(keys, tests, strict=True):
        groups.setdefault(key, []).append(test)
    bound = {key: _bind_group(project, group) for key, group in groups.items()}
    return [bound[key] for key in keys]


def _bind_group(project: LoadedProject, tests: Sequence[UnitTest]) -> Mapping[str, BoundModel]:
    variables = {name: value.value for name, value in tests[0].variables.items()}
    if variables:
        project = load_project(project.config.root, project.target.name, {**project.config.vars, **variables})
    names = {test.model.value for test in tests}
    return bind_models(project, [name for name in project.order if name in names])


class _Preparation:
    """Prepares one test."""

    def __init__(self, project: LoadedProject, test: UnitTest, number: int, problems: list[Diagnostic]) -> None:
        self._root = project.config.root
        self._test = test
        self._number = number
        self._problems = problems
        self._feeds: dict[str, Feed] = {}

    def prepare(self, models: Mapping[str, BoundModel], options: LowerOptions) -> Prepared | None:
        """The test compiled; None after a problem."""
        before = len(self._problems)
        bound = models.get(self._test.model.value)
        if bound is None:
            message = f"`{self._test.model.value}` is disabled by the variables of the test"
            self._problems.append(Diagnostic("SF0121", message, self._test.model.span))
            return None
        view = bound.view or as_view(bound)
        plan = self._replace_models(view.plan, models)
        self._feed_sources(plan)
        expected = self._expected(view.columns)
        late = self._asides(self._test.expect.late)
        rejected = self._asides(self._test.expect.rejected, with_reason=True)
        if len(self._problems) > before:
            return None
        plan = substituted(plan, self._placed_scan)
        assert isinstance(plan, Project)
        own = replace(view, name=f"{view.name}__{self._number}", plan=plan)
        return Prepared(
            self._test,
            compile_view(bound, own, options),
            _visible(view.columns),
            tuple(replace(feed, source=self._placed(feed.source)) for feed in self._feeds.values()),
            expected,
            late,
            rejected,
        )

    def _replace_models(self, plan: Plan, models: Mapping[str, BoundModel]) -> Plan:
        """The plan with scans of given rows in the place of the models given."""
        swaps: dict[int, Plan] = {}
        present = {id(part) for part in parts_of(plan)}
        own = self._test.model.value
        read = {name: model for name, model in models.items() if id(model.plan) in present and name != own}
        for given in (given for given in self._test.given if not given.input.group):
            replaced = read.get(given.input.name)
            if replaced is None:
                self._unread(given.input.name, given.input, read)
                continue
            rows = read_fixture(self._root, given.rows, self._problems)
            made = stand_in(given, rows, replaced.plan, self._test.date, self._problems)
            if made:
                self._feeds[made.feed.source.full_name] = made.feed
                swaps[id(replaced.plan)] = made.plan
        return substituted(plan, lambda part: swaps.get(id(part))) if swaps else plan

    def _feed_sources(self, plan: Plan) -> None:
        """The sources the plan still reads, empty unless they are given."""
        read = {source.full_name: source for source in sources_of(plan) if source.full_name not in self._feeds}
        for given in (given for given in self._test.given if given.input.group):
            source = read.get(given.input.full_name)
            if source is None:
                self._unread(given.input.full_name, given.input, list(read))
                continue
            reader = RowReader(source.full_name, source, self._test.date, self._problems)
            rows = reader.read(read_fixture(self._root, given.rows, self._problems), given.defaults)
            self._feeds[source.full_name] = Feed(source.full_name, source, rows)
        for name, source in read.items():
            self._feeds.setdefault(name, Feed(name, source))

    def _unread(self, name: str, at: InputName, known: Iterable[str]) -> None:
        names = list(known)
        message = f"`{self._test.model.value}` does not read `{name}`"
        notes = (f"it reads: {', '.join(names)}",) if names else ()
        label = did_you_mean(name, names)
        self._problems.append(Diagnostic("SF0121", message, at.span, label, notes))

    def _expected(self, columns: tuple[OutputColumn, ...]) -> Wanted:
        types = {column.name: column.type for column in _visible(columns)}
        expect = self._test.expect
        reader = WantedReader(self._test.model.value, types, self._test.date, self._problems)
        return reader.read(read_fixture(self._root, expect.rows, self._problems), partial=expect.partial)

    def _asides(self, asides: tuple[Aside, ...], *, with_reason: bool = False) -> dict[str, WantedAside]:
        found: dict[str, WantedAside] = {}
        for aside in asides:
            feed = self._feeds.get(aside.input.full_name)
            if feed is None:
                self._unread(aside.input.full_name, aside.input, [f.input for f in self._feeds.values()])
                continue
            rows = None
            if aside.rows is not None:
                types = _rejected_types(feed.source) if with_reason else _types(feed.source)
                reader = WantedReader(feed.input, types, self._test.date, self._problems)
                rows = reader.read(read_fixture(self._root, aside.rows, self._problems))
            found[feed.input] = WantedAside(aside.count, rows)
        return found

    def _placed_scan(self, plan: Plan) -> Plan | None:
        return replace(plan, source=self._placed(plan.source)) if isinstance(plan, Scan) else None

    def _placed(self, source: Source) -> Source:
        """The source under a name of this test, read from its files."""
        folder = f"{FOLDER}/{self._number}"
        return replace(
            source,
            group=f"{source.group}__{self._number}",
            history=History("json", f"{folder}/{source.full_name}.accepted.jsonl"),
            stream=Stream("filesystem", f"{folder}/{source.full_name}.jsonl"),
        )


def _types(source: Source) -> dict[str, DataType]:
    return {column.name: column.type for column in source.columns}


def _rejected_types(source: Source) -> dict[str, DataType]:
    """A rejected row is told as it was sent, as text; engines keep no arrays of it."""
    texts = {column.name: STRING for column in source.columns if column.type.kind is not Kind.ARRAY}
    return {REASON: STRING, **texts}


def _visible(columns: tuple[OutputColumn, ...]) -> tuple[OutputColumn, ...]:
    return tuple(column for column in columns if column.role is not Role.ORDER)


def as_view(bound: BoundModel) -> FeatureView:
    """A staging view as if it were a feature view: all its columns, and no keys."""
    schema = bound.plan.schema
    shown = [column for column in schema.columns if not column.name.startswith("__")]
    columns = tuple(
        OutputColumn(c.name, c.type, c.nullable, Role.FEATURE_TIME if c.name == schema.event_time else Role.FEATURE)
        for c in shown
    )
    output = tuple(Column(c.name, c.type, c.nullable) for c in shown)
    plan = Project(bound.plan, tuple((c.name, c) for c in shown), Schema(output, None, ()))
    return FeatureView(bound.model.name, Entity("", ()), plan, columns)
