"""Paths into JSON: the part of the notation that means the same in both engines."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*) | \."(?P<quoted>[^"]*)" | \[\s*'(?P<single>[^']*)'\s*\]
    | \[\s*"(?P<double>[^"]*)"\s*\] | \[\s*(?P<index>\d{1,9})\s*\]""",
    re.VERBOSE,
)
_SIMPLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[\w .-]+")
_UNUSABLE = re.compile(r"""['"\\\x00-\x1f]""")


class BadPath(Exception):
    """The text says what is wrong."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """Steps from the outermost value: names of members, and numbers of array elements from 0 on."""

    steps: tuple[str | int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The members on the way."""
        return tuple(step for step in self.steps if isinstance(step, str))

    @property
    def is_plain(self) -> bool:
        """Whether DuckDB takes every name as it is; even in quotes it reads `*` as a wildcard."""
        return all(_PLAIN.fullmatch(name) for name in self.names)

    def flink(self) -> str:
        """As Flink writes it."""
        return "lax $" + "".join(_flink_step(step) for step in self.steps)

    def duckdb(self) -> str:
        """As DuckDB writes it."""
        return "$" + "".join(_duckdb_step(step) for step in self.steps)


def _flink_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _SIMPLE.fullmatch(step) else f"['{step}']"


def _duckdb_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _SIMPLE.fullmatch(step) else f'."{step}"'


def parse_path(written: str) -> JsonPath:
    """A path such as `$.user.tags[0]` or `$['first name']`.

    Raises:
        BadPath: it is none, or uses what the engines do not share.
    """
    text = written.strip().removeprefix("lax ").strip()
    if text.startswith("strict "):
        raise BadPath("takes no strict paths, which stop the stream where a member is missing; leave `strict` out")
    if not text.startswith("$"):
        raise BadPath(f"needs a path that begins with $, such as '$.{text or 'name'}'")
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            raise BadPath(
                f"cannot follow the path from `{text[position:]}` on; a step is .name, ['name'] or [0], "
                "without wildcards, filters and negative numbers"
            )
        steps.append(_step(found))
        position = found.end()
    if not steps:
        raise BadPath("needs a path into the value, such as '$.name'")
    return JsonPath(tuple(steps))


def _step(found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        return int(found["index"])
    name = next(group for key in ("name", "quoted", "single", "double") if (group := found[key]) is not None)
    if not name or _UNUSABLE.search(name):
        raise BadPath(f"cannot look for the member `{name}`: names with quotes, backslashes or nothing in them")
    return name
