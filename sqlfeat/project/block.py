"""A YAML mapping read strictly: what nobody asks for is an unknown key."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import yaml

from sqlfeat.diagnostics.suggest import did_you_mean
from sqlfeat.project.durations import parse_duration
from sqlfeat.project.yaml_file import TAG, Located, YamlFile, describe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlfeat.diagnostics.model import Span

NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


_NUMBERS = (f"{TAG}int", f"{TAG}float", f"{TAG}str")


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


class Block:
    """One mapping of a YAML file.

    Args:
        file: the file it stands in; problems go there.
        node: the mapping.
        what: what it declares, with its article, for messages: `a stream`.
    """

    def __init__(self, file: YamlFile, node: yaml.MappingNode, what: str) -> None:
        self.file = file
        self.what = what
        self._node = node
        self._asked: list[str] = []
        self._keys: dict[str, yaml.Node] = {}
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            self._enter(key, value)

    def _enter(self, key: yaml.Node, value: yaml.Node) -> None:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name:
            self.file.problem(
                "SF0106", f"a key of {self.what} must be text, found {describe(key)}", self.file.span(key)
            )
        elif name in self._keys:
            first = self.file.span(self._keys[name])
            note = f"first given at {first.path}:{first.line}:{first.col}"
            self.file.problem("SF0105", f"key `{name}` is given twice", self.file.span(key), notes=(note,))
        else:
            self._keys[name], self._values[name] = key, value

    @property
    def span(self) -> Span:
        """The place that stands for the whole block: its name, or its first key."""
        named = self._values.get("name")
        if named is not None:
            return self.file.span(named)
        return self.file.span(next(iter(self._keys.values()), self._node))

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys as written."""
        return tuple(self._keys)

    def span_of(self, key: str) -> Span:
        """The place of a key's value, of the whole block when it has none."""
        return self.file.span(self._values[key]) if key in self._values else self.span

    def key_span(self, key: str) -> Span:
        """The place of a key itself."""
        return self.file.span(self._keys[key])

    def node(self, key: str) -> yaml.Node | None:
        """The value of a key; None when it is absent or empty."""
        self._asked.append(key)
        node = self._values.get(key)
        return None if node is not None and node.tag == f"{TAG}null" else node

    def entries(self) -> Iterator[tuple[str, yaml.Node]]:
        """Every key with its value, empty ones too; none of them is unknown any more."""
        self._asked += self._keys
        yield from self._values.items()

    def missing(self, key: str) -> None:
        """Report that a required key is absent."""
        self.file.problem("SF0107", f"{self.what} needs `{key}`", self.span)

    def wrong(self, node: yaml.Node, key: str, expected: str) -> None:
        """Report a value of the wrong type."""
        scalar = isinstance(node, yaml.ScalarNode)
        hint = "put it in quotes to make it text" if scalar and expected == "text" else ""
        self.file.problem(
            "SF0106", f"`{key}` must be {expected}, found {describe(node)}", self.file.span(node), hint=hint
        )

    def located(self, key: str, *, required: bool = False) -> Located[str] | None:
        """A text with its place."""
        node = self.node(key)
        if node is None:
            if required:
                self.missing(key)
            return None
        return self._text(node, key)

    def _text(self, node: yaml.Node, key: str) -> Located[str] | None:
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}str":
            return Located(node.value, self.file.span(node))
        self.wrong(node, key, "text")
        return None

    def text(self, key: str, default: str = "") -> str:
        """A text."""
        found = self.located(key)
        return found.value if found else default

    def name(self, key: str = "name") -> Located[str] | None:
        """A required name: lower-case letters, digits, underscores."""
        found = self.located(key, required=True)
        if found and not NAME.fullmatch(found.value):
            message = f"`{found.value}` cannot be a name"
            hint = "a name begins with a lower-case letter and goes on with lower-case letters, digits and underscores"
            self.file.problem("SF0108", message, found.span, hint=hint)
            return None
        return found

    def choice(self, key: str, choices: tuple[str, ...], default: str = "") -> str:
        """One of some words; empty when a wrong one was given."""
        found = self.located(key, required=not default)
        if found and found.value not in choices:
            self.file.problem(
                "SF0108",
                f"`{key}` cannot be `{found.value}`",
                found.span,
                label=did_you_mean(found.value, choices),
                notes=(f"choices: {', '.join(choices)}",),
            )
            return ""
        return found.value if found else default

    def flag(self, key: str) -> bool | None:
        """True or false; None when absent."""
        node = self.node(key)
        if node is None:
            return None
        if node.tag == f"{TAG}bool":
            return bool(self.file.plain(node))
        self.wrong(node, key, "true or false")
        return None

    def integer(self, key: str, default: int, minimum: int) -> int:
        """A whole number."""
        node = self.node(key)
        if node is None:
            return default
        value = self.file.plain(node) if node.tag == f"{TAG}int" else None
        if value is None or value < minimum:
            self.wrong(node, key, f"a whole number from {minimum}")
            return default
        return int(value)

    def number(self, key: str) -> Located[Decimal] | None:
        """A number; `1e12` is one, which YAML takes for text."""
        node = self.node(key)
        if node is None:
            return None
        value = _decimal(node.value) if isinstance(node, yaml.ScalarNode) and node.tag in _NUMBERS else None
        if value is None:
            self.wrong(node, key, "a number")
            return None
        return Located(value, self.file.span(node))

    def duration(self, key: str, default: int = 0) -> int:
        """A length of time in milliseconds."""
        written = self.located(key)
        if written is None:
            return default
        try:
            return parse_duration(written.value).ms
        except ValueError as error:
            self.file.problem("SF0108", str(error), written.span)
            return default

    def texts(self, key: str) -> tuple[Located[str], ...]:
        """A list of texts."""
        found = (self._text(node, f"an entry of {key}") for node in self._items(key))
        return tuple(text for text in found if text)

    def _items(self, key: str, *, required: bool = False) -> list[yaml.Node]:
        node = self.node(key)
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if node is not None:
            self.wrong(node, key, "a list")
        elif required:
            self.missing(key)
        return []

    def block(self, key: str, what: str) -> Block | None:
        """A mapping below a key."""
        node = self.node(key)
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return Block(self.file, node, what)
        self.wrong(node, key, "a mapping")
        return None

    def blocks(self, key: str, what: str, *, required: bool = False) -> list[Block]:
        """A list of mappings below a key; a required one has at least one entry."""
        nodes = self._items(key, required=required)
        if required and not nodes and isinstance(self._values.get(key), yaml.SequenceNode):
            self.missing(key)
        mappings = [node for node in nodes if isinstance(node, yaml.MappingNode)]
        for node in nodes:
            if node not in mappings:
                self.wrong(node, f"an entry of {key}", "a mapping")
        return [Block(self.file, node, what) for node in mappings]

    def named_blocks(self, key: str, what: str) -> list[tuple[str, Block]]:
        """The mappings of a mapping, by their keys."""
        outer = self.block(key, f"`{key}`")
        if outer is None:
            return []
        return [(name, outer.block(name, what) or outer.empty(name, what)) for name in outer.keys]

    def empty(self, key: str, what: str) -> Block:
        """A mapping without keys in place of the value of a key."""
        at = self._keys[key]
        return Block(self.file, yaml.MappingNode(f"{TAG}map", [], at.start_mark, at.end_mark), what)

    def free(self, key: str) -> dict[str, Any]:
        """Any mapping at all, as plain values."""
        node = self.node(key)
        if node is None:
            return {}
        if isinstance(node, yaml.MappingNode):
            inner = Block(self.file, node, f"`{key}`")  # for its duplicate keys
            return {name: inner.file.plain(inner._values[name]) for name in inner.keys}
        self.wrong(node, key, "a mapping")
        return {}

    def schema_version(self, *, required: bool = False) -> None:
        """Check `version`, the version of the file's own grammar: 1 is the only one."""
        if self.integer("version", 1, 1) != 1:
            self.file.problem("SF0108", "the only version of this file's grammar is 1", self.span_of("version"))
        elif required and "version" not in self._values:
            self.missing("version")

    def close(self, hints: dict[str, str] | None = None) -> None:
        """Report the keys nobody asked for.

        Args:
            hints: for keys that a user may well expect here, what to do instead.
        """
        allowed = tuple(dict.fromkeys(self._asked))
        for key in self._keys:
            if key not in allowed:
                self.file.problem(
                    "SF0101",
                    f"unknown key `{key}` in {self.what}",
                    self.key_span(key),
                    label=did_you_mean(key, allowed),
                    notes=(f"keys of {self.what}: {', '.join(allowed)}",),
                    hint=(hints or {}).get(key, ""),
                )
