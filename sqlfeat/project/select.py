"""The selection grammar, that of dbt: `tag:delay,path:models/air 2+name+1 @name`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from sqlfeat.diagnostics.model import Diagnostic, SqlfeatError
from sqlfeat.diagnostics.suggest import closest, did_you_mean
from sqlfeat.project.graph import children_of, reachable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlfeat.templating.rendered import RenderedModel

_METHODS = ("name", "path", "tag", "entity", "source")
_TERM = re.compile(
    r"(?P<closure>@)?(?:(?P<up>\d*)\+)?(?:(?P<method>\w+):)?(?P<value>[^@+:]+?)(?:\+(?P<down>\d*))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of a selection, for example `2+tag:x+`."""

    text: str
    method: str
    value: str
    closure: bool
    up: str | None
    down: str | None


@dataclass(frozen=True, slots=True)
class Selector:
    """Selects among the models of a project.

    Attributes:
        models: the models by name, upstream first.
        parents: the models each model reads.
    """

    models: Mapping[str, RenderedModel]
    parents: Mapping[str, tuple[str, ...]]

    def select(self, select: Sequence[str], exclude: Sequence[str]) -> tuple[str, ...]:
        """The selected names, upstream first; all models when nothing is selected.

        Raises:
            SqlfeatError: an expression is malformed, names a model there is not, or nothing is left.
        """
        chosen = self._union(select) if any(text.strip() for text in select) else set(self.models)
        left = chosen - self._union(exclude)
        if not left:
            raise SqlfeatError(self._nothing(select, exclude))
        return tuple(name for name in self.models if name in left)

    def _union(self, expressions: Sequence[str]) -> set[str]:
        parts = [part for text in expressions for part in text.split()]
        return set().union(*(self._intersection(part) for part in parts))

    def _intersection(self, expression: str) -> set[str]:
        return set.intersection(*(self._term(_parse_term(text, expression)) for text in expression.split(",")))

    def _term(self, term: _Term) -> set[str]:
        matched = {name for name in self.models if self._matches(term, name)}
        if not matched and term.method == "name" and not re.search(r"[*?\[]", term.value):
            raise SqlfeatError(self._unknown(term))
        children = children_of(self.parents)
        found = set(matched)
        for name in matched:
            if term.up is not None:
                found |= reachable(name, self.parents, _depth(term.up))
            if term.down is not None:
                found |= reachable(name, children, _depth(term.down))
            if term.closure:
                below = {name} | reachable(name, children)
                found |= below.union(*(reachable(lower, self.parents) for lower in below))
        return found

    def _matches(self, term: _Term, name: str) -> bool:
        model = self.models[name]
        if term.method == "path":
            return _path_matches(model.path, term.value)
        if term.method == "tag":
            return any(fnmatchcase(tag, term.value) for tag in model.config.tags)
        if term.method == "entity":
            return fnmatchcase(model.config.entity or "", term.value)
        if term.method == "source":
            names = [name for group, table in model.sources for name in (group, f"{group}.{table}")]
            return any(fnmatchcase(source, term.value) for source in names)
        return fnmatchcase(name, term.value)

    def _unknown(self, term: _Term) -> Diagnostic:
        near = closest(term.value, self.models)
        notes = (f"nearest: {', '.join(near)}",) if near else (f"models: {', '.join(sorted(self.models))}",)
        return Diagnostic(
            "SF0103", f"no model is named `{term.value}`", notes=notes, help="`sqlfeat ls` shows all models"
        )

    def _nothing(self, select: Sequence[str], exclude: Sequence[str]) -> Diagnostic:
        if not self.models:
            return Diagnostic("SF0103", "the project has no models", help="add a .sql file to the folder `models`")
        told = " ".join([*(f"--select {text}" for text in select), *(f"--exclude {text}" for text in exclude)])
        near = self._near(select)
        notes = (f"nearest: {', '.join(near)}",) if near else ()
        return Diagnostic("SF0103", f"`{told}` selects no model", notes=notes, help="`sqlfeat ls` shows all models")

    def _near(self, select: Sequence[str]) -> tuple[str, ...]:
        """The names nearest to what the first term asks for."""
        text = " ".join(select).replace(",", " ").split()
        match = _TERM.fullmatch(text[0]) if text else None
        if match is None:
            return ()
        models = self.models.values()
        candidates = {
            "tag": {tag for model in models for tag in model.config.tags},
            "entity": {model.config.entity or "" for model in models},
            "source": {f"{group}.{table}" for model in models for group, table in model.sources},
            "path": {model.path for model in models},
        }.get(match["method"] or "", set(self.models))
        return closest(match["value"], sorted(candidates))


def _parse_term(text: str, expression: str) -> _Term:
    match = _TERM.fullmatch(text)
    if match is None or (match["closure"] and (match["up"] is not None or match["down"] is not None)):
        raise SqlfeatError(
            Diagnostic(
                "SF0119",
                f"`{text}` is not a selection" if text else f"`{expression}` has an empty part between commas",
                help="write a name, `tag:x`, `path:x`, `entity:x` or `source:x`, with `+` or `2+` before it for what it"
                " reads, `+` behind it for what reads it, or `@` before it for both ways",
            )
        )
    value, method = match["value"], match["method"]
    if method is None:
        method = "path" if "/" in value or value.endswith(".sql") else "name"
    if method not in _METHODS:
        question = did_you_mean(method, _METHODS)
        notes = (*((question,) if question else ()), f"methods: {', '.join(_METHODS)}")
        raise SqlfeatError(Diagnostic("SF0119", f"`{method}:` is not a way to select", notes=notes))
    return _Term(text, method, value, bool(match["closure"]), match["up"], match["down"])


def _depth(written: str) -> int | None:
    return int(written) if written else None


def _path_matches(path: str, pattern: str) -> bool:
    pattern = pattern.removeprefix("./").rstrip("/")
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}/*")
