"""Reads the pages of a site the way the tests look at them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "link", "meta"}


@dataclass
class Page:
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    title: str = ""
    problems: list[str] = field(default_factory=list)

    def attributes(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.page = Page()
        self._open = []

    def handle_starttag(self, tag, attrs):
        self.page.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.page.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.page.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.page.text += data
        if self._open[-1:] == ["title"] and "svg" not in self._open:
            self.page.title += data

    def close(self):
        super().close()
        self.page.problems += [f"<{tag}> is not closed" for tag in self._open]


def read_page(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page
