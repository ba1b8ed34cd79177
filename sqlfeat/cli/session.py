"""What every verb of the command line shares: the global options, the console, the project."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlfeat.console.factory import LogFormat, open_console
from sqlfeat.facade import Project, find_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlfeat.console.protocol import Console


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """The global options, given before or after the verb."""

    project_dir: Path | None = None
    target: str | None = None
    select: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    variables: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False
    log_format: LogFormat | None = None

    def merged(self, later: GlobalOptions) -> GlobalOptions:
        """These options with those given after the verb: the later one wins, lists and mappings add up."""
        return GlobalOptions(
            project_dir=later.project_dir or self.project_dir,
            target=later.target or self.target,
            select=self.select + later.select,
            exclude=self.exclude + later.exclude,
            variables={**self.variables, **later.variables},
            quiet=self.quiet or later.quiet,
            log_format=later.log_format or self.log_format,
        )


class Session:
    """One run of the command line. Everything is opened when first needed."""

    def __init__(self) -> None:
        self.options = GlobalOptions()

    @cached_property
    def console(self) -> Console:
        """Where the run reports to."""
        return open_console(self.options.log_format or LogFormat.TEXT, quiet=self.options.quiet)

    @cached_property
    def project(self) -> Project:
        """The project that the options name, or the one around the working directory."""
        options = self.options
        named = options.project_dir or os.environ.get("SQLFEAT_PROJECT_DIR")
        root = Path(named) if named else find_root(Path.cwd())
        return Project(root, options.target, options.variables, self.console)

    @property
    def root(self) -> Path:
        """Where source lines of diagnostics are read; the working directory as long as there is no project."""
        known = self.__dict__.get("project")
        return known.root if isinstance(known, Project) else Path.cwd()

    @property
    def selection(self) -> dict[str, tuple[str, ...]]:
        """`select` and `exclude` as the methods of `Project` take them."""
        return {"select": self.options.select, "exclude": self.options.exclude}

    def shown(self, path: Path) -> str:
        """A path as a person wants to read it: relative to the working directory where it lies below."""
        try:
            return str(path.relative_to(Path.cwd()))
        except ValueError:
            return str(path)
