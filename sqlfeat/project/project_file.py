"""project.yml: names, paths, variables and the targets to run in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from sqlfeat.connectors.artifact import Artifact, parse_artifact
from sqlfeat.diagnostics.model import Diagnostic, Span, SqlfeatError
from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.block import Block
from sqlfeat.project.lateness import Late, read_late
from sqlfeat.project.model_config import read_config
from sqlfeat.project.targets import Targets, read_targets
from sqlfeat.project.versions import satisfies
from sqlfeat.project.yaml_file import YamlFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.project.yaml_file import Render

PROJECT_FILE = "project.yml"


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """What project.yml says; see `ProjectConfig` for the fields."""

    name: str
    vars: dict[str, Any]
    model_paths: tuple[str, ...]
    macro_paths: tuple[str, ...]
    defaults: tuple[tuple[str, dict[str, Any]], ...]
    targets: Targets
    deps: tuple[Artifact, ...] = ()
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class ProjectRequest:
    """What the command line adds to project.yml.

    Attributes:
        target: the target to run in; the default one when None.
        variables: override `vars:`.
        version: of sqlfeat, for `requires:`.
        render: renders a value below `targets:`, where secrets are allowed.
    """

    target: str | None
    variables: Mapping[str, Any]
    version: str
    render: Render


def read_project_file(root: Path, request: ProjectRequest, problems: list[Diagnostic]) -> ProjectFile | None:
    """Read project.yml; None when it is too broken to look further.

    Raises:
        SqlfeatError: there is none.
    """
    path = root / PROJECT_FILE
    if not path.is_file():
        raise SqlfeatError(_no_project(root))
    file = YamlFile(PROJECT_FILE, problems)
    node = file.read(path)
    if node is None and not problems:
        file.problem("SF0107", f"{PROJECT_FILE} is empty", Span(PROJECT_FILE, 1, 1, 2), hint=_MINIMAL)
    elif node is not None and not isinstance(node, yaml.MappingNode):
        file.problem("SF0106", f"{PROJECT_FILE} must be a mapping", file.span(node), hint=_MINIMAL)
    return _read(root, Block(file, node, PROJECT_FILE), request) if isinstance(node, yaml.MappingNode) else None


_MINIMAL = "the least there can be is `name: my_project` and `version: 1`"


def _no_project(root: Path) -> Diagnostic:
    other = next((name for name in ("project.yaml", "dbt_project.yml") if (root / name).is_file()), None)
    notes = (f"there is a {other}; sqlfeat reads {PROJECT_FILE} only",) if other else ()
    hint = f"create {PROJECT_FILE} with `name: my_project` and `version: 1`, or name the folder with --project-dir"
    return Diagnostic("SF0001", f"there is no {PROJECT_FILE} in `{root}`", notes=notes, help=hint)


def _read(root: Path, top: Block, request: ProjectRequest) -> ProjectFile:
    name = top.name()
    top.schema_version(required=True)
    _check_requires(top, request.version)
    top.choice("timezone", ("UTC",), "UTC")
    model_paths, macro_paths = _read_paths(root, top)
    variables = _read_vars(top, request)
    defaults = _read_defaults(root, top)
    targets = read_targets(top, request.target, request.render)
    deps = _read_deps(top)
    late = read_late(top)
    top.free("meta")
    top.close()
    return ProjectFile(name.value if name else "", variables, model_paths, macro_paths, defaults, targets, deps, late)


def _check_requires(top: Block, version: str) -> None:
    wanted = top.located("requires")
    if wanted is None:
        return
    try:
        fine = satisfies(version, wanted.value)
    except ValueError as error:
        top.file.problem("SF0108", str(error), wanted.span)
        return
    if not fine:
        message = f"this project requires sqlfeat {wanted.value}, but this is sqlfeat {version}"
        top.file.problem("SF0114", message, wanted.span, hint=f"pip install 'sqlfeat{wanted.value}'")


def _read_paths(root: Path, top: Block) -> tuple[tuple[str, ...], tuple[str, ...]]:
    block = top.block("paths", "`paths`")
    models = _folders(root, block, "models")
    macros = _folders(root, block, "macros")
    if block:
        block.close()
    if models is None and not (root / "models").is_dir():
        hint = "create the folder, or say where the models are: `paths: {models: [...]}`"
        top.file.problem("SF0115", "the folder `models` does not exist", top.span, hint=hint)
    return models or ("models",), ("macros",) if macros is None else macros


def _folders(root: Path, block: Block | None, key: str) -> tuple[str, ...] | None:
    """The folders of a key; None when nothing is said about it."""
    if block is None or block.node(key) is None:
        return None
    folders = []
    for written in block.texts(key):
        path = PurePosixPath(written.value)
        if path.is_absolute() or ".." in path.parts or str(path) == ".":
            block.file.problem("SF0108", f"`{written.value}` is not a folder below the project", written.span)
        elif not (root / path).is_dir():
            block.file.problem("SF0115", f"the folder `{path}` does not exist", written.span)
        else:
            folders.append(str(path))
    return tuple(folders)


def _read_vars(top: Block, request: ProjectRequest) -> dict[str, Any]:
    declared = top.free("vars")
    for name in request.variables:
        if name not in declared:
            top.file.problems.append(_undeclared(name, tuple(declared)))
    return {**declared, **request.variables}


def _undeclared(name: str, declared: tuple[str, ...]) -> Diagnostic:
    question = did_you_mean(name, declared)
    return Diagnostic(
        "SF0117",
        f"--vars sets `{name}`, which {PROJECT_FILE} does not declare",
        notes=(*((question,) if question else ()), f"variables: {', '.join(declared) or 'none'}"),
        help=f"declare it with its default under `vars:` in {PROJECT_FILE}",
    )


def _read_defaults(root: Path, top: Block) -> tuple[tuple[str, dict[str, Any]], ...]:
    read = []
    block = top.block("defaults", "`defaults`")
    for folder in block.keys if block else ():
        assert block is not None
        path = str(PurePosixPath(folder))
        if not (root / path).is_dir():
            block.file.problem("SF0115", f"the folder `{folder}` does not exist", block.key_span(folder))
        read.append((path, read_config(block.block(folder, "the configuration of a model"))))
    return tuple(sorted(read, key=lambda entry: (-len(PurePosixPath(entry[0]).parts), entry[0])))


def _read_deps(top: Block) -> tuple[Artifact, ...]:
    """Jars for connectors that sqlfeat does not know; pinned, as what they hold runs with the rights of the job."""
    read = []
    for block in top.blocks("deps", "a jar"):
        artifact, sha256 = block.located("artifact", required=True), block.located("sha256", required=True)
        block.close()
        if artifact and sha256:
            try:
                read.append(parse_artifact(artifact.value, sha256.value))
            except ValueError as error:
                top.file.problem("SF0108", str(error), artifact.span)
    return tuple(read)
